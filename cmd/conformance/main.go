// Command conformance compiles the models of conformance suites into packages, runs the packages and compares their
// answers with the suites'.
//
//	go run ./cmd/conformance [--data ZIP|DIR]… [--filter REGEXP] [--sample N] [--json FILE] [--markdown FILE]
//
// It prints tables of what holds, every case that does not with the reason, and last "N of M cases". Exit code 0 says
// that all hold, 1 that not all do, 2 that the call was wrong or that the machine stood in the way.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
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
	r, err := conform(ctx, opt, errout)
	if err == nil {
		err = r.write(out, opt)
	}
	if err != nil {
		fmt.Fprintf(errout, "conformance: %v\n", err)
		return 2
	}
	if r.held() < len(r.Results) {
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
	var all []*testCase
	for i, path := range data {
		s, err := openSuite(path, filepath.Join(work, fmt.Sprint(i)))
		if err != nil {
			return nil, err
		}
		all = append(all, s.cases...)
	}
	chosen := choose(all, opt)
	if len(chosen) == 0 {
		return nil, fmt.Errorf("no case of %s matches", strings.Join(data, ", "))
	}
	return runAll(ctx, chosen, progress)
}
