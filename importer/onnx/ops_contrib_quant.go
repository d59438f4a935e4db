package onnx

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// contribQuantRows are the operators on eight-bit integers with scale and zero point: what comes in is made float32,
// computed with and rounded to nearest even on the way out, as ONNX Runtime's tables and kernels do.
var contribQuantRows = []row{
	{"QuantizeLinear", 1, quantize}, {"DequantizeLinear", 1, dequantize},
	{"QLinearAdd", 1, qLinearBinary("Add")}, {"QLinearMul", 1, qLinearBinary("Mul")},
	{"QLinearSigmoid", 1, qLinear(unary("Sigmoid"))},
	{"QLinearLeakyRelu", 1, qLinear(activation("LeakyRelu", parameter{"alpha", 0.01}, parameter{}))},
	{"QLinearSoftmax", 1, qLinear(softmaxOfOpset)},
	{"QLinearAveragePool", 1, qLinear(channelsLast(pool("AveragePool")))},
	{"QLinearGlobalAveragePool", 1, qLinear(channelsLast(globalPool("ReduceMean")))},
	{"QLinearReduceMean", 1, qLinear(reduce("ReduceMean", axesAttribute))},
	{"QLinearConcat", 1, qLinearConcat}, {"QLinearWhere", 1, qLinearWhere},
	{"QLinearConv", 1, channelsLast(qLinearConv)},
	{"QGemm", 1, qGemm}, {"MatMulIntegerToFloat", 1, matmulIntegerToFloat},
	{"DynamicQuantizeMatMul", 1, dynamicQuantizeMatmul}, {"MatMulInteger16", 1, matmulInteger16},
}

// real is (x - zero)·scale, both single elements.
func (c *chain) real(x, scale, zero *ir.Value) *ir.Value {
	return c.add(op.Dequantize{Axis: -1}, x, scale, zero)
}

// eight is y/scale + zero, rounded and held within zero's type, or d where there is no zero point.
func (c *chain) eight(y, scale, zero *ir.Value, d ir.DType) *ir.Value {
	if zero != nil {
		d = zero.Type.DType
	}
	return c.add(op.Quantize{Axis: -1, To: d}, y, scale, zero)
}

// rescaled is what x, of one scale and zero point, is by another.
func (c *chain) rescaled(x, scale, zero, toScale, toZero *ir.Value) *ir.Value {
	if sameConst(scale, toScale) && sameConst(zero, toZero) {
		return x
	}
	return c.eight(c.real(x, scale, zero), toScale, toZero, x.Type.DType)
}

// sameConst reports whether both are the same known number, or absent.
func sameConst(a, b *ir.Value) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Const != nil && b.Const != nil && a.Type.DType == b.Type.DType && a.Const.Len() == 1 && b.Const.Len() == 1 &&
		a.Const.Float(0) == b.Const.Float(0)
}

// qLinearBinary is the row function of a function of two quantised tensors.
func qLinearBinary(fn string) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		if err := n.holes(7, 8, 2, 5); err != nil {
			return nil, err
		}
		c := &chain{n: n}
		y := c.binary(fn, c.real(n.in[0], n.in[1], n.in[2]), c.real(n.in[3], n.in[4], n.in[5]))
		return c.outs(c.eight(y, n.in[6], n.input(7), n.in[0].Type.DType))
	}
}

// qLinear is the row function of a function of one quantised tensor: x, its scale and zero point, those of the result.
func qLinear(read func(*node) ([]*ir.Value, error)) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		if err := n.holes(4, 5, 2); err != nil {
			return nil, err
		}
		c := &chain{n: n}
		x := c.real(n.in[0], n.in[1], n.in[2])
		if c.err != nil {
			return nil, c.err
		}
		return c.outs(c.eight(c.take(n.as(read, x)), n.in[3], n.input(4), n.in[0].Type.DType))
	}
}

// softmaxOfOpset reads Softmax as the opset that an attribute names has it.
func softmaxOfOpset(n *node) ([]*ir.Value, error) {
	if !n.has("opset") {
		return nil, errors.New("attribute opset is missing")
	}
	n.version = n.integer("opset", 0)
	if n.version >= 13 {
		return along(softmax)(n)
	}
	if !n.has("axis") {
		return along(softmax)(n) // this operator's axis is the last by default
	}
	return flattened(softmax)(n)
}

// channelsLast is the row function of an operator on [n, c, spatial…] whose attribute channels_last moves c to the end.
func channelsLast(read func(*node) ([]*ir.Value, error)) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		if !n.flag("channels_last", false) {
			return read(n)
		}
		if err := n.arity(1, len(n.in)); err != nil {
			return nil, err
		}
		return n.withChannelsLast(read)
	}
}

// withChannelsLast reads an operator on [n, c, spatial…] whose first input and result are [n, spatial…, c].
func (n *node) withChannelsLast(read func(*node) ([]*ir.Value, error)) ([]*ir.Value, error) {
	rank := n.in[0].Type.Rank()
	if rank < 3 {
		return nil, fmt.Errorf("the input is %s, want [n, spatial…, c]", n.in[0].Type)
	}
	c := &chain{n: n}
	in := append([]*ir.Value{c.transpose(n.in[0], moveAxis(rank, rank-1, 1)...)}, n.in[1:]...)
	if c.err != nil {
		return nil, c.err
	}
	return c.outs(c.transpose(c.take(n.as(read, in...)), moveAxis(rank, 1, rank-1)...))
}

