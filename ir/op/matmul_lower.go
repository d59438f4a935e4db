package op

import (
	"encoding/binary"
	"fmt"
	"unsafe"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/runtime/kernel"
)

// packing is how a product reads b.
type packing uint8

const (
	plain32  packing = iota // as it is, by strides
	packed32                // float32 panels
	packed16                // float16 panels
	packed8                 // int8 panels and a scale
)

// maxPadding is what a packed matrix may be larger than its data, in bytes, beyond a twentieth.
const maxPadding = 256

// packing chooses by what is constant. Padding of the last panel to four columns must not make a package notably
// larger, so narrow matrices stay as they are.
func (o MatMul) packing(in []*ir.Value) packing {
	b := nth(in, matB)
	if b == nil || b.Const == nil || len(b.Const.Shape) != 2 || o.TransA {
		return plain32
	}
	k, n := b.Const.Shape[0], b.Const.Shape[1]
	if o.TransB {
		k, n = n, k
	}
	quantised := nth(in, matScale) != nil
	half := b.Const.DType == ir.Float16 && in[matA].Type.DType == ir.Float32
	if !quantised && !half && (o.Plain || !packs(b.Const.DType, n, k)) {
		return plain32
	}
	switch {
	case quantised:
		return packed8
	case half:
		return packed16
	case b.Const.DType == ir.Float32:
		return packed32
	}
	return plain32
}

// packs reports whether a [k][n] matrix may be packed without growing notably.
func packs(d ir.DType, n, k int) bool {
	padding := d.Bytes(kernel.PackedLen(n, k) - n*k)
	return padding <= maxPadding || 20*padding <= d.Bytes(n*k)
}

// Lower multiplies by packed weights where b is a constant, else by strides.
func (o MatMul) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	switch o.packing(in) {
	case packed32:
		return o.lowerPacked(in, "kernel.GemmF32", ir.Weights(packF32(in[matB].Const, o.TransB, o.alpha())))
	case packed16:
		if o.alpha() != 1 {
			return nil, fmt.Errorf("a factor beside float16 weights is not supported")
		}
		return o.lowerPacked(in, "kernel.GemmF16W", ir.Weights(packF16(in[matB].Const, o.TransB)))
	case packed8:
		b, err := centred(in[matB].Const, constOf(nth(in, matZero)), o.TransB)
		if err != nil {
			return nil, err
		}
		scale := in[matScale].Const.Floats()
		for i := range scale {
			scale[i] *= o.alpha()
		}
		return o.lowerPacked(in, "kernel.GemmI8W", ir.Weights(packI8(b, in[matB].Const.Shape, o.TransB)),
			ir.Weights(ir.FromFloats(ir.Float32, []int{len(scale)}, scale)))
	}
	return o.lowerPlain(in, out)
}

func constOf(v *ir.Value) *ir.Tensor {
	if v == nil {
		return nil
	}
	return v.Const
}

// argOr is input i, or nil where it is absent.
func argOr(in []*ir.Value, i int) ir.Arg {
	if nth(in, i) == nil {
		return ir.Nil()
	}
	return ir.In(i)
}

// lowerPacked counts all of a's leading axes as rows, since b is one matrix for them.
func (o MatMul) lowerPacked(in []*ir.Value, name string, weights ...ir.Arg) ([]ir.Call, error) {
	a := in[matA].Type
	k := a.Shape[a.Rank()-1]
	_, n := matrix(in[matB].Type, o.TransB)
	args := append([]ir.Arg{ir.Out(0), ir.In(matA)}, weights...)
	args = append(args, argOr(in, matBias), argOr(in, matResidual),
		ir.Int(ir.Product(a.Shape[:a.Rank()-1]...)), ir.Int(n), ir.Int(k), ir.Int(k), ir.Int(n), o.Act.Arg())
	return call(name, args...)
}

// lowerPlain walks both operands by strides.
func (o MatMul) lowerPlain(in, out []*ir.Value) ([]ir.Call, error) {
	a, b := in[matA].Type, in[matB].Type
	m, k := matrix(a, o.TransA)
	_, n := matrix(b, o.TransB)
	rsa, csa, rsb, csb := k, ir.Const(1), n, ir.Const(1)
	if o.TransA {
		rsa, csa = ir.Const(1), m
	}
	if o.TransB {
		rsb, csb = ir.Const(1), k
	}
	batch := out[0].Type.Shape[:out[0].Type.Rank()-2]
	sa := batchSteps(a.Shape[:a.Rank()-2], batch, m.Mul(k))
	sb := batchSteps(b.Shape[:b.Rank()-2], batch, k.Mul(n))
	sizes, sa, sb := joinBatch(batch, sa, sb)
	if len(sizes) == 1 && sb[0].Is(0) && sa[0].Equal(rsa.Mul(m)) { // one b for all: their rows are one matrix's
		m, sizes, sa, sb = m.Mul(sizes[0]), nil, nil, nil
	}
	d, name := out[0].Type.DType, "kernel.BatchMatMulF32"
	if d != ir.Float32 {
		name = "kernel.MatMul"
	}
	calls, err := call(name,
		ir.Out(0), ir.In(matA), ir.In(matB), ir.Ints(sizes...), ir.Ints(sa...), ir.Ints(sb...),
		ir.Int(m), ir.Int(n), ir.Int(k), ir.Int(rsa), ir.Int(csa), ir.Int(rsb), ir.Int(csb), ir.Num(d, o.alpha()))
	if nth(in, matBias) != nil || o.Act.Fn != "" {
		rows := ir.Product(out[0].Type.Shape[:out[0].Type.Rank()-1]...)
		calls = append(calls, ir.Call{Kernel: "kernel.FinishRowsF32", Args: []ir.Arg{
			ir.Out(0), argOr(in, matBias), ir.Int(rows), ir.Int(n), o.Act.Arg(),
		}})
	}
	return calls, err
}

