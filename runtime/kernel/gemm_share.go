package kernel

import "github.com/energeticc/energeticc/runtime/par"

const (
	// shareFrom is from how many products on a step is shared between cores: about 50 µs of one.
	shareFrom = 1 << 20
	// shareParts is into how many parts it is cut at most, so that a core that is busy otherwise holds up little.
	shareParts = 16
	shareRows  = 24 // whole tiles of every variant
)

// gemmTask is a product with packed weights, in parts of rows × cols of its result.
type gemmTask[T float32 | int8 | uint16] struct {
	dst, a                []float32
	packed                []T
	scale, bias, residual []float32
	m, n, k, lda, ldc     int
	act                   Act
	whole                 gemmWhole[T] // computes a part; a value, so that packages carry only the one that they use
	rows, cols            int
}

// gemmWhole is a product on one core; scale is that of weights that are widened.
type gemmWhole[T float32 | int8 | uint16] func(dst, a []float32, packed []T, scale, bias, residual []float32, m, n, k, lda, ldc int, act Act)

// Those that no step is at.
var (
	gemmTasks    par.Spare[gemmTask[float32]]
	gemmTasksI8  par.Spare[gemmTask[int8]]
	gemmTasksF16 par.Spare[gemmTask[uint16]]
)

// shareGemm computes a product, on all cores if it is large enough. Each element is computed as on one.
func shareGemm[T float32 | int8 | uint16](spare *par.Spare[gemmTask[T]], task gemmTask[T]) {
	if task.m*task.n*task.k < shareFrom || par.Workers() == 0 {
		task.part(0, 0, task.m, task.n)
		return
	}
	t := spare.Get()
	*t = task
	par.Do(t, t.cut())
	*t = gemmTask[T]{} // what is spare holds on to no memory
	spare.Put(t)
}

// cut chooses parts of whole panels and, where these are few, of rows, and gives their number. Weights that must be
// widened are so once for all rows, unless there is but a panel or two.
func (t *gemmTask[T]) cut() int {
	panels := (t.n + gemmPanel - 1) / gemmPanel
	perPart := (panels + shareParts - 1) / shareParts
	across := (panels + perPart - 1) / perPart
	t.cols = perPart * gemmPanel
	down := min(shareParts/across, (t.m+shareRows-1)/shareRows)
	if _, plain := any(t).(*gemmTask[float32]); !plain && across > 2 {
		down = 1
	}
	t.rows = ((t.m+down-1)/down + shareRows - 1) / shareRows * shareRows
	return across * ((t.m + t.rows - 1) / t.rows)
}

// Part computes a part.
func (t *gemmTask[T]) Part(i int) {
	across := (t.n + t.cols - 1) / t.cols
	r, c := i/across*t.rows, i%across*t.cols
	t.part(r, c, min(t.rows, t.m-r), min(t.cols, t.n-c))
}

// part computes m rows and n columns from row r and column c on, on one core. Column c begins a panel.
func (t *gemmTask[T]) part(r, c, m, n int) {
	o := r*t.ldc + c
	dst, a, scale, bias, residual := t.dst[o:], t.a[r*t.lda:], t.scale, t.bias, t.residual
	if len(scale) > 1 {
		scale = scale[c:]
	}
	if bias != nil {
		bias = bias[c:]
	}
	if residual != nil {
		residual = residual[o:]
	}
	t.whole(dst, a, t.packed[c*t.k:], scale, bias, residual, m, n, t.k, t.lda, t.ldc, t.act)
}
