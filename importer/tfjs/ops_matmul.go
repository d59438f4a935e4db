package tfjs

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var matmulRows = []row{
	{"MatMul", matmul("transpose_a", "transpose_b")}, {"BatchMatMul", matmul("adj_x", "adj_y")}, {"BatchMatMulV2", matmul("adj_x", "adj_y")},
	{"_FusedMatMul", fusedMatmul}, {"Einsum", einsum}, {"Transpose", transpose}, {"MatrixBandPart", bandPart},
}

// matmul is the row function of a product, whose attributes say which operand is transposed.
func matmul(a, b string) func(*node) []*ir.Value {
	return func(n *node) []*ir.Value { return one(n.matmul(n.flag(a), n.flag(b))) }
}

func (n *node) matmul(transA, transB bool) *ir.Value {
	a, b := n.matched(n.tensor(0, 2, anyRank), n.tensor(1, 2, anyRank))
	if a.Type.DType != ir.Float32 { // products of integers take their operands as they are
		a, b = n.swappedIf(transA, a), n.swappedIf(transB, b)
		transA, transB = false, false
	}
	return n.do(op.MatMul{TransA: transA, TransB: transB}, a, b)
}

// swappedIf exchanges the last two axes.
func (n *node) swappedIf(swap bool, v *ir.Value) *ir.Value {
	if !swap || n.err != nil {
		return v
	}
	perm := identityPerm(v.Type.Rank())
	r := len(perm)
	perm[r-2], perm[r-1] = r-1, r-2
	return n.transpose(v, perm...)
}

func fusedMatmul(n *node) []*ir.Value {
	y := n.matmul(n.flag("transpose_a"), n.flag("transpose_b"))
	return one(n.fused(y, false))
}

// fused adds a bias and applies an activation to what a product or a convolution gives; both come after its two
// operands. The attribute fused_ops lists the bias, then the activation. first says that y has its channels first.
func (n *node) fused(y *ir.Value, first bool) *ir.Value {
	ops, rest := n.texts("fused_ops"), n.in[min(2, len(n.in)):]
	if len(ops) > 0 && ops[0] == "biasadd" {
		if len(rest) == 0 {
			n.fail("the bias is missing")
			return hole()
		}
		bias := rest[0]
		if first && bias.Type.Rank() == 1 && n.err == nil {
			bias = n.reshape(bias, bias.Type.Shape[0], ir.Const(1), ir.Const(1))
		}
		y = n.binaryOp(op.Binary{Fn: "Add"}, y, bias)
		rest = rest[1:]
	} else if len(ops) > 0 && ops[0] == "fusedbatchnorm" {
		n.fail("a fused batch normalisation is not supported, nor is it in TensorFlow.js")
	}
	if len(ops) < 2 {
		return y
	}
	return n.activation(ops[1], y, rest)
}

// activation applies the activation of a fused op.
func (n *node) activation(fn string, y *ir.Value, rest []*ir.Value) *ir.Value {
	switch fn {
	case "linear", "":
		return y
	case "relu":
		return n.unaryOp(op.Unary{Fn: "Relu"}, y)
	case "relu6":
		return n.unaryOp(op.Unary{Fn: "Clip", A: 0, B: 6}, y)
	case "elu":
		return n.unaryOp(op.Unary{Fn: "Elu", A: 1}, y)
	case "sigmoid":
		return n.unaryOp(op.Unary{Fn: "Sigmoid"}, y)
	case "leakyrelu":
		return n.unaryOp(op.Unary{Fn: "LeakyRelu", A: n.value("leakyrelu_alpha", 0.2)}, y)
	case "prelu":
		if len(rest) == 0 {
			n.fail("the weights of prelu are missing")
			return hole()
		}
		return n.binaryOp(op.Binary{Fn: "PRelu"}, y, rest[0])
	}
	n.fail("activation %q is not supported, nor is it in TensorFlow.js", fn)
	return hole()
}

// einsum reads Einsum, whose equation keeps its case.
func einsum(n *node) []*ir.Value {
	s := n.attr("equation").S
	if s == nil {
		n.fail("attribute equation is missing")
		return nil
	}
	return one(n.do(op.Einsum{Equation: string(*s)}, n.in...))
}

func transpose(n *node) []*ir.Value {
	x := n.tensor(0, 0, anyRank)
	places, known := n.known(1)
	if !known {
		return one(n.transposeAtRun(x, n.arg(1)))
	}
	perm := make([]int, 0, x.Type.Rank())
	for _, a := range places {
		perm = append(perm, n.axisAt(a, x.Type.Rank()))
	}
	return one(n.do(op.Transpose{Perm: perm}, x))
}

// transposeAtRun reorders axes as only a run knows: each element is picked by where it stands in the flat data.
func (n *node) transposeAtRun(x, perm *ir.Value) *ir.Value {
	if n.err != nil {
		return hole()
	}
	rank := x.Type.Rank()
	if !perm.Type.Len().Is(int64(rank)) {
		n.fail("perm (input 1) is %s, want %d numbers", perm.Type, rank)
		return hole()
	}
	shape := n.cast(n.shape(x), ir.Int64)
	strides := n.gather(n.do(op.Cumulative{Fn: "CumProd", Exclusive: true, Reverse: true}, shape), perm, 0)
	sizes := n.gather(shape, perm, 0)
	dims := n.sizesOf(sizes)
	if n.err != nil {
		return hole()
	}
	at := n.constant(ir.Int64, 0)
	for axis, d := range dims {
		along := make([]ir.Dim, rank-axis)
		for i := range along {
			along[i] = ir.Const(1)
		}
		along[0] = d
		count := n.do(op.Range{}, n.constant(ir.Int64, 0), n.do(op.Sizes{Values: []ir.Dim{d}, DType: ir.Int64}), n.constant(ir.Int64, 1))
		step := n.part(strides, 0, ir.Const(int64(axis)), ir.Const(1))
		at = n.binary("Add", at, n.reshape(n.binary("Mul", count, step), along...))
	}
	return n.gather(n.reshape(x, x.Type.Len()), at, 0)
}

// bandPart keeps the diagonals around the main one. TensorFlow.js reads the number of those above it from input 1, where
// the number of those below stands.
func bandPart(n *node) []*ir.Value {
	x := n.tensor(0, 2, anyRank)
	k := n.integer(1, "num_lower")
	if k < 0 || n.err != nil {
		return one(x)
	}
	x = n.do(op.Trilu{Upper: true, K: ir.Const(-k)}, x)
	return one(n.do(op.Trilu{K: ir.Const(k)}, x))
}
