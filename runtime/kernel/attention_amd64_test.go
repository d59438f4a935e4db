//go:build gc && !purego && linux

package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// TestAttend compares assembly with its twin, between fences.
func TestAttend(t *testing.T) { eachVector(t, testAttend) }

func testAttend(t *testing.T) {
	none, nan := float32(math.Inf(-1)), float32(math.NaN())
	special := []struct {
		name        string
		score, bias float32
	}{
		{"numbers", 0.5, 0}, {"hidden", 1, none}, {"hidden NaN", nan, none}, {"NaN", nan, 0}, {"far", -200, 0},
		{"none", none, 0}, {"infinite", -none, 0}, {"large", 3e38, 1},
	}
	for _, cols := range []int{1, 2, 7, 8, 9, 16, 17, 24, 31, 32, 33, 40, 63, 96} {
		for _, x := range special {
			for _, shared := range []bool{false, true} {
				t.Run(fmt.Sprint(cols, x.name, shared), func(t *testing.T) { checkAttend(t, cols, x.score, x.bias, shared) })
			}
		}
	}
}

// checkAttend gives one row such a score and bias, a second nothing else, and a third other numbers. shared says that
// the bias is the same for all.
func checkAttend(t *testing.T, cols int, score, bias float32, shared bool) {
	const rows, scale = 3, 0.25
	f, rng := newFence(t), rand.New(rand.NewPCG(uint64(cols), 3))
	ld, ldb := attentionRoom(cols)+8, cols+3
	if shared {
		ldb = 0
	}
	x, b := normals(rng, rows*ld-8), normals(rng, (rows-1)*ldb+cols)
	x[cols/2], b[cols/2] = score, bias
	for i := range cols {
		x[ld+i], b[ldb+i] = score, bias
	}
	x, b = fencedCopy(f, x, true), fencedCopy(f, b, shared)
	top := fencedCopy(f, []float32{float32(math.Inf(-1)), float32(math.Inf(-1)), 3}, true)
	fall, sum := fencedCopy(f, make([]float32, rows), true), fencedCopy(f, make([]float32, rows), true)
	wx, wt := append([]float32(nil), x...), append([]float32(nil), top...)
	wf, ws := make([]float32, rows), make([]float32, rows)
	attend(wx, b, rows, cols, ld, ldb, scale, wt, wf, ws)
	attendTileAVX2(x, b, rows, cols, ld, ldb, scale, top, fall, sum)
	same := func(what string, got, want []float32) {
		for i, w := range want {
			size := math.Abs(float64(w))
			bound := 2e-7*size*(1+math.Abs(math.Log(size+1e-38))) + 1e-36 // exponents are rounded before
			if g := got[i]; !(math.Abs(float64(g-w)) <= bound) && g != w && (g == g || w == w) {
				t.Fatalf("%s[%d] = %v, want %v", what, i, g, w)
			}
		}
	}
	same("top", top, wt)
	same("fall", fall, wf)
	for r := range rows {
		same(fmt.Sprint("weights of row ", r), x[r*ld:r*ld+cols], wx[r*ld:r*ld+cols])
	}
	same("sum", sum, ws)
}

// TestTransposeBlocks checks every element within the whole blocks, and that others stay.
func TestTransposeBlocks(t *testing.T) {
	needAVX2(t)
	for _, s := range [][4]int{{8, 8, 8, 8}, {16, 24, 17, 30}, {24, 8, 24, 8}, {15, 17, 20, 19}, {7, 64, 9, 64}, {0, 8, 1, 8}} {
		rows, cols, ldd, lds := s[0], s[1], s[2], s[3]
		for _, atEnd := range []bool{false, true} {
			f, rng := newFence(t), rand.New(rand.NewPCG(1, 4))
			src := fencedCopy(f, normals(rng, max((rows&^7-1)*lds+cols&^7, 0)), atEnd)
			dst := fencedCopy(f, normals(rng, max((cols&^7-1)*ldd+rows&^7, 0)), atEnd)
			before := append([]float32(nil), dst...)
			transposeBlocksAVX2(dst, src, rows, cols, ldd, lds)
			for i, got := range dst {
				want := before[i]
				if c, r := i/ldd, i%ldd; r < rows&^7 && c < cols&^7 {
					want = src[r*lds+c]
				}
				if got != want {
					t.Fatalf("%v: element %d = %v, want %v", s, i, got, want)
				}
			}
		}
	}
}
