package op

import "github.com/energeticc/energeticc/ir"

// The scratch memory of a quantised layer beyond that of others.
const (
	quantX         = iota + rnnTemporary + 1 // uint8: the codes of x
	quantScale                               // the scale of x
	quantZero                                // uint8: the zero point of x
	quantState                               // uint8: the codes of a state
	quantRowsX                               // int16: what products of x and of a state want
	quantRowsState                           //
	quantFactors                             // [4·h]: products of scales
	quantPackedW                             // int8: the run-time forms of w, r and their zero points
	quantPackedR
	quantZerosW
	quantZerosR
)

// Lower quantises x, multiplies all steps by w at once and then goes step by step, direction by direction. Constant
// weights are packed now, others at run time.
func (o QuantizedLSTM) Lower(in, _ []*ir.Value) ([]ir.Call, error) {
	t, h := in[rnnX].Type, in[rnnR].Type.Shape[1]
	l := &quantizedCalls{layerCalls{op: o.plain(), in: in, steps: t.Shape[0], batch: t.Shape[1], width: t.Shape[2], h: h, gh: h.Mul(ir.Const(4))}}
	rows, state := l.steps.Mul(l.batch), l.batch.Mul(h)
	codes := ir.Scratch(quantX, ir.Uint8, rows.Mul(l.width))
	scale, zero := ir.Scratch(quantScale, ir.Float32, ir.Const(1)), ir.Scratch(quantZero, ir.Uint8, ir.Const(1))
	factors := ir.Scratch(quantFactors, ir.Float32, l.gh)
	l.add("kernel.DynamicQuantize", codes, scale, zero, ir.In(rnnX))
	for dir := range o.Reverse {
		w := l.matrix(dir, rnnW, rnnWScale, l.width, quantPackedW, quantZerosW)
		l.add("kernel.ProjectI8", l.gates(), codes, scale, zero, w.packed, w.zero, w.scale, l.bias(dir), factors,
			readyRows(quantRowsX, rows, l.width), ir.Int(rows), ir.Int(l.gh), ir.Int(l.width))
		r := l.matrix(dir, rnnR, rnnRScale, h, quantPackedR, quantZerosR)
		first, last := l.common(dir)
		args := append(first, l.part(ir.Out(2), dir, state), l.gates(), r.packed, r.zero, r.columns, r.scale,
			l.part(argOr(in, rnnPeep), dir, h.Mul(ir.Const(3))), l.part(argOr(in, rnnC0), dir, state), last[0], last[1],
			ir.Scratch(quantState, ir.Uint8, state), readyRows(quantRowsState, l.batch, h), factors)
		args = append(append(args, last[2:]...), ir.Flag(o.Coupled))
		l.add("kernel.LSTMI8", append(args, l.op.actArgs(dir)...)...)
	}
	return l.calls, nil
}

// quantizedCalls gathers the calls of one quantised layer.
type quantizedCalls struct{ layerCalls }

// codesArgs are a direction's matrix as kernels take it; columns are the sums of its columns, nil where they don't help.
type codesArgs struct{ packed, zero, scale, columns ir.Arg }

// matrix gives direction dir's matrix [k, 4·h], at input i, whose scale and zero point are at input s and behind it.
func (l *quantizedCalls) matrix(dir, i, s int, k ir.Dim, packed, zeros int) codesArgs {
	each := ir.Const(1)
	if t := l.in[s].Type; t.Rank() > 1 {
		each = l.gh
	}
	at := ir.Const(int64(dir))
	a := codesArgs{scale: l.part(ir.In(s), dir, each), columns: ir.Nil()}
	zero := l.in[s+1]
	if m := l.in[i].Const; m != nil && zero.Const != nil {
		own, ownZero := leading(m, dir), leading(zero.Const, dir)
		var small bool
		if a.packed, a.zero, small = packGroups(own, ownZero, own.Shape[1], own.Shape[0], false); small {
			if codes, _ := signedCodes(own, nil); a.zero.Kind == ir.ArgNil {
				a.columns = columnSums(codes, own.Shape[1])
			}
			return a
		}
	}
	four := ir.Const(4)
	depth := k.CeilDiv(four).Mul(four)
	a.packed = ir.Scratch(packed, ir.Int8, depth.Mul(l.gh))
	a.zero = ir.Scratch(zeros, ir.Int8, each)
	l.add("kernel.PackCodesI8", a.packed, l.part(ir.In(i), dir, k.Mul(l.gh)), ir.Int(l.gh), ir.Int(k))
	l.add("kernel.ShiftCodesI8", a.zero, ir.In(s+1).At(at.Mul(each), each))
	return a
}

// readyRows is what kernel.GemmI8 wants as scratch.
func readyRows(index int, m, k ir.Dim) ir.Arg {
	four := ir.Const(4)
	most := ir.Const(128) // rows at once
	return ir.Scratch(index, ir.Int16, m.Min(most).Add(ir.Const(1)).Mul(k.CeilDiv(four).Mul(four)))
}

// leading is element i of the first axis of a tensor of bytes; of a vector it is one of one element.
func leading(t *ir.Tensor, i int) *ir.Tensor {
	shape := t.Shape[1:]
	if len(shape) == 0 {
		shape = []int{1}
	}
	n := ir.NumElements(shape)
	return &ir.Tensor{DType: t.DType, Shape: shape, Data: t.Data[i*n : (i+1)*n]}
}

// columnSums are the sums of the columns of a matrix of int8.
func columnSums(m []int8, n int) ir.Arg {
	sums := ir.NewTensor(ir.Int32, n)
	for i, v := range m {
		sums.SetInt(i%n, sums.Int(i%n)+int64(v))
	}
	return ir.Weights(sums)
}
