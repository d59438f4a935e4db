package ir

import "reflect"

// Simplify decides, in all types, known contents, checks and attributes, what the symbols' ranges decide: min(seq, 512)
// is seq where seq is at most 512, and a symbol that can be only one number is that number. Checks that hold by then
// are dropped.
func (g *Graph) Simplify() {
	ranges := g.Ranges()
	pinned := map[string]Dim{}
	for s, r := range ranges {
		if r.Lo == r.Hi {
			pinned[s] = Const(r.Lo)
		}
	}
	g.Substitute(pinned)
	f := func(d Dim) Dim { return d.Simplify(ranges) }
	for _, v := range g.Values() {
		if v.Const == nil {
			v.simplify(ranges)
		}
	}
	g.Walk(func(n *Node) {
		if _, ok := n.Op.(DimHolder); ok {
			n.Op = mapAttributes(reflect.ValueOf(n.Op), f).Interface().(Op)
		}
		var left []Check
		for _, c := range n.Checks {
			if c.A, c.B = f(c.A), f(c.B); !c.A.Equal(c.B) {
				left = append(left, c)
			}
		}
		n.Checks = left
	})
}

func mapDims(dims []Dim, f func(Dim) Dim) []Dim {
	if dims == nil {
		return nil
	}
	out := make([]Dim, len(dims))
	for i, d := range dims {
		out[i] = f(d)
	}
	return out
}

// mapAttributes copies an op's attributes with f applied to every dim among them.
func mapAttributes(v reflect.Value, f func(Dim) Dim) reflect.Value {
	switch {
	case v.Type() == dimType:
		return reflect.ValueOf(f(v.Interface().(Dim)))
	case v.Type() == typeType:
		return reflect.ValueOf(v.Interface().(Type).mapDims(f))
	case v.Kind() == reflect.Slice && !v.IsNil():
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(mapAttributes(v.Index(i), f))
		}
		return out
	case v.Kind() == reflect.Struct:
		out := reflect.New(v.Type()).Elem()
		out.Set(v)
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(mapAttributes(v.Field(i), f))
			}
		}
		return out
	}
	return v
}

// OpDims lists the dim expressions among an op's attributes.
func OpDims(op Op) []Dim {
	if _, ok := op.(DimHolder); !ok {
		return nil
	}
	var dims []Dim
	mapAttributes(reflect.ValueOf(op), func(d Dim) Dim {
		dims = append(dims, d)
		return d
	})
	return dims
}
