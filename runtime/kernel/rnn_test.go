//go:build linux

package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// normal gives n numbers around 0.
func normal(rng *rand.Rand, n int, scale float64) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64() * scale)
	}
	return x
}

// TestCells compares every variant of the usual cells with numbers in float64, between fences.
func TestCells(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(3, 9))
		for n := range 67 {
			for _, atEnd := range []bool{false, true} {
				f := newFence(t)
				x, p := normal(rng, 4*n, 3), normal(rng, 3*n, 3)
				h, c := normal(rng, n, 1), normal(rng, n, 1)
				if n > 0 {
					x[0], x[4*n-1] = float32(math.Inf(-1)), float32(math.Inf(1))
				}
				checkLSTM(t, fencedCopy(f, h, atEnd), fencedCopy(f, c, atEnd), fencedCopy(f, x, atEnd))
				checkGRU(t, fencedCopy(f, h, atEnd), fencedCopy(f, x[:3*n], atEnd), fencedCopy(f, p, atEnd))
				f.close()
			}
		}
	})
}

func checkLSTM(t *testing.T, h, c, x []float32) {
	t.Helper()
	n := len(h)
	wantH, wantC := make([]float64, n), make([]float64, n)
	at := func(k, j int) float64 { return float64(x[k*n+j]) }
	for j := range n {
		wantC[j] = sigmoid64(at(2, j))*float64(c[j]) + sigmoid64(at(0, j))*math.Tanh(at(3, j))
		wantH[j] = sigmoid64(at(1, j)) * math.Tanh(wantC[j])
	}
	cell := newLSTMCell(nil, 0, false, Act{}, Act{}, Act{})
	cell.advance(h, c, x)
	closeTo(t, "LSTM: state", h, wantH)
	closeTo(t, "LSTM: cell", c, wantC)
}

func checkGRU(t *testing.T, h, x, p []float32) {
	t.Helper()
	n := len(h)
	want := make([]float64, n)
	at := func(k, j int) float64 { return float64(x[k*n+j]) }
	for j := range n {
		z, r := sigmoid64(at(0, j)+float64(p[j])), sigmoid64(at(1, j)+float64(p[n+j]))
		want[j] = (1-z)*math.Tanh(at(2, j)+r*float64(p[2*n+j])) + z*float64(h[j])
	}
	cell := gruCell{usual: true, ga: Act{F: SigmoidAct}, gc: Act{F: TanhAct}}
	cell.advance(h, x, p)
	closeTo(t, "GRU", h, want)
}

// closeTo compares numbers of about 1.
func closeTo(t *testing.T, what string, got []float32, want []float64) {
	t.Helper()
	for i, w := range want {
		if d := math.Abs(float64(got[i]) - w); !(d <= 5e-7*(1+math.Abs(w))) {
			t.Fatalf("%s: %d elements: element %d is %v, want %v", what, len(got), i, got[i], w)
		}
	}
}

// BenchmarkLSTM runs steps of layers whose inputs are multiplied already.
func BenchmarkLSTM(b *testing.B) {
	const steps = 12
	for _, hidden := range []int{48, 128, 256} {
		wide := 4 * hidden
		rng := rand.New(rand.NewPCG(1, 1))
		r := make([]float32, PackedLen(wide, hidden))
		PackF32(r, normal(rng, wide*hidden, 0.1), wide, hidden, true)
		gates, from := make([]float32, steps*wide), normal(rng, steps*wide, 1)
		y, h, c := make([]float32, steps*hidden), make([]float32, hidden), make([]float32, hidden)
		b.Run(fmt.Sprint(hidden), func(b *testing.B) {
			for b.Loop() {
				copy(gates, from)
				LSTMF32(y, h, c, gates, r, nil, nil, nil, nil, steps, 1, hidden, 0, 1, false, 0, false, Act{}, Act{}, Act{})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/steps, "ns/step")
		})
		b.Run(fmt.Sprintf("%d/acts", hidden), func(b *testing.B) {
			ga, gc := Act{F: SigmoidAct}, Act{F: TanhAct}
			for b.Loop() {
				copy(gates, from)
				LSTMF32(y, h, c, gates, r, nil, nil, nil, nil, steps, 1, hidden, 0, 1, false, 0, false, ga, gc, gc)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/steps, "ns/step")
		})
		b.Run(fmt.Sprintf("%d/cell", hidden), func(b *testing.B) {
			for b.Loop() {
				lstmUsual(h, c, gates[:wide])
			}
		})
		b.Run(fmt.Sprintf("%d/product", hidden), func(b *testing.B) {
			x := gates[:wide]
			for b.Loop() {
				GemmF32(x, h, r, nil, x, 1, wide, hidden, hidden, wide, Act{})
			}
		})
	}
}
