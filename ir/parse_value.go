package ir

import (
	"reflect"
	"strconv"
)

// attributes reads {Field: value, …} into an op, if they are there.
func (p *parser) attributes(n *names, op Op) Op {
	if !p.accept("{") {
		return op
	}
	v := reflect.ValueOf(op)
	pointer := v.Kind() == reflect.Pointer
	v = reflect.Indirect(v)
	box := reflect.New(v.Type())
	box.Elem().Set(v)
	p.fields(n, box.Elem())
	if !pointer {
		box = box.Elem()
	}
	return box.Interface().(Op)
}

// fields reads the fields of a struct whose brace is open. Commas between them may be missing.
func (p *parser) fields(n *names, v reflect.Value) {
	defer p.enter()()
	for !p.accept("}") {
		name := p.name("an attribute")
		f, ok := reflect.StructField{}, false
		if v.Kind() == reflect.Struct {
			f, ok = v.Type().FieldByName(name)
		}
		if !ok || !f.IsExported() || f.Tag.Get("ir") == "-" || len(f.Index) != 1 {
			p.fail("%s has no attribute %s", v.Type(), name)
		}
		p.expect(":")
		p.attribute(n, v.FieldByIndex(f.Index))
		p.accept(",")
	}
}

func (p *parser) attribute(n *names, v reflect.Value) {
	switch v.Type() {
	case graphType:
		v.Set(reflect.ValueOf(p.graph(n)))
		return
	case tensorType:
		v.Set(reflect.ValueOf(p.constant(p.typ())))
		return
	case dimType:
		d := p.dim(",]}")
		n.graph.know(Type{Shape: []Dim{d}})
		v.Set(reflect.ValueOf(d))
		return
	case typeType:
		v.Set(reflect.ValueOf(p.typeIn(n.graph)))
		return
	case dtypeType:
		v.Set(reflect.ValueOf(p.dtype(p.word())))
		return
	}
	switch v.Kind() {
	case reflect.Slice:
		p.list(n, v)
	case reflect.Array:
		p.expect("[")
		for i := range v.Len() {
			p.attribute(n, v.Index(i))
			p.accept(",")
		}
		p.expect("]")
	case reflect.Struct:
		p.expect("{")
		p.fields(n, v)
	case reflect.String:
		v.SetString(p.text())
	default:
		p.scalar(v)
	}
}

// scalar reads a number or truth value.
func (p *parser) scalar(v reflect.Value) {
	text := p.number()
	ok := false
	switch v.Kind() {
	case reflect.Bool:
		ok = text == "true" || text == "false"
		v.SetBool(text == "true")
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		i, err := strconv.ParseInt(text, 10, v.Type().Bits())
		v.SetInt(i)
		ok = err == nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		i, err := strconv.ParseUint(text, 10, v.Type().Bits())
		v.SetUint(i)
		ok = err == nil
	case reflect.Float32, reflect.Float64:
		f, err := strconv.ParseFloat(text, v.Type().Bits())
		v.SetFloat(f)
		ok = err == nil
	}
	if !ok {
		p.fail("%q is no %s", text, v.Type())
	}
}

func (p *parser) list(n *names, v reflect.Value) {
	defer p.enter()()
	p.expect("[")
	out := reflect.MakeSlice(v.Type(), 0, 0)
	for !p.accept("]") {
		if out.Len() > 0 {
			p.expect(",")
		}
		p.whole()
		e := reflect.New(v.Type().Elem()).Elem()
		p.attribute(n, e)
		out = reflect.Append(out, e)
	}
	v.Set(out)
}

// constant reads a value of a type.
func (p *parser) constant(t Type) *Tensor {
	defer p.enter()()
	if p.whole(); !t.IsTensor() {
		return p.composed(t)
	}
	size := 1 // of the shape, as far as it can be true of a text of this length
	shape := make([]int, len(t.Shape))
	for i, d := range t.Shape {
		c, ok := d.IsConst()
		if !ok || c < 0 || c > int64(len(p.src)) {
			p.fail("a constant's dim is %s", d)
		}
		shape[i] = int(c)
		if size *= int(c); size > len(p.src) {
			p.fail("a constant of more elements than the text has")
		}
	}
	out := NewTensor(t.DType, shape...)
	if len(shape) == 0 {
		p.element(out, 0)
		return out
	}
	p.expect("[")
	for i := range size {
		if p.accept("]") {
			p.fail("%d elements, want %d", i, size)
		}
		p.element(out, i)
	}
	if !p.accept("]") {
		p.fail("%s after %d elements", p.found(), size)
	}
	return out
}

func (p *parser) element(t *Tensor, i int) {
	switch t.DType.Kind() {
	case KindString:
		t.Strings[i] = p.text()
		return
	case KindComplex:
		re, im := complexParts(t, i)
		p.expect("(")
		p.element(re, 0)
		p.element(im, 0)
		p.expect(")")
		return
	}
	if err := setElement(t, i, p.number()); err != nil {
		p.fail("%v", err)
	}
}

// composed reads a sequence's, optional's or map's value.
func (p *parser) composed(t Type) *Tensor {
	out := &Tensor{Type: &t}
	p.expect("(")
	if t.Kind == KindMap {
		out.Keys = p.constant(p.typ())
		p.accept(",")
	}
	for !p.accept(")") {
		if len(out.Elems) > 0 {
			p.expect(",")
		}
		out.Elems = append(out.Elems, p.constant(p.typ()))
	}
	return out
}
