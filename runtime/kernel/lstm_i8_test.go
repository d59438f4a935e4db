//go:build linux

package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// TestStateI8 compares products of states with sums in int64, between fences.
func TestStateI8(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(4, 8))
		for _, hidden := range []int{0, 1, 3, 4, 8, 11, 12, 13, 15, 16, 24, 52} {
			for _, batch := range []int{1, 2, 5} {
				for flags := range 8 {
					checkStateI8(t, rng, hidden, batch, flags)
					if t.Failed() {
						return
					}
				}
			}
		}
	})
}

func checkStateI8(t *testing.T, rng *rand.Rand, hidden, batch, flags int) {
	t.Helper()
	f := newFence(t)
	defer f.close()
	atEnd, perColumn, symmetric := flags&1 != 0, flags&2 != 0, flags&4 != 0
	wide := 4 * hidden
	r := randomI8[int8](rng, hidden*wide, 0)
	columns := make([]int32, wide)
	if symmetric {
		for i, v := range r {
			if rng.IntN(2) == 0 { // the extremes of what 16 bits hold, too
				v = int8(127 - 255*rng.IntN(2))
			}
			r[i] = v
			columns[i%wide] += int32(v)
		}
	}
	packed := make([]int8, PackedI8Len(wide, hidden))
	PackCodesI8(packed, r, wide, hidden)
	p := stateI8{r: fencedCopy(f, packed, atEnd), scale: []float32{0.01}, hidden: hidden,
		codes: fencedCopy(f, make([]uint8, batch*hidden), atEnd), rows: make([]int16, GemmI8Scratch(batch, hidden)), factors: fencedCopy(f, make([]float32, wide), atEnd)}
	if perColumn && hidden > 0 {
		p.scale = normal(rng, wide, 0.01)
	}
	if symmetric {
		p.columns = fencedCopy(f, columns, atEnd)
	} else {
		p.zero = []int8{int8(rng.IntN(256) - 128)}
	}
	h, x := fencedCopy(f, normal(rng, batch*hidden, 1), atEnd), fencedCopy(f, normal(rng, batch*wide, 1), atEnd)
	codes, span, zero := make([]uint8, len(h)), make([]float32, 1), make([]uint8, 1)
	DynamicQuantize(codes, span, zero, h)
	sums, want := make([]int32, len(x)), make([]float32, len(x))
	multiplyPlain(sums, codes, r, zero, p.zero, batch, wide, hidden)
	for i, s := range sums {
		want[i] = float32(float32(s)*float32(spreadAt(p.scale, i%wide)*span[0])) + x[i]
	}
	p.add(x, h, batch)
	for i, w := range want {
		if x[i] != w {
			t.Fatalf("%d units, %d sequences, flags %03b: element %d is %v, want %v", hidden, batch, flags, i, x[i], w)
		}
	}
}

// TestDynamicQuantize compares spans and codes with what they are defined as, between fences.
func TestDynamicQuantize(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(2, 5))
		for n := range 70 {
			for _, shift := range []float32{-5, 0, 5} {
				f := newFence(t)
				x := fencedCopy(f, normal(rng, n, 1), n%2 == 0)
				lo, hi := float32(0), float32(0)
				for i := range x {
					x[i] += shift
					lo, hi = min(lo, x[i]), max(hi, x[i])
				}
				if n > 40 {
					x[n/2] = float32(math.NaN())
					lo, hi = span(x) // without what stood there
				}
				codes, scale, zero := fencedCopy(f, make([]uint8, n), n%2 == 0), []float32{0}, []uint8{0}
				DynamicQuantize(codes, scale, zero, x)
				if want := (hi - lo) / 255; n > 0 && scale[0] != want || n == 0 && scale[0] != 1 {
					t.Fatalf("%d elements: scale %v, want %v", n, scale[0], want)
				}
				for i, v := range x {
					back := float32(int(codes[i])-int(zero[0])) * scale[0]
					if d := back - v; (d > scale[0] || -d > scale[0]) && v == v || v != v && codes[i] != 0 {
						t.Fatalf("%d elements: element %d is %v, and %v as a code", n, i, v, back)
					}
				}
				f.close()
			}
		}
	})
}

// TestTurnSequences turns sequences shorter and longer than there are steps.
func TestTurnSequences(t *testing.T) {
	const steps, batch = 4, 4
	var x []float32
	for i := range steps * batch {
		x = append(x, float32(i), -float32(i))
	}
	turnSequences(x, []int32{4, 2, -1, 9}, steps, batch, 2)
	for i, want := range []float32{12, 5, 2, 15, 8, 1, 6, 11, 4, 9, 10, 7, 0, 13, 14, 3} {
		if x[2*i] != want || x[2*i+1] != -want {
			t.Errorf("element %d is %v, want %v", i, x[2*i], want)
		}
	}
}

// BenchmarkLSTMI8 runs steps of layers whose inputs are multiplied already.
func BenchmarkLSTMI8(b *testing.B) {
	const steps, hidden, wide = 12, 256, 4 * 256
	rng := rand.New(rand.NewPCG(1, 1))
	r, columns := make([]int8, PackedI8Len(wide, hidden)), make([]int32, wide)
	gates, from := make([]float32, steps*wide), normal(rng, steps*wide, 1)
	y, h, c := make([]float32, steps*hidden), make([]float32, hidden), make([]float32, hidden)
	codes, rows, factors := make([]uint8, hidden), make([]int16, GemmI8Scratch(1, hidden)), make([]float32, wide)
	for _, columns := range [][]int32{columns, nil} {
		b.Run(fmt.Sprintf("columns=%v", columns != nil), func(b *testing.B) {
			for b.Loop() {
				copy(gates, from)
				LSTMI8(y, h, c, gates, r, nil, columns, []float32{0.01}, nil, nil, nil, nil, codes, rows, factors, steps, 1, hidden, 0, 1, false, 0, false, Act{}, Act{}, Act{})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/steps, "ns/step")
		})
	}
}
