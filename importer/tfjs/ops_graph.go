package tfjs

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/importer/tfjs/file"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var graphRows = []row{
	{"Const", weight}, {"Placeholder", placeholder}, {"PlaceholderWithDefault", placeholderWithDefault},
	{"Identity", pass}, {"StopGradient", pass}, {"Snapshot", pass}, {"FakeQuantWithMinMaxVars", pass}, {"Print", pass},
	{"IdentityN", passAll}, {"NoOp", noOp},
	{"Shape", shapeOf}, {"ShapeN", shapesOf}, {"Size", sizeOf}, {"Rank", rankOf},
}

// weight reads Const, whose value stands among the weights.
func weight(n *node) []*ir.Value {
	w, ok := n.im.file.Weight(n.def.Name)
	if !ok {
		n.fail("the weights manifest has no %q", n.def.Name)
		return nil
	}
	return one(n.weight(w))
}

// weight gives a weight's values. Codes stay codes: what makes values of them runs with the model, or is folded where
// that costs nothing.
func (n *node) weight(w *file.Weight) *ir.Value {
	stored := n.Const(w.Name, w.Stored)
	switch {
	case w.Stored.DType == ir.Float16:
		return n.decoded(coded{stored, op.Cast{To: ir.Float32}})
	case !w.Quantized():
		return stored
	case w.DType == ir.Int32:
		return n.Const(w.Name, wholeNumbers(w))
	}
	return n.decoded(coded{stored, op.Decode{Step: w.Scale, Least: w.Min}})
}

// coded is a weight that is stored as codes, and what makes values of them.
type coded struct {
	codes *ir.Value
	op    ir.Op
}

// decoded makes values of codes, and remembers the codes: whoever moves a weight moves these. Vectors, which
// normalisations and biases compute with, may become numbers now.
func (n *node) decoded(c coded) *ir.Value {
	v := n.do(c.op, c.codes)
	if n.err == nil && v.Const == nil {
		n.im.handles[v] = c
	}
	return v
}

// moved applies an op that only moves elements, to codes where a weight is made of them.
func (n *node) moved(o ir.Op, v *ir.Value) *ir.Value {
	c, ok := n.im.handles[v].(coded)
	if !ok || n.err != nil {
		return n.do(o, v)
	}
	out, err := ir.EvalOp(o, []*ir.Tensor{c.codes.Const})
	if !n.check(err) {
		return hole()
	}
	c.codes = n.Const(c.codes.Name, out[0])
	return n.decoded(c)
}

// wholeNumbers are the values of codes for integers, halves rounded up as JavaScript does.
func wholeNumbers(w *file.Weight) *ir.Tensor {
	t := ir.NewTensor(ir.Int32, w.Shape...)
	for i := range t.Len() {
		t.SetFloat(i, math.Floor(w.Stored.Float(i)*w.Scale+w.Min+0.5))
	}
	return t
}

// inputs makes the model's inputs and gives their values to the scope.
func (im *importer) inputs(b *ir.Builder, s *scope) error {
	for _, p := range im.inputPorts(s.net) {
		def := s.net.nodes[nodeOf(p.ref)]
		if def == nil {
			return fmt.Errorf("input %q: the graph has no such node", p.ref)
		}
		d, dims := declared(def, p.decl)
		if d == ir.Invalid {
			continue // a resource, which the initialiser makes
		}
		if dims == nil {
			if err := im.openPort(b, p.name, def, d); err != nil {
				return err
			}
			continue
		}
		shape := make([]ir.Dim, len(dims))
		for i, size := range dims {
			if shape[i] = ir.Const(size); size < 0 {
				shape[i] = im.opt.UnknownDim(b, p.name, i)
			}
		}
		s.bound[def.Name+":0"] = b.Input(p.name, ir.TensorType(d, shape...))
	}
	return nil
}

// declared is the type that the node declares or, where that does not say, the signature.
func declared(def *file.NodeDef, p *file.Port) (ir.DType, []int64) {
	attr := func(name string) *file.Attr {
		if a := def.Attr[name]; a != nil {
			return a
		}
		return &file.Attr{}
	}
	var d ir.DType
	if t := attr("dtype").Type; t != nil {
		d = t.IR
	} else if p != nil {
		d = p.DType.IR
	}
	shape := attr("shape").Shape
	dims := shape.Dims()
	if dims == nil && p != nil {
		dims = p.TensorShape.Dims()
	}
	return d, dims
}

// placeholder reads one that is no input of the model: a table that the initialiser makes.
func placeholder(n *node) []*ir.Value {
	if t := n.im.resource(n.def.Name); t != nil {
		return one(n.im.handle(n.def, t))
	}
	n.fail("the signature has no such input, so that nothing can be fed to it")
	return nil
}

// placeholderWithDefault reads one that is no input of the model: its default holds.
func placeholderWithDefault(n *node) []*ir.Value { return one(n.arg(0)) }

// pass gives the first input on. Quantising for training does nothing in TensorFlow.js.
func pass(n *node) []*ir.Value { return one(n.arg(0)) }

func passAll(n *node) []*ir.Value { return n.in }

// noOp gives a number that nobody should read.
func noOp(n *node) []*ir.Value { return one(n.constant(ir.Float32, 1)) }

// shape gives a value's sizes as a vector.
func (n *node) shape(v *ir.Value) *ir.Value {
	if !v.Type.IsTensor() {
		n.fail("the shape of %s, want a tensor", v.Type)
	}
	dims := append([]ir.Dim{}, v.Type.Shape...)
	return n.do(op.Sizes{Values: dims, DType: ir.Int32, Shape: []int{len(dims)}})
}

func shapeOf(n *node) []*ir.Value { return one(n.shape(n.arg(0))) }

// shapesOf reads ShapeN, whose results are floats in TensorFlow.js.
func shapesOf(n *node) []*ir.Value {
	var outs []*ir.Value
	for _, v := range n.in {
		outs = append(outs, n.cast(n.shape(v), ir.Float32))
	}
	return outs
}

func sizeOf(n *node) []*ir.Value {
	v := n.tensor(0, 0, anyRank)
	return one(n.do(op.Sizes{Values: []ir.Dim{v.Type.Len()}, DType: ir.Int32}))
}

func rankOf(n *node) []*ir.Value {
	return one(n.constant(ir.Int32, float64(n.tensor(0, 0, anyRank).Type.Rank())))
}
