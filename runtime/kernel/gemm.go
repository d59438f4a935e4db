package kernel

// Constant weights are packed for GEMM in panels of gemmPanel columns, each panel
// [k][w] row-major: w is gemmPanel, and in the last panel what is left of n rounded
// up to a multiple of 4, zero filled. 48 columns are 3 vectors of AVX-512, 6 of AVX2
// and 12 of NEON, so every variant reads the same bytes.
const (
	gemmPanel = 48
	gemmGroup = 4 // columns that the portable tile computes at once
	// gemmRows rows of partial sums live on the stack while k advances. Where weights
	// are widened, more rows share the work, by assembly all.
	gemmRows      = 8
	gemmRowsWiden = 32
	// gemmDepth bounds the part of a panel that a block of rows reads again and again,
	// to 48 KiB; gemmWiden does so for weights that are widened onto the stack first.
	gemmDepth = 256
	gemmWiden = 128
)

// GemmF32 computes dst = act(a·B + bias + residual).
//
// a is [m][k] with rows lda apart, dst and residual are [m][n] with rows ldc apart,
// B is [k][n] packed by PackF32. bias has n elements or is nil; residual is nil, dst
// itself, or apart from dst. Sums run over k in order, in float32; assembly fuses each
// product with its sum, which the portable kernels don't.
//
//energeticc:shape m n k lda ldc
func GemmF32(dst, a, packed, bias, residual []float32, m, n, k, lda, ldc int, act Act) {
	shareGemm(&gemmTasks, gemmTask[float32]{
		dst: dst, a: a, packed: packed, bias: bias, residual: residual, m: m, n: n, k: k, lda: lda, ldc: ldc, act: act, whole: gemmWholeF32,
	})
}

// gemmWholeF32 is GemmF32 on one core.
func gemmWholeF32(dst, a, packed, _, bias, residual []float32, m, n, k, lda, ldc int, act Act) {
	if hasAVX2 {
		gemmF32AVX2(dst, a, packed, bias, residual, m, n, k, lda, ldc, act)
		return
	}
	var sum [gemmRows * gemmPanel]float32
	for j := 0; j < n; j += gemmPanel {
		cols := min(gemmPanel, n-j)
		w := panelWidth(cols)
		panel := packed[j*k : (j+w)*k]
		for i := 0; i < m; i += gemmRows {
			rows := min(gemmRows, m-i)
			c := sum[:rows*w]
			clear(c)
			for p := 0; p < k; p += gemmDepth {
				d := min(gemmDepth, k-p)
				addProduct(c, a[i*lda+p:], panel[p*w:(p+d)*w], rows, w, d, lda, w)
			}
			storeBlock(dst, c, nil, bias, residual, i, j, rows, cols, ldc, act)
		}
	}
}

// GemmI8W is GemmF32 for int8 weights, packed by PackI8. scale has one factor for
// each column of B, or one for all; it multiplies the finished sum or, in assembly, the weights.
//
//energeticc:shape m n k lda ldc
func GemmI8W(dst, a []float32, packed []int8, scale, bias, residual []float32, m, n, k, lda, ldc int, act Act) {
	shareGemm(&gemmTasksI8, gemmTask[int8]{
		dst: dst, a: a, packed: packed, scale: scale, bias: bias, residual: residual, m: m, n: n, k: k, lda: lda, ldc: ldc, act: act, whole: gemmWholeI8,
	})
}

