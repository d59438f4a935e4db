package op

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/exact"
)

// LpNorm divides by the norm along Axis (0 ≤ Axis < rank): the sum of |x| where P is 1, the root of the sum of x² where
// P is 2. A norm of 0 gives 0.
type LpNorm struct{ Axis, P int }

// OpName is LpNorm.
func (LpNorm) OpName() string { return "LpNorm" }

// Infer keeps the type.
func (o LpNorm) Infer(x *ir.Inference) ([]ir.Type, error) {
	if o.P != 1 && o.P != 2 {
		return nil, fmt.Errorf("p is %d, want 1 or 2", o.P)
	}
	return inferAlong(x, o.Axis)
}

// Eval computes row by row.
func (o LpNorm) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	return result(alongAxis(in[0], o.Axis, func(row []float64) {
		norm := 0.0
		for _, v := range row {
			if o.P == 1 {
				norm += math.Abs(v)
			} else {
				norm += float64(v * v)
			}
		}
		if o.P == 2 {
			norm = math.Sqrt(norm)
		}
		for i := range row {
			if norm == 0 {
				row[i] = 0
			} else {
				row[i] /= norm
			}
		}
	}))
}

// Lower calls the kernel over [outer, n, inner].
func (o LpNorm) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return lowerAlong(fmt.Sprintf("kernel.L%dNorm", o.P), in[0].Type, o.Axis)
}

// InPlace says that the result may overwrite x.
func (LpNorm) InPlace() []int { return []int{0} }

// LRN is x/(Bias + Alpha/Size·Σ x²)^Beta for x [batch, channels, …], the sum taken over the Size channels around each.
type LRN struct {
	Size              int
	Alpha, Beta, Bias float64
}

// OpName is LRN.
func (LRN) OpName() string { return "LRN" }

// Infer keeps the type.
func (o LRN) Infer(x *ir.Inference) ([]ir.Type, error) {
	if o.Size < 1 {
		return nil, fmt.Errorf("size is %d, want at least 1", o.Size)
	}
	return inferAlong(x, 1)
}

// Eval computes row by row along the channels.
func (o LRN) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	return result(alongAxis(in[0], 1, func(row []float64) {
		x := append([]float64{}, row...)
		for c := range row {
			sum := 0.0
			for k := max(0, c-(o.Size-1)/2); k <= min(len(x)-1, c+o.Size/2); k++ {
				sum += float64(x[k] * x[k])
			}
			row[c] = x[c] / exact.Pow(o.Bias+float64(o.Alpha/float64(o.Size)*sum), o.Beta)
		}
	}))
}

// Lower calls the kernel over [batch, channels, inner].
func (o LRN) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	calls, err := lowerAlong("kernel.LRN", in[0].Type, 1)
	if err != nil {
		return nil, err
	}
	d := in[0].Type.DType
	calls[0].Args = append(calls[0].Args, ir.IntC(o.Size), ir.Num(d, o.Alpha/float64(o.Size)), ir.Num(d, o.Beta), ir.Num(d, o.Bias))
	return calls, nil
}
