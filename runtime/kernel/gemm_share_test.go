package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/energeticc/energeticc/runtime/par"
)

// TestShareGemm holds that a product in parts is the same, bit by bit.
func TestShareGemm(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, s := range [][3]int{{1, 5000, 300}, {1000, 10, 120}, {300, 100, 60}, {49, 481, 70}, {1, 1, 1 << 20}, {128, 384, 384}} {
		m, n, k := s[0], s[1], s[2]
		a, b, bias, residual := normals(rng, m*k), normals(rng, n*k), normals(rng, n), normals(rng, m*n)
		packed := make([]float32, PackedLen(n, k))
		PackF32(packed, b, n, k, false)
		small, halves := make([]int8, len(packed)), make([]uint16, len(packed))
		for i, v := range packed {
			small[i], halves[i] = int8(v*30), half(v)
		}
		got := make([]float32, m*n)
		checkShare(t, &gemmTasks, gemmTask[float32]{dst: got, a: a, packed: packed, bias: bias, residual: residual, m: m, n: n, k: k, lda: k, ldc: n})
		checkShare(t, &gemmTasksI8, gemmTask[int8]{dst: got, a: a, packed: small, scale: bias, bias: bias, residual: residual, m: m, n: n, k: k, lda: k, ldc: n})
		checkShare(t, &gemmTasksF16, gemmTask[uint16]{dst: got, a: a, packed: halves, bias: bias, residual: residual, m: m, n: n, k: k, lda: k, ldc: n})
	}
}

func checkShare[T float32 | int8 | uint16](t *testing.T, spare *par.Spare[gemmTask[T]], task gemmTask[T]) {
	t.Helper()
	task.act = Act{F: ReluAct}
	task.whole(0, 0, task.m, task.n)
	want := slices.Clone(task.dst)
	clear(task.dst)
	parts := task.cut()
	for i := range parts {
		task.Part(i)
	}
	if !slices.Equal(task.dst, want) {
		t.Errorf("%d×%d×%d of %T in parts is not what it is as a whole", task.m, task.n, task.k, task.packed)
	}
	if allocs := testing.AllocsPerRun(3, func() { shareGemm(spare, task) }); allocs != 0 {
		t.Errorf("%d×%d×%d of %T allocates %v times", task.m, task.n, task.k, task.packed, allocs)
	}
}
