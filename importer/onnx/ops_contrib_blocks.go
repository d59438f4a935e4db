package onnx

import (
	"errors"
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// contribBlockRows are operators on weights of a few bits, each block of which has a scale.
var contribBlockRows = []row{
	{"MatMulNBits", 1, matmulBits}, {"MatMulBnb4", 1, matmulBnb4}, {"GatherBlockQuantized", 1, gatherBlocks},
}

// sizeAttr reads an attribute that is a size.
func (n *node) sizeAttr(name string) (int64, error) {
	v := n.integer(name, 0)
	if v < 1 || v > 1<<30 {
		return 0, fmt.Errorf("attribute %s is %d, want at least 1", name, v)
	}
	return v, n.err
}

// blockSize reads the attribute block_size, a power of two from 16 on.
func (n *node) blockSize(otherwise int64) (int64, error) {
	v := n.integer("block_size", otherwise)
	if v < 16 || v > 1<<20 || v&(v-1) != 0 {
		return 0, fmt.Errorf("attribute block_size is %d, want a power of two from 16", v)
	}
	return v, n.err
}

// bitWidth reads an attribute that is how many bits a weight has.
func (n *node) bitWidth(name string, otherwise int64) (int, error) {
	v := n.integer(name, otherwise)
	if v != 2 && v != 4 && v != 8 {
		return 0, fmt.Errorf("attribute %s is %d, want 2, 4 or 8", name, v)
	}
	return int(v), n.err
}

// blob is a row of packed weights while it is read.
type blob struct {
	n, k, block, blocks int64
	bits                int
}

// readBlob reads the attributes N, K, block_size and bits.
func (n *node) readBlob() (b blob, err error) {
	if b.n, err = n.sizeAttr("N"); err != nil {
		return b, err
	}
	if b.k, err = n.sizeAttr("K"); err != nil {
		return b, err
	}
	if b.block, err = n.blockSize(0); err != nil {
		return b, err
	}
	b.bits, err = n.bitWidth("bits", 4)
	b.blocks = (b.k + b.block - 1) / b.block
	return b, err
}

// matmulBits reads MatMulNBits. accuracy_level allows to compute less exactly than this does.
func matmulBits(n *node) ([]*ir.Value, error) {
	if err := n.arity(3, 6); err != nil {
		return nil, err
	}
	if n.integer("weight_prepacked", 0) != 0 {
		return nil, errors.New("attribute weight_prepacked is set: the weights are laid out for a GPU; export them as they are")
	}
	b, err := n.readBlob()
	if err != nil {
		return nil, err
	}
	c := &chain{n: n}
	rows, blocks := ir.Const(b.n), ir.Const(b.blocks)
	a, zero := c.columns(n.in[0], b.k), n.input(3)
	if c.err != nil {
		return nil, c.err
	}
	codes := c.shape(n.in[1], rows, blocks, ir.Const(b.block*int64(b.bits)/8))
	scale := c.cast(c.shape(n.in[2], rows, blocks), a.Type.DType)
	if zero != nil {
		per := blocks
		if zero.Type.DType == ir.Uint8 {
			per = ir.Const((b.blocks*int64(b.bits) + 7) / 8)
		}
		zero = c.shape(zero, rows, per)
		if zero != nil && zero.Type.DType != ir.Uint8 {
			zero = c.cast(zero, a.Type.DType)
		}
	}
	if order := n.input(4); order != nil {
		return c.outs(c.productByGroup(b, a, codes, scale, zero, order))
	}
	o := op.MatMulBlocks{Bits: b.bits, Block: int(b.block)}
	return c.outs(c.add(o, a, codes, scale, zero, n.input(5)))
}

// productByGroup is the product whose weights say one by one which scale is theirs.
func (c *chain) productByGroup(b blob, a, codes, scale, zero, group *ir.Value) *ir.Value {
	d := a.Type.DType
	rows := ir.Const(b.n)
	w := c.part(c.shape(c.unpack(codes, b.bits), rows, ir.Const(b.blocks*b.block)), 1, ir.Const(0), ir.Const(b.k))
	w = c.cast(w, d)
	switch {
	case zero == nil:
		w = c.binary("Sub", w, c.number(d, float64(int(1)<<(b.bits-1))))
	case zero.Type.DType == ir.Uint8:
		zero = c.cast(c.part(c.unpack(zero, b.bits), 1, ir.Const(0), ir.Const(b.blocks)), d)
		fallthrough
	default:
		w = c.binary("Sub", w, c.add(op.Gather{Axis: 1}, zero, group))
	}
	w = c.binary("Mul", w, c.add(op.Gather{Axis: 1}, scale, group))
	return c.plus(c.add(op.MatMul{TransB: true}, a, w), c.n.input(5))
}

// columns demands that a's last axis is k long.
func (c *chain) columns(a *ir.Value, k int64) *ir.Value {
	s := a.Type.Shape
	if len(s) == 0 {
		c.err = fmt.Errorf("a is %s, want an axis of %d", a.Type, k)
		return nil
	}
	last := s[len(s)-1]
	switch known, ok := last.IsConst(); {
	case ok && known != k:
		c.err = fmt.Errorf("a is %s, want %d columns as the attributes say", a.Type, k)
		return nil
	case ok:
		return a
	}
	return c.shape(a, append(slices.Clone(s[:len(s)-1]), ir.Const(k))...)
}

// unpack gives each number of a few bits, lowest first, a byte of its own.
func (c *chain) unpack(x *ir.Value, bits int) *ir.Value {
	if bits == 8 {
		return x
	}
	return c.add(op.UnpackCodes{Bits: bits}, x)
}

// What the codes of MatMulBnb4 stand for: floats of four bits, and quantiles of the normal distribution.
var (
	fourBitFloats = []float64{
		0, 0.005208333333, 0.66666667, 1, 0.33333333, 0.5, 0.16666667, 0.25,
		0, -0.005208333333, -0.66666667, -1, -0.33333333, -0.5, -0.16666667, -0.25,
	}
	fourBitQuantiles = []float64{
		-1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453,
		-0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0,
		0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
		0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1,
	}
)

// matmulBnb4 reads MatMulBnb4: codes of four bits, highest first, name numbers of a table, and each block of the matrix,
// without regard to its rows, has a factor.
func matmulBnb4(n *node) ([]*ir.Value, error) {
	if err := n.arity(3, 3); err != nil {
		return nil, err
	}
	rows, err := n.sizeAttr("N")
	if err != nil {
		return nil, err
	}
	cols, err := n.sizeAttr("K")
	if err != nil {
		return nil, err
	}
	block, err := n.blockSize(0)
	if err != nil {
		return nil, err
	}
	table := fourBitFloats
	switch t := n.integer("quant_type", 0); t {
	case 0:
	case 1:
		table = fourBitQuantiles
	default:
		return nil, fmt.Errorf("attribute quant_type is %d, want 0 or 1", t)
	}
	c := &chain{n: n}
	d := n.in[0].Type.DType
	total := rows * cols
	blocks := (total + block - 1) / block
	codes := c.add(op.UnpackCodes{Bits: 4, Highest: true}, c.shape(n.in[1], ir.Const((total+1)/2)))
	if more := blocks*block - (total+1)/2*2; more != 0 {
		pad := op.Pad{Mode: "constant", Before: make([]ir.Dim, 1), After: []ir.Dim{ir.Const(more)}}
		codes = c.add(pad, codes, c.number(ir.Uint8, 0))
	}
	w := c.add(op.Gather{}, n.Const(n.name, ir.FromFloats(d, []int{len(table)}, table)), c.cast(codes, ir.Int32))
	w = c.binary("Mul", c.shape(w, ir.Const(blocks), ir.Const(block)), c.shape(n.in[2], ir.Const(blocks), ir.Const(1)))
	w = c.part(c.shape(w, ir.Const(blocks*block)), 0, ir.Const(0), ir.Const(total))
	w = c.shape(w, ir.Const(rows), ir.Const(cols))
	return c.outs(c.add(op.MatMul{TransB: n.flag("transB", true)}, n.in[0], w))
}

// gatherBlocks reads GatherBlockQuantized: entries of a table are made numbers once they are picked.
func gatherBlocks(n *node) ([]*ir.Value, error) {
	if err := n.arity(3, 4); err != nil {
		return nil, err
	}
	data, ids, scale, zero := n.in[0], n.in[1], n.in[2], n.input(3)
	rank := data.Type.Rank()
	if scale.Type.Rank() != rank || zero != nil && zero.Type.Rank() != rank || rank == 0 {
		return nil, fmt.Errorf("the data is %s and the scales %s, want as many axes, zero points too", data.Type, scale.Type)
	}
	if data.Type.DType.IsFloat() {
		return nil, fmt.Errorf("the data is %s, want integers of 2, 4 or 8 bits", data.Type)
	}
	axis, err := ir.Axis(int(n.integer("gather_axis", 0)), rank)
	if err != nil {
		return nil, err
	}
	along, err := ir.Axis(int(n.integer("quantize_axis", 1)), rank)
	if err != nil {
		return nil, err
	}
	block, err := n.blockSize(128)
	if err != nil {
		return nil, err
	}
	bits, err := n.bitWidth("bits", 4)
	if err != nil {
		return nil, err
	}
	if axis == along {
		return nil, fmt.Errorf("gather_axis and quantize_axis are both %d, want two axes", axis)
	}
	c := &chain{n: n}
	packed := data.Type.DType == ir.Uint8 && bits < 8
	if packed && (axis == rank-1 || along != rank-1) {
		return nil, fmt.Errorf("gather_axis %d and quantize_axis %d of bytes that hold several numbers, want the last axis quantised", axis, along)
	}
	pick := func(v *ir.Value) *ir.Value {
		if v == nil || c.err != nil {
			return nil
		}
		v = c.cast(v, native(v.Type.DType))
		return c.add(op.Gather{Axis: axis}, v, ids)
	}
	centre := zero == nil && data.Type.DType == ir.Uint8 // where bytes have no zero point, theirs is the middle
	data, scale, zero = pick(data), pick(scale), pick(zero)
	if c.err != nil {
		return nil, c.err
	}
	if added := ids.Type.Rank() - 1; along > axis {
		along += added
	}
	if packed {
		data = c.unpack(data, bits)
		if zero != nil {
			blocks := scale.Type.Shape[along]
			zero = c.part(c.unpack(zero, bits), along, ir.Const(0), blocks)
		}
	}
	if centre {
		zero = c.add(op.Expand{Shape: scale.Type.Shape}, c.number(ir.Uint8, float64(int(1)<<(bits-1))))
	}
	return c.outs(c.add(op.Dequantize{Axis: along, Block: int(block), To: scale.Type.DType}, data, scale, zero))
}
