package arena

import (
	"slices"
	"testing"
	"unsafe"
)

func TestFit(t *testing.T) {
	tests := []struct {
		name     string
		dst, own []int
		n, old   int
		want     []int // what must be kept
		inDst    bool
	}{
		{"the caller's", []int{1, 2, 3}, []int{7, 7, 7}, 3, 2, []int{1, 2}, true},
		{"none", nil, nil, 2, 0, nil, false},
		{"own grows", []int{1, 2}, nil, 3, 2, []int{1, 2}, false},
		{"own was large enough before", []int{1, 2}, []int{7, 7, 7, 7}, 3, 2, []int{1, 2}, false},
		{"nothing to keep", []int{1, 2}, []int{7, 7, 7}, 3, 0, nil, false},
		{"to nothing", []int{1, 2}, nil, 0, 0, nil, true},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			own := c.own
			got := Fit(c.dst, &own, c.n, c.old)
			if len(got) != c.n || !slices.Equal(got[:len(c.want)], c.want) {
				t.Errorf("got %v, want %d that begin with %v", got, c.n, c.want)
			}
			if c.n > 0 && (unsafe.SliceData(got) == unsafe.SliceData(own)) == c.inDst {
				t.Errorf("in the caller's slice: %v, want %v", !c.inDst, c.inDst)
			}
		})
	}
}

// TestFitRows adds rows one by one, as a loop does, to a slice that the caller gave and that is soon too small, in a
// session that has room from its last run.
func TestFitRows(t *testing.T) {
	own := []int{7, 7, 7, 7, 7, 7, 7, 7}
	rows := make([]int, 0, 3)
	var want []int
	for i := range 20 {
		rows = Fit(rows, &own, i+1, i)
		rows[i] = i
		want = append(want, i)
	}
	if !slices.Equal(rows, want) {
		t.Errorf("got %v, want %v", rows, want)
	}
}

func TestGrowKeep(t *testing.T) {
	b := GrowKeep(nil, 3, 3)
	copy(b, "abc")
	if b = GrowKeep(b, 200, 3); string(b[:3]) != "abc" || len(b) != 200 {
		t.Errorf("got %q of %d bytes", b[:3], len(b))
	}
}

func TestView(t *testing.T) {
	b := Grow(nil, 16)
	v := View[uint32](b, 4)
	v[3] = 0x01010101
	if len(v) != 4 || b[12] != 1 || View[uint32](b, 0) != nil || View[uint32](b, -1) != nil {
		t.Errorf("views of %v", b)
	}
	defer func() {
		if recover() == nil {
			t.Error("a view is longer than its buffer")
		}
	}()
	View[uint32](b[:16:16], 5)
}
