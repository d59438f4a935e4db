package tfjs

import (
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var shapeRows = []row{
	{"Reshape", reshape}, {"EnsureShape", ensureShape}, {"ExpandDims", expandDims}, {"Squeeze", squeeze}, {"Cast", castTo},
	{"BroadcastTo", broadcastTo}, {"BroadcastArgs", broadcastArgs}, {"Tile", tile},
	{"DepthToSpace", depthToSpace}, {"SpaceToBatchND", spaceToBatch}, {"BatchToSpaceND", batchToSpace},
}

// reshape reads Reshape: -1 is what is left, and 0 is 0.
func reshape(n *node) []*ir.Value {
	x, to := n.tensor(0, 0, anyRank), n.arg(1)
	if p, ok := n.im.handles[to].(joined); ok {
		return one(n.reshapedBy(x, n.joinedSizes(p, "signed")))
	}
	if to.Elems == nil {
		return one(n.reshape(x, n.do(op.Bounds{Fn: "reshape", Zero: true}, x, n.cast(to, ir.Int32)).Elems...))
	}
	return one(n.reshapedBy(x, to.Elems))
}

// reshapedBy gives a value a shape in which -1 is what is left.
func (n *node) reshapedBy(x *ir.Value, spelled []ir.Dim) *ir.Value {
	if n.err != nil {
		return hole()
	}
	shape, rest := slices.Clone(spelled), -1
	for i, d := range shape {
		if !d.Is(-1) {
			continue
		}
		if rest >= 0 {
			n.fail("shape %s has more than one -1", ir.ShapeString(spelled))
			return hole()
		}
		rest, shape[i] = i, ir.Const(1)
	}
	if rest >= 0 {
		known := ir.Product(shape...)
		if known.Is(0) {
			n.fail("shape %s: -1 beside a size of 0 is undetermined", ir.ShapeString(spelled))
			return hole()
		}
		shape[rest] = x.Type.Len().Div(known)
	}
	return n.reshape(x, shape...)
}

// ensureShape checks sizes, of which -1 fits all; what does not fit ends the run.
func ensureShape(n *node) []*ir.Value {
	x := n.tensor(0, 0, anyRank)
	shape := slices.Clone(n.sizes(1))
	if len(shape) != x.Type.Rank() && n.err == nil {
		n.fail("%s is not of shape %s", x.Type, ir.ShapeString(shape))
	}
	for i, d := range shape {
		if d.Is(-1) && n.err == nil {
			shape[i] = x.Type.Shape[i]
		}
	}
	return one(n.reshape(x, shape...))
}

func expandDims(n *node) []*ir.Value {
	x := n.tensor(0, 0, anyRank)
	axis := n.axis(1, x.Type.Rank()+1)
	if n.err != nil {
		return nil
	}
	return one(n.reshape(x, slices.Insert(slices.Clone(x.Type.Shape), axis, ir.Const(1))...))
}

// squeeze removes axes of length 1: those named, or else all that are known to have it.
func squeeze(n *node) []*ir.Value {
	x := n.tensor(0, 0, anyRank)
	axes := n.values("axis")
	if axes == nil {
		axes = n.values("squeeze_dims")
	}
	drop := make([]bool, x.Type.Rank())
	for _, a := range axes {
		i := n.axisAt(int64(a), len(drop))
		if n.err != nil {
			return nil
		}
		if c, ok := x.Type.Shape[i].IsConst(); ok && c != 1 {
			n.fail("axis %d of %s has length %d, want 1", i, x.Type, c)
			return nil
		}
		drop[i] = true
	}
	var shape []ir.Dim
	for i, d := range x.Type.Shape {
		if !drop[i] && (len(axes) > 0 || !d.Is(1)) {
			shape = append(shape, d)
		}
	}
	return one(n.reshape(x, shape...))
}

// castTo reads Cast, whose type is the one that TensorFlow.js computes with: bytes are int32 and halves float32.
func castTo(n *node) []*ir.Value {
	x, d := n.tensor(0, 0, anyRank), n.dtype("DstT")
	switch {
	case d == ir.Invalid || (d == ir.String) != (x.Type.DType == ir.String):
		n.fail("a cast from %s to %s is not supported", x.Type.DType, n.attr("DstT").Type.String())
		return nil
	case d == ir.Complex64 && x.Type.DType != d:
		return one(n.widen(x, d))
	case d != ir.Complex64 && x.Type.DType == ir.Complex64:
		re, _ := n.partsOf(x)
		return one(n.cast(re, d))
	}
	return one(n.cast(x, d))
}

func broadcastTo(n *node) []*ir.Value {
	x, shape := n.tensor(0, 0, anyRank), slices.Clone(n.sizes(1))
	for i, d := range shape {
		if own := i - (len(shape) - x.Type.Rank()); d.Is(-1) && own >= 0 {
			shape[i] = x.Type.Shape[own]
		}
	}
	return one(n.do(op.Expand{Shape: shape}, x))
}

// broadcastArgs gives the shape that two shapes make together.
func broadcastArgs(n *node) []*ir.Value {
	a, b := n.sizes(0), n.sizes(1)
	if len(a) < len(b) {
		a, b = b, a
	}
	shape := slices.Clone(a)
	for i, d := range b {
		at := len(a) - len(b) + i
		sum, err := a[at].Broadcast(d)
		if err != nil {
			n.check(err)
			return nil
		}
		shape[at] = sum
	}
	return one(n.do(op.Sizes{Values: shape, DType: ir.Int32, Shape: []int{len(shape)}}))
}

// tile repeats a value along each axis: an axis of length 1 before each is expanded.
func tile(n *node) []*ir.Value {
	x, times := n.tensor(0, 0, anyRank), n.sizes(1)
	if n.err != nil {
		return nil
	}
	if len(times) != x.Type.Rank() {
		n.fail("%d repeats for %s, want one for each axis", len(times), x.Type)
		return nil
	}
	var apart, wide, together []ir.Dim
	for i, d := range x.Type.Shape {
		apart = append(apart, ir.Const(1), d)
		wide = append(wide, times[i], d)
		together = append(together, times[i].Mul(d))
	}
	y := n.do(op.Expand{Shape: wide}, n.reshape(x, apart...))
	return one(n.reshape(y, together...))
}

// depthToSpace moves channels into blocks of pixels, [n, h, w, size·size·c] to [n, h·size, w·size, c].
func depthToSpace(n *node) []*ir.Value {
	x, size := n.tensor(0, 4, 4), ir.Const(int64(n.value("block_size", 0)))
	if n.text("data_format", "nhwc") != "nhwc" {
		n.fail("data_format is %q, want NHWC", n.text("data_format", ""))
	}
	if size.Is(0) || n.err != nil {
		n.fail("attribute block_size is 0, want at least 2")
		return nil
	}
	s := x.Type.Shape
	c := s[3].Div(size.Mul(size))
	y := n.transpose(n.reshape(x, s[0], s[1], s[2], size, size, c), 0, 1, 3, 2, 4, 5)
	return one(n.reshape(y, s[0], s[1].Mul(size), s[2].Mul(size), c))
}

// blockSizes reads the sizes of blocks and, for each, a pair of paddings or crops.
func (n *node) blockSizes(x *ir.Value) (block []ir.Dim, pairs []ir.Dim) {
	for _, b := range n.ints(1, "the block's shape") {
		if b < 1 {
			n.fail("a block of %d, want at least 1", b)
		}
		block = append(block, ir.Const(b))
	}
	pairs = n.sizes(2)
	if n.err == nil && (len(pairs) != 2*len(block) || len(block)+1 > x.Type.Rank()) {
		n.fail("a block of %d axes with %d numbers beside it for %s", len(block), len(pairs), x.Type)
	}
	return block, pairs
}

// spaceToBatch pads and moves blocks of pixels into the batch.
func spaceToBatch(n *node) []*ir.Value {
	x := n.tensor(0, 1, anyRank)
	block, pads := n.blockSizes(x)
	if n.err != nil {
		return nil
	}
	r, m := x.Type.Rank(), len(block)
	pad := op.Pad{Mode: "constant", Before: make([]ir.Dim, r), After: make([]ir.Dim, r)}
	for i := range m {
		pad.Before[1+i], pad.After[1+i] = pads[2*i], pads[2*i+1]
	}
	x = n.do(pad, x)
	if n.err != nil {
		return nil
	}
	s := x.Type.Shape
	apart, together := []ir.Dim{s[0]}, []ir.Dim{s[0].Mul(ir.Product(block...))}
	var perm, inner []int
	for i, b := range block {
		apart = append(apart, s[1+i].Div(b), b)
		together = append(together, s[1+i].Div(b))
		perm, inner = append(perm, 2*i+2), append(inner, 2*i+1)
	}
	perm = append(append(perm, 0), inner...)
	for i := 1 + m; i < r; i++ {
		apart, together = append(apart, s[i]), append(together, s[i])
		perm = append(perm, i+m)
	}
	return one(n.reshape(n.transpose(n.reshape(x, apart...), perm...), together...))
}

// batchToSpace moves parts of the batch into blocks of pixels and crops.
func batchToSpace(n *node) []*ir.Value {
	x := n.tensor(0, 1, anyRank)
	block, crops := n.blockSizes(x)
	if n.err != nil {
		return nil
	}
	s, m := x.Type.Shape, len(block)
	batch := s[0].Div(ir.Product(block...))
	apart := append(slices.Clone(block), batch)
	perm, together := []int{m}, []ir.Dim{batch}
	for i, b := range block {
		apart = append(apart, s[1+i])
		perm = append(perm, m+1+i, i)
		together = append(together, s[1+i].Mul(b))
	}
	for i := 1 + m; i < len(s); i++ {
		apart, together = append(apart, s[i]), append(together, s[i])
		perm = append(perm, m+i)
	}
	y := n.reshape(n.transpose(n.reshape(x, apart...), perm...), together...)
	if n.err != nil {
		return nil
	}
	part := whole(y)
	for i := range m {
		part.Begin[1+i] = crops[2*i]
		part.Size[1+i] = together[1+i].Sub(crops[2*i]).Sub(crops[2*i+1])
	}
	return one(n.do(part, y))
}
