package op

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/exact"
)

// signalOps are the rows of the family.
var signalOps = []Def{
	{Name: "DFT", Doc: "DFT is the discrete Fourier transform along an axis. Source: ONNX DFT.", New: func() ir.Op { return DFT{} }, DTypes: floats, ULP: 64},
	{Name: "STFT", Doc: "STFT is the Fourier transform of each of the windowed frames of a signal. Source: ONNX STFT.", New: func() ir.Op { return STFT{} }, DTypes: floats, ULP: 64},
	{Name: "CosineWindow", Doc: "CosineWindow is a window of up to three cosine terms. Source: ONNX HannWindow, HammingWindow, BlackmanWindow.", New: func() ir.Op { return CosineWindow{} }, ULP: 4},
	{Name: "MelWeights", Doc: "MelWeights sums the bins of a spectrum up into bands of the mel scale. Source: ONNX MelWeightMatrix.", New: func() ir.Op { return MelWeights{} }, DTypes: []ir.DType{ir.Float64}, ULP: 1},
}

// DFT transforms Length values along Axis (0 ≤ Axis < rank-1): what is there is cut or followed by zeros. The last axis
// holds a number's real and imaginary part, or the real part alone. Onesided leaves out the values that are conjugates
// of others: forward, the result has Length/2+1 values; inverse, the input has, and the result is real. An axis that only
// a run knows is input 1 instead: what Bounds calls chosen, for each axis 1 or 0.
type DFT struct {
	Axis              int
	Length            ir.Dim
	Inverse, Onesided bool
}

// OpName is DFT.
func (DFT) OpName() string { return "DFT" }

// SubstituteDims replaces symbols in the length.
func (o DFT) SubstituteDims(env map[string]ir.Dim) ir.Op {
	o.Length = o.Length.Substitute(env)
	return o
}

// Infer gives the axis its new length.
func (o DFT) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 2); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, floats...); err != nil {
		return nil, err
	}
	t := x.Type(0)
	last := t.Rank() - 1
	if last < 1 || !x.Has(1) && (o.Axis < 0 || o.Axis >= last) {
		return nil, fmt.Errorf("axis %d of %s is out of range: the last axis is a number's parts", o.Axis, t)
	}
	if _, err := complexParts(t); err != nil {
		return nil, err
	}
	if err := wantSizes(x, []ir.Dim{o.Length}); err != nil {
		return nil, err
	}
	n, parts := o.Length, 2
	switch {
	case o.Onesided && o.Inverse:
		parts = 1
	case o.Onesided:
		n = onesided(n)
	}
	shape := append([]ir.Dim{}, t.Shape...)
	shape[last] = ir.Const(int64(parts))
	if !x.Has(1) {
		shape[o.Axis] = n
		return one(ir.TensorType(t.DType, shape...))
	}
	chosen := x.Elems(1)
	if len(chosen) != last+1 {
		return nil, fmt.Errorf("input 1 is %s, want for each of %d axes whether it is the one", x.Type(1), last+1)
	}
	if _, err := x.Equal(chosen[last], ir.Const(0), "the axis is the last one, a number's parts"); err != nil {
		return nil, err
	}
	for i, c := range chosen[:last] {
		shape[i] = shape[i].Add(c.Mul(n.Sub(shape[i])))
	}
	return one(ir.TensorType(t.DType, shape...))
}

// onesided is how many values of a spectrum are no conjugates of others, where the signal is real.
func onesided(n ir.Dim) ir.Dim { return n.Div(ir.Const(2)).Add(ir.Const(1)) }

// complexParts reads the last axis: 1 for real numbers, 2 for complex ones.
func complexParts(t ir.Type) (int, error) {
	if n, ok := t.Shape[t.Rank()-1].IsConst(); ok && (n == 1 || n == 2) {
		return int(n), nil
	}
	return 0, fmt.Errorf("the last axis of %s is a number's parts, want 1 or 2", t)
}

