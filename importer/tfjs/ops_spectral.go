package tfjs

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var spectralRows = []row{{"FFT", fft(false)}, {"IFFT", fft(true)}, {"RFFT", rfft}, {"IRFFT", irfft}}

// dft transforms pairs of real and imaginary part along the axis before the last.
func (n *node) dft(pairs *ir.Value, length ir.Dim, inverse, onesided bool) *ir.Value {
	if n.err != nil {
		return hole()
	}
	return n.do(op.DFT{Axis: pairs.Type.Rank() - 2, Length: length, Inverse: inverse, Onesided: onesided}, pairs)
}

// pairs puts real and imaginary parts side by side in a last axis.
func (n *node) pairs(re, im *ir.Value) *ir.Value {
	if n.err != nil {
		return hole()
	}
	apart := func(v *ir.Value) *ir.Value {
		return n.reshape(v, append(append([]ir.Dim{}, v.Type.Shape...), ir.Const(1))...)
	}
	return n.do(op.Concat{Axis: re.Type.Rank()}, apart(re), apart(im))
}

// unpaired takes pairs apart.
func (n *node) unpaired(pairs *ir.Value) (re, im *ir.Value) {
	if n.err != nil {
		return hole(), hole()
	}
	last := pairs.Type.Rank() - 1
	shape := pairs.Type.Shape[:last]
	re = n.reshape(n.part(pairs, last, ir.Const(0), ir.Const(1)), shape...)
	return re, n.reshape(n.part(pairs, last, ir.Const(1), ir.Const(1)), shape...)
}

// fft is the row function of FFT and IFFT.
func fft(inverse bool) func(*node) []*ir.Value {
	return func(n *node) []*ir.Value {
		x := n.tensor(0, 1, anyRank)
		pairs := n.pairs(n.partsOf(x))
		if n.err != nil {
			return nil
		}
		return one(n.joinComplex(n.unpaired(n.dft(pairs, x.Type.Shape[x.Type.Rank()-1], inverse, false))))
	}
}

// rfft transforms real numbers; fft_length does not count in TensorFlow.js.
func rfft(n *node) []*ir.Value {
	x := n.tensor(0, 1, anyRank)
	if n.err != nil {
		return nil
	}
	s := x.Type.Shape
	pairs := n.reshape(x, append(append([]ir.Dim{}, s...), ir.Const(1))...)
	return one(n.joinComplex(n.unpaired(n.dft(pairs, s[len(s)-1], false, true))))
}

// irfft gives real numbers, twice as many as there are bins but for two. Those of a vector have an axis of length 1
// before them.
func irfft(n *node) []*ir.Value {
	x := n.tensor(0, 1, anyRank)
	pairs := n.pairs(n.partsOf(x))
	if n.err != nil {
		return nil
	}
	s := x.Type.Shape
	length := s[len(s)-1].Sub(ir.Const(1)).Mul(ir.Const(2))
	y := n.dft(pairs, length, true, true)
	if n.err != nil {
		return nil
	}
	shape := append(append([]ir.Dim{}, s[:len(s)-1]...), length)
	if len(s) == 1 {
		shape = []ir.Dim{ir.Const(1), length}
	}
	return one(n.reshape(y, shape...))
}
