package onnx

import (
	"fmt"

	"github.com/energeticc/energeticc/importer/onnx/file"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var quantRows = []row{
	{"QuantizeLinear", 10, quantize}, {"DequantizeLinear", 10, dequantize}, {"DynamicQuantizeLinear", 11, dynamicQuantize},
	{"MatMulInteger", 10, matmulInteger}, {"QLinearMatMul", 10, qLinearMatmul},
}

// granularity reads how scale counts for x: its axis, -1 for a single element, and the size of blocks.
func (n *node) granularity(x, scale *ir.Value) (axis, block int, err error) {
	if size := n.integer("block_size", 0); size < 0 || size > 1<<30 {
		return 0, 0, fmt.Errorf("attribute block_size is %d, want at least 0", size)
	} else {
		block = int(size)
	}
	if block == 0 && scale.Type.Len().Is(1) && (scale.Type.Rank() == 0 || !n.has("axis")) {
		return -1, 0, nil
	}
	axis, err = ir.Axis(int(n.integer("axis", 1)), x.Type.Rank())
	if err != nil && block == 0 && scale.Type.Len().Is(1) {
		return -1, 0, nil
	}
	return axis, block, err
}

// native is an integer type of whole bytes that holds all of a type's numbers, the type itself where it is one.
func native(d ir.DType) ir.DType {
	switch d {
	case ir.Int2, ir.Int4:
		return ir.Int8
	case ir.Uint2, ir.Uint4:
		return ir.Uint8
	}
	return d
}

// cast converts a value where its type differs.
func (n *node) cast(v *ir.Value, d ir.DType) (*ir.Value, error) {
	if v == nil || v.Type.DType == d {
		return v, nil
	}
	return n.one(op.Cast{To: d}, v)
}

// quantize reads QuantizeLinear. Integers below eight bits are packed by a cast after it; floats are divided and cast.
func quantize(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 3); err != nil {
		return nil, err
	}
	to := ir.Uint8
	if n.input(2) != nil {
		to = n.in[2].Type.DType
	} else if code := n.integer("output_dtype", 0); code != 0 {
		d, err := file.DType(int32(code))
		if err != nil {
			return nil, fmt.Errorf("attribute output_dtype: %w", err)
		}
		to = d
	}
	x, scale, err := n.divisor(n.in[0], n.in[1])
	if err != nil {
		return nil, err
	}
	axis, block, err := n.granularity(x, scale)
	if err != nil {
		return nil, err
	}
	if to.IsFloat() {
		return values(n.quantizeFloat(x, scale, to, axis, block))
	}
	zero, err := n.cast(n.input(2), native(to))
	if err != nil {
		return nil, err
	}
	o := op.Quantize{Axis: axis, Block: block, To: native(to)}
	if to.Bits() < 8 {
		o.Bits = to.Bits()
	}
	y, err := n.one(o, x, scale, zero)
	if err != nil {
		return nil, err
	}
	return values(n.cast(y, to))
}

// divisor brings x and scale to one type to divide in: scale's, unless that is an integer or has no fraction.
func (n *node) divisor(x, scale *ir.Value) (*ir.Value, *ir.Value, error) {
	d := scale.Type.DType
	if d != ir.Float16 && d != ir.BFloat16 || x.Type.DType == ir.Int32 {
		d = ir.Float32
	}
	x, err := n.cast(x, d)
	if err != nil {
		return nil, nil, err
	}
	scale, err = n.cast(scale, d)
	return x, scale, err
}

// quantizeFloat divides and casts; such types have no zero point but 0.
func (n *node) quantizeFloat(x, scale *ir.Value, to ir.DType, axis, block int) (*ir.Value, error) {
	scale, err := n.spreadScale(scale, x, axis, block)
	if err != nil {
		return nil, err
	}
	y, err := n.one(op.Binary{Fn: "Div"}, x, scale)
	if err != nil {
		return nil, err
	}
	return n.one(op.Cast{To: to, Saturate: n.flag("saturate", true) && to.Bits() == 8}, y)
}

// spreadScale shapes a scale so that it broadcasts with x.
func (n *node) spreadScale(scale, x *ir.Value, axis, block int) (*ir.Value, error) {
	switch {
	case axis < 0:
		return n.reshape(scale)
	case block > 0:
		return nil, fmt.Errorf("blocks of %s are not supported; quantise each axis or the whole tensor", x.Type.DType)
	}
	shape := make([]ir.Dim, x.Type.Rank())
	for i := range shape {
		shape[i] = ir.Const(1)
	}
	shape[axis] = x.Type.Shape[axis]
	return n.reshape(scale, shape...)
}

// dequantize reads DequantizeLinear.
func dequantize(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 3); err != nil {
		return nil, err
	}
	x, scale, to := n.in[0], n.in[1], n.in[1].Type.DType
	if code := n.integer("output_dtype", 0); code != 0 {
		d, err := file.DType(int32(code))
		if err != nil {
			return nil, fmt.Errorf("attribute output_dtype: %w", err)
		}
		to = d
	}
	if d := scale.Type.DType; d != ir.Float32 && d != ir.Float16 && d != ir.BFloat16 {
		var err error
		if scale, err = n.cast(scale, ir.Float32); err != nil {
			return nil, err
		}
	}
	axis, block, err := n.granularity(x, scale)
	if err != nil {
		return nil, err
	}
	if x.Type.DType.IsFloat() {
		return values(n.dequantizeFloat(x, scale, to, axis, block))
	}
	d := native(x.Type.DType)
	if x, err = n.cast(x, d); err != nil {
		return nil, err
	}
	zero, err := n.cast(n.input(2), d)
	if err != nil {
		return nil, err
	}
	return n.add(op.Dequantize{Axis: axis, Block: block, To: to}, x, scale, zero)
}

