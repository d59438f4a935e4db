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
		checkShare(t, gemmTask[float32]{dst: got, a: a, packed: packed, bias: bias, residual: residual, m: m, n: n, k: k, lda: k, ldc: n, whole: gemmWholeF32})
		checkShare(t, gemmTask[int8]{dst: got, a: a, packed: small, scale: bias, bias: bias, residual: residual, m: m, n: n, k: k, lda: k, ldc: n, whole: gemmWholeI8})
		checkShare(t, gemmTask[uint16]{dst: got, a: a, packed: halves, bias: bias, residual: residual, m: m, n: n, k: k, lda: k, ldc: n, whole: gemmWholeF16})
	}
}

func checkShare[T float32 | int8 | uint16](t *testing.T, task gemmTask[T]) {
	t.Helper()
	task.act = Act{F: ReluAct}
	task.part(0, 0, task.m, task.n)
	want := slices.Clone(task.dst)
	clear(task.dst)
	parts := task.cut()
	for i := range parts {
		task.Part(i)
	}
	if !slices.Equal(task.dst, want) {
		t.Errorf("%d×%d×%d of %T in parts is not what it is as a whole", task.m, task.n, task.k, task.packed)
	}
}

// TestNoAllocsShared shares products of each kind of weights.
func TestNoAllocsShared(t *testing.T) {
	const m, n, k = 49, 481, 70
	a, dst, packed := make([]float32, m*k), make([]float32, m*n), PackedLen(n, k)
	noAllocs(t, &gemmTasks, gemmTask[float32]{dst: dst, a: a, packed: make([]float32, packed), m: m, n: n, k: k, lda: k, ldc: n, whole: gemmWholeF32})
	noAllocs(t, &gemmTasksI8, gemmTask[int8]{dst: dst, a: a, packed: make([]int8, packed), scale: make([]float32, n), m: m, n: n, k: k, lda: k, ldc: n, whole: gemmWholeI8})
	noAllocs(t, &gemmTasksF16, gemmTask[uint16]{dst: dst, a: a, packed: make([]uint16, packed), m: m, n: n, k: k, lda: k, ldc: n, whole: gemmWholeF16})
}

func noAllocs[T float32 | int8 | uint16](t *testing.T, spare *par.Spare[gemmTask[T]], task gemmTask[T]) {
	t.Helper()
	if allocs := testing.AllocsPerRun(3, func() { shareGemm(spare, task) }); allocs != 0 {
		t.Errorf("%T: %v allocations", task.packed, allocs)
	}
}