// Eval adds up the definition's terms.
func (o DFT) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x := in[0]
	length, ok := ir.KnownShape([]ir.Dim{o.Length})
	if !ok {
		return nil, fmt.Errorf("the length %s is not known", o.Length)
	}
	if len(in) > 1 {
		if o.Axis = slices.Index(in[1].Ints(), 1); o.Axis < 0 || o.Axis >= len(x.Shape)-1 {
			return nil, errors.New("input 1 marks no axis before the last")
		}
	}
	rank, n := len(x.Shape), length[0]
	parts, shape := x.Shape[rank-1], append([]int{}, x.Shape...)
	shape[o.Axis], shape[rank-1] = n, 2
	switch {
	case o.Onesided && o.Inverse:
		shape[rank-1] = 1
	case o.Onesided:
		shape[o.Axis] = n/2 + 1
	}
	y := ir.NewTensor(x.DType, shape...)
	if n == 0 {
		return result(y)
	}
	d := newDirectDFT(n, o.Inverse)
	lines := shape[:rank-1]
	eachLine(lines, o.Axis, func(line, first, stride, m int) {
		from := line/stride*x.Shape[o.Axis]*stride + line%stride
		d.load(x, from, stride, x.Shape[o.Axis], parts)
		if o.Inverse && o.Onesided {
			d.mirror()
		}
		for k := range m {
			re, im := d.value(k)
			at := (first + k*stride) * shape[rank-1]
			y.SetFloat(at, re)
			if shape[rank-1] == 2 {
				y.SetFloat(at+1, im)
			}
		}
	})
	return result(y)
}

// directDFT computes a transform from its definition.
type directDFT struct {
	re, im   []float64
	cos, sin []float64 // of 2πk/n, the sine negative unless inverse
	scale    float64
}

func newDirectDFT(n int, inverse bool) *directDFT {
	d := &directDFT{re: make([]float64, n), im: make([]float64, n), cos: make([]float64, n), sin: make([]float64, n), scale: 1}
	for k := range n {
		angle := 2 * math.Pi * float64(k) / float64(n)
		d.cos[k], d.sin[k] = exact.Cos(angle), -exact.Sin(angle)
		if inverse {
			d.sin[k] = -d.sin[k]
		}
	}
	if inverse {
		d.scale = float64(n)
	}
	return d
}

// load reads m numbers that lie stride apart; those beyond are zero.
func (d *directDFT) load(x *ir.Tensor, first, stride, m, parts int) {
	clear(d.re)
	clear(d.im)
	for k := range min(m, len(d.re)) {
		at := (first + k*stride) * parts
		d.re[k] = x.Float(at)
		if parts == 2 {
			d.im[k] = x.Float(at + 1)
		}
	}
}

// mirror completes the spectrum of a real signal, whose first value, and the middle one if there is one, are real.
func (d *directDFT) mirror() {
	n := len(d.re)
	for k := 0; 2*k <= n; k++ {
		if k == 0 || 2*k == n {
			d.im[k] = 0
			continue
		}
		d.re[n-k], d.im[n-k] = d.re[k], -d.im[k]
	}
}

// value is number k of the result.
func (d *directDFT) value(k int) (re, im float64) {
	n := len(d.re)
	for j := range n {
		t := int(int64(j) * int64(k) % int64(n))
		re += float64(d.re[j]*d.cos[t]) - float64(d.im[j]*d.sin[t])
		im += float64(d.re[j]*d.sin[t]) + float64(d.im[j]*d.cos[t])
	}
	return re / d.scale, im / d.scale
}

// fftScratch is what the fast transform of n numbers takes: the roots of unity, then the numbers twice. It computes in
// the type of this memory. Real signals are transformed in float64 and complex ones in their own type, as NumPy does,
// by whose answers the standard's tests judge also what is rounding error alone.
func fftScratch(d ir.DType, parts int, n ir.Dim) ir.Arg {
	if parts == 1 {
		d = ir.Float64
	}
	return ir.Scratch(0, d, n.Mul(ir.Const(6)))
}

// Lower calls the fast transform line by line.
func (o DFT) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	t := in[0].Type
	parts, err := complexParts(t)
	if err != nil {
		return nil, err
	}
	last := t.Rank() - 1
	var outer, n, inner ir.Dim
	if len(in) > 1 {
		outer, n, inner = threeChosen(t.Shape[:last], in[1].Elems)
	} else {
		outer, n, inner = threeAxes(t.Shape[:last], o.Axis)
	}
	return call("kernel.DFT", ir.Out(0), ir.In(0), fftScratch(t.DType, parts, o.Length), ir.Int(outer), ir.Int(n), ir.Int(inner),
		ir.IntC(parts), ir.Int(o.Length), ir.Flag(o.Inverse), ir.Flag(o.Onesided))
}

