package op

import (
	"errors"
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/ir"
)

// nmsOps are the rows of the family.
var nmsOps = []Def{
	{Name: "NonMaxSuppression", Doc: "NonMaxSuppression picks boxes by score that do not overlap too much. Source: ONNX NonMaxSuppression.", New: func() ir.Op { return NonMaxSuppression{} }, DTypes: []ir.DType{ir.Float32}},
}

// NonMaxSuppression picks, for each batch and class, boxes in the order of their scores: those that overlap no box
// picked before by more than a threshold. Inputs:
//
//	0 boxes   [batch, n, 4] as y0, x0, y1, x1, two opposite corners, or if Centre as x, y, width, height
//	1 scores  [batch, classes, n]
//	2 most    an int64, how many boxes to pick at most, optional: none is 0
//	3 overlap a number, the threshold of the intersection over the union, optional: none is 0
//	4 score   a number that scores must exceed, optional
//
// The result lists batch, class and box: [picked, 3]. Of equal scores the box that comes first is first; NaN is no
// score. All is computed in float32, so that a box at the very threshold is decided as the standard's own code does.
type NonMaxSuppression struct{ Centre bool }

// OpName is NonMaxSuppression.
func (NonMaxSuppression) OpName() string { return "NonMaxSuppression" }

// Infer leaves the count to a run.
func (o NonMaxSuppression) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 5); err != nil {
		return nil, err
	}
	for i, d := range []ir.DType{ir.Float32, ir.Float32, ir.Int64, ir.Float32, ir.Float32} {
		if !x.Has(i) {
			continue
		}
		if err := wantDType(x, i, d); err != nil {
			return nil, err
		}
		if i < 2 {
			continue
		}
		if _, err := x.Equal(x.Type(i).Len(), ir.Const(1), "the limits are single numbers"); err != nil {
			return nil, err
		}
	}
	boxes, scores := x.Type(0), x.Type(1)
	if boxes.Rank() != 3 || scores.Rank() != 3 {
		return nil, fmt.Errorf("boxes and scores are %s and %s, want rank 3", boxes, scores)
	}
	if _, err := x.Equal(boxes.Shape[2], ir.Const(4), "a box has not four numbers"); err != nil {
		return nil, err
	}
	if _, err := x.Equal(boxes.Shape[0], scores.Shape[0], "there are scores for another number of images"); err != nil {
		return nil, err
	}
	if _, err := x.Equal(boxes.Shape[1], scores.Shape[2], "there are not as many scores as boxes"); err != nil {
		return nil, err
	}
	if types, ok := evalWhole(x, o); ok {
		return types, nil
	}
	return one(ir.TensorType(ir.Int64, x.Fresh("picked"), ir.Const(3)))
}

// Eval sorts and compares.
func (o NonMaxSuppression) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	boxes, scores := in[0], in[1]
	n, classes := boxes.Shape[1], scores.Shape[1]
	if boxes.Shape[2] != 4 || scores.Shape[2] != n {
		return nil, errors.New("boxes and scores do not fit each other")
	}
	most, overlap := int64(0), float32(0)
	if t := nth(in, 2); t != nil {
		most = t.Int(0)
	}
	if t := nth(in, 3); t != nil {
		overlap = float32(t.Float(0))
	}
	var picked []int64
	for row := range scores.Shape[0] * classes {
		b := row / classes
		var ranked []int
		for i := range n {
			v := scores.Float(row*n + i)
			if t := nth(in, 4); v == v && (t == nil || v > t.Float(0)) {
				ranked = append(ranked, i)
			}
		}
		slices.SortStableFunc(ranked, func(i, j int) int { return order(scores.Float(row*n+j), scores.Float(row*n+i)) })
		var mine []box
		for _, i := range ranked {
			if int64(len(mine)) >= most {
				break
			}
			c := o.box(boxes, (b*n+i)*4)
			if !slices.ContainsFunc(mine, func(m box) bool { return c.covers(m, overlap) }) {
				mine = append(mine, c)
				picked = append(picked, int64(b), int64(row%classes), int64(i))
			}
		}
	}
	return result(ir.FromInts(ir.Int64, []int{len(picked) / 3, 3}, picked))
}

// box is a rectangle.
type box struct{ y0, x0, y1, x1 float32 }

func (o NonMaxSuppression) box(t *ir.Tensor, at int) box {
	var v [4]float32
	for i := range v {
		v[i] = float32(t.Float(at + i))
	}
	if o.Centre {
		w, h := v[2]/2, v[3]/2
		return box{v[1] - h, v[0] - w, v[1] + h, v[0] + w}
	}
	return box{min(v[0], v[2]), min(v[1], v[3]), max(v[0], v[2]), max(v[1], v[3])}
}

// covers reports whether the area that two boxes have in common is more than a part of their union.
func (b box) covers(c box, part float32) bool {
	h, w := min(b.y1, c.y1)-max(b.y0, c.y0), min(b.x1, c.x1)-max(b.x0, c.x0)
	common := float32(h * w)
	first, second := float32((b.y1-b.y0)*(b.x1-b.x0)), float32((c.y1-c.y0)*(c.x1-c.x0))
	union := float32(first+second) - common
	return h > 0 && w > 0 && first > 0 && second > 0 && union > 0 && common/union > part
}

// Lower picks into scratch memory, which binds the count, then lists.
func (o NonMaxSuppression) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	b, n, classes := in[0].Type.Shape[0], in[0].Type.Shape[1], in[1].Type.Shape[1]
	args := []ir.Arg{ir.Scratch(0, ir.Int64, b.Mul(classes).Mul(n)), ir.In(0), ir.In(1)}
	for i := 2; i < 5; i++ {
		if nth(in, i) == nil {
			args = append(args, ir.Nil())
		} else {
			args = append(args, ir.In(i))
		}
	}
	args = append(args, ir.Scratch(1, ir.Int64, n), ir.Int(classes), ir.Int(n), ir.Flag(o.Centre))
	pick := ir.Call{Kernel: "kernel.NonMaxSuppression", Args: args}
	if s, ok := out[0].Type.Shape[0].IsSym(); ok {
		pick.Bind = []string{s}
	}
	return []ir.Call{pick, {Kernel: "kernel.ListBoxes", Args: []ir.Arg{ir.Out(0), ir.Scratch(0, ir.Int64, b.Mul(classes).Mul(n)), ir.Int(classes), ir.Int(n)}}}, nil
}
