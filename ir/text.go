package ir

import (
	"crypto/sha256"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// String writes the graph in its text form; long constants are cut to their sha256.
func (g *Graph) String() string { return g.print(true) }

// Text writes the graph in its text form, whole: Parse reads it.
func (g *Graph) Text() string { return g.print(false) }

// elideAbove is how many elements String shows of a constant or an attribute.
const elideAbove = 16

// printer writes a graph's text form. Every value of the model gets a name of its own.
type printer struct {
	strings.Builder
	names map[*Value]string
	used  map[string]bool
	elide bool
	depth int
}

func (g *Graph) print(elide bool) string {
	p := &printer{names: map[*Value]string{}, used: map[string]bool{}, elide: elide}
	p.nameAll(g.Inputs)
	p.nameAll(g.Outputs)
	p.nameAll(g.Constants())
	p.nameAll(g.Values())
	p.graph(g, func() {
		p.symbols(g)
		for _, v := range g.Constants() {
			p.line("const " + p.names[v] + " " + v.Type.String() + " = ")
			p.constant(v.Const)
			p.WriteByte('\n')
		}
	})
	p.WriteByte('\n')
	return p.Builder.String()
}

// nameAll gives values the names that they have, numbered where they would not be unique.
func (p *printer) nameAll(vs []*Value) {
	for _, v := range vs {
		if v == nil || p.names[v] != "" {
			continue
		}
		name := v.Name
		for i := 2; p.used[name]; i++ {
			name = fmt.Sprintf("%s_%d", v.Name, i)
		}
		p.used[name] = true
		p.names[v] = quoteName(name)
	}
}

// keywords cannot be names unless quoted.
var keywords = map[string]bool{"_": true, "const": true, "sym": true, "func": true, "check": true}

func quoteName(name string) string {
	if isIdentifier(name) && !keywords[name] {
		return name
	}
	return strconv.Quote(name)
}

func (p *printer) line(s string) {
	p.WriteString(strings.Repeat("  ", p.depth))
	p.WriteString(s)
}

// symbols declares those of which more is known than that the model names them and they are not negative.
func (p *printer) symbols(g *Graph) {
	for _, name := range g.SymbolNames() {
		s := g.Symbols[name]
		text := "sym " + symbolKey(name)
		if s.Range != (Range{0, Unbounded}) {
			text += " " + strconv.FormatInt(s.Range.Lo, 10) + ".."
			if s.Range.Hi != Unbounded {
				text += strconv.FormatInt(s.Range.Hi, 10)
			}
		}
		switch {
		case s.Data && s.Named:
			text += " data named"
		case s.Data:
			text += " data"
		case !s.Named:
			text += " unnamed"
		case s.Range == (Range{0, Unbounded}):
			continue
		}
		p.line(text + "\n")
	}
}

func (p *printer) graph(g *Graph, head func()) {
	p.WriteString("func " + quoteName(g.Name))
	p.params(g.Inputs)
	p.WriteByte(' ')
	p.params(g.Outputs)
	p.WriteString(" {\n")
	p.depth++
	if head != nil {
		head()
	}
	isOutput := map[*Value]bool{}
	for _, v := range g.Outputs {
		isOutput[v] = true
	}
	for _, n := range g.Nodes {
		p.node(n, isOutput)
	}
	p.depth--
	p.line("}")
}

func (p *printer) params(vs []*Value) {
	p.WriteByte('(')
	for i, v := range vs {
		if i > 0 {
			p.WriteString(", ")
		}
		p.WriteString(p.typed(v))
	}
	p.WriteByte(')')
}

func (p *printer) typed(v *Value) string {
	if v == nil {
		return "_"
	}
	return p.names[v] + " " + v.Type.String()
}

// node writes one application. Types stand beside the outputs that the signature does not show, then what is known of
// their contents; the node's name stands behind it where it is not that of its first output.
func (p *printer) node(n *Node, isOutput map[*Value]bool) {
	p.line("")
	for i, v := range n.Out {
		if i > 0 {
			p.WriteString(", ")
		}
		if isOutput[v] && v.Elems == nil {
			p.WriteString(p.names[v])
		} else {
			p.WriteString(p.typed(v))
		}
		if v != nil && v.Elems != nil {
			p.contents(v.Elems)
		}
	}
	if len(n.Out) > 0 {
		p.WriteString(" = ")
	}
	p.op(n.Op)
	p.WriteByte('(')
	for i, v := range n.In {
		if i > 0 {
			p.WriteString(", ")
		}
		if v == nil {
			p.WriteByte('_')
		} else {
			p.WriteString(p.names[v])
		}
	}
	p.WriteByte(')')
	for _, c := range n.Checks {
		fmt.Fprintf(p, " check(%s == %s, %q)", c.A, c.B, c.What)
	}
	if len(n.Out) == 0 || quoteName(n.Name) != p.names[n.Out[0]] {
		p.WriteString("  # " + commentName(n.Name))
	}
	p.WriteByte('\n')
}

// contents writes what is known of a value's contents.
func (p *printer) contents(elems []Dim) {
	p.WriteString(" {")
	for i, d := range elems {
		if i > 0 {
			p.WriteString(", ")
		}
		if p.elide && i == elideAbove {
			fmt.Fprintf(p, "… %d more", len(elems)-i)
			break
		}
		p.WriteString(d.String())
	}
	p.WriteByte('}')
}

// commentName is a node's name as it stands behind #: as it is, or quoted where it would not be read back.
func commentName(name string) string {
	if name != "" && name == strings.TrimSpace(name) && name[0] != '"' && strconv.Quote(name) == `"`+name+`"` {
		return name
	}
	return strconv.Quote(name)
}

// opName names an op of this kind; op rows whose struct serves several ops give the name by a method.
func (p *printer) op(op Op) {
	if op == nil {
		p.WriteByte('?')
		return
	}
	p.WriteString(op.OpName())
	p.fields(reflect.Indirect(reflect.ValueOf(op)), false)
}

// OpText writes an op with its attributes as the text form does: two ops of one text compute the same.
func OpText(op Op) string {
	p := &printer{names: map[*Value]string{}, used: map[string]bool{}}
	p.op(op)
	return p.Builder.String()
}

// fields writes the exported fields that are not zero.
func (p *printer) fields(v reflect.Value, always bool) {
	open := false
	graphs := false
	for i := range v.NumField() {
		f, x := v.Type().Field(i), v.Field(i)
		if !f.IsExported() || f.Tag.Get("ir") == "-" || x.IsZero() {
			continue
		}
		if !open {
			p.WriteByte('{')
			p.depth++
		} else if !graphs {
			p.WriteString(", ")
		}
		if x.Type() == graphType {
			p.WriteByte('\n')
			p.line("")
		} else if graphs {
			p.WriteByte(' ')
		}
		open, graphs = true, x.Type() == graphType
		p.WriteString(f.Name + ": ")
		p.attribute(x)
	}
	switch {
	case open && graphs:
		p.depth--
		p.WriteByte('\n')
		p.line("}")
	case open:
		p.depth--
		p.WriteByte('}')
	case always:
		p.WriteString("{}")
	}
}

var (
	graphType  = reflect.TypeFor[*Graph]()
	tensorType = reflect.TypeFor[*Tensor]()
	dimType    = reflect.TypeFor[Dim]()
	typeType   = reflect.TypeFor[Type]()
	dtypeType  = reflect.TypeFor[DType]()
)

func (p *printer) attribute(v reflect.Value) {
	switch v.Type() {
	case graphType:
		p.graph(v.Interface().(*Graph), nil)
		return
	case tensorType:
		p.tensor(v.Interface().(*Tensor))
		return
	case dimType, typeType, dtypeType:
		p.WriteString(v.Interface().(fmt.Stringer).String())
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		p.WriteString(strconv.FormatBool(v.Bool()))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		p.WriteString(strconv.FormatInt(v.Int(), 10))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		p.WriteString(strconv.FormatUint(v.Uint(), 10))
	case reflect.Float32, reflect.Float64:
		p.WriteString(strconv.FormatFloat(v.Float(), 'g', -1, v.Type().Bits()))
	case reflect.String:
		p.WriteString(strconv.Quote(v.String()))
	case reflect.Slice, reflect.Array:
		p.list(v)
	case reflect.Struct:
		p.fields(v, true)
	default:
		panic("ir: BUG: an attribute of type " + v.Type().String())
	}
}

func (p *printer) list(v reflect.Value) {
	p.WriteByte('[')
	for i := range v.Len() {
		if i > 0 {
			p.WriteString(", ")
		}
		if p.elide && i == elideAbove {
			fmt.Fprintf(p, "… %d more", v.Len()-i)
			break
		}
		p.attribute(v.Index(i))
	}
	p.WriteByte(']')
}

// tensor writes a constant with its type before it.
func (p *printer) tensor(t *Tensor) {
	p.WriteString(t.TypeOf().String() + " ")
	p.constant(t)
}

// digest is the beginning of the sha256 of a tensor's data.
func digest(t *Tensor) string {
	h := sha256.New()
	h.Write(t.Data)
	for _, s := range t.Strings {
		fmt.Fprintf(h, "%q", s)
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:4])
}
