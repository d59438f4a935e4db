// Command conformance compiles the models of conformance suites into packages, runs the packages and compares their
// answers with the suites'.
//
//	go run ./cmd/conformance [--data ZIP|DIR]… [--filter REGEXP] [--sample N] [--open FILE]
//		[--json FILE] [--markdown FILE]
//
// It prints tables of what holds, every case that does not with the reason, and last "N of M cases". Exit code 0 says
// that all hold, 1 that not all do, 2 that the call was wrong or that the machine stood in the way.
//
// With --open, which names a list of the cases known not to hold, 1 says that a case fails which is not on it, or that
// one holds which is: the list is what is owed, and it can only shrink by being edited. cmd/conformance/open.txt is the
// project's own.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
)

// defaultData is where the project's own suites lie, from its root.
const defaultData = "testdata/conformance"

// options are the command line.
type options struct {
	data           []string
	filter         *regexp.Regexp
	sample         int
	open           *openList // nil where every case is to hold
	json, markdown string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, out, errout io.Writer) int {
	opt, err := parse(args, errout)
	if err != nil {
		return 2
	}
	good := false
	r, err := conform(ctx, opt, errout)
	if err == nil {
		good, err = r.write(out, opt)
	}
	switch {
	case err != nil:
		fmt.Fprintf(errout, "conformance: %v\n", err)
		return 2
	case !good:
		return 1
	}
	return 0
}

func parse(args []string, errout io.Writer) (options, error) {
	var opt options
	f := flag.NewFlagSet("conformance", flag.ContinueOnError)
	f.SetOutput(errout)
	f.Func("data", "a suite, `ZIP|DIR`; may be repeated (default: all in "+defaultData+")", func(s string) error {
		opt.data = append(opt.data, s)
		return nil
	})
	f.Func("filter", "only cases whose SUITE/CASE matches this `REGEXP`", func(s string) (err error) {
		opt.filter, err = regexp.Compile(s)
		return err
	})
	f.IntVar(&opt.sample, "sample", 0, "only this many `cases`, always the same")
	f.Func("open", "the list of cases known not to hold, a `FILE`: fail where it is wrong", func(s string) (err error) {
		opt.open, err = readOpen(s)
		return err
	})
	f.StringVar(&opt.json, "json", "", "write every case's result to this `FILE`")
	f.StringVar(&opt.markdown, "markdown", "", "write a short table to this `FILE`")
	if err := f.Parse(args); err != nil {
		return opt, err
	}
	if f.NArg() > 0 {
		err := fmt.Errorf("unexpected argument %q; suites are named by --data", f.Arg(0))
		fmt.Fprintf(errout, "conformance: %v\n", err)
		return opt, err
	}
	return opt, nil
}

// conform runs the cases that the options choose.
func conform(ctx context.Context, opt options, progress io.Writer) (*report, error) {
	data := opt.data
	if len(data) == 0 {
		found, err := suiteZips(defaultData)
		if err != nil {
			return nil, err
		}
		data = found
	}
	work, err := os.MkdirTemp("", "conformance-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	all, err := openSuites(data, work)
	if err != nil {
		return nil, err
	}
	chosen := choose(all, opt)
	if len(chosen) == 0 {
		return nil, fmt.Errorf("no case of %s matches", strings.Join(data, ", "))
	}
	r, err := runAll(ctx, chosen, progress)
	if err != nil {
		return nil, err
	}
	r.known = all
	return r, nil
}
