package op

import (
	"testing"

	"github.com/energeticc/energeticc/ir"
)

// pythonSlice lists the entries that start:end:step takes of n: the definition, entry by entry.
func pythonSlice(n, start, end, step int64) []int64 {
	held := func(v, lo, hi int64) int64 {
		if v < 0 {
			v += n
		}
		return min(max(v, lo), hi)
	}
	var taken []int64
	if step > 0 {
		for i := held(start, 0, n); i < held(end, 0, n); i += step {
			taken = append(taken, i)
		}
		return taken
	}
	for i := held(start, -1, n-1); i > held(end, -1, n-1); i += step {
		taken = append(taken, i)
	}
	return taken
}

func TestSliceAxis(t *testing.T) {
	bounds := []int64{-huge - 1, -7, -3, -2, -1, 0, 1, 2, 3, 5, 9, huge, 1<<63 - 1}
	for _, start := range bounds {
		for _, end := range bounds {
			for _, step := range []int64{-4, -2, -1, 1, 2, 3} {
				begin, size, err := SliceAxis(ir.Sym("n"), ir.Const(start), ir.Const(end), step)
				if err != nil {
					t.Fatal(err)
				}
				for n := int64(0); n < 7; n++ {
					checkSlice(t, n, start, end, step, begin, size, map[string]int64{"n": n})
				}
			}
		}
	}
}

// Bounds that are expressions may turn out to be below 0.
func TestSliceAxisSymbolicBounds(t *testing.T) {
	n, s := ir.Sym("n"), ir.Sym("s")
	for _, step := range []int64{-2, -1, 1, 2} {
		for _, c := range []int64{0, 1, 3} {
			begin, size, err := SliceAxis(n, s.Sub(ir.Const(c)), n.Sub(ir.Const(1)), step)
			if err != nil {
				t.Fatal(err)
			}
			for nv := int64(0); nv < 5; nv++ {
				for sv := int64(0); sv < 7; sv++ {
					env := map[string]int64{"n": nv, "s": sv}
					end := nv - 1
					if nv == 0 {
						end = 0 // -1 and 0 are the same place of nothing
					}
					checkSlice(t, nv, sv-c, end, step, begin, size, env)
				}
			}
		}
	}
}

func checkSlice(t *testing.T, n, start, end, step int64, begin, size ir.Dim, env map[string]int64) {
	t.Helper()
	b, errB := begin.Eval(env)
	k, errS := size.Eval(env)
	if errB != nil || errS != nil {
		t.Fatalf("%s, %s: %v %v", begin, size, errB, errS)
	}
	want := pythonSlice(n, start, end, step)
	if k != int64(len(want)) || k > 0 && b != want[0] {
		t.Errorf("%d:%d:%d of %d: %d entries from %d (%s from %s), want %v", start, end, step, n, k, b, size, begin, want)
	}
	if b < 0 || b > n {
		t.Errorf("%d:%d:%d of %d begins at %d", start, end, step, n, b)
	}
	if gotB, gotK := sliceInts(n, start, end, step); gotK != k || k > 0 && gotB != b {
		t.Errorf("sliceInts(%d, %d, %d, %d) = %d, %d, want %d, %d", n, start, end, step, gotB, gotK, b, k)
	}
}

func TestSliceSizesStaySimple(t *testing.T) {
	n := ir.Sym("n")
	tests := []struct {
		name       string
		start, end ir.Dim
		want       string
	}{
		{"all", ir.Const(0), ir.Const(huge), "n"},
		{"from 1", ir.Const(1), ir.Const(huge), "max(n - 1, 0)"},
		{"first 4", ir.Const(0), ir.Const(4), "min(4, n)"},
		{"last 4", ir.Const(-4), ir.Const(huge), "min(4, n)"},
		{"but the last", ir.Const(0), ir.Const(-1), "max(n - 1, 0)"},
		{"inner", ir.Const(1), ir.Const(-1), "max(n - 2, 0)"},
		{"up to n", ir.Const(0), n, "n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, size, err := SliceAxis(n, tt.start, tt.end, 1)
			if want, _ := ir.ParseDim(tt.want); err != nil || !size.Equal(want) {
				t.Errorf("size = %s, %v, want %s", size, err, tt.want)
			}
		})
	}
}
