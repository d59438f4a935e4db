package onnx

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// scan reads a Scan of opset 9 on: axes other than the first become transposes around it.
func scan(n *node) ([]*ir.Value, error) {
	body := n.graph("body")
	rows := int(n.integer("num_scan_inputs", 0))
	if n.err != nil {
		return nil, n.err
	}
	carried := len(n.in) - rows
	stacked := len(body.GetOutput()) - carried
	if rows < 1 || carried < 0 || stacked < 0 || len(body.GetInput()) != len(n.in) {
		return nil, fmt.Errorf("%d inputs, %d of them scanned, and a body that takes %d values and gives %d", len(n.in), rows, len(body.GetInput()), len(body.GetOutput()))
	}
	inAxes, err := perRow(n, "scan_input_axes", rows)
	if err != nil {
		return nil, err
	}
	outAxes, err := perRow(n, "scan_output_axes", stacked)
	if err != nil {
		return nil, err
	}
	in := append([]*ir.Value{}, n.in...)
	var types []ir.Type
	for i, v := range in {
		if v == nil {
			return nil, fmt.Errorf("input %d is missing", i)
		}
		if i < carried {
			types = append(types, v.Type)
			continue
		}
		axis, err := ir.Axis(inAxes[i-carried], v.Type.Rank())
		if err != nil {
			return nil, fmt.Errorf("input %d: %w", i, err)
		}
		if axis != 0 {
			if in[i], err = n.one(op.Transpose{Perm: moveAxis(v.Type.Rank(), axis, 0)}, v); err != nil {
				return nil, err
			}
		}
		types = append(types, ir.TensorType(v.Type.DType, in[i].Type.Shape[1:]...))
	}
	g, err := n.im.repeat(n, body, types[:len(types):len(types)], 0, 0, carried)
	if err != nil {
		return nil, err
	}
	inDir, outDir := n.integers("scan_input_directions"), n.integers("scan_output_directions")
	outs, err := n.Add(n.name, op.Scan{Body: g, Rows: rows, InReverse: reversed(inDir, rows), OutReverse: reversed(outDir, stacked)}, in...)
	if err != nil {
		return nil, err
	}
	for k, a := range outAxes {
		v := outs[carried+k]
		axis, err := ir.Axis(a, v.Type.Rank())
		if err != nil {
			return nil, fmt.Errorf("output %d: %w", carried+k, err)
		}
		if axis != 0 {
			if outs[carried+k], err = n.one(op.Transpose{Perm: moveAxis(v.Type.Rank(), 0, axis)}, v); err != nil {
				return nil, err
			}
		}
	}
	return outs, nil
}

// perRow reads an axis for each scanned or stacked value, 0 where the attribute is absent.
func perRow(n *node, name string, count int) ([]int, error) {
	axes := ints(n.integers(name))
	if axes == nil {
		return make([]int, count), nil
	}
	if len(axes) != count {
		return nil, fmt.Errorf("attribute %s has %d values, want %d", name, len(axes), count)
	}
	return axes, nil
}

func reversed(directions []int64, count int) []bool {
	out := make([]bool, count)
	for i := range min(count, len(directions)) {
		out[i] = directions[i] != 0
	}
	return out
}

// moveAxis is the permutation that brings an axis to another place.
func moveAxis(rank, from, to int) []int {
	var perm []int
	for i := range rank {
		if i != from {
			perm = append(perm, i)
		}
	}
	perm = append(perm, 0)
	copy(perm[to+1:], perm[to:])
	perm[to] = from
	return perm
}
