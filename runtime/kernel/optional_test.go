package kernel

import (
	"math"
	"testing"
)

func TestFirstMisfit(t *testing.T) {
	const huge = math.MaxInt/4 + 1
	tests := []struct {
		name   string
		values int
		shape  []int
		dims   []int // nil where any rank will do
		want   int
	}{
		{"scalar", 1, nil, nil, -1},
		{"matrix", 6, []int{2, 3}, nil, -1},
		{"too few", 5, []int{2, 3}, nil, 0},
		{"too many", 7, []int{2, 3}, nil, 0},
		{"empty", 0, []int{2, 0, 3}, nil, -1},
		{"empty beside huge", 0, []int{huge, huge, 0}, nil, -1},
		{"not empty", 1, []int{2, 0}, nil, 0},
		{"huge", 0, []int{huge, huge}, nil, 0},
		{"negative", 0, []int{-1, 0}, nil, 0},
		{"negative twice", 6, []int{-2, -3}, nil, 0},
		{"wanted", 6, []int{2, 3}, []int{-1, 3}, -1},
		{"other length", 6, []int{2, 3}, []int{-1, 2}, 0},
		{"other rank", 6, []int{2, 3}, []int{6}, 0},
	}
	for _, tt := range tests {
		seq := []Tensor[float32]{{make([]float32, tt.values), tt.shape}}
		if got := FirstMisfit(seq, tt.dims != nil, tt.dims); got != tt.want {
			t.Errorf("%s: FirstMisfit = %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestOptionalRank(t *testing.T) {
	dst := []int64{-1}
	if bad := OptionalRank[int8](dst, nil); bad != 0 {
		t.Errorf("none: bad = %d, want 0", bad)
	}
	if bad := OptionalRank(dst, &Tensor[int8]{make([]int8, 6), []int{1, 2, 3}}); bad != -1 || dst[0] != 3 {
		t.Errorf("bad = %d and rank %d, want -1 and 3", bad, dst[0])
	}
}
