package op

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/exact"
)

// CosineWindow is A - B·cos(2πk/n) + C·cos(4πk/n) for k below Size, where n is Size, or Size-1 for a Symmetric window.
type CosineWindow struct {
	Size      ir.Dim
	A, B, C   float64
	Symmetric bool
	DType     ir.DType
}

// OpName is CosineWindow.
func (CosineWindow) OpName() string { return "CosineWindow" }

// SubstituteDims replaces symbols in the size.
func (o CosineWindow) SubstituteDims(env map[string]ir.Dim) ir.Op {
	o.Size = o.Size.Substitute(env)
	return o
}

// Infer gives a vector.
func (o CosineWindow) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := want(x, 0, 0); err != nil {
		return nil, err
	}
	if !o.DType.IsFloat() {
		return nil, unsupported(o.DType)
	}
	if err := wantSizes(x, []ir.Dim{o.Size}); err != nil {
		return nil, err
	}
	return one(ir.TensorType(o.DType, o.Size))
}

// Eval computes the terms.
func (o CosineWindow) Eval([]*ir.Tensor) ([]*ir.Tensor, error) {
	size, ok := ir.KnownShape([]ir.Dim{o.Size})
	if !ok {
		return nil, fmt.Errorf("the size %s is not known", o.Size)
	}
	n := float64(size[0])
	if o.Symmetric {
		n--
	}
	y := ir.NewTensor(o.DType, size[0])
	for k := range size[0] {
		angle := 2 * math.Pi * float64(k) / n
		v := o.A - float64(o.B*exact.Cos(angle))
		y.SetFloat(k, v+float64(o.C*exact.Cos(2*angle)))
	}
	return result(y)
}

// Lower calls the kernel.
func (o CosineWindow) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	n := o.Size
	if o.Symmetric {
		n = n.Sub(ir.Const(1))
	}
	return call("kernel.CosineWindow", ir.Out(0), ir.Int(n), ir.Num(ir.Float64, o.A), ir.Num(ir.Float64, o.B), ir.Num(ir.Float64, o.C))
}

// MelWeights is a matrix [Length/2+1, Bands] of triangles with peaks of one, spaced evenly on the mel scale, which sum
// the bins of a spectrum of Length values up. Inputs are single float64 numbers: the sample rate and the frequencies
// at which the first triangle begins and the last ends.
type MelWeights struct {
	Bands, Length ir.Dim
	DType         ir.DType
}

// OpName is MelWeights.
func (MelWeights) OpName() string { return "MelWeights" }

// SubstituteDims replaces symbols in the sizes.
func (o MelWeights) SubstituteDims(env map[string]ir.Dim) ir.Op {
	o.Bands, o.Length = o.Bands.Substitute(env), o.Length.Substitute(env)
	return o
}

// Infer gives the matrix's type.
func (o MelWeights) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 3, 3); err != nil {
		return nil, err
	}
	for i := range 3 {
		if err := wantDType(x, i, ir.Float64); err != nil {
			return nil, err
		}
		if _, err := x.Equal(x.Type(i).Len(), ir.Const(1), "rate and frequencies are single numbers"); err != nil {
			return nil, err
		}
	}
	if !o.DType.IsFloat() {
		return nil, unsupported(o.DType)
	}
	if err := wantSizes(x, []ir.Dim{o.Bands, o.Length}); err != nil {
		return nil, err
	}
	return one(ir.TensorType(o.DType, onesided(o.Length), o.Bands))
}

// Eval draws triangle by triangle.
func (o MelWeights) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	sizes, ok := ir.KnownShape([]ir.Dim{o.Bands, o.Length})
	if !ok {
		return nil, fmt.Errorf("the sizes %s and %s are not known", o.Bands, o.Length)
	}
	bands, length := sizes[0], sizes[1]
	bins := length/2 + 1
	y := ir.NewTensor(o.DType, bins, bands)
	rate, low, high := in[0].Float(0), hertzToMel(in[1].Float(0)), hertzToMel(in[2].Float(0))
	step := (high - low) / float64(bands+2)
	edge := func(i int) int { // the bin at which triangle i begins and triangle i-2 ends
		mel := low + float64(float64(i)*step)
		bin := math.Floor(float64(length+1) * (700 * exact.Expm1(mel/2595*math.Ln10)) / rate)
		if !(bin >= 0) {
			return -1 // no bin, as for NaN
		}
		return int(min(bin, float64(bins)))
	}
	for i := range bands {
		left, centre, right := edge(i), edge(i+1), edge(i+2)
		for j := range bins {
			switch {
			case j == centre:
				y.SetFloat(j*bands+i, 1)
			case j >= left && j < centre:
				y.SetFloat(j*bands+i, float64(j-left)/float64(centre-left))
			case j > centre && j < right:
				y.SetFloat(j*bands+i, float64(right-j)/float64(right-centre))
			}
		}
	}
	return result(y)
}

func hertzToMel(f float64) float64 { return 2595 * exact.Log1p(f/700) / math.Ln10 }

// Lower calls the kernel.
func (o MelWeights) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return call("kernel.MelWeights", ir.Out(0), ir.In(0), ir.In(1), ir.In(2), ir.Int(o.Length), ir.Int(o.Bands))
}
