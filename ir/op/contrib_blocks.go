package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

var blockOps = []Def{
	{Name: "UnpackCodes", Doc: "UnpackCodes spreads the bits of each byte over bytes of their own. Source: com.microsoft MatMulNBits.", New: func() ir.Op { return UnpackCodes{} }, DTypes: []ir.DType{ir.Uint8}},
	{Name: "MatMulBlocks", Doc: "MatMulBlocks is a·wᵀ + bias for weights of a few bits, each block of a row with a scale of its own. Source: com.microsoft MatMulNBits.", New: func() ir.Op { return MatMulBlocks{} }, DTypes: []ir.DType{ir.Float32, ir.Float16, ir.BFloat16}, ULP: 64},
}

// UnpackCodes makes 8/Bits bytes of each byte along the last axis, of its lowest Bits bits first, or of its highest. Bits
// is 1, 2 or 4.
type UnpackCodes struct {
	Bits    int
	Highest bool
}

// OpName is UnpackCodes.
func (UnpackCodes) OpName() string { return "UnpackCodes" }

// Infer makes the last axis longer.
func (o UnpackCodes) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, ir.Uint8); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if o.Bits != 1 && o.Bits != 2 && o.Bits != 4 || t.Rank() == 0 {
		return nil, fmt.Errorf("%d bits of %s, want 1, 2 or 4 of a tensor with an axis", o.Bits, t)
	}
	shape := append([]ir.Dim{}, t.Shape...)
	shape[t.Rank()-1] = shape[t.Rank()-1].Mul(ir.Const(int64(8 / o.Bits)))
	return one(ir.TensorType(ir.Uint8, shape...))
}

// Eval takes number by number.
func (o UnpackCodes) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x, per := in[0], 8/o.Bits
	shape := append([]int{}, x.Shape...)
	shape[len(shape)-1] *= per
	y := ir.NewTensor(ir.Uint8, shape...)
	for i := range y.Len() {
		place := i % per
		if o.Highest {
			place = per - 1 - place
		}
		y.SetInt(i, bitsAt(x.Data, i/per*8+place*o.Bits, o.Bits))
	}
	return result(y)
}

// bitsAt reads a number of up to 8 bits that lies within a byte.
func bitsAt(data []byte, at, bits int) int64 {
	return int64(data[at/8]) >> (at % 8) & (1<<bits - 1)
}

// Lower calls the kernel.
func (o UnpackCodes) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return call("kernel.UnpackCodes", ir.Out(0), ir.In(0), ir.IntC(o.Bits), ir.Flag(o.Highest))
}

// MatMulBlocks is a·wᵀ + bias, where an element of w, [n, k], is (code - zero)·scale. Inputs:
//
//	0 a      [rows…, k]
//	1 codes  [n, blocks, Block·Bits/8], uint8: a row's codes of Bits bits, lowest bits first; behind k they don't count
//	2 scale  [n, blocks] of a's type, one for each Block codes of a row
//	3 zero   [n, blocks] of a's type, or [n, …] uint8 with numbers packed like codes; 2^(Bits-1) where it is absent
//	4 bias   [n] of a's type, optional
//
// Bits is 2, 4 or 8, and Block a power of two from 16 on.
type MatMulBlocks struct{ Bits, Block int }

// OpName is MatMulBlocks.
func (MatMulBlocks) OpName() string { return "MatMulBlocks" }

