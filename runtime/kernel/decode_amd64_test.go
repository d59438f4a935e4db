//go:build gc && !purego

package kernel

import "testing"

// TestDecodeBetweenFences decodes between fences.
func TestDecodeBetweenFences(t *testing.T) {
	needAVX2(t)
	for _, n := range []int{4, 12, 16, 44, 64} {
		for _, atEnd := range []bool{false, true} {
			checkDecodeFences[int8](t, n, atEnd)
			checkDecodeFences[uint8](t, n, atEnd)
			checkDecodeFences[uint16](t, n, atEnd)
		}
	}
}

func checkDecodeFences[T int8 | uint8 | uint16](t *testing.T, n int, atEnd bool) {
	t.Helper()
	f := newFence(t)
	defer f.close()
	w, dst := fencedCopy(f, make([]T, n), atEnd), fencedCopy(f, make([]float32, n), atEnd)
	for i := range w {
		w[i] = T(i)
	}
	decodeAVX2(dst, w, &codes{step: 0.5, least: [4]float64{1, 2, 3, 4}, scale: [4]float32{1, 1, 1, 2}})
	if got, want := dst[n-1], float32(n-1)+8; got != want {
		t.Errorf("the last element is %v, want %v", got, want)
	}
}
