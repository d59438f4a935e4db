package op

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/runtime/kernel"
)

// TestSignalKernels holds the transforms against their definitions: primes, powers, lengths that cut and that fill up.
func TestSignalKernels(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, parts := range []int{1, 2} {
		if parts == 1 {
			kernelsByName["kernel.DFT[f32]"], kernelsByName["kernel.STFT[f32]"] = kernel.DFT[float32, float64], kernel.STFT[float32, float64]
		} else {
			kernelsByName["kernel.DFT[f32]"], kernelsByName["kernel.STFT[f32]"] = kernel.DFT[float32, float32], kernel.STFT[float32, float32]
		}
		for _, n := range []int{1, 2, 3, 4, 7, 12, 15, 16, 30, 49, 97} {
			x := &testInput{tensor: random(r, ir.Float32, 2, n, 3, parts), last: true}
			for _, length := range []int{n, n + 5, max(n-3, 1)} {
				for _, inverse := range []bool{false, true} {
					o := DFT{Axis: 1, Length: ir.Const(int64(length)), Inverse: inverse, Onesided: r.IntN(2) == 0}
					t.Run(fmt.Sprintf("%v of %d and %d parts", o, n, parts), func(t *testing.T) { checkKernels(t, o, 1e-4, x) })
				}
			}
		}
		for _, o := range []STFT{{Frame: ir.Const(8), Step: ir.Const(3)}, {Frame: ir.Const(5), Step: ir.Const(7), Onesided: true}} {
			x := &testInput{tensor: random(r, ir.Float32, 2, 23, parts), last: true}
			frame, _ := o.Frame.IsConst()
			checkKernels(t, o, 1e-4, x)
			checkKernels(t, o, 1e-4, x, input(random(r, ir.Float32, int(frame))))
		}
	}
}

// TestWindowKernels holds windows and bands against Eval.
func TestWindowKernels(t *testing.T) {
	maps.Copy(kernelsByName, map[string]any{"kernel.CosineWindow[f32]": kernel.CosineWindow[float32], "kernel.MelWeights[f32]": kernel.MelWeights[float32]})
	for n := range 9 {
		for _, symmetric := range []bool{false, true} {
			o := CosineWindow{Size: ir.Const(int64(n)), A: 0.42, B: 0.5, C: 0.08, Symmetric: symmetric, DType: ir.Float32}
			want, err := o.Eval(nil)
			if err != nil {
				t.Fatal(err)
			}
			got := make([]float32, n)
			period := n
			if symmetric {
				period--
			}
			kernel.CosineWindow(got, period, 0.42, 0.5, 0.08)
			close32(t, fmt.Sprint(o), got, o)
			if symmetric && n > 1 && math.Abs(want[0].Float(n-1)) > 1e-7 {
				t.Errorf("a symmetric window of %d ends with %v, want 0", n, want[0].Float(n-1))
			}
		}
	}
	number := func(v float64) *testInput { return input(ir.FromFloats(ir.Float64, []int{1}, []float64{v})) }
	for _, rate := range []float64{8192, 0, -1, math.NaN(), 1e-300} {
		for _, high := range []float64{4096, 1e9, math.Inf(1), math.NaN(), -1e9} {
			o := MelWeights{Bands: ir.Const(8), Length: ir.Const(16), DType: ir.Float32}
			checkKernels(t, o, 1e-6, number(rate), number(0), number(high))
		}
	}
}
