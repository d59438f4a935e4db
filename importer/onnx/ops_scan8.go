package onnx

import (
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// scan8 reads the form of opset 8, whose inputs all have a batch axis first: a Scan over the batch whose body is the
// Scan over the sequence. The lengths of the sequences, where they are given, are scanned last.
func scan8(n *node) ([]*ir.Value, error) {
	body := n.graph("body")
	rows := int(n.integer("num_scan_inputs", 0))
	directions := n.integers("directions")
	if n.err != nil {
		return nil, n.err
	}
	in := slices.Clone(n.in[min(1, len(n.in)):])
	carried := len(in) - rows
	if rows < 1 || carried < 0 || len(body.GetInput()) != len(in) || len(body.GetOutput()) < carried {
		return nil, fmt.Errorf("%d inputs, %d of them scanned, and a body that takes %d values and gives %d", len(in), rows, len(body.GetInput()), len(body.GetOutput()))
	}
	one := *n // the Scan over one element's sequence
	one.Builder = n.Sub("batch")
	one.in = nil
	var types []ir.Type
	for i, v := range in {
		least := 1
		if i >= carried {
			least = 2
		}
		if v == nil || v.Type.Rank() < least {
			return nil, fmt.Errorf("input %d is %s, want a batch axis and, where it is scanned, a sequence axis first", i+1, v)
		}
		t := ir.TensorType(v.Type.DType, v.Type.Shape[1:]...)
		one.in = append(one.in, one.Input(body.GetInput()[i].GetName(), t))
		types = append(types, ir.TensorType(t.DType, t.Shape[least-1:]...))
	}
	scan := op.Scan{Rows: rows, InReverse: reversed(directions, rows), OutReverse: make([]bool, len(body.GetOutput())-carried)}
	var outs []*ir.Value
	var err error
	if lengths := n.in[0]; lengths == nil {
		if scan.Body, err = n.im.repeat(&one, body, types, 0, 0, carried); err == nil {
			outs, err = one.add(scan, one.in...)
		}
	} else {
		if t := lengths.Type; t.DType != ir.Int64 || t.Rank() != 1 {
			return nil, fmt.Errorf("sequence_lens is %s, want an int64 vector", t)
		}
		if err := n.turnRound(in[carried:], scan.InReverse, lengths); err != nil {
			return nil, err
		}
		in = append(in, lengths)
		outs, err = one.scanUntil(one.Input("length", ir.TensorType(ir.Int64)), scan, body, types)
	}
	if err != nil {
		return nil, err
	}
	one.Output(outs...)
	return n.add(op.Scan{Body: one.Graph, Rows: len(in), InReverse: make([]bool, len(in)), OutReverse: make([]bool, len(outs))}, in...)
}

// turnRound reverses the scanned inputs that are read from their end, which is where a sequence's length says.
func (n *node) turnRound(in []*ir.Value, reverse []bool, lengths *ir.Value) error {
	for i, v := range in {
		if !reverse[i] {
			continue
		}
		var err error
		if in[i], err = n.one(op.ReverseSequence{Time: 1, Batch: 0}, v, lengths); err != nil {
			return err
		}
		reverse[i] = false
	}
	return nil
}

// scanUntil scans a sequence of which only the first length rows count. Its runs carry their number as well.
func (n *node) scanUntil(length *ir.Value, scan op.Scan, body *pb.GraphProto, types []ir.Type) ([]*ir.Value, error) {
	g, err := n.countedBody(length, body, types, len(types)-scan.Rows)
	if err != nil {
		return nil, err
	}
	scan.Body = g
	zero := n.Const("zero", ir.FromInts(ir.Int64, nil, []int64{0}))
	outs, err := n.add(scan, append([]*ir.Value{zero}, n.in...)...)
	if err != nil {
		return nil, err
	}
	return outs[1:], nil
}

// countedBody reads a Scan's body for scanUntil: in the runs from length on, what is carried stays and what is stacked
// is zero, as in ONNX Runtime. The standard leaves these rows open.
func (n *node) countedBody(length *ir.Value, body *pb.GraphProto, types []ir.Type, carried int) (*ir.Graph, error) {
	run := *n
	run.Builder, run.scope, run.outputs = n.Sub(body.GetName()), n.scope.inner(), len(body.GetOutput())
	count := run.Input("run", ir.TensorType(ir.Int64))
	for i, in := range body.GetInput() {
		run.scope.values[in.GetName()] = run.Input(in.GetName(), types[i])
	}
	then, err := n.im.path(&run, nil, run.branchOf(body))
	if err != nil {
		return nil, err
	}
	after := run.Sub("padding")
	for i, v := range then.Outputs {
		kept, o := n.Const("zero", ir.NewTensor(v.Type.DType)), ir.Op(op.Expand{Shape: v.Type.Shape})
		if i < carried {
			if !v.Type.Equal(types[i]) {
				return nil, fmt.Errorf("carried value %d is %s before a run and %s after it, want the same", i, types[i], v.Type)
			}
			kept, o = run.Graph.Inputs[i+1], op.Identity{}
		}
		if kept, err = after.Add1(v.Name, o, kept); err != nil {
			return nil, err
		}
		after.Output(kept)
	}
	next, err := run.one(op.Binary{Fn: "Add"}, count, n.Const("one", ir.FromInts(ir.Int64, nil, []int64{1})))
	if err != nil {
		return nil, err
	}
	more, err := run.one(op.Binary{Fn: "Less"}, count, length)
	if err != nil {
		return nil, err
	}
	outs, err := run.add(op.If{Then: then, Else: after.Graph}, more)
	if err != nil {
		return nil, err
	}
	run.Output(append([]*ir.Value{next}, outs...)...)
	return run.Graph, nil
}
