package indexer

import (
	"go/ast"
	"go/types"
	"maps"
	"slices"
	"strings"

	"github.com/energeticc/energeticc/codegen/lift/typecheck"
)

// interfaces collects the method names of every interface that code in the tree
// could convert a value to. Names decide alone, not signatures: that keeps a
// method too many now and then, and needs no care for generic types.
type interfaces struct {
	seen map[string]bool // names joined by a space
	list [][]string
	pkgs map[*types.Package]bool
}

func newInterfaces(std typecheck.Importer) *interfaces {
	in := &interfaces{seen: map[string]bool{}, pkgs: map[*types.Package]bool{}}
	in.add(types.Universe.Lookup("error").Type())
	for _, path := range slices.Sorted(maps.Keys(std)) {
		in.addPackage(std[path])
	}
	return in
}

// addPackage adds the interfaces that a package and its imports declare.
func (in *interfaces) addPackage(p *types.Package) {
	if in.pkgs[p] {
		return
	}
	in.pkgs[p] = true
	for _, name := range p.Scope().Names() {
		if t, ok := p.Scope().Lookup(name).(*types.TypeName); ok {
			in.add(t.Type())
		}
	}
	for _, q := range p.Imports() {
		in.addPackage(q)
	}
}

// addLiterals adds interfaces that code spells where it needs them.
func (in *interfaces) addLiterals(info *types.Info) {
	for e, tv := range info.Types {
		if _, ok := e.(*ast.InterfaceType); ok {
			in.add(tv.Type)
		}
	}
}

func (in *interfaces) add(t types.Type) {
	iface, ok := t.Underlying().(*types.Interface)
	if !ok || iface.NumMethods() == 0 {
		return
	}
	var names []string
	for m := range iface.Methods() {
		names = append(names, m.Name())
	}
	slices.Sort(names)
	if key := strings.Join(names, " "); !in.seen[key] {
		in.seen[key] = true
		in.list = append(in.list, names)
	}
}

// callable gives the methods of a set that belong to an interface which the
// whole set satisfies. An error keeps all: package errors looks for more.
func (in *interfaces) callable(set *types.MethodSet) map[string]bool {
	has := map[string]bool{}
	for m := range set.Methods() {
		has[m.Obj().Name()] = true
	}
	if has["Error"] {
		return has
	}
	out := map[string]bool{}
	for _, names := range in.list {
		if !slices.ContainsFunc(names, func(n string) bool { return !has[n] }) {
			for _, n := range names {
				out[n] = true
			}
		}
	}
	return out
}
