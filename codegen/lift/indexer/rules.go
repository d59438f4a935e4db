package indexer

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"github.com/energeticc/energeticc/codegen/lift/index"
)

// rules checks what the type checker does not mind but lifting or the user of a
// generated package would.
func (b *builder) rules() {
	b.uniqueNames()
	for _, p := range b.pkgs {
		for _, s := range p.sources {
			if s.ast == nil {
				continue
			}
			b.fileRules(s)
			for _, d := range s.ast.Decls {
				if d, ok := d.(*ast.FuncDecl); ok {
					b.shapeRules(d)
				}
			}
		}
	}
}

// uniqueNames demands that names stay apart when their packages fall together
// in one, next to imports and to what Go itself declares.
func (b *builder) uniqueNames() {
	owner := map[string]string{}
	for _, p := range b.std {
		owner[p.Name()] = "the import " + p.Path()
	}
	for _, p := range b.pkgs {
		for _, s := range p.sources {
			for _, u := range s.units {
				for _, name := range u.decl.Names {
					if u.decl.Kind != index.Method {
						b.uniqueName(owner, p.name+"."+name, u)
					}
				}
			}
		}
	}
}

func (b *builder) uniqueName(owner map[string]string, target string, u *unit) {
	local := index.Local(target)
	if u.decl.Kind == index.Asm {
		_, local, _ = strings.Cut(target, ".")
	}
	pos := token.NoPos
	if u.node != nil {
		pos = u.node.Pos()
	}
	switch other, taken := owner[local]; {
	case token.IsKeyword(local) || types.Universe.Lookup(local) != nil:
		b.problem(pos, "%s becomes %s when lifted, which Go itself declares; rename it", target, local)
	case taken && other != target:
		b.problem(pos, "%s becomes %s when lifted, as does %s; rename either", target, local, other)
	}
	owner[local] = target
}

// banned lists imports that are too heavy for a package that should start in
// milliseconds.
var banned = []string{"fmt", "log", "reflect"}

// fileRules walks a file for statements and declarations that must not be there.
func (b *builder) fileRules(s *source) {
	for _, spec := range s.ast.Imports {
		if path := strings.Trim(spec.Path.Value, `"`); slices.Contains(banned, path) {
			b.problem(spec.Pos(), "import %s is too heavy for lifted code", path)
		}
	}
	for _, group := range s.ast.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, "//go:linkname") {
				b.problem(c.Pos(), "go:linkname does not survive lifting")
			}
		}
	}
	ast.Inspect(s.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			if s.pkg.name != "par" {
				b.problem(n.Pos(), "goroutines start in package par only")
			}
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				b.problem(n.Pos(), "an init function is not lifted; write a variable with an initialiser")
			}
		}
		return true
	})
}

// initialiser demands that a variable costs nothing at start: it may hold
// literals and conversions. Variables of one platform may call, to ask the CPU
// what it can do.
func (f *finder) initialiser() {
	ast.Inspect(f.unit.node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			if !f.info.Types[n.Fun].IsType() && f.info.Types[n].Value == nil {
				f.problem(n.Pos(), "a package variable may not call a function at start")
			}
		}
		return true
	})
}

// shapeRules checks the parameters that //energeticc:shape names: specialising
// turns them into constants.
func (b *builder) shapeRules(d *ast.FuncDecl) {
	shape := directive(d.Doc, "shape")
	if shape == nil {
		return
	}
	params := map[string]bool{}
	for _, f := range d.Type.Params.List {
		for _, id := range f.Names {
			t, ok := f.Type.(*ast.Ident)
			params[id.Name] = ok && strings.Contains(" int int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 ", " "+t.Name+" ")
		}
	}
	for _, name := range shape {
		if !params[name] {
			b.problem(d.Pos(), "shape parameter %s is no integer parameter of %s; it has %s", name, d.Name.Name, slices.Sorted(maps.Keys(params)))
		}
	}
	change := func(e ast.Expr) {
		if id, ok := e.(*ast.Ident); ok && slices.Contains(shape, id.Name) {
			b.problem(e.Pos(), "%s changes its shape parameter %s; copy it to a variable of another name", d.Name.Name, id.Name)
		}
	}
	if d.Body == nil {
		b.problem(d.Pos(), "%s has no body, so its shape cannot become constant", d.Name.Name)
		return
	}
	ast.Inspect(d.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, e := range n.Lhs {
				change(e)
			}
		case *ast.IncDecStmt:
			change(n.X)
		case *ast.RangeStmt:
			change(n.Key)
			change(n.Value)
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				change(n.X)
			}
		}
		return true
	})
}
