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

func TestBroadcastNarrow(t *testing.T) {
	for _, rows := range []int{0, 1, 2, 7, 100} {
		for _, width := range []int{2, 3, 32} {
			for _, steps := range [][2]int{{width, 0}, {width, 1}, {0, 1}, {1, 0}, {1, width}, {1, 1}, {0, 0}} {
				for _, single := range []bool{false, true} { // of the operands whose step is 0
					t.Run(fmt.Sprint(rows, width, steps, single), func(t *testing.T) { checkBroadcastNarrow(t, rows, width, steps, single) })
				}
			}
		}
	}
}

func checkBroadcastNarrow(t *testing.T, rows, width int, steps [2]int, single bool) {
	var x [2][]float32
	var shapes [2][]int
	for i, step := range steps {
		shapes[i] = []int{rows, 1}
		if step == 0 {
			shapes[i][0] = 1
		}
		if step == width || step == 0 && !single {
			shapes[i][1] = width
		}
		x[i] = count(shapes[i], float32(100*i+1))
	}
	if shapes[0][1] != width && shapes[1][1] != width {
		return // the result would be a column
	}
	got, want := make([]float32, rows*width), make([]float32, rows*width)
	for i := range want {
		out := []int{rows, width}
		want[i] = x[0][offset(i, out, shapes[0])] - x[1][offset(i, out, shapes[1])]
	}
	tile := make([]float32, 4*width+5)
	BroadcastNarrow(got, x[0], x[1], tile, width, steps[0], steps[1], SubRow)
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if steps[0] == width {
		BroadcastNarrow(x[0], x[0], x[1], tile, width, steps[0], steps[1], SubRow)
		if !slices.Equal(x[0], want) {
			t.Errorf("in place: got %v, want %v", x[0], want)
		}
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