// batchSteps gives an operand's element strides along the result's batch axes, 0 where it broadcasts.
func batchSteps(operand, batch []ir.Dim, step ir.Dim) []ir.Dim {
	out := make([]ir.Dim, len(batch))
	for i := len(batch) - 1; i >= 0; i-- {
		j := i - len(batch) + len(operand)
		if j < 0 || operand[j].Is(1) {
			continue
		}
		out[i] = step
		if !operand[j].Equal(batch[i]) { // 1 or the result's size, as the run will tell
			out[i] = step.Mul(operand[j].Sub(ir.Const(1)).Max(ir.Const(0)).Min(ir.Const(1)))
		}
		step = step.Mul(operand[j])
	}
	return out
}

// joinBatch drops axes of length 1 and joins neighbours that both operands walk as one.
func joinBatch(batch, sa, sb []ir.Dim) (sizes, ta, tb []ir.Dim) {
	for i, d := range batch {
		if d.Is(1) {
			continue
		}
		if n := len(sizes) - 1; n >= 0 && ta[n].Equal(sa[i].Mul(d)) && tb[n].Equal(sb[i].Mul(d)) {
			sizes[n], ta[n], tb[n] = sizes[n].Mul(d), sa[i], sb[i]
			continue
		}
		sizes, ta, tb = append(sizes, d), append(ta, sa[i]), append(tb, sb[i])
	}
	return sizes, ta, tb
}

// packF32 packs a [k][n] matrix, or [n][k] if transposed, times a factor.
func packF32(b *ir.Tensor, transposed bool, factor float64) *ir.Tensor {
	src := b.Float32s()
	if factor != 1 {
		src = append([]float32{}, src...)
		for i, v := range src {
			src[i] = float32(float64(v) * factor)
		}
	}
	k, n := orient(b.Shape, transposed)
	dst := make([]float32, kernel.PackedLen(n, k))
	kernel.PackF32(dst, src, n, k, transposed)
	return ir.OfFloat32s([]int{len(dst)}, dst)
}

// orient gives the rows and columns of a constant matrix.
func orient(shape []int, transposed bool) (rows, cols int) {
	if transposed {
		return shape[1], shape[0]
	}
	return shape[0], shape[1]
}

// packF16 is packF32 for float16; the panels are plain patterns.
func packF16(b *ir.Tensor, transposed bool) *ir.Tensor {
	k, n := orient(b.Shape, transposed)
	src := make([]uint16, b.Len())
	for i := range src {
		src[i] = binary.LittleEndian.Uint16(b.Data[2*i:])
	}
	dst := make([]uint16, kernel.PackedLen(n, k))
	kernel.PackF16(dst, src, n, k, transposed)
	out := ir.NewTensor(ir.Uint16, len(dst))
	for i, v := range dst {
		binary.LittleEndian.PutUint16(out.Data[2*i:], v)
	}
	return out
}

// packI8 is packF32 for int8.
func packI8(b []int8, shape []int, transposed bool) *ir.Tensor {
	k, n := orient(shape, transposed)
	out := ir.NewTensor(ir.Int8, kernel.PackedLen(n, k))
	if len(out.Data) > 0 {
		kernel.PackI8(unsafe.Slice((*int8)(unsafe.Pointer(&out.Data[0])), len(out.Data)), b, n, k, transposed)
	}
	return out
}

// centred gives b - zero, which must be int8: uint8 weights with a zero point near the middle are.
func centred(b, zero *ir.Tensor, transposed bool) ([]int8, error) {
	out := make([]int8, b.Len())
	for i := range out {
		v := b.Int(i)
		if zero != nil {
			v -= zero.Int(column(b.Shape, i, transposed) % zero.Len())
		}
		if v != int64(int8(v)) {
			return nil, fmt.Errorf("weight %d less its zero point is %d, want an int8", i, v)
		}
		out[i] = int8(v)
	}
	return out, nil
}