// qLinearConcat reads QLinearConcat: the result's scale and zero point, then three inputs for each part.
func qLinearConcat(n *node) ([]*ir.Value, error) {
	if len(n.in) < 5 || len(n.in)%3 != 2 {
		return nil, fmt.Errorf("%d inputs, want 2 and 3 for each part", len(n.in))
	}
	if err := n.arity(len(n.in), len(n.in)); err != nil {
		return nil, err
	}
	axis, err := n.axis(0, n.in[2].Type.Rank())
	if err != nil {
		return nil, err
	}
	c := &chain{n: n}
	var parts []*ir.Value
	for i := 2; i < len(n.in); i += 3 {
		parts = append(parts, c.rescaled(n.in[i], n.in[i+1], n.in[i+2], n.in[0], n.in[1]))
	}
	return c.outs(c.add(op.Concat{Axis: axis}, parts...))
}

// qLinearWhere reads QLinearWhere.
func qLinearWhere(n *node) ([]*ir.Value, error) {
	if err := n.arity(9, 9); err != nil {
		return nil, err
	}
	c := &chain{n: n}
	scale, zero := n.in[7], n.in[8]
	x := c.rescaled(n.in[1], n.in[2], n.in[3], scale, zero)
	y := c.rescaled(n.in[4], n.in[5], n.in[6], scale, zero)
	return c.outs(c.add(op.Where{}, n.in[0], x, y))
}

// qGemm reads QGemm: alpha·aScale·bScale times the integers' product and c, as float32 or, where a scale for it is
// given, quantised.
func qGemm(n *node) ([]*ir.Value, error) {
	if err := n.holes(6, 9, 5); err != nil {
		return nil, err
	}
	a, b, added, yScale := n.in[0], n.in[3], n.input(6), n.input(7)
	for _, i := range []int{0, 3} {
		if err := n.rank(i, 2); err != nil {
			return nil, err
		}
	}
	c := &chain{n: n}
	if n.flag("transA", false) {
		a = c.transpose(a, 1, 0)
	}
	if n.flag("transB", false) {
		b = c.transpose(b, 1, 0)
	}
	if c.err != nil {
		return nil, c.err
	}
	sum := c.plus(c.take(n.integerProduct(a, b, n.in[2], n.in[5])), added)
	scale := c.binary("Mul", n.in[1], n.in[4])
	if alpha := n.float("alpha", 1); alpha != 1 {
		scale = c.binary("Mul", scale, c.number(ir.Float32, alpha))
	}
	y := c.binary("Mul", c.cast(sum, ir.Float32), scale)
	if yScale != nil {
		y = c.eight(y, yScale, n.input(8), n.in[0].Type.DType)
	}
	return c.outs(y)
}

// matmulIntegerToFloat reads MatMulIntegerToFloat: the integers' product times both scales, and a bias.
func matmulIntegerToFloat(n *node) ([]*ir.Value, error) {
	if err := n.arity(4, 7); err != nil {
		return nil, err
	}
	c := &chain{n: n}
	sum := c.take(n.integerProduct(n.in[0], n.in[1], n.input(4), n.input(5)))
	return c.outs(c.scaledProduct(sum, n.in[2], n.in[3], n.input(6)))
}

// scaledProduct is an integer product times the scales of its operands, which broadcast, and a bias.
func (c *chain) scaledProduct(sum, aScale, bScale, bias *ir.Value) *ir.Value {
	y := c.binary("Mul", c.cast(sum, aScale.Type.DType), c.binary("Mul", aScale, bScale))
	return c.plus(y, bias)
}

// dynamicQuantizeMatmul reads DynamicQuantizeMatMul: a is quantised by its own range, as DynamicQuantizeLinear does.
func dynamicQuantizeMatmul(n *node) ([]*ir.Value, error) {
	if err := n.arity(3, 5); err != nil {
		return nil, err
	}
	return values(n.dynamicProduct(n.in[0], n.in[1], n.in[2], n.input(3), n.input(4)))
}

// dynamicProduct is a·(b - bZero)·bScale + bias, a being quantised by its own range first.
func (n *node) dynamicProduct(a, b, bScale, bZero, bias *ir.Value) (*ir.Value, error) {
	m := *n
	m.in = []*ir.Value{a}
	q, err := dynamicQuantize(&m)
	if err != nil {
		return nil, err
	}
	c := &chain{n: n}
	sum := c.take(n.integerProduct(q[0], b, q[2], bZero))
	y := c.scaledProduct(sum, q[1], bScale, bias)
	return y, c.err
}

// matmulInteger16 reads MatMulInteger16, whose sums wrap as int32.
func matmulInteger16(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	return values(n.integerWide(n.in[0], n.in[1]))
}

// integerWide is the product of two tensors of integers in int32.
func (n *node) integerWide(a, b *ir.Value) (*ir.Value, error) {
	c := &chain{n: n}
	a, b = c.cast(a, ir.Int32), c.cast(b, ir.Int32)
	if c.err != nil {
		return nil, c.err
	}
	return n.product(a, b)
}