// STFT transforms frames of Frame values, Step apart, of signals [batch, n, parts] where parts is 1 or 2, each weighted
// with a window (input 1, [Frame], may be absent). The result is [batch, frames, bins, 2]. Onesided keeps the first
// Frame/2+1 bins.
type STFT struct {
	Frame, Step ir.Dim
	Onesided    bool
}

// OpName is STFT.
func (STFT) OpName() string { return "STFT" }

// SubstituteDims replaces symbols in the sizes.
func (o STFT) SubstituteDims(env map[string]ir.Dim) ir.Op {
	o.Frame, o.Step = o.Frame.Substitute(env), o.Step.Substitute(env)
	return o
}

// Infer counts frames and bins.
func (o STFT) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 2); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, floats...); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if t.Rank() != 3 {
		return nil, fmt.Errorf("the signal is %s, want [batch, length, 1 or 2]", t)
	}
	if _, err := complexParts(t); err != nil {
		return nil, err
	}
	for _, d := range []ir.Dim{o.Frame, o.Step} {
		if _, err := x.Equal(d.Max(ir.Const(1)), d, "the length of a frame or its step is not positive"); err != nil {
			return nil, err
		}
	}
	if x.Has(1) {
		if err := wantSame(x, 0, 1); err != nil {
			return nil, err
		}
		if w := x.Type(1); w.Rank() != 1 {
			return nil, fmt.Errorf("the window is %s, want a vector", w)
		}
		if _, err := x.Equal(x.Type(1).Shape[0], o.Frame, "the window is not as long as a frame"); err != nil {
			return nil, err
		}
	}
	frames := t.Shape[1].Sub(o.Frame).Div(o.Step).Add(ir.Const(1))
	bins := o.Frame
	if o.Onesided {
		bins = onesided(bins)
	}
	return one(ir.TensorType(t.DType, t.Shape[0], frames, bins, ir.Const(2)))
}

// Eval adds up the definition's terms.
func (o STFT) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x := in[0]
	sizes, ok := ir.KnownShape([]ir.Dim{o.Frame, o.Step})
	if !ok {
		return nil, fmt.Errorf("the frame %s or the step %s is not known", o.Frame, o.Step)
	}
	frame, step := sizes[0], sizes[1]
	if frame < 1 || step < 1 || frame > x.Shape[1] {
		return nil, errors.New("a frame or its step does not fit the signal")
	}
	frames, bins := (x.Shape[1]-frame)/step+1, frame
	if o.Onesided {
		bins = frame/2 + 1
	}
	y := ir.NewTensor(x.DType, x.Shape[0], frames, bins, 2)
	d := newDirectDFT(frame, false)
	for i := range x.Shape[0] * frames {
		d.load(x, i/frames*x.Shape[1]+i%frames*step, 1, frame, x.Shape[2])
		for k := range frame {
			if len(in) > 1 && in[1] != nil {
				d.re[k] *= in[1].Float(k)
				d.im[k] *= in[1].Float(k)
			}
		}
		for k := range bins {
			re, im := d.value(k)
			y.SetFloat((i*bins+k)*2, re)
			y.SetFloat((i*bins+k)*2+1, im)
		}
	}
	return result(y)
}

// Lower calls the fast transform frame by frame.
func (o STFT) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	s := in[0].Type.Shape
	parts, err := complexParts(in[0].Type)
	if err != nil {
		return nil, err
	}
	window := ir.Nil()
	if len(in) > 1 && in[1] != nil {
		window = ir.In(1)
	}
	y := out[0].Type.Shape
	return call("kernel.STFT", ir.Out(0), ir.In(0), window, fftScratch(in[0].Type.DType, parts, o.Frame), ir.Int(s[0]), ir.Int(s[1]), ir.IntC(parts),
		ir.Int(o.Frame), ir.Int(o.Step), ir.Int(y[1]), ir.Int(y[2]))
}
