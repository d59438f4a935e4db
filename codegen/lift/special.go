package lift

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// shaped is a kernel parsed for specialising. Offsets are in its text.
type shaped struct {
	d    *decl
	fn   *ast.FuncDecl
	base token.Pos // of the text's first byte
}

func (d *decl) parse() (*shaped, error) {
	if err := d.current(); err != nil {
		return nil, err
	}
	const head = "package p\n"
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", head+d.text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("lift: %s: BUG: %w", d, err)
	}
	fn, ok := file.Decls[0].(*ast.FuncDecl)
	if !ok || fn.Body == nil {
		return nil, fmt.Errorf("lift: %s has no body to specialise", d)
	}
	return &shaped{d, fn, file.FileStart + token.Pos(len(head))}, nil
}

func (s *shaped) at(pos token.Pos) int { return int(pos - s.base) }

// specialNeeds gives what the copy of d needs: all that d uses, but d itself
// only where it calls itself.
func (d *decl) specialNeeds(sp Specialisation) ([]string, error) {
	s, err := d.parse()
	if err != nil {
		return nil, err
	}
	body := s.at(s.fn.Body.Pos())
	var needs []string
	for _, u := range d.Uses {
		if u.Target != sp.Kernel || slices.ContainsFunc(u.At, func(at int) bool { return at > body }) {
			needs = append(needs, u.Target)
		}
	}
	return needs, nil
}

// edits gives those that make the copy, besides renaming.
func (s *shaped) edits(sp Specialisation) ([]edit, error) {
	for _, name := range sortedKeys(sp.Consts) {
		if !slices.Contains(s.d.Shape, name) {
			return nil, fmt.Errorf("lift: %s: %s is no shape parameter of %s; it has %v", sp.NewName, name, s.d, s.d.Shape)
		}
	}
	doc := fmt.Sprintf("// %s is runtime/%s at this model's shape.\n", sp.NewName, s.d)
	if s.fn.Doc != nil {
		for _, c := range s.fn.Doc.List {
			if strings.HasPrefix(c.Text, "//go:") {
				doc += c.Text + "\n"
			}
		}
	}
	consts, err := s.constants(sp)
	if err != nil {
		return nil, err
	}
	body := s.at(s.fn.Body.Lbrace) + 1
	if len(consts) > 0 && s.d.text[body] != '\n' { // a body that begins on the brace's line
		consts += "\n"
	}
	edits := []edit{
		{0, s.at(s.fn.Type.Func), doc},
		{s.at(s.fn.Name.Pos()), s.at(s.fn.Name.End()), sp.NewName},
		{body, body, consts},
	}
	return append(edits, s.dropParams(sp)...), nil
}

// constants gives the lines that declare the shape: one per type, as a rule one.
// They are typed, since untyped ones would change arithmetic: 1.0/n.
func (s *shaped) constants(sp Specialisation) (string, error) {
	var order []string
	names, values := map[string][]string{}, map[string][]string{}
	for _, f := range s.fn.Type.Params.List {
		typ := types.ExprString(f.Type)
		for _, id := range f.Names {
			v, ok := sp.Consts[id.Name]
			if !ok {
				continue
			}
			if !fits(v, typ) {
				return "", fmt.Errorf("lift: %s: %s = %d does not fit %s on every platform", sp.NewName, id.Name, v, typ)
			}
			if names[typ] == nil {
				order = append(order, typ)
			}
			names[typ] = append(names[typ], id.Name)
			values[typ] = append(values[typ], fmt.Sprint(v))
		}
	}
	var b strings.Builder
	for _, typ := range order {
		fmt.Fprintf(&b, "\n\tconst %s %s = %s", strings.Join(names[typ], ", "), typ, strings.Join(values[typ], ", "))
	}
	return b.String(), nil
}

// fits reports whether v is a value of an integer type, int having 32 bits.
func fits(v int64, typ string) bool {
	bits := map[string]int{"int8": 8, "uint8": 8, "byte": 8, "int16": 16, "uint16": 16, "int": 32, "int32": 32, "uint": 32, "uint32": 32, "int64": 64, "uint64": 64}[typ]
	switch {
	case bits == 0:
		return false
	case typ[0] == 'u' || typ == "byte":
		return v >= 0 && (bits == 64 || v < 1<<bits)
	}
	return bits == 64 || -1<<(bits-1) <= v && v < 1<<(bits-1)
}

// dropParams gives the edits that remove constant parameters.
func (s *shaped) dropParams(sp Specialisation) []edit {
	var fields []item
	var edits []edit
	for _, f := range s.fn.Type.Params.List {
		var names []item
		all := len(f.Names) > 0
		for _, id := range f.Names {
			_, drop := sp.Consts[id.Name]
			names = append(names, item{s.at(id.Pos()), s.at(id.End()), drop})
			all = all && drop
		}
		fields = append(fields, item{s.at(f.Pos()), s.at(f.End()), all})
		if !all {
			edits = append(edits, dropItems(names)...)
		}
	}
	return append(edits, dropItems(fields)...)
}

// item is an element of a list with commas.
type item struct {
	at, end int
	drop    bool
}

// dropItems removes elements, each with the comma before it, or, at the head of
// the list, with the one behind it.
func dropItems(list []item) []edit {
	var edits []edit
	kept := false
	for i, it := range list {
		switch {
		case !it.drop:
			kept = true
		case kept:
			edits = append(edits, edit{list[i-1].end, it.end, ""})
		case i+1 < len(list):
			edits = append(edits, edit{it.at, list[i+1].at, ""})
		default:
			edits = append(edits, edit{it.at, it.end, ""})
		}
	}
	return edits
}

// addSpecial adds the copies of a kernel, one for each platform that has its own.
func (out *output) addSpecial(lib *library, sp Specialisation) error {
	if !token.IsIdentifier(sp.NewName) || types.Universe.Lookup(sp.NewName) != nil || out.declared[sp.NewName] {
		return fmt.Errorf("lift: %s: %q cannot be the name of its copy: it is taken, or no identifier", sp.Kernel, sp.NewName)
	}
	for _, d := range lib.decls[sp.Kernel] {
		s, err := d.parse()
		if err != nil {
			return err
		}
		edits, err := s.edits(sp)
		if err != nil {
			return err
		}
		renames, err := lib.rename(d)
		if err != nil {
			return err
		}
		for _, e := range renames {
			// The new name and doc comment replace what these would edit.
			if e.at > s.at(s.fn.Name.Pos()) {
				edits = append(edits, e)
			}
		}
		if err := out.add(d, edits); err != nil {
			return err
		}
	}
	out.declared[sp.NewName] = true
	return nil
}