// gemmWholeI8 is GemmI8W on one core.
func gemmWholeI8(dst, a []float32, packed []int8, scale, bias, residual []float32, m, n, k, lda, ldc int, act Act) {
	if hasAVX2 {
		gemmWidenAVX2(dst, a, packed, scale, bias, residual, m, n, k, lda, ldc, act)
		return
	}
	var sum [gemmRowsWiden * gemmPanel]float32
	var wide [gemmWiden * gemmPanel]float32
	for j := 0; j < n; j += gemmPanel {
		cols := min(gemmPanel, n-j)
		w := panelWidth(cols)
		panel := packed[j*k : (j+w)*k]
		for i := 0; i < m; i += gemmRowsWiden {
			rows := min(gemmRowsWiden, m-i)
			c := sum[:rows*w]
			clear(c)
			for p := 0; p < k; p += gemmWiden {
				d := min(gemmWiden, k-p)
				widenI8(wide[:d*w], panel[p*w:])
				addProduct(c, a[i*lda+p:], wide[:d*w], rows, w, d, lda, w)
			}
			storeBlock(dst, c, scale, bias, residual, i, j, rows, cols, ldc, act)
		}
	}
}

// GemmF16W is GemmF32 for float16 weights, packed by PackF16.
//
//energeticc:shape m n k lda ldc
func GemmF16W(dst, a []float32, packed []uint16, bias, residual []float32, m, n, k, lda, ldc int, act Act) {
	shareGemm(&gemmTasksF16, gemmTask[uint16]{
		dst: dst, a: a, packed: packed, bias: bias, residual: residual, m: m, n: n, k: k, lda: lda, ldc: ldc, act: act, whole: gemmWholeF16,
	})
}

// gemmWholeF16 is GemmF16W on one core.
func gemmWholeF16(dst, a []float32, packed []uint16, _, bias, residual []float32, m, n, k, lda, ldc int, act Act) {
	if hasAVX2 {
		gemmWidenAVX2(dst, a, packed, nil, bias, residual, m, n, k, lda, ldc, act)
		return
	}
	var sum [gemmRowsWiden * gemmPanel]float32
	var wide [gemmWiden * gemmPanel]float32
	for j := 0; j < n; j += gemmPanel {
		cols := min(gemmPanel, n-j)
		w := panelWidth(cols)
		panel := packed[j*k : (j+w)*k]
		for i := 0; i < m; i += gemmRowsWiden {
			rows := min(gemmRowsWiden, m-i)
			c := sum[:rows*w]
			clear(c)
			for p := 0; p < k; p += gemmWiden {
				d := min(gemmWiden, k-p)
				WidenF16(wide[:d*w], panel[p*w:])
				addProduct(c, a[i*lda+p:], wide[:d*w], rows, w, d, lda, w)
			}
			storeBlock(dst, c, nil, bias, residual, i, j, rows, cols, ldc, act)
		}
	}
}

// storeBlock finishes the rows×cols sums c, whose rows are panelWidth(cols) apart,
// and stores them at row i, column j of dst: act(c·scale + bias + residual).
func storeBlock(dst, c, scale, bias, residual []float32, i, j, rows, cols, ldc int, act Act) {
	w := panelWidth(cols)
	for r := range rows {
		s := c[r*w : r*w+cols]
		o := (i+r)*ldc + j
		if residual != nil {
			finishSums(s, scale, bias, residual[o:o+cols], j)
		} else {
			finishSums(s, scale, bias, nil, j)
		}
		y := dst[o : o+cols]
		copy(y, s)
		if act.F != nil {
			act.F(y, act.A, act.B)
		}
	}
}

// finishSums scales a row's sums from column j on and adds bias and residual, which is the row's.
func finishSums(s, scale, bias, residual []float32, j int) {
	switch len(scale) {
	case 0:
	case 1:
		f := scale[0]
		for x := range s {
			s[x] = float32(s[x] * f)
		}
	default:
		for x, f := range scale[j : j+len(s)] {
			s[x] = float32(s[x] * f)
		}
	}
	if bias != nil {
		addTo(s, bias[j:j+len(s)])
	}
	if residual != nil {
		addTo(s, residual[:len(s)])
	}
}

// addTo adds x to y, elementwise; x is as long as y.
func addTo(y, x []float32) {
	x = x[:len(y)]
	for i, v := range x {
		y[i] += v
	}
}
