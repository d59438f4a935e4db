// Mkindex writes the index of the packages below runtime/, which package lift
// embeds. Run it after every edit there:
//
//	go generate ./codegen/lift
//
// With -check it writes nothing and fails if the index is not current.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/energeticc/energeticc/codegen/lift/index"
	"github.com/energeticc/energeticc/codegen/lift/indexer"
)

func main() {
	dir := flag.String("dir", "../../runtime", "folder of the liftable packages")
	path := flag.String("path", "github.com/energeticc/energeticc/runtime", "its import path")
	out := flag.String("o", "table", "folder of the index")
	check := flag.Bool("check", false, "compare, do not write")
	flag.Parse()
	if err := run(indexer.Tree{Dir: *dir, Path: *path}, *out, *check); err != nil {
		fmt.Fprintf(os.Stderr, "mkindex: %v\n", err)
		os.Exit(1)
	}
}

// run indexes tree. Packages that compile are written even if others do not, so
// that work on one does not hold up the rest.
func run(tree indexer.Tree, out string, check bool) error {
	pkgs, problems, err := indexer.Build(tree)
	errs := []error{err}
	for _, p := range problems {
		errs = append(errs, errors.New(p))
	}
	var names []string
	for _, p := range pkgs {
		name := filepath.Join(out, p.Name+".index")
		names = append(names, name)
		errs = append(errs, update(name, index.Format(p), check))
	}
	if err == nil {
		errs = append(errs, prune(out, names, check))
	}
	return errors.Join(errs...)
}

// update makes a file hold text.
func update(name string, text []byte, check bool) error {
	old, err := os.ReadFile(name)
	switch {
	case err == nil && bytes.Equal(old, text):
		return nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	case check:
		return fmt.Errorf("%s is not current; run go generate ./codegen/lift", name)
	}
	return os.WriteFile(name, text, 0o644)
}

// prune removes the indexes of packages that are gone.
func prune(out string, keep []string, check bool) error {
	old, err := filepath.Glob(filepath.Join(out, "*.index"))
	if err != nil {
		return err
	}
	for _, name := range old {
		switch {
		case slices.Contains(keep, name):
		case check:
			return fmt.Errorf("%s describes no package; run go generate ./codegen/lift", strings.TrimPrefix(name, out))
		default:
			if err := os.Remove(name); err != nil {
				return err
			}
		}
	}
	return nil
}
