package op

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/runtime/kernel"
)

// The scratch memory of a recurrent layer.
const (
	rnnGates   = iota // [steps, batch, G·h]: what the gates take, products with w first
	rnnBiases         // [G·h]
	rnnPackedW        // the run-time forms of w and r
	rnnPackedR
	rnnPackedR2
	rnnTemporary
)

// layerCalls gathers the calls of one layer.
type layerCalls struct {
	op                         Recurrent
	in                         []*ir.Value
	steps, batch, width, h, gh ir.Dim
	calls                      []ir.Call
}

// Lower multiplies all steps by w at once and then goes step by step, direction by direction. Constant weights are
// packed now, others at run time.
func (o Recurrent) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	t, h := in[rnnX].Type, in[rnnR].Type.Shape[2]
	if t.DType != ir.Float32 {
		return nil, unsupported(t.DType)
	}
	l := &layerCalls{op: o, in: in, steps: t.Shape[0], batch: t.Shape[1], width: t.Shape[2], h: h, gh: h.Mul(ir.Const(int64(o.gates())))}
	for dir := range o.Reverse {
		l.project(dir)
		switch o.Fn {
		case "LSTM":
			l.lstm(dir)
		case "GRU":
			l.gru(dir)
		default:
			l.rnn(dir)
		}
	}
	return l.calls, nil
}

func (l *layerCalls) add(kernel string, args ...ir.Arg) {
	l.calls = append(l.calls, ir.Call{Kernel: kernel, Args: args})
}

// project computes x·wᵀ + bias for all steps.
func (l *layerCalls) project(dir int) {
	w := l.packed(rnnW, dir, l.gh, ir.Const(0), l.gh, l.width, rnnPackedW)
	bias := l.bias(dir)
	l.add("kernel.GemmF32", l.gates(), ir.In(rnnX), w, bias, ir.Nil(),
		ir.Int(l.steps.Mul(l.batch)), ir.Int(l.gh), ir.Int(l.width), ir.Int(l.width), ir.Int(l.gh), Act{}.Arg())
}

func (l *layerCalls) gates() ir.Arg {
	return ir.Scratch(rnnGates, ir.Float32, ir.Product(l.steps, l.batch, l.gh))
}

// packed gives rows first … first+n of direction dir's [rows, k] matrix, packed as the right side of a product.
func (l *layerCalls) packed(input, dir int, rows, first, n, k ir.Dim, scratch int) ir.Arg {
	if t := packedPart(l.in[input].Const, dir, first, n); t != nil {
		return ir.Weights(t)
	}
	four := ir.Const(4)
	arg := ir.Scratch(scratch, ir.Float32, n.CeilDiv(four).Mul(four).Mul(k))
	off := ir.Const(int64(dir)).Mul(rows).Add(first).Mul(k)
	l.add("kernel.PackF32", arg, ir.In(input).At(off, n.Mul(k)), ir.Int(n), ir.Int(k), ir.Flag(true))
	return arg
}

// packedPart packs rows of a constant [dirs, rows, k], nil where it is none or packing would make it notably larger.
func packedPart(t *ir.Tensor, dir int, first, n ir.Dim) *ir.Tensor {
	from, okFrom := first.IsConst()
	count, okCount := n.IsConst()
	if t == nil || t.DType != ir.Float32 || !okFrom || !okCount {
		return nil
	}
	rows, k := t.Shape[1], t.Shape[2]
	if !packs(ir.Float32, int(count), k) {
		return nil
	}
	src := t.Float32s()[(dir*rows+int(from))*k:][:int(count)*k]
	dst := make([]float32, kernel.PackedLen(int(count), k))
	kernel.PackF32(dst, src, int(count), k, true)
	return ir.OfFloat32s([]int{len(dst)}, dst)
}

// shared is how many gates' biases are one: those that are added before anything else happens to the products.
func (l *layerCalls) shared() ir.Dim {
	if l.op.Linear {
		return l.gh.Sub(l.h)
	}
	return l.gh
}

