package indexer

import (
	"go/ast"
	"go/token"
	"maps"
	"slices"
	"strings"

	"github.com/energeticc/energeticc/codegen/lift/index"
)

// unit is a declaration on its way into the index.
type unit struct {
	decl *index.Decl
	node ast.Node        // nil for an assembly file
	base token.Pos       // of the declaration's first byte
	std  map[string]bool // packages mentioned
	uses map[string]map[int]bool
}

func newUnit(kind index.Kind, names ...string) *unit {
	return &unit{
		decl: &index.Decl{Kind: kind, Names: names, Insert: -1},
		std:  map[string]bool{},
		uses: map[string]map[int]bool{},
	}
}

// use notes that target is needed, and renamed at pos if that is valid.
func (u *unit) use(target string, pos token.Pos) {
	if u.uses[target] == nil {
		u.uses[target] = map[int]bool{}
	}
	if pos.IsValid() {
		u.uses[target][int(pos-u.base)] = true
	}
}

// finish writes what was noted into the declaration.
func (u *unit) finish() *index.Decl {
	u.decl.Std = slices.Sorted(maps.Keys(u.std))
	for _, target := range slices.Sorted(maps.Keys(u.uses)) {
		u.decl.Uses = append(u.decl.Uses, index.Use{Target: target, At: slices.Sorted(maps.Keys(u.uses[target]))})
	}
	return u.decl
}

// split cuts a Go file into units.
func (s *source) split(fset *token.FileSet) {
	for _, d := range s.ast.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			s.addFunc(fset, d)
		case *ast.GenDecl:
			if d.Tok != token.IMPORT {
				s.addGen(fset, d)
			}
		}
	}
}

func (s *source) addFunc(fset *token.FileSet, d *ast.FuncDecl) {
	u := newUnit(index.Func, d.Name.Name)
	if d.Recv != nil {
		u.decl.Kind = index.Method
		u.decl.Names[0] = receiver(d) + "." + d.Name.Name
	}
	if d.Name.Name == "_" {
		return
	}
	u.decl.Shape = directive(d.Doc, "shape")
	s.add(fset, u, d, d.Doc)
	u.renameDoc(s.pkg, d.Doc, d.Name.Name, d.Recv == nil)
}

// addGen adds a declaration with keyword: whole if it stands alone or is held
// together by iota, else a unit for every specification.
func (s *source) addGen(fset *token.FileSet, d *ast.GenDecl) {
	kind := index.Kind(d.Tok.String())
	if !d.Lparen.IsValid() || d.Tok == token.CONST && tied(d) {
		u := newUnit(kind)
		for _, spec := range d.Specs {
			u.decl.Names = append(u.decl.Names, specNames(spec)...)
		}
		if len(u.decl.Names) == 0 {
			return // a compile-time assertion
		}
		s.add(fset, u, d, d.Doc)
		for _, spec := range d.Specs {
			for _, name := range specNames(spec) {
				u.renameDoc(s.pkg, d.Doc, name, true)
				u.renameDoc(s.pkg, specDoc(spec), name, true)
			}
		}
		return
	}
	for _, spec := range d.Specs {
		names := specNames(spec)
		if len(names) == 0 {
			continue
		}
		u := newUnit(kind, names...)
		s.add(fset, u, spec, specDoc(spec))
		u.decl.Insert = int(spec.Pos() - u.base)
		for _, name := range names {
			u.renameDoc(s.pkg, specDoc(spec), name, true)
		}
	}
}

// add gives u its bytes: from its doc comment to its end, or to the end of the
// comment behind it.
func (s *source) add(fset *token.FileSet, u *unit, node ast.Node, doc *ast.CommentGroup) {
	u.node, u.base = node, node.Pos()
	if doc != nil {
		u.base = doc.Pos()
	}
	end := node.End()
	if d, ok := node.(*ast.GenDecl); ok && !d.Lparen.IsValid() {
		node = d.Specs[0]
	}
	switch d := node.(type) {
	case *ast.ValueSpec:
		if d.Comment != nil {
			end = d.Comment.End()
		}
	case *ast.TypeSpec:
		if d.Comment != nil {
			end = d.Comment.End()
		}
	}
	u.decl.Start = fset.Position(u.base).Offset
	u.decl.Len = int(end - u.base)
	s.units = append(s.units, u)
}

// renameDoc notes the name that a doc comment starts with.
func (u *unit) renameDoc(p *pkg, doc *ast.CommentGroup, name string, local bool) {
	if doc == nil || !local {
		return
	}
	line := doc.List[0]
	text, ok := strings.CutPrefix(line.Text, "// ")
	if !ok {
		return
	}
	for _, article := range []string{"A ", "An ", "The "} {
		text = strings.TrimPrefix(text, article)
	}
	if rest, ok := strings.CutPrefix(text, name); ok && (rest == "" || strings.ContainsRune(" ,.:;'’", rune(rest[0])) || rest[0] >= 0x80) {
		u.use(p.name+"."+name, line.Pos()+token.Pos(len(line.Text)-len(text)))
	}
}

// receiver gives the name of the type that d is a method of.
func receiver(d *ast.FuncDecl) string {
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.ParenExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return "_"
		}
	}
}

// tied reports whether the constants of a group depend on their place in it.
func tied(d *ast.GenDecl) bool {
	found := false
	for _, spec := range d.Specs {
		spec := spec.(*ast.ValueSpec)
		found = found || len(spec.Values) == 0
		for _, v := range spec.Values {
			ast.Inspect(v, func(n ast.Node) bool {
				id, ok := n.(*ast.Ident)
				found = found || ok && id.Name == "iota"
				return true
			})
		}
	}
	return found
}

// specNames gives the names that a specification declares.
func specNames(spec ast.Spec) []string {
	var names []string
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		names = append(names, spec.Name.Name)
	case *ast.ValueSpec:
		for _, id := range spec.Names {
			names = append(names, id.Name)
		}
	}
	return slices.DeleteFunc(names, func(n string) bool { return n == "_" })
}

func specDoc(spec ast.Spec) *ast.CommentGroup {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		return spec.Doc
	case *ast.ValueSpec:
		return spec.Doc
	}
	return nil
}

// directive gives the words behind //energeticc:name in a doc comment.
func directive(doc *ast.CommentGroup, name string) []string {
	if doc == nil {
		return nil
	}
	for _, c := range doc.List {
		if rest, ok := strings.CutPrefix(c.Text, "//energeticc:"+name+" "); ok {
			return strings.Fields(rest)
		}
	}
	return nil
}
