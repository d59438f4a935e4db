package tfjs

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var normRows = []row{
	{"FusedBatchNorm", batchNorm}, {"FusedBatchNormV2", batchNorm}, {"FusedBatchNormV3", batchNorm},
	{"Softmax", lastAxis(func(axis int) ir.Op { return op.Softmax{Axis: axis} })},
	{"LogSoftmax", lastAxis(func(axis int) ir.Op { return op.LogSoftmax{Axis: axis} })},
	{"LRN", lrn},
}

// lastAxis is the row function of an op along the last axis.
func lastAxis(along func(axis int) ir.Op) func(*node) []*ir.Value {
	return func(n *node) []*ir.Value {
		x := n.float(n.tensor(0, 0, anyRank))
		if r := x.Type.Rank(); r > 0 || n.err != nil {
			return one(n.do(along(max(r-1, 0)), x))
		}
		y := n.do(along(0), n.reshape(x, ir.Const(1)))
		return one(n.reshape(y))
	}
}

// batchNorm reads a batch normalisation with known statistics, along the last axis whatever data_format says.
func batchNorm(n *node) []*ir.Value {
	x := n.tensor(0, 1, anyRank)
	scale, offset, mean, variance := n.arg(1), n.arg(2), n.arg(3), n.arg(4)
	eps := n.constant(ir.Float32, n.value("epsilon", 0.001))
	factor := n.unary("Reciprocal", n.unary("Sqrt", n.binary("Add", variance, eps)))
	if !scale.Type.Len().Is(0) {
		factor = n.binary("Mul", factor, scale)
	}
	shift := n.unary("Neg", n.binary("Mul", mean, factor))
	if !offset.Type.Len().Is(0) {
		shift = n.binary("Sub", offset, n.binary("Mul", mean, factor))
	}
	if n.err != nil {
		return nil
	}
	return one(n.affine(x, factor, shift))
}

// lrn reads LRN: each number by a power of the sum of squares over the channels around it.
func lrn(n *node) []*ir.Value {
	x, added := n.batched(n.tensor(0, 3, 4), 2)
	size := 2*int(n.value("depth_radius", 5)) + 1
	o := op.LRN{Size: size, Alpha: n.value("alpha", 1) * float64(size), Beta: n.value("beta", 0.5), Bias: n.value("bias", 1)}
	return one(n.unbatched(n.channelsLast(n.do(o, n.channelsFirst(x))), added))
}