// bias gives the sum of both biases, added up now if they are constants.
func (l *layerCalls) bias(dir int) ir.Arg {
	b := nth(l.in, rnnBias)
	if b == nil {
		return ir.Nil()
	}
	n, okN := l.gh.IsConst()
	shared, okShared := l.shared().IsConst()
	if t := b.Const; t != nil && t.DType == ir.Float32 && okN && okShared {
		sum := ir.NewTensor(ir.Float32, int(n))
		for j := range sum.Len() {
			v := t.Float(2*dir*int(n) + j)
			if j < int(shared) {
				v += t.Float(2*dir*int(n) + int(n) + j)
			}
			sum.SetFloat(j, v)
		}
		return ir.Weights(sum)
	}
	arg := ir.Scratch(rnnBiases, ir.Float32, l.gh)
	two := ir.Const(2)
	off := ir.Const(int64(dir)).Mul(l.gh).Mul(two)
	l.add("kernel.RecurrentBias", arg, ir.In(rnnBias).At(off, l.gh.Mul(two)), ir.Int(l.gh), ir.Int(l.shared()))
	return arg
}

// part is direction dir's part of an input or output [dirs, n…], nil where an input is absent.
func (l *layerCalls) part(a ir.Arg, dir int, n ir.Dim) ir.Arg {
	if a.Kind == ir.ArgNil {
		return a
	}
	return a.At(ir.Const(int64(dir)).Mul(n), n)
}

// common gives the arguments that the kernels begin and end alike with: y, the last h, the gates, …, and h0, the
// lengths and sizes.
func (l *layerCalls) common(dir int) (first, last []ir.Arg) {
	state := l.batch.Mul(l.h)
	first = []ir.Arg{ir.Out(0), l.part(ir.Out(1), dir, state)}
	last = []ir.Arg{
		l.part(argOr(l.in, rnnH0), dir, state), argOr(l.in, rnnLengths),
		ir.Int(l.steps), ir.Int(l.batch), ir.Int(l.h), ir.IntC(dir), ir.IntC(len(l.op.Reverse)),
		ir.Flag(l.op.Reverse[dir]), ir.Num(ir.Float32, l.op.Clip),
	}
	return first, last
}

func (l *layerCalls) lstm(dir int) {
	r := l.packed(rnnR, dir, l.gh, ir.Const(0), l.gh, l.h, rnnPackedR)
	state := l.batch.Mul(l.h)
	first, last := l.common(dir)
	args := append(first, l.part(ir.Out(2), dir, state), l.gates(), r,
		l.part(argOr(l.in, rnnPeep), dir, l.h.Mul(ir.Const(3))), l.part(argOr(l.in, rnnC0), dir, state))
	args = append(args, last...)
	l.add("kernel.LSTMF32", append(append(args, ir.Flag(l.op.Coupled)), l.op.actArgs(dir)...)...)
}

func (l *layerCalls) gru(dir int) {
	first, last := l.common(dir)
	two := l.h.Mul(ir.Const(2))
	var args []ir.Arg
	name := "kernel.GRUF32"
	if l.op.Linear {
		name = "kernel.GRULinearF32"
		r := l.packed(rnnR, dir, l.gh, ir.Const(0), l.gh, l.h, rnnPackedR)
		bias := argOr(l.in, rnnBias)
		if bias.Kind != ir.ArgNil { // r's bias of the last gate
			off := ir.Const(int64(2*dir + 1)).Mul(l.gh).Add(two)
			bias = bias.At(off, l.h)
		}
		args = append(first, l.gates(), r, bias, ir.Scratch(rnnTemporary, ir.Float32, l.batch.Mul(l.gh)))
	} else {
		r := l.packed(rnnR, dir, l.gh, ir.Const(0), two, l.h, rnnPackedR)
		candidate := l.packed(rnnR, dir, l.gh, two, l.h, l.h, rnnPackedR2)
		args = append(first, l.gates(), r, candidate, ir.Scratch(rnnTemporary, ir.Float32, l.batch.Mul(l.h)))
	}
	args = append(args, last...)
	l.add(name, append(args, l.op.actArgs(dir)...)...)
}

func (l *layerCalls) rnn(dir int) {
	r := l.packed(rnnR, dir, l.gh, ir.Const(0), l.gh, l.h, rnnPackedR)
	first, last := l.common(dir)
	args := append(first, l.gates(), r)
	args = append(args, last...)
	l.add("kernel.RNNF32", append(args, l.op.act(dir, 0))...)
}