// Infer demands that the shapes fit together.
func (o MatMulBlocks) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 3, 5); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, ir.Float32, ir.Float16, ir.BFloat16); err != nil {
		return nil, err
	}
	if o.Bits != 2 && o.Bits != 4 && o.Bits != 8 || o.Block < 16 || o.Block > 1<<20 || o.Block&(o.Block-1) != 0 {
		return nil, fmt.Errorf("blocks of %d numbers of %d bits, want a power of two from 16 and 2, 4 or 8 bits", o.Block, o.Bits)
	}
	a, codes := x.Type(0), x.Type(1)
	if a.Rank() == 0 || codes.Rank() != 3 || codes.DType != ir.Uint8 {
		return nil, fmt.Errorf("a is %s and the codes are %s, want [rows…, k] and [n, blocks, bytes] of u8", a, codes)
	}
	k, n := a.Shape[a.Rank()-1], codes.Shape[0]
	blocks := k.CeilDiv(ir.Const(int64(o.Block)))
	if err := equalShape(x, codes, []ir.Dim{n, blocks, ir.Const(int64(o.Block * o.Bits / 8))}, "the codes do not fit k and the block's size"); err != nil {
		return nil, err
	}
	if err := wantSame(x, 0, 2); err != nil {
		return nil, err
	}
	if err := equalShape(x, x.Type(2), []ir.Dim{n, blocks}, "there is a scale for each block"); err != nil {
		return nil, err
	}
	if x.Has(3) {
		per := blocks
		if x.Type(3).DType == ir.Uint8 {
			per = o.zeroBytes(blocks)
		} else if err := wantSame(x, 0, 3); err != nil {
			return nil, err
		}
		if err := equalShape(x, x.Type(3), []ir.Dim{n, per}, "there is a zero point for each block"); err != nil {
			return nil, err
		}
	}
	if x.Has(4) {
		if err := wantSame(x, 0, 4); err != nil {
			return nil, err
		}
		if err := equalShape(x, x.Type(4), []ir.Dim{n}, "there is a bias for each column"); err != nil {
			return nil, err
		}
	}
	return one(ir.TensorType(a.DType, append(append([]ir.Dim{}, a.Shape[:a.Rank()-1]...), n)...))
}

// zeroBytes is how many bytes a row's packed zero points take.
func (o MatMulBlocks) zeroBytes(blocks ir.Dim) ir.Dim {
	return blocks.Mul(ir.Const(int64(o.Bits))).CeilDiv(ir.Const(8))
}

// Eval widens each weight where it is used.
func (o MatMulBlocks) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	a, codes, scale := in[0], in[1], in[2]
	k, n, blocks := a.Shape[len(a.Shape)-1], codes.Shape[0], codes.Shape[1]
	if blocks != (k+o.Block-1)/o.Block || codes.Shape[2] != o.Block*o.Bits/8 || scale.Len() != n*blocks {
		return nil, fmt.Errorf("a is %v, the codes are %v and the scales %v", a.Shape, codes.Shape, scale.Shape)
	}
	y := ir.NewTensor(a.DType, append(append([]int{}, a.Shape[:len(a.Shape)-1]...), n)...)
	row := make([]float64, k)
	for j := range n {
		for p := range row {
			block := p / o.Block
			code := bitsAt(codes.Data, (j*blocks*o.Block+p)*o.Bits, o.Bits)
			row[p] = (float64(code) - o.zero(in, j, block, blocks)) * scale.Float(j*blocks+block)
		}
		for i := range y.Len() / max(n, 1) {
			sum := elementOr(in, 4, j, 0)
			for p, w := range row {
				sum += float64(a.Float(i*k+p) * w)
			}
			y.SetFloat(i*n+j, sum)
		}
	}
	return result(y)
}

// zero is the zero point of a block of row j.
func (o MatMulBlocks) zero(in []*ir.Tensor, j, block, blocks int) float64 {
	z := nth(in, 3)
	switch {
	case z == nil:
		return float64(int(1) << (o.Bits - 1))
	case z.DType == ir.Uint8:
		return float64(bitsAt(z.Data, j*z.Shape[1]*8+block*o.Bits, o.Bits))
	}
	return z.Float(j*blocks + block)
}

// Lower calls the kernel that widens a part of a panel at a time.
func (o MatMulBlocks) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	a := in[0].Type
	k, n := a.Shape[a.Rank()-1], in[1].Type.Shape[0]
	zeros, packed := ir.Nil(), ir.Nil()
	if z := nth(in, 3); z != nil && z.Type.DType == ir.Uint8 {
		packed = ir.In(3)
	} else if z != nil {
		zeros = ir.In(3)
	}
	return call("kernel.GemmBlocks", ir.Out(0), ir.In(0), ir.In(1), ir.In(2), zeros, packed, argOr(in, 4),
		ir.Int(ir.Product(a.Shape[:a.Rank()-1]...)), ir.Int(n), ir.Int(k), ir.IntC(o.Bits), ir.IntC(o.Block))
}
