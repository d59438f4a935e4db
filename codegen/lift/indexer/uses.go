package indexer

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/energeticc/energeticc/codegen/lift/index"
)

// finder notes what one unit mentions.
type finder struct {
	*builder
	unit   *unit
	types  *types.Package
	info   *types.Info
	ifaces *interfaces

	everywhere bool // the unit belongs to all variants
}

func (f *finder) find() {
	qualified := map[*ast.Ident]token.Pos{} // par in par.For
	ast.Inspect(f.unit.node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok {
				if _, ok := f.info.Uses[x].(*types.PkgName); ok {
					qualified[n.Sel] = x.Pos()
				}
			}
		case *ast.Ident:
			pos := n.Pos()
			if at, ok := qualified[n]; ok {
				pos = at
			}
			f.ident(n, pos)
		}
		return true
	})
	switch {
	case f.unit.decl.Kind == index.Type:
		f.methods()
	case f.unit.decl.Kind == index.Var && f.everywhere:
		f.initialiser()
	}
}

// ident notes the object of an identifier whose text, with qualifier, starts at pos.
func (f *finder) ident(id *ast.Ident, pos token.Pos) {
	obj := f.info.Uses[id]
	if obj == nil {
		obj = f.info.Defs[id]
	}
	switch o := obj.(type) {
	case *types.PkgName:
		if path := o.Imported().Path(); f.byPath[path] == nil {
			f.unit.std[path] = true
		}
		return
	case *types.Var:
		if o.IsField() {
			f.field(o, pos)
			return
		}
	case *types.Func:
		if o.Signature().Recv() != nil {
			if target := f.target(o); target != "" && f.info.Defs[id] == nil {
				f.unit.use(target, token.NoPos)
			}
			return
		}
	}
	if target := f.target(obj); target != "" {
		f.unit.use(target, pos)
		f.shadowed(target, pos)
	}
}

// field notes a field whose name follows from its type, which is renamed.
func (f *finder) field(v *types.Var, pos token.Pos) {
	if !v.Embedded() {
		return
	}
	t := v.Origin().Type()
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	var target string
	switch t := t.(type) { // an alias gives the field its own name
	case *types.Alias:
		target = f.target(t.Obj())
	case *types.Named:
		target = f.target(t.Obj())
	}
	if target != "" {
		f.unit.use(target, pos)
	}
}

// shadowed reports a name that something local would hide once it is unexported.
func (f *finder) shadowed(target string, pos token.Pos) {
	local := index.Local(target)
	scope := f.types.Scope().Innermost(pos)
	if scope == nil {
		return
	}
	if in, obj := scope.LookupParent(local, pos); obj != nil && in != f.types.Scope() && in != types.Universe {
		f.problem(pos, "%s becomes %s when lifted, which means something else here (line %d); rename either", target, local, f.fset.Position(obj.Pos()).Line)
	}
}

// methods keeps those methods of a type that could be called through an
// interface; others come only where they are named.
func (f *finder) methods() {
	for _, name := range f.unit.decl.Names {
		obj, _ := f.types.Scope().Lookup(name).(*types.TypeName)
		if obj == nil || obj.IsAlias() || types.IsInterface(obj.Type()) {
			continue
		}
		set := types.NewMethodSet(types.NewPointer(obj.Type()))
		callable := f.ifaces.callable(set)
		for m := range set.Methods() {
			if target := f.target(m.Obj()); target != "" && callable[m.Obj().Name()] {
				f.unit.use(target, token.NoPos)
			}
		}
	}
}
