//go:build linux && gc && !purego

package kernel

import (
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