// dequantizeFloat is (x - zero)·scale in scale's type.
func (n *node) dequantizeFloat(x, scale *ir.Value, to ir.DType, axis, block int) (*ir.Value, error) {
	d := scale.Type.DType
	y, err := n.cast(x, d)
	if err != nil {
		return nil, err
	}
	if n.input(2) != nil {
		zero, err := n.cast(n.in[2], d)
		if err != nil {
			return nil, err
		}
		if zero, err = n.spreadScale(zero, x, axis, block); err != nil {
			return nil, err
		}
		if y, err = n.one(op.Binary{Fn: "Sub"}, y, zero); err != nil {
			return nil, err
		}
	}
	if scale, err = n.spreadScale(scale, x, axis, block); err != nil {
		return nil, err
	}
	if y, err = n.one(op.Binary{Fn: "Mul"}, y, scale); err != nil {
		return nil, err
	}
	return n.cast(y, to)
}

// dynamicQuantize reads DynamicQuantizeLinear.
func dynamicQuantize(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	return n.add(op.DynamicQuantize{}, n.in[0])
}

// chain adds ops one after the other and keeps the first error.
type chain struct {
	n   *node
	err error
}

func (c *chain) add(o ir.Op, in ...*ir.Value) *ir.Value {
	if c.err != nil {
		return nil
	}
	v, err := c.n.one(o, in...)
	c.err = err
	return v
}

func (c *chain) binary(fn string, a, b *ir.Value) *ir.Value { return c.add(op.Binary{Fn: fn}, a, b) }

// matmulInteger reads MatMulInteger.
func matmulInteger(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 4); err != nil {
		return nil, err
	}
	return values(n.integerProduct(n.in[0], n.in[1], n.input(2), n.input(3)))
}

// integerProduct is (a - aZero)·(b - bZero) in int32. Vectors, and zero points of more than one axis, go by wide
// integers.
func (n *node) integerProduct(a, b, aZero, bZero *ir.Value) (*ir.Value, error) {
	var err error
	simple := a.Type.Rank() > 1 && b.Type.Rank() > 1
	for _, z := range []**ir.Value{&aZero, &bZero} {
		if *z == nil {
			continue
		}
		if (*z).Type.Rank() == 0 || (*z).Type.Len().Is(1) {
			if *z, err = n.reshape(*z, ir.Const(1)); err != nil {
				return nil, err
			}
		}
		simple = simple && (*z).Type.Rank() == 1
	}
	if simple {
		return n.one(op.MatMulInteger{}, a, b, aZero, bZero)
	}
	if a, err = n.lessZero(a, aZero, true); err != nil {
		return nil, err
	}
	if b, err = n.lessZero(b, bZero, false); err != nil {
		return nil, err
	}
	return n.product(a, b)
}

// lessZero is v - zero in int32; a vector of zeros counts for v's rows or columns.
func (n *node) lessZero(v, zero *ir.Value, rows bool) (*ir.Value, error) {
	wide, err := n.cast(v, ir.Int32)
	if err != nil || zero == nil {
		return wide, err
	}
	if zero, err = n.cast(zero, ir.Int32); err != nil {
		return nil, err
	}
	if rows && zero.Type.Rank() == 1 && !zero.Type.Len().Is(1) {
		if zero, err = n.reshape(zero, zero.Type.Shape[0], ir.Const(1)); err != nil {
			return nil, err
		}
	}
	return n.one(op.Binary{Fn: "Sub"}, wide, zero)
}

// qLinearMatmul reads QLinearMatMul: the int32 product times aScale·bScale/yScale, rounded and held within y's type.
func qLinearMatmul(n *node) ([]*ir.Value, error) {
	if err := n.arity(8, 8); err != nil {
		return nil, err
	}
	a, aScale, b, bScale, yScale, yZero := n.in[0], n.in[1], n.in[3], n.in[4], n.in[6], n.in[7]
	if a.Type.DType.IsFloat() || b.Type.DType.IsFloat() {
		return nil, fmt.Errorf("a is %s and b %s, want int8 or uint8", a.Type, b.Type)
	}
	sum, err := n.integerProduct(a, b, n.in[2], n.in[5])
	if err != nil {
		return nil, err
	}
	c := &chain{n: n}
	for _, v := range []**ir.Value{&aScale, &bScale, &yScale} {
		if (*v).Type.DType != ir.Float32 {
			*v = c.add(op.Cast{To: ir.Float32}, *v)
		}
	}
	if c.err != nil {
		return nil, c.err
	}
	if s := aScale.Type; s.Rank() == 1 && !s.Len().Is(1) { // a factor for each row
		if aScale, err = n.reshape(aScale, s.Shape[0], ir.Const(1)); err != nil {
			return nil, err
		}
	}
	y := c.binary("Mul", c.add(op.Cast{To: ir.Float32}, sum), c.binary("Mul", aScale, bScale))
	y = c.add(op.Quantize{Axis: -1, To: yZero.Type.DType}, y, yScale, yZero)
	return []*ir.Value{y}, c.err
}
