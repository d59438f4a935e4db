package kernel

import "github.com/energeticc/energeticc/runtime/par"

const (
	// shareFrom is from how many products on a step is shared between cores: about 50 µs of one.
	shareFrom = 1 << 20
	// shareParts is into how many parts it is cut at most, so that a core that is busy otherwise holds up little.
	shareParts = 16
	shareRows  = 24 // whole tiles of every variant
)

// gemmTask is a GemmF32 in parts of rows × cols of its result.
type gemmTask struct {
	dst, a, packed, bias, residual []float32
	m, n, k, lda, ldc              int
	act                            Act
	rows, cols                     int
}

// gemmTasks are those that no step is at.
var gemmTasks par.Spare[gemmTask]

// shareGemm is GemmF32 on all cores. Each element is computed as on one.
func shareGemm(dst, a, packed, bias, residual []float32, m, n, k, lda, ldc int, act Act) {
	t := gemmTasks.Get()
	*t = gemmTask{dst: dst, a: a, packed: packed, bias: bias, residual: residual, m: m, n: n, k: k, lda: lda, ldc: ldc, act: act}
	par.Do(t, t.cut())
	*t = gemmTask{} // what is spare holds on to no memory
	gemmTasks.Put(t)
}

// cut chooses parts of whole panels and, where these are few, of rows, and gives their number.
func (t *gemmTask) cut() int {
	panels := (t.n + gemmPanel - 1) / gemmPanel
	perPart := (panels + shareParts - 1) / shareParts
	across := (panels + perPart - 1) / perPart
	t.cols = perPart * gemmPanel
	down := min(shareParts/across, (t.m+shareRows-1)/shareRows)
	t.rows = ((t.m+down-1)/down + shareRows - 1) / shareRows * shareRows
	return across * ((t.m + t.rows - 1) / t.rows)
}

// Part computes a part.
func (t *gemmTask) Part(i int) {
	across := (t.n + t.cols - 1) / t.cols
	r, c := i/across*t.rows, i%across*t.cols
	o := r*t.ldc + c
	bias, residual := t.bias, t.residual
	if bias != nil {
		bias = bias[c:]
	}
	if residual != nil {
		residual = residual[o:]
	}
	gemmWhole(t.dst[o:], t.a[r*t.lda:], t.packed[c*t.k:], bias, residual, min(t.rows, t.m-r), min(t.cols, t.n-c), t.k, t.lda, t.ldc, t.act)
}
