package kernel

import (
	"math"
	"slices"
	"testing"
)

// windowValues lists, for each output position of a plane, the input positions it meets and how many lie within
// the padded plane.
func windowValues(win Window, end []int) (members [][]int, padded []int) {
	for p := range product(win.Out) {
		var at []int
		count := 0
		for t := range product(win.Kernel) {
			k, step, inside, reaches := 0, 1, true, true
			q, u := p, t
			for a := len(win.In) - 1; a >= 0; a-- {
				pos := q%win.Out[a]*win.Stride[a] + u%win.Kernel[a]*win.Dilation[a] - win.Pad[a]
				inside = inside && pos >= 0 && pos < win.In[a]
				reaches = reaches && pos < win.In[a]+end[a]
				k += pos * step
				step *= win.In[a]
				q, u = q/win.Out[a], u/win.Kernel[a]
			}
			if inside {
				at = append(at, k)
			}
			if reaches {
				count++
			}
		}
		members, padded = append(members, at), append(padded, count)
	}
	return members, padded
}

func TestPools(t *testing.T) { eachVariant(t, testPools) }

func testPools(t *testing.T) {
	for _, tc := range convCases {
		t.Run(tc.name, func(t *testing.T) {
			win := tc.window()
			planes := tc.n * tc.c
			plane, inPlane := product(win.Out), product(win.In)
			x := randomF32(planes * inPlane)
			members, padded := windowValues(win, tc.end)
			largest, mean, powers := make([]float64, planes*plane), make([]float64, planes*plane), make([]float64, planes*plane)
			means := make([]float64, planes*plane)
			where := make([]int64, planes*plane)
			for i := range largest {
				m := members[i%plane]
				largest[i], where[i] = math.Inf(-1), -1
				sum := 0.0
				for _, k := range m {
					v := float64(x[i/plane*inPlane+k])
					if v > largest[i] {
						largest[i], where[i] = v, int64(i/plane*inPlane+k)
					}
					sum += v
					powers[i] += math.Abs(v * v * v)
				}
				mean[i], means[i] = sum/float64(max(len(m), 1)), sum/float64(max(padded[i%plane], 1))
			}
			y, at := make([]float32, planes*plane), make([]int64, planes*plane)
			MaxPool(y, x, planes, win)
			sameF32(t, "MaxPool", y, largest)
			MaxPoolNumbers(y, x, planes, win)
			sameF32(t, "MaxPoolNumbers", y, largest)
			MaxPoolIndices(y, at, x, planes, false, false, win)
			sameF32(t, "MaxPoolIndices", y, largest)
			if !slices.Equal(at, where) {
				t.Errorf("MaxPoolIndices found %v, want %v", at, where)
			}
			taps := product(win.Kernel)
			for _, room := range []int{5*taps + 8, 1 << 12} {
				spoil(y)
				MaxPoolF32(y, x, make([]float32, room), make([]int64, taps), planes, win)
				sameF32(t, "MaxPoolF32", y, largest)
				spoil(y)
				MaxPoolNumbersF32(y, x, make([]float32, room), make([]int64, taps), planes, win)
				sameF32(t, "MaxPoolNumbersF32", y, largest)
				spoil(y)
				AveragePoolF32(y, x, make([]float32, room), make([]int64, taps), planes, nil, win)
				near(t, y, mean)
			}
			AveragePool(y, x, planes, nil, win)
			near(t, y, mean)
			limits := make([]int, len(tc.end))
			for i := range limits {
				limits[i] = tc.in[i] + tc.end[i]
			}
			AveragePool(y, x, planes, limits, win)
			near(t, y, means)
			spoil(y)
			AveragePoolF32(y, x, make([]float32, 1<<12), make([]int64, taps), planes, limits, win)
			near(t, y, means)
			PowerPool(y, x, planes, 3, win)
			near(t, y, powers)
		})
	}
}

func sameF32(t *testing.T, what string, got []float32, want []float64) {
	t.Helper()
	for i, v := range got {
		if float64(v) != want[i] {
			t.Fatalf("%s: value %d is %v, want %v", what, i, v, want[i])
		}
	}
}

func TestMaxPoolNaN(t *testing.T) { eachVariant(t, testMaxPoolNaN) }

