package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	list := flag.Bool("list", false, "print the models and which of them are here, fetch nothing")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: go run -C testdata/models ./fetch [-list] [MODEL…]")
		flag.PrintDefaults()
	}
	flag.Parse()
	if err := run(os.Stdout, ".", flag.Args(), *list); err != nil {
		fmt.Fprintln(os.Stderr, "fetch:", err)
		os.Exit(1)
	}
}

// run fetches the models named, or all of them, into folders below dir.
func run(out io.Writer, dir string, models []string, list bool) error {
	if _, err := os.Stat(filepath.Join(dir, "fetch", "sources.go")); err != nil {
		return errors.New("this is not testdata/models; run it as: go run -C testdata/models ./fetch")
	}
	wanted, err := pick(models)
	if err != nil {
		return err
	}
	var errs []error
	for i, s := range wanted {
		here := s.whole(dir)
		switch {
		case here:
			fmt.Fprintf(out, "%-24s here\n", s.model)
		case list:
			fmt.Fprintf(out, "%-24s not here, %d MB from %s %s (%s)\n", s.model, s.size/1e6, s.name, s.version, s.client)
		default:
			fmt.Fprintf(out, "%-24s %d MB from %s %s (%s)\n", s.model, s.size/1e6, s.name, s.version, s.client)
			if err := s.fetch(dir, s.again(dir, wanted[i+1:])); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", s.model, err))
			}
		}
	}
	return errors.Join(errs...)
}

// again reports whether other models, which are not here yet, are in the same archive.
func (s source) again(dir string, others []source) bool {
	return slices.ContainsFunc(others, func(o source) bool { return o.archive == s.archive && !o.whole(dir) })
}

// pick returns the sources of the models named, or all for no name.
func pick(models []string) ([]source, error) {
	if len(models) == 0 {
		return sources, nil
	}
	var picked []source
	for _, m := range models {
		i := slices.IndexFunc(sources, func(s source) bool { return s.model == m })
		if i < 0 {
			var known []string
			for _, s := range sources {
				known = append(known, s.model)
			}
			return nil, fmt.Errorf("no model is called %q; there are %s", m, strings.Join(known, ", "))
		}
		picked = append(picked, sources[i])
	}
	return picked, nil
}
