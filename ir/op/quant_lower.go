package op

import (
	"slices"
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
	g, m, c, taps := max(o.Group, 1), w.Shape[0], w.Shape[1], ir.NumElements(w.Shape[2:])
	n, k := m/g, kernel.ConvI8Depth(c, taps)
	codes, zero := signedCodes(w, constOf(nth(in, matZero)))
	size, from := kernel.PackedI8Len(n, k), n*c*taps
	packed := ir.NewTensor(ir.Int8, g*size)
	for i := range g {
		kernel.PackConvI8(int8s(packed)[i*size:(i+1)*size], codes[i*from:(i+1)*from], n, c, taps)
	}
	operands := []ir.Arg{ir.Out(0), ir.In(matA), ir.Weights(packed), argOr(in, scaledZero), zero, ir.In(matScale), argOr(in, matBias)}
	sums := ir.Const(int64(kernel.ConvI8Sums(n)))
	memory := []ir.Arg{ir.Scratch(0, ir.Int16, ir.Const(int64(kernel.ConvI8Rows(n, k)))), ir.Scratch(1, ir.Float32, sums)}
	laid := []ir.Arg{ir.Scratch(2, ir.Int16, i8Laid(win, y.Shape[2:], c)), ir.Scratch(3, ir.Int32, ir.Const(int64(taps))), o.Act.Arg()}
	sizes := []ir.Arg{ir.Int(x.Shape[0]), ir.IntC(g), ir.IntC(m), ir.Int(x.Shape[1]), win.arg(x.Shape[2:], y.Shape[2:])}
	if o.To == ir.Invalid {
		operands = append(operands, argOr(in, matResidual))
		return call("kernel.ConvI8", slices.Concat(operands, memory, laid, sizes)...)
	}
	lo, hi := Quantize{To: o.To}.limits()
	operands = append(operands, ir.In(scaledOutScale), argOr(in, scaledOutZero))
	memory = append(memory, ir.Scratch(4, ir.Uint8, sums))
	laid = append(laid, ir.Num(ir.Float32, lo), ir.Num(ir.Float32, hi))
	return call("kernel.ConvI8Codes", slices.Concat(operands, memory, laid, sizes)...)
}

// i8Laid is how many elements ConvI8 wants to lay a group's inputs out in.
func i8Laid(win window, out []ir.Dim, channels int) ir.Dim {
	size := ir.Const(int64(kernel.ConvI8Depth(channels, 1)))
	for i, d := range out {
		steps := d.Sub(ir.Const(1)).Max(ir.Const(0))
		size = size.Mul(steps.Mul(ir.Const(int64(win.strides[i]))).Add(ir.Const(win.extent(i))))
	}
	return size
}
