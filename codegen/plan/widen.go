package plan

import (
	"slices"
	"strings"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// carrier is the type under which an op takes values of the type d: float32 for floats that are only stored so, where
// the op computes with them, and a byte an element for packed types, where the op moves them.
func carrier(o ir.Op, d ir.DType) ir.DType {
	if v, ok := o.(ir.View); ok && v.IsView() {
		return d // copied whole
	}
	moves := op.Moves(o)
	switch {
	case moves && d.Bits()%8 != 0:
		return ir.Uint8
	case !moves && d.IsStorage():
		return ir.Float32
	}
	return d
}

// shadows are the values under their carriers; a value that needs none stands for itself.
func shadows(o ir.Op, values []*ir.Value) []*ir.Value {
	out := slices.Clone(values)
	for i, v := range values {
		if v == nil || !v.Type.IsTensor() {
			continue
		}
		if d := carrier(o, v.Type.DType); d != v.Type.DType {
			s := *v
			s.Type.DType = d
			out[i] = &s
		}
	}
	return out
}

// widen lowers a node. Where its values have carriers, what the op reads is brought into scratch memory before its own
// calls, and what it writes is brought from there after them: so results are rounded after each op. Constants stay
// small, as they are widened in each run.
//
// All inputs are read before the first output is written, so that an output may share an input's place.
func widen(n *ir.Node, l ir.Lowerer) ([]ir.Call, error) {
	in, out := shadows(n.Op, n.In), shadows(n.Op, n.Out)
	calls, err := l.Lower(in, out)
	if err != nil || slices.Equal(in, n.In) && slices.Equal(out, n.Out) {
		return calls, err
	}
	if c, ok := conversion(n, calls); ok {
		return c, nil
	}
	w := &widening{node: n, shadowIn: in, shadowOut: out, wide: map[*ir.Value]ir.Arg{}}
	w.find(calls)
	body := make([]ir.Call, len(calls))
	for i, c := range calls {
		body[i] = c
		body[i].Args = w.args(c.Args)
	}
	return slices.Concat(w.before, body, w.after), nil
}

// conversion is a single call where the op itself does no more than widen or narrow.
func conversion(n *ir.Node, calls []ir.Call) ([]ir.Call, bool) {
	if len(calls) != 1 || calls[0].Kernel != "kernel.Move" || op.Moves(n.Op) || len(n.In) != 1 {
		return nil, false
	}
	switch from, to := n.In[0].Type.DType, n.Out[0].Type.DType; {
	case to == ir.Float32:
		return []ir.Call{fromStorage(from, ir.Out(0), ir.In(0))}, true
	case from == ir.Float32:
		return []ir.Call{toStorage(to, ir.Out(0), ir.In(0))}, true
	}
	return nil, false
}

// fromStorage widens or unpacks.
func fromStorage(d ir.DType, dst, src ir.Arg) ir.Call {
	if dst.DType == ir.Uint8 {
		return ir.Call{Kernel: "kernel.UnpackBits", Args: []ir.Arg{dst, src, ir.IntC(d.Bits())}}
	}
	return ir.Call{Kernel: "kernel.Widen" + strings.ToUpper(d.String()), Args: []ir.Arg{dst, src}, Each: true}
}

// toStorage narrows or packs.
func toStorage(d ir.DType, dst, src ir.Arg) ir.Call {
	if src.DType == ir.Uint8 {
		return ir.Call{Kernel: "kernel.PackBits", Args: []ir.Arg{dst, src, ir.IntC(d.Bits())}}
	}
	return ir.Call{Kernel: "kernel.Narrow" + strings.ToUpper(d.String()), Args: []ir.Arg{dst, src}, Each: true}
}

// widening is the state of one node's.
type widening struct {
	node                *ir.Node
	shadowIn, shadowOut []*ir.Value
	wide                map[*ir.Value]ir.Arg // the scratch memory that stands for a value
	next                int                  // the first free index of scratch memory
	before, after       []ir.Call
}

// find gives every value that the calls use under its carrier its scratch memory.
func (w *widening) find(calls []ir.Call) {
	in, out := make([]bool, len(w.node.In)), make([]bool, len(w.node.Out))
	for _, c := range calls {
		walkArgs(c.Args, func(a ir.Arg) {
			switch a.Kind {
			case ir.ArgIn:
				in[a.Index] = true
			case ir.ArgOut:
				out[a.Index] = true
			case ir.ArgScratch:
				w.next = max(w.next, a.Index+1)
			}
		})
	}
	for i, v := range w.node.In {
		if _, known := w.wide[v]; in[i] && !known && w.shadowIn[i] != v {
			w.wide[v] = w.scratch(w.shadowIn[i])
			w.before = append(w.before, fromStorage(v.Type.DType, w.wide[v], ir.In(i)))
		}
	}
	for i, v := range w.node.Out {
		if !out[i] || w.shadowOut[i] == v {
			continue
		}
		a, shared := w.inPlace(i)
		if !shared {
			a = w.scratch(w.shadowOut[i])
		}
		w.wide[v] = a
		w.after = append(w.after, toStorage(v.Type.DType, ir.Out(i), a))
	}
}

// scratch is new memory for a shadow.
func (w *widening) scratch(shadow *ir.Value) ir.Arg {
	a := ir.Scratch(w.next, shadow.Type.DType, shadow.Type.Len())
	a.Name, a.Dims = strings.TrimSuffix(shadow.Name, "_output_0")+"_wide", shadow.Type.Shape
	w.next++
	return a
}

// inPlace is an input's scratch memory for output i, if the op may write the one over the other.
func (w *widening) inPlace(i int) (ir.Arg, bool) {
	p, ok := w.node.Op.(ir.InPlacer)
	if !ok || i > 0 {
		return ir.Arg{}, false
	}
	want := w.shadowOut[0].Type
	for _, k := range p.InPlace() {
		if k >= len(w.node.In) || w.node.In[k] == nil {
			continue
		}
		a, used := w.wide[w.node.In[k]]
		if !elementwise(w.node.Op) && readsTwice(w.node, k) {
			continue
		}
		if used && a.DType == want.DType && a.Dim.Equal(want.Len()) {
			return a, true
		}
	}
	return ir.Arg{}, false
}

// readsTwice reports whether input k is another input as well.
func readsTwice(n *ir.Node, k int) bool {
	for i, v := range n.In {
		if i != k && v == n.In[k] {
			return true
		}
	}
	return false
}

// args puts scratch memory where a call names the values that it stands for.
func (w *widening) args(args []ir.Arg) []ir.Arg {
	out := slices.Clone(args)
	for i, a := range out {
		out[i].Args = w.args(a.Args)
		var v *ir.Value
		switch a.Kind {
		case ir.ArgIn:
			v = w.node.In[a.Index]
		case ir.ArgOut:
			v = w.node.Out[a.Index]
		default:
			continue
		}
		if wide, ok := w.wide[v]; ok {
			wide.Sub, wide.Off, wide.Len = a.Sub, a.Off, a.Len
			out[i] = wide
		}
	}
	return out
}
