package tfjs

import (
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/importer/tfjs/file"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var wrapperLayers = []layerRow{{"Bidirectional", bidirectional, false}, {"TimeDistributed", timeDistributed, true}}

// bidirectional runs a recurrent layer forwards and another one, with weights of its own, backwards.
func bidirectional(l *layer) []*ir.Value {
	var inner *layerConfig
	if !l.field("layer", &inner) || inner == nil {
		l.fail("config field layer is missing")
		return nil
	}
	if cellKinds[inner.ClassName] == "" && inner.ClassName != "RNN" {
		l.fail("a layer of class %q is no recurrent one", inner.ClassName)
		return nil
	}
	half := max(len(l.in)-1, 0) / 2 // of the states to start with, if there are any
	states := l.in[min(1, len(l.in)):]
	a, b := l.direction(inner, false, states[:half]), l.direction(inner, true, states[half:])
	if l.err != nil {
		return nil
	}
	y, z := a[0], b[0]
	sequences := (&layer{node: l.node, config: parseConfig(inner.Config)}).flag("return_sequences", false)
	outs := l.joinedDirections(y, z)
	if sequences && l.err == nil {
		l.setMask(outs[0], l.mask)
	}
	return append(outs, append(slices.Clone(a[1:]), b[1:]...)...)
}

// direction reads one of a Bidirectional's two layers: the second goes the other way than its configuration says, and
// gives its last step first.
func (l *layer) direction(c *layerConfig, second bool, states []*ir.Value) []*ir.Value {
	inner := &layer{config: parseConfig(c.Config), mask: l.mask}
	inner.node = &node{scope: l.scope, im: l.im, def: &file.NodeDef{Name: l.def.Name, Op: c.ClassName}, in: append([]*ir.Value{l.arg(0)}, states...)}
	inner.path = l.path + "/forward_" + inner.text("name", c.Name)
	if second {
		inner.turned = true
		inner.path = l.path + "/backward_" + inner.text("name", c.Name)
		inner.config["go_backwards"] = jsonRaw(fmt.Sprint(!inner.flag("go_backwards", false)))
	}
	outs := recurrent(inner)
	l.check(inner.err)
	return outs
}

// joinedDirections combines what the two directions give.
func (l *layer) joinedDirections(y, z *ir.Value) []*ir.Value {
	mode := "null"
	l.field("merge_mode", &mode)
	switch mode {
	case "concat":
		return one(l.do(op.Concat{Axis: y.Type.Rank() - 1}, y, z))
	case "sum":
		return one(l.binary("Add", y, z))
	case "ave":
		return one(l.binary("Mul", l.binary("Add", y, z), l.constant(ir.Float32, 0.5)))
	case "mul":
		return one(l.binary("Mul", y, z))
	case "null":
		return []*ir.Value{y, z}
	}
	l.fail("merge_mode is %q, want concat, sum, ave, mul or null", mode)
	return one(hole())
}

// timeDistributed applies a layer to each step: as to a batch of all steps.
func timeDistributed(l *layer) []*ir.Value {
	var inner *layerConfig
	x := l.tensor(0, 3, anyRank)
	if !l.field("layer", &inner) || inner == nil {
		l.fail("config field layer is missing")
	}
	if l.err != nil {
		return nil
	}
	s := x.Type.Shape
	flat := l.reshape(x, append([]ir.Dim{s[0].Mul(s[1])}, s[2:]...)...)
	outs := l.inner(inner, l.path, flat)
	if l.err != nil || len(outs) != 1 {
		l.fail("the layer gives %d outputs, want 1", len(outs))
		return nil
	}
	return one(l.reshape(outs[0], append([]ir.Dim{s[0], s[1]}, outs[0].Type.Shape[1:]...)...))
}

var modelLayers = []layerRow{{"Sequential", modelLayer, false}, {"Model", modelLayer, false}, {"Functional", modelLayer, false}, {"InputLayer", inputLayer, false}}

// modelLayer reads a model within a model.
func modelLayer(l *layer) []*ir.Value {
	r, err := l.im.openModel(l.scope, &layerConfig{ClassName: l.def.Op, Name: l.def.Name, Config: l.raw})
	if !l.check(err) {
		return nil
	}
	if len(l.in) != len(r.in) {
		l.fail("%d inputs, want %d", len(l.in), len(r.in))
		return nil
	}
	for i, p := range r.in {
		r.calls[p.layer] = [][]*ir.Value{{l.in[i]}}
	}
	outs, err := r.outputs()
	l.check(err)
	return outs
}

// inputLayer stands where a model has a layer of its own for what it is given.
func inputLayer(l *layer) []*ir.Value {
	if len(l.in) == 0 {
		l.fail("the layer is none of the model's input_layers")
		return nil
	}
	return l.in[:1]
}
