//go:build gc && !purego && amd64 && linux

package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestDotsVNNI runs the committed assembly in the simulator, on rows that were made ready for it.
func TestDotsVNNI(t *testing.T) {
	s := assemble(t, "gemm_i8_avx512_amd64.s")
	testDots(t, &hasVNNI, func(c []int32, a []uint8, b []int8, rows, w, depth, lda int) error {
		s.memory = nil
		return s.run(map[string]uint64{
			"c": pointer(s, c), "a": pointer(s, a), "b": pointer(s, b), "rows": uint64(rows), "cols": uint64(w),
			"groups": uint64(depth / i8Group), "lda": uint64(lda), "ldb": uint64(i8Group * w),
		})
	})
}

// TestDotsAMX is TestDotsVNNI for tiles.
func TestDotsAMX(t *testing.T) {
	s := assemble(t, "gemm_i8_amx_amd64.s")
	testDots(t, &hasAMX, func(c []int32, a []uint8, b []int8, rows, w, depth, lda int) error {
		for i := 0; i < rows; i += tileRows {
			for p := 0; p < depth; {
				bytes, steps := tileSteps(depth - p)
				config := tileConfig(min(tileRows, rows-i), w, bytes)
				s.memory = nil
				err := s.run(map[string]uint64{
					"c": pointer(s, c[i*gemmPanel:]), "a": pointer(s, a[i*lda+p:]), "b": pointer(s, b[p*w:]), "config": pointer(s, config[:]),
					"blocks": uint64((w + 15) / 16), "steps": uint64(steps), "lda": uint64(lda), "ldb": uint64(i8Group * w),
				})
				if err != nil {
					return fmt.Errorf("row %d, step %d: %w", i, p, err)
				}
				p += bytes * steps
			}
		}
		return nil
	})
}

// testDots compares what bytes give, on a processor that has the flag, with the portable sums: rows and columns at all
// edges, signs of a, zero points, and elements whose sums of two products 16 bits don't hold.
func testDots(t *testing.T, flag *bool, dots func(c []int32, a []uint8, b []int8, rows, w, depth, lda int) error) {
	needAVX2(t) // which makes rows ready
	vnni, amx := hasVNNI, hasAMX
	defer func() { hasVNNI, hasAMX = vnni, amx }()
	hasVNNI, hasAMX = false, false
	*flag = true
	rng := rand.New(rand.NewPCG(9, 1))
	for _, m := range []int{1, 2, 7, 8, 9, 10, 15, 16, 17, 18, 31} {
		for _, n := range []int{1, 4, 13, 16, 17, 32, 33, 47, 48} {
			for _, k := range []int{0, 1, 4, 5, 31, 63, 64, 65, 130} {
				flags := rng.IntN(64)
				if flags&1 == 0 {
					checkDots[int8](t, rng, m, n, k, flags, dots)
				} else {
					checkDots[uint8](t, rng, m, n, k, flags, dots)
				}
				if t.Failed() {
					return
				}
			}
		}
	}
}

func checkDots[A int8 | uint8](t *testing.T, rng *rand.Rand, m, n, k, flags int, dots func(c []int32, a []uint8, b []int8, rows, w, depth, lda int) error) {
	t.Helper()
	a, b := randomI8[A](rng, m*k, flags), randomI8[int8](rng, k*n, flags)
	packed := make([]int8, PackedI8Len(n, k))
	PackGroupsI8(packed, b, n, k, false)
	aZero, bZero := randomI8[A](rng, 1, flags), randomI8[int8](rng, n, flags)
	got, want := make([]int32, m*n), make([]int32, m*n)
	multiplyPlain(want, a, b, aZero, bZero, m, n, k)

	p := productI8{sums: got, packed: packed, bZero: bZero, n: n, k: k, rows: make([]int16, GemmI8Scratch(m, k)), count: m}
	readyI8(&p, a, aZero)
	step, lead := readyLen(k), 0
	if p.ones {
		lead = 1
	}
	rows := bytesOf(p.rows[(1-lead)*step:][:(lead+m)*step])
	c := make([]int32, (lead+m)*gemmPanel)
	var f finishI8
	f.start(&p, 0, n)
	name := fmt.Sprintf("%T %d×%d×%d, flags %06b", aZero, m, n, k, flags)
	if err := dots(c, rows, packed, lead+m, panelWidth(n), i8Depth(k), 2*step); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	copy(f.columns[:], c[:lead*gemmPanel])
	f.store(&p, c[lead*gemmPanel:], 0, m)
	for i, w := range want {
		if got[i] != w {
			t.Fatalf("%s: sum %d is %d, want %d", name, i, got[i], w)
		}
	}
}
