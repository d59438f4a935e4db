package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func TestMatMulGroupsF32(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, tt := range []struct {
		ends    []int64
		m, n, k int
		fault   int
	}{
		{[]int64{1}, 1, 5, 3, -1},
		{[]int64{0, 4, 4, 7}, 7, 33, 20, -1},
		{[]int64{20, 50, 50}, 50, 70, 65, -1},
		{[]int64{2, 2}, 2, 3, 0, -1},
		{[]int64{2, 3}, 3, 0, 4, -1},
		{nil, 0, 3, 4, -1},
		{[]int64{2, 1}, 2, 3, 4, 1},
		{[]int64{-1, 2}, 2, 3, 4, 0},
		{[]int64{1, 3}, 2, 3, 4, 1},
		{[]int64{1, 1}, 2, 3, 4, 1},
	} {
		t.Run(fmt.Sprint(tt.ends, tt.m, tt.n, tt.k), func(t *testing.T) {
			a, b := normals(rng, tt.m*tt.k), normals(rng, len(tt.ends)*tt.n*tt.k)
			got := make([]float32, tt.m*tt.n)
			for i := range got {
				got[i] = 99
			}
			if fault := MatMulGroupsF32(got, a, b, tt.ends, tt.m, tt.n, tt.k); fault != tt.fault {
				t.Fatalf("fault %d, want %d", fault, tt.fault)
			} else if fault >= 0 {
				return
			}
			g := 0
			for i := range tt.m {
				for int64(i) >= tt.ends[g] {
					g++
				}
				for j := range tt.n {
					want := 0.0
					for p := range tt.k {
						want += float64(a[i*tt.k+p]) * float64(b[(g*tt.n+j)*tt.k+p])
					}
					if d := float64(got[i*tt.n+j]) - want; d > 1e-4 || d < -1e-4 {
						t.Fatalf("[%d, %d] = %g, want %g", i, j, got[i*tt.n+j], want)
					}
				}
			}
		})
	}
}
