package indexer

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"github.com/energeticc/energeticc/codegen/lift/index"
	"github.com/energeticc/energeticc/codegen/lift/typecheck"
	"github.com/energeticc/energeticc/codegen/lift/variant"
)

// Build indexes the packages of t. A package that does not compile is left out
// and reported in err, the others are complete. Problems are breaches of the
// rules for liftable code: the index is right, but lifting would not be.
func Build(t Tree) (pkgs []*index.Package, problems []string, err error) {
	b := &builder{fset: token.NewFileSet(), byPath: map[string]*pkg{}, known: map[string]bool{}, problems: map[string]bool{}}
	if b.pkgs, err = t.read(b.fset); err != nil {
		return nil, nil, err
	}
	if err := b.prepare(); err != nil {
		return nil, nil, err
	}
	for i, v := range variant.All {
		b.check(i, v)
	}
	b.rules()
	var errs []error
	for _, p := range b.pkgs {
		if p.err != nil {
			errs = append(errs, p.err)
			continue
		}
		pkgs = append(pkgs, b.finish(p))
	}
	slices.SortFunc(pkgs, func(a, b *index.Package) int { return strings.Compare(a.Name, b.Name) })
	return pkgs, slices.Sorted(maps.Keys(b.problems)), errors.Join(errs...)
}

// builder is the state of Build.
type builder struct {
	fset     *token.FileSet
	pkgs     []*pkg
	byPath   map[string]*pkg
	std      typecheck.Importer
	known    map[string]bool // every target: "kernel.Tree.Walk"
	problems map[string]bool
}

// problem notes a breach of the rules.
func (b *builder) problem(pos token.Pos, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if pos.IsValid() {
		at := b.fset.Position(pos)
		text = fmt.Sprintf("%s:%d: %s", at.Filename, at.Line, text)
	}
	b.problems[text] = true
}

// prepare cuts files into units, loads the standard library and sorts packages
// so that each comes after those it imports.
func (b *builder) prepare() error {
	var std []string
	for _, p := range b.pkgs {
		b.byPath[p.path] = p
		std = append(std, p.std...)
		for _, s := range p.sources {
			if s.ast != nil {
				s.split(b.fset)
			}
		}
		if p.err == nil {
			p.err = p.joinAsm()
		}
		for _, s := range p.sources {
			for _, u := range s.units {
				for _, name := range u.decl.Names {
					b.known[p.name+"."+name] = true
				}
			}
		}
	}
	slices.Sort(std)
	var err error
	b.std, err = typecheck.Std(slices.Compact(std))
	b.sort()
	return err
}

// sort orders packages by their imports. A cycle is left to the type checker,
// which then misses a package.
func (b *builder) sort() {
	var order []*pkg
	seen := map[string]bool{}
	var visit func(p *pkg)
	visit = func(p *pkg) {
		if seen[p.name] {
			return
		}
		seen[p.name] = true
		for _, q := range b.pkgs {
			if slices.Contains(p.sibling, q.name) {
				visit(q)
			}
		}
		order = append(order, p)
	}
	for _, p := range b.pkgs {
		visit(p)
	}
	b.pkgs = order
}

// check type-checks every package for one variant and notes its uses.
func (b *builder) check(i int, v variant.Variant) {
	imp := maps.Clone(b.std)
	ifaces := newInterfaces(b.std)
	type checked struct {
		*pkg
		types *types.Package
		info  *types.Info
	}
	var done []checked
	for _, p := range b.pkgs {
		var files []*ast.File
		for _, s := range p.sources {
			if s.ast != nil && s.in[i] {
				files = append(files, s.ast)
			}
		}
		if p.err != nil || len(files) == 0 {
			continue
		}
		info := &types.Info{
			Types: map[ast.Expr]types.TypeAndValue{},
			Defs:  map[*ast.Ident]types.Object{},
			Uses:  map[*ast.Ident]types.Object{},
		}
		tp, err := typecheck.Check(v, p.path, b.fset, files, imp, info)
		if err != nil {
			p.err = err
			continue
		}
		imp[p.path] = tp
		ifaces.addPackage(tp)
		ifaces.addLiterals(info)
		done = append(done, checked{p, tp, info})
	}
	for _, c := range done {
		for _, s := range c.sources {
			if s.ast == nil || !s.in[i] {
				continue
			}
			for _, u := range s.units {
				f := finder{builder: b, unit: u, types: c.types, info: c.info, ifaces: ifaces, everywhere: s.file.Variants == nil}
				f.find()
			}
		}
	}
}

// finish gives the index of a package.
func (b *builder) finish(p *pkg) *index.Package {
	out := &index.Package{Name: p.name}
	for _, s := range p.sources {
		for _, u := range s.units {
			maps.DeleteFunc(u.uses, func(target string, at map[int]bool) bool {
				// a method of an embedded interface or the like
				return !b.known[target] && len(at) == 0
			})
			s.file.Decls = append(s.file.Decls, u.finish())
		}
		if len(s.file.Decls) > 0 {
			out.Files = append(out.Files, s.file)
		}
	}
	return out
}

// target names a package-level object or method of the tree, or gives "".
func (b *builder) target(obj types.Object) string {
	if obj == nil || obj.Pkg() == nil || b.byPath[obj.Pkg().Path()] == nil {
		return ""
	}
	name := obj.Pkg().Name() + "."
	if f, ok := obj.(*types.Func); ok {
		if recv := f.Origin().Signature().Recv(); recv != nil {
			named := namedOf(recv.Type())
			if named == nil || types.IsInterface(named) {
				return ""
			}
			return name + named.Obj().Name() + "." + f.Name()
		}
	}
	if obj.Parent() != obj.Pkg().Scope() {
		return ""
	}
	return name + obj.Name()
}

// namedOf gives the named type behind t or *t.
func namedOf(t types.Type) *types.Named {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	named, _ := t.(*types.Named)
	return named
}
