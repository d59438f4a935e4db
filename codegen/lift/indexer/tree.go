// Package indexer makes the index of the liftable packages and checks the rules
// that make them liftable. It needs a Go toolchain; what uses the index does not.
package indexer

import (
	"errors"
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/energeticc/energeticc/codegen/lift/index"
	"github.com/energeticc/energeticc/codegen/lift/variant"
)

// A Tree is a folder of liftable packages, one per folder in it.
type Tree struct {
	Dir  string // where it is
	Path string // its import path
}

// pkg is a package on its way into the index.
type pkg struct {
	name    string
	path    string
	sources []*source
	std     []string // imports, sorted
	sibling []string // names of siblings that it imports, sorted
	err     error    // why it cannot be indexed
}

// source is a file of a package.
type source struct {
	pkg   *pkg
	text  []byte
	ast   *ast.File // nil for assembly
	in    []bool    // by variant
	units []*unit
	file  *index.File
}

// read parses the packages of t, sorted by name.
func (t Tree) read(fset *token.FileSet) ([]*pkg, error) {
	entries, err := os.ReadDir(t.Dir)
	if err != nil {
		return nil, fmt.Errorf("indexer: %w", err)
	}
	var pkgs []*pkg
	for _, e := range entries {
		if name := e.Name(); e.IsDir() && name[0] != '_' && name[0] != '.' && name != "testdata" {
			p := &pkg{name: name, path: t.Path + "/" + name}
			p.err = p.read(fset, filepath.Join(t.Dir, name))
			if p.err != nil || len(p.sources) > 0 {
				pkgs = append(pkgs, p)
			}
		}
	}
	for _, p := range pkgs {
		if p.err == nil {
			p.err = p.findImports(t, pkgs)
		}
	}
	return pkgs, nil
}

func (p *pkg) read(fset *token.FileSet, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		name := e.Name()
		ext := filepath.Ext(name)
		if e.IsDir() || name[0] == '_' || name[0] == '.' || ext != ".go" && ext != ".s" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		s, err := p.readSource(fset, dir, name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		p.sources = append(p.sources, s)
	}
	return errors.Join(errs...)
}

func (p *pkg) readSource(fset *token.FileSet, dir, name string) (*source, error) {
	path := filepath.Join(dir, name)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s := &source{pkg: p, text: text, file: &index.File{Name: name, Sum: index.Sum(text), Build: buildLine(text)}}
	if filepath.Ext(name) == ".go" {
		s.ast, err = parser.ParseFile(fset, path, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		if s.ast.Name.Name != p.name {
			return nil, fmt.Errorf("%s: package %s in folder %s; lifted names go by the folder", path, s.ast.Name.Name, p.name)
		}
	}
	var in []string
	for _, v := range variant.All {
		ctx := v.Context()
		match, err := ctx.MatchFile(dir, name)
		if err != nil {
			return nil, err
		}
		s.in = append(s.in, match)
		if match {
			in = append(in, v.Name)
		}
	}
	switch len(in) {
	case 0:
		return nil, fmt.Errorf("%s: no variant builds it; add its platform to variant.All", path)
	case len(variant.All):
	default:
		s.file.Variants = in
	}
	return s, nil
}

// buildLine gives the expression of the //go:build line in a file's head.
func buildLine(text []byte) string {
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if constraint.IsGoBuild(line) {
			return strings.TrimSpace(strings.TrimPrefix(line, "//go:build"))
		}
		if line != "" && !strings.HasPrefix(line, "//") {
			break
		}
	}
	return ""
}

// findImports sorts what p imports into the standard library and siblings.
func (p *pkg) findImports(t Tree, all []*pkg) error {
	var errs []error
	for _, s := range p.sources {
		if s.ast == nil {
			continue
		}
		for _, spec := range s.ast.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			name, inTree := strings.CutPrefix(path, t.Path+"/")
			first, _, _ := strings.Cut(path, "/")
			switch {
			case spec.Name != nil:
				err = fmt.Errorf("renames the import %s; lifting needs its own name", path)
			case inTree && slices.ContainsFunc(all, func(q *pkg) bool { return q.name == name }):
				p.sibling = append(p.sibling, name)
			case path == "C", path == "embed", inTree, strings.Contains(first, "."):
				err = fmt.Errorf("imports %s, which cannot be lifted", path)
			default:
				p.std = append(p.std, path)
			}
			if err != nil {
				errs = append(errs, fmt.Errorf("%s/%s: %w", p.name, s.file.Name, err))
			}
		}
	}
	for _, list := range []*[]string{&p.std, &p.sibling} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return errors.Join(errs...)
}
