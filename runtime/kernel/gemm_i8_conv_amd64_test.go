//go:build linux && gc && !purego

package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestLayI8 compares how inputs come to lie, as int16 and as bytes, with what stands where, between fences. Bytes are laid
// so on processors that multiply them, and by these instructions.
func TestLayI8(t *testing.T) {
	needAVX2(t)
	vnni, amx := hasVNNI, hasAMX
	defer func() { hasVNNI, hasAMX = vnni, amx }()
	hasAMX = false
	rng := rand.New(rand.NewPCG(1, 4))
	for _, hasVNNI = range []bool{false, true} {
		for _, channels := range []int{1, 3, 4, 5, 8, 9, 13, 24} {
			for _, in := range [][]int{{1, 1}, {3, 3}, {2, 7}, {5, 8}, {4, 9}, {3, 19}} {
				checkLayI8(t, rng, channels, in)
			}
		}
	}
}

func checkLayI8(t *testing.T, rng *rand.Rand, channels int, in []int) {
	f := newFence(t)
	defer f.close()
	win := Window{In: in, Out: in, Kernel: []int{3, 3}, Stride: []int{1, 1}, Dilation: []int{1, 1}, Pad: []int{1, 1}}
	v := win.spatial3()
	p := convolutionI8{window: &v, plane: in[0] * in[1], channels: channels, padded: i8Depth(channels), zero: 7, segments: make([]int32, 9)}
	p.locate()
	size := p.height * p.width * p.padded
	if hasVNNI {
		size = (size + 1) / 2
	}
	for atEnd := range 2 {
		x := fencedCopy(f, randomI8[uint8](rng, channels*p.plane, 0), atEnd > 0)
		p.laid = fencedCopy(f, make([]int16, size), atEnd > 0)
		p.lay(x, flipI8)
		for i := range p.height * p.width * p.padded {
			h, w, c := i/p.padded/p.width-1, i/p.padded%p.width-1, i%p.padded
			want := int32(0)
			if c < channels && h >= 0 && h < in[0] && w >= 0 && w < in[1] {
				want = int32(x[(c*in[0]+h)*in[1]+w]^flipI8) - p.zero
			}
			got := int32(0)
			if hasVNNI {
				got = int32(bytesOf(p.laid)[i]) - p.zero
			} else {
				got = int32(p.laid[i&^3|i&1<<1|i>>1&1])
			}
			if got != want {
				t.Fatalf("bytes %v, %d channels, %v: element %d is %d, want %d", hasVNNI, channels, in, i, got, want)
			}
		}
	}
}

// TestFinishCodes compares codes made of sums with those of Quantize, ties and scales without an inverse among them.
func TestFinishCodes(t *testing.T) {
	needAVX2(t)
	rng := rand.New(rand.NewPCG(7, 7))
	for _, out := range []float32{1, 0.25, 3, 0.1, 1e-39, 1e-31, 1e30, float32(math.Inf(1)), 0, float32(math.NaN()), -0.5} {
		for _, scale := range []float32{1, 0.5, 0.125, 0.3, 1e38, float32(math.NaN())} {
			for _, bias := range []float32{0, 0.5, 7.3, float32(math.Inf(-1))} {
				checkFinishCodes[uint8](t, rng, out, scale, bias)
				checkFinishCodes[int8](t, rng, out, scale, bias)
			}
		}
	}
}

func checkFinishCodes[Y int8 | uint8](t *testing.T, rng *rand.Rand, out, scale, bias float32) {
	t.Helper()
	fences := newFence(t)
	defer fences.close()
	const rows = 3
	zero, lo, hi := []Y{100}, float32(0), float32(255)
	l := levelI8{scale: []float32{out}, zero: 100}
	if l.signed = Y(0)-1 < 0; l.signed {
		lo, hi = -128, 127
	}
	var f finishI8
	for i := range f.scale {
		f.scale[i], f.bias[i] = scale, bias
	}
	for _, f.cols = range []int{16, 48} {
		sums := fencedCopy(fences, make([]int32, rows*gemmPanel), true)
		x := make([]float32, len(sums))
		for i := range sums {
			if sums[i] = rng.Int32N(2000) - 1000; i%7 == 0 {
				sums[i] = int32(rng.Uint32())
			}
			x[i] = float32(float32(sums[i])*scale) + bias
		}
		got, want := fencedCopy(fences, make([]uint8, len(sums)), true), make([]Y, len(sums))
		Quantize(want, x, l.scale, zero, 1, 1, len(x), 1, 0, 0, 0, lo, hi)
		f.finishCodes(&l, got, sums, rows)
		for i, v := range got {
			if i%gemmPanel < f.cols && Y(v) != want[i] {
				t.Fatalf("%T: %v by %v is %v, want %v", want[i], x[i], out, Y(v), want[i])
			}
		}
	}
}