func testMaxPoolNaN(t *testing.T) {
	nan := float32(math.NaN())
	win := Window{In: []int{4}, Out: []int{3}, Kernel: []int{2}, Stride: []int{1}, Dilation: []int{1}, Pad: []int{0}}
	y, at := make([]float32, 3), make([]int64, 3)
	x := []float32{1, nan, 3, 2}
	MaxPool(y, x, 1, win)
	if y[0] == y[0] || y[1] == y[1] || y[2] != 3 {
		t.Errorf("MaxPool(%v) = %v", x, y)
	}
	MaxPoolF32(y, x, make([]float32, 32), make([]int64, 2), 1, win)
	if y[0] == y[0] || y[1] == y[1] || y[2] != 3 {
		t.Errorf("MaxPoolF32(%v) = %v", x, y)
	}
	MaxPoolIndices(y, at, x, 1, false, false, win)
	if want := []int64{1, 1, 2}; !slices.Equal(at, want) {
		t.Errorf("indices %v, want %v", at, want)
	}
}

func TestMaxPoolNumbers(t *testing.T) { eachVariant(t, testMaxPoolNumbers) }

func testMaxPoolNumbers(t *testing.T) {
	nan, least := float32(math.NaN()), float32(math.Inf(-1))
	win := Window{In: []int{6}, Out: []int{5}, Kernel: []int{2}, Stride: []int{1}, Dilation: []int{1}, Pad: []int{0}}
	y, at := make([]float32, 5), make([]int64, 5)
	x := []float32{1, nan, nan, 3, least, least}
	want, where := []float32{1, least, 3, 3, least}, []int64{0, -1, 3, 3, -1}
	MaxPoolNumbers(y, x, 1, win)
	if !slices.Equal(y, want) {
		t.Errorf("MaxPoolNumbers(%v) = %v, want %v", x, y, want)
	}
	spoil(y)
	MaxPoolNumbersF32(y, x, make([]float32, 32), make([]int64, 2), 1, win)
	if !slices.Equal(y, want) {
		t.Errorf("MaxPoolNumbersF32(%v) = %v, want %v", x, y, want)
	}
	MaxPoolIndices(y, at, x, 1, false, true, win)
	if !slices.Equal(y, want) || !slices.Equal(at, where) {
		t.Errorf("MaxPoolIndices(%v) = %v at %v, want %v at %v", x, y, at, want, where)
	}
}

func TestMaxPoolIntegers(t *testing.T) {
	win := Window{In: []int{2, 3}, Out: []int{1, 2}, Kernel: []int{2, 2}, Stride: []int{1, 1}, Dilation: []int{1, 1}, Pad: []int{0, 0}}
	y, at := make([]int8, 2), make([]int64, 2)
	MaxPoolIndices(y, at, []int8{-128, -3, -7, -128, -128, -2}, 1, true, false, win)
	if !slices.Equal(y, []int8{-3, -2}) || !slices.Equal(at, []int64{2, 5}) {
		t.Errorf("got %v at %v, want [-3 -2] at [2 5], columns first", y, at)
	}
}

func TestMaxUnpool(t *testing.T) {
	for _, tt := range []struct {
		positions []int64
		out       []int
		want      []float32
		bad       int
	}{
		{[]int64{3, 0}, []int{2, 2}, []float32{8, 0, 0, 7}, -1},
		{[]int64{1, 2}, []int{2, 3}, []float32{0, 7, 0, 8, 0, 0}, -1},
		{[]int64{1, 2}, []int{1, 2}, []float32{0, 7}, -1}, // what lies beyond is dropped
		{[]int64{1, 4}, []int{2, 2}, nil, 1},
		{[]int64{-1, 2}, []int{2, 2}, nil, 0},
	} {
		y := make([]float32, product(tt.out))
		bad := MaxUnpool(y, []float32{7, 8}, tt.positions, 1, []int{2, 2}, tt.out)
		if bad != tt.bad || bad < 0 && !slices.Equal(y, tt.want) {
			t.Errorf("MaxUnpool(%v to %v) = %v, %d, want %v, %d", tt.positions, tt.out, y, bad, tt.want, tt.bad)
		}
	}
}
