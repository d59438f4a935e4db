package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestShareGemm holds that a product in parts is the same, bit by bit.
func TestShareGemm(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, s := range [][3]int{{1, 5000, 300}, {1000, 10, 120}, {300, 100, 60}, {49, 481, 70}, {1, 1, 1 << 20}, {128, 384, 384}} {
		m, n, k := s[0], s[1], s[2]
		a, b, bias, residual := normals(rng, m*k), normals(rng, n*k), normals(rng, n), normals(rng, m*n)
		packed := make([]float32, PackedLen(n, k))
		PackF32(packed, b, n, k, false)
		got, want := make([]float32, m*n), make([]float32, m*n)
		shareGemm(got, a, packed, bias, residual, m, n, k, k, n, Act{F: ReluAct})
		gemmWhole(want, a, packed, bias, residual, m, n, k, k, n, Act{F: ReluAct})
		if !slices.Equal(got, want) {
			t.Errorf("%d×%d×%d in parts is not what it is as a whole", m, n, k)
		}
		if allocs := testing.AllocsPerRun(5, func() {
			shareGemm(got, a, packed, bias, residual, m, n, k, k, n, Act{F: ReluAct})
		}); allocs != 0 {
			t.Errorf("%d×%d×%d allocates %v times", m, n, k, allocs)
		}
	}
}
