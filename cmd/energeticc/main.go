// Command energeticc turns trained models into standalone Go packages.
//
// Exit codes: 0 done, 1 the model or the data is at fault, 2 the call is.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

// commands is the command line.
type commands struct {
	Compile compileCmd `cmd:"" help:"Turn a model into a Go package."`
	Verify  verifyCmd  `cmd:"" help:"Compile a model, run the package on cases and compare."`
	Bench   benchCmd   `cmd:"" help:"Measure the package of a model, step by step and beside other runtimes."`
	Inspect inspectCmd `cmd:"" help:"Show what a model is and what becomes of it."`
	Ops     opsCmd     `cmd:"" help:"List the operators and layers that can be compiled, and those that are refused by name."`
	Demo    demoCmd    `cmd:"" help:"Compile a model that this command carries, and tell with it what kinds of files files are."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// Exit codes, which are an interface.
const (
	exitModel = 1
	exitUsage = 2
)

// usageError is a fault of the call.
type usageError struct{ error }

// Unwrap is the cause.
func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// env is what the commands use of the world.
type env struct {
	ctx    context.Context
	out    io.Writer // results
	errout io.Writer // messages
	// keep is held while files take their place, which an interruption waits for and then keeps from starting.
	keep  sync.Mutex
	wrote bool // they have taken it
}

// do runs a command to its end, or until the context's. Programs that the command runs end with the context; the
// compiler's own work is left behind.
func (e *env) do(command func(*env) error) error {
	done := make(chan error, 1)
	go func() { done <- command(e) }()
	select {
	case err := <-done:
		return err
	case <-e.ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(time.Second): // for temporary files to be removed
	}
	e.keep.Lock()
	if e.wrote {
		return <-done
	}
	return errors.New("interrupted; nothing was written")
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is main without the process around it.
func run(ctx context.Context, args []string, out, errout io.Writer) (code int) {
	var c commands
	exited := -1
	parser, err := kong.New(&c, kong.Name("energeticc"),
		kong.Description("energeticc compiles trained models (ONNX, TensorFlow.js) into Go packages that need the standard library alone."),
		kong.Writers(out, errout), kong.Exit(func(n int) { exited = n }), kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		panic("energeticc: BUG: " + err.Error())
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := parser.Parse(args)
	if exited >= 0 { // --help was asked for and has been printed
		return exited
	}
	if err == nil {
		e := &env{ctx: ctx, out: out, errout: errout}
		err = e.do(func(e *env) error { return k.Run(e) })
	} else {
		err = usageError{err}
	}
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage):
		fmt.Fprintf(errout, "energeticc: %v\n", err)
		return exitUsage
	}
	fmt.Fprintln(errout, err)
	return exitModel
}
