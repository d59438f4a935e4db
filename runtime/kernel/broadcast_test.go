package kernel

import (
	"fmt"
	"slices"
	"testing"
)

func TestBroadcast2(t *testing.T) {
	tests := []struct{ a, b []int }{
		{nil, nil}, {[]int{1}, []int{1}}, {[]int{5}, []int{1}}, {[]int{1}, []int{5}},
		{[]int{3, 4}, []int{3, 4}}, {[]int{3, 4}, []int{1, 4}}, {[]int{3, 1}, []int{3, 4}}, {[]int{3, 1}, []int{1, 4}},
		{[]int{2, 3, 4}, []int{1, 3, 1}}, {[]int{2, 1, 4}, []int{1, 3, 1}}, {[]int{2, 3, 1, 1}, []int{1, 3, 4, 5}},
		{[]int{2, 3, 1, 5}, []int{2, 1, 4, 5}}, {[]int{0, 3}, []int{1, 3}}, {[]int{3, 1}, []int{1, 0}},
		{[]int{1, 1, 1}, []int{2, 1, 3}}, {[]int{2, 1, 2, 1, 2, 1, 2, 1, 2, 1}, []int{1, 2, 1, 2, 1, 2, 1, 2, 1, 2}},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.a, tt.b), func(t *testing.T) {
			a, b := count[float32](tt.a, 1), count[float32](tt.b, 100)
			out := make([]int, len(tt.a))
			for i := range out {
				out[i] = tt.a[i]
				if tt.a[i] == 1 {
					out[i] = tt.b[i]
				}
			}
			got, want := make([]float32, volume(out)), make([]float32, volume(out))
			for i := range want {
				want[i] = a[offset(i, out, tt.a)] - b[offset(i, out, tt.b)]
			}
			Broadcast2(got, a, b, tt.a, tt.b, SubRow)
			if !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestBroadcast2InPlace(t *testing.T) {
	a := count[int64]([]int{2, 3}, 0)
	Broadcast2(a, a, []int64{10, 20, 30}, []int{2, 3}, []int{1, 3}, AddRow)
	if want := []int64{10, 21, 32, 13, 24, 35}; !slices.Equal(a, want) {
		t.Errorf("got %v, want %v", a, want)
	}
}

func volume(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

func count[T Number](shape []int, from T) []T {
	s := make([]T, volume(shape))
	for i := range s {
		s[i] = from + T(i)
	}
	return s
}

// offset gives the element of an operand that element i of a result reads.
func offset(i int, out, operand []int) int {
	at, step := 0, 1
	for k := len(out) - 1; k >= 0; k-- {
		if operand[k] != 1 {
			at += i % out[k] * step
		}
		step *= operand[k]
		i /= out[k]
	}
	return at
}

func TestFindZero(t *testing.T) {
	if got := FindZero([]int8{3, -1, 0, 0}); got != 2 {
		t.Errorf("got %d, want 2", got)
	}
	if got := FindZero([]uint16{}); got != -1 {
		t.Errorf("got %d, want -1", got)
	}
}

func TestSetSizes(t *testing.T) {
	got := make([]int32, 3)
	SetSizes(got, []int{1, 2, 3})
	if want := []int32{1, 2, 3}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
