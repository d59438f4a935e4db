package op

import (
	"unsafe"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/runtime/kernel"
)

// Lower counts all of a's leading axes as rows.
func (o ScaledMatMul) Lower(in, _ []*ir.Value) ([]ir.Call, error) {
	a := in[matA].Type
	m, k := ir.Product(a.Shape[:a.Rank()-1]...), a.Shape[a.Rank()-1]
	kb, n := orient(in[matB].Const.Shape, o.TransB)
	packed, zero, _ := packGroups(in[matB].Const, constOf(nth(in, matZero)), n, kb, o.TransB)
	return call("kernel.GemmI8", ir.Out(0), ir.In(matA), packed, argOr(in, scaledZero), zero,
		ir.In(matScale), argOr(in, matBias), argOr(in, matResidual), i8Scratch(m, kb),
		ir.Int(m), ir.IntC(n), ir.Int(k), o.Act.Arg())
}

// packGroups packs a constant matrix for GemmI8, and gives its zero points as it wants them; small says that it does not
// grow notably.
func packGroups(b, zero *ir.Tensor, n, k int, transposed bool) (packed, less ir.Arg, small bool) {
	codes, less := signedCodes(b, zero)
	t := ir.NewTensor(ir.Int8, kernel.PackedI8Len(n, k))
	kernel.PackGroupsI8(int8s(t), codes, n, k, transposed)
	padding := t.Len() - len(codes)
	return ir.Weights(t), less, padding <= maxPadding || 20*padding <= len(codes)
}

// i8Scratch is kernel.GemmI8Scratch as memory.
func i8Scratch(m ir.Dim, k int) ir.Arg {
	most := int64(kernel.GemmI8Scratch(1<<30, k))
	row := int64(kernel.GemmI8Scratch(0, k))
	return ir.Scratch(0, ir.Int16, m.Add(ir.Const(1)).Mul(ir.Const(row)).Min(ir.Const(most)))
}

// signedCodes gives constant weights as int8, and their zero points as an argument: those of uint8 become less by 128.
func signedCodes(b, zero *ir.Tensor) ([]int8, ir.Arg) {
	shift := int64(0)
	if b.DType == ir.Uint8 {
		shift = 128
	}
	codes := make([]int8, b.Len())
	for i := range codes {
		codes[i] = int8(b.Int(i) - shift)
	}
	if zero == nil {
		zero = ir.NewTensor(b.DType, 1)
	}
	less, all := ir.NewTensor(ir.Int8, zero.Len()), int64(0)
	for i := range zero.Len() {
		less.SetInt(i, zero.Int(i)-shift)
		all |= less.Int(i)
	}
	if all == 0 {
		return codes, ir.Nil()
	}
	return codes, ir.Weights(less)
}

// int8s is the data of an int8 tensor.
func int8s(t *ir.Tensor) []int8 {
	if len(t.Data) == 0 {
		return nil
	}
	return unsafe.Slice((*int8)(unsafe.Pointer(&t.Data[0])), len(t.Data))
}

// Lower packs each group's filters, and lays out memory for inputs with their padding, for rows and for a table.
func (o ScaledConv) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	x, w, y := in[matA].Type, in[matB].Const, out[0].Type
	win, err := o.plain().window(in[matB].Type.Shape)
	if err != nil {
		return nil, err
	}
	g, m, c := max(o.Group, 1), w.Shape[0], w.Shape[1]
	n, k := m/g, ir.NumElements(w.Shape[1:])
	codes, zero := signedCodes(w, constOf(nth(in, matZero)))
	size := kernel.PackedI8Len(n, k)
	packed := ir.NewTensor(ir.Int8, g*size)
	for i := range g {
		kernel.PackGroupsI8(int8s(packed)[i*size:(i+1)*size], codes[i*n*k:(i+1)*n*k], n, k, true)
	}
	return call("kernel.ConvI8", ir.Out(0), ir.In(matA), ir.Weights(packed), argOr(in, scaledZero), zero,
		ir.In(matScale), argOr(in, matBias), argOr(in, matResidual),
		ir.Scratch(0, ir.Int16, ir.Const(int64(kernel.ConvI8Rows(k)))), ir.Scratch(1, ir.Float32, ir.Const(int64(kernel.ConvI8Sums(n)))),
		ir.Scratch(2, ir.Uint8, i8Laid(win, y.Shape[2:], c)), ir.Scratch(3, ir.Int32, ir.Const(int64(kernel.PackedI8Len(4, k)/4))),
		o.Act.Arg(), ir.Int(x.Shape[0]), ir.IntC(g), ir.IntC(m), ir.Int(x.Shape[1]), win.arg(x.Shape[2:], y.Shape[2:]))
}

// i8Laid is how many bytes ConvI8 wants to lay a group's inputs out in.
func i8Laid(win window, out []ir.Dim, channels int) ir.Dim {
	last := len(out) - 1
	span := int64(win.kernel[last]-1) * int64(win.dilations[last])
	stride := int64(win.strides[last])
	height := ir.Const(1)
	if last > 0 {
		rows := out[0].Sub(ir.Const(1)).Max(ir.Const(0)).Mul(ir.Const(int64(win.strides[0])))
		height = rows.Add(ir.Const(win.extent(0)))
	}
	width := out[last].Add(ir.Const(span / stride))
	return height.Mul(width).Mul(ir.Const(min(stride, span+1) * int64(channels))).Add(ir.Const(8))
}
