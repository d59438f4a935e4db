package kernel

const (
	// matDepth rows of a panel of b are packed onto the stack at once, 12 KiB.
	matDepth = 64
	// matRows rows of sums share one packed block: copying it costs 1/matRows of using it.
	matRows = 32
	// matPackFrom rows are worth packing row-major b; with fewer it is read in place.
	matPackFrom = 4
	// matDotCols columns of a transposed b, of matDotFrom elements, are not packed where assembly takes inner products.
	matDotCols = 8
	matDotFrom = 16
)

// matScratch is the stack memory of a matrix product, set aside once for a batch.
type matScratch struct {
	sum [matRows * gemmPanel]float32
	a   [matRows * matDepth]float32
	b   [matDepth * gemmPanel]float32
}

// MatMulF32 computes dst = a·b for row-major matrices: a is [m][k], b [k][n] and dst
// [m][n] with rows lda, ldb and ldc apart. Sums run over k in order, in float32.
//
//energeticc:shape m n k lda ldb ldc
func MatMulF32(dst, a, b []float32, m, n, k, lda, ldb, ldc int) {
	var tmp matScratch
	matMulStrided(&tmp, dst, a, b, m, n, k, lda, 1, ldb, 1, ldc, 1)
}

// MatMulNTF32 is MatMulF32 for b stored as [n][k].
//
//energeticc:shape m n k lda ldb ldc
func MatMulNTF32(dst, a, b []float32, m, n, k, lda, ldb, ldc int) {
	var tmp matScratch
	matMulStrided(&tmp, dst, a, b, m, n, k, lda, 1, 1, ldb, ldc, 1)
}

// BatchMatMulF32 computes dst = scale·a·b for every index of batch.
//
// Matrix element [i, p] of a lies at i·rsa + p·csa, that of b at p·rsb + j·csb, so that
// transposed and head-interleaved views need no copy. sa and sb hold a's and b's
// strides for each batch dimension, 0 where it is broadcast. dst is contiguous,
// batch by [m][n].
//
//energeticc:shape m n k rsa csa rsb csb
func BatchMatMulF32(dst, a, b []float32, batch, sa, sb []int, m, n, k, rsa, csa, rsb, csb int, scale float32) {
	if m == 0 || n == 0 || k == 0 {
		clear(dst[:batchCount(batch)*m*n])
		return
	}
	var tmp matScratch
	for t := range batchCount(batch) {
		oa, ob := batchOffset(t, batch, sa), batchOffset(t, batch, sb)
		matMulStrided(&tmp, dst[t*m*n:(t+1)*m*n], a[oa:], b[ob:], m, n, k, rsa, csa, rsb, csb, n, scale)
	}
}

// batchCount returns the number of matrices.
func batchCount(batch []int) int {
	count := 1
	for _, d := range batch {
		count *= d
	}
	return count
}

// batchOffset returns where matrix t begins, the last batch dimension running fastest.
func batchOffset(t int, batch, strides []int) int {
	o := 0
	for d := len(batch) - 1; d >= 0; d-- {
		next := t / batch[d]
		o += (t - next*batch[d]) * strides[d]
		t = next
	}
	return o
}

// matMulStrided computes dst = scale·a·b, element [i, p] of a at i·rsa + p·csa and
// [p, j] of b at p·rsb + j·csb; rows of dst are ldc apart.
func matMulStrided(tmp *matScratch, dst, a, b []float32, m, n, k, rsa, csa, rsb, csb, ldc int, scale float32) {
	for j := 0; j < n; j += gemmPanel {
		cols := min(gemmPanel, n-j)
		w := panelWidth(cols)
		for i := 0; i < m; i += matRows {
			rows := min(matRows, m-i)
			c := tmp.sum[:rows*w]
			clear(c)
			if csa == 1 && rsb == 1 && (m < matPackFrom || hasAVX2 && n <= matDotCols && k >= matDotFrom) {
				addDots(c, a, b[min(j*csb, len(b)):], rows, cols, w, k, rsa, csb)
			} else {
				addBlocks(tmp, c, a, b, i, j, m, cols, k, rsa, csa, rsb, csb)
			}
			for r := range rows {
				o := (i+r)*ldc + j
				scaleRow(dst[o:o+cols], c[r*w:], scale)
			}
		}
	}
}

// addBlocks adds rows i… of a times cols columns j… of b to c, matDepth of k at a time.
func addBlocks(tmp *matScratch, c, a, b []float32, i, j, m, cols, k, rsa, csa, rsb, csb int) {
	w, rows := panelWidth(cols), min(matRows, m-i)
	for p := 0; p < k; p += matDepth {
		d := min(matDepth, k-p)
		x, lda := a[i*rsa+p*csa:], rsa
		if csa != 1 {
			packBlock(tmp.a[:rows*d], x, rows, d, d, rsa, csa)
			x, lda = tmp.a[:rows*d], d
		}
		y, ldb := b[p*rsb+j*csb:], rsb
		if hasAVX2 && csb == 1 { // reads any rows where they are
			addProductAVX2(c, x, y, rows, cols, d, lda, ldb, w)
			continue
		}
		if csb != 1 || cols != w || m >= matPackFrom {
			packBlock(tmp.b[:d*w], y, d, cols, w, rsb, csb)
			y, ldb = tmp.b[:d*w], w
		}
		addProduct(c, x, y, rows, w, d, lda, ldb)
	}
}

// packBlock copies a rows×cols view with strides rs and cs to dst, rows ld apart, and
// fills the rest of each row with zeros.
func packBlock(dst, src []float32, rows, cols, ld, rs, cs int) {
	if rs == 1 && cs != 1 { // read along memory, write across
		done := 0 // columns, as far as whole eights of rows go
		if hasAVX2 {
			transposeBlocksAVX2(dst, src, cols, rows, ld, cs)
			done = cols &^ 7
		}
		for x := range cols {
			from := 0
			if x < done {
				from = rows &^ 7
			}
			column := src[x*cs : x*cs+rows]
			o := from*ld + x
			for _, v := range column[from:] {
				dst[o] = v
				o += ld
			}
		}
		if cols < ld {
			for r := range rows {
				clear(dst[r*ld+cols : (r+1)*ld])
			}
		}
		return
	}
	for r := range rows {
		row := dst[r*ld : (r+1)*ld]
		if cs == 1 {
			copy(row[:cols], src[r*rs:])
		} else {
			o := r * rs
			for x := range row[:cols] {
				row[x] = src[o]
				o += cs
			}
		}
		clear(row[cols:])
	}
}

// addDots adds a·bᵀ to c: rows of a are lda apart, of b ldb, of c ldc; both run over k
// contiguously, so that few rows of a need no packing. Assembly adds up vectors of k.
func addDots(c, a, b []float32, m, n, ldc, k, lda, ldb int) {
	if k == 0 {
		return
	}
	if hasAVX2 {
		addDotsAVX2(c, a, b, m, n, ldc, k, lda, ldb)
		return
	}
	for i := range m {
		row, x := c[i*ldc:i*ldc+n], a[i*lda:i*lda+k]
		j := 0
		for ; j+4 <= n; j += 4 {
			dot4((*[4]float32)(row[j:]), x, b[j*ldb:], b[(j+1)*ldb:], b[(j+2)*ldb:], b[(j+3)*ldb:])
		}
		for ; j < n; j++ {
			y := b[j*ldb : j*ldb+k]
			s := row[j]
			for p, v := range x {
				s += float32(v * y[p])
			}
			row[j] = s
		}
	}
}

// dot4 adds the inner products of a with four vectors to c.
func dot4(c *[4]float32, a, b0, b1, b2, b3 []float32) {
	b0, b1, b2, b3 = b0[:len(a)], b1[:len(a)], b2[:len(a)], b3[:len(a)]
	s0, s1, s2, s3 := c[0], c[1], c[2], c[3]
	for i, x := range a {
		s0 += float32(x * b0[i])
		s1 += float32(x * b1[i])
		s2 += float32(x * b2[i])
		s3 += float32(x * b3[i])
	}
	c[0], c[1], c[2], c[3] = s0, s1, s2, s3
}

// scaleRow sets y to f times the first elements of x.
func scaleRow(y, x []float32, f float32) {
	x = x[:len(y)]
	if f == 1 {
		copy(y, x)
		return
	}
	if hasAVX2 {
		scaleF32AVX2(y, x, f)
		return
	}
	for i, v := range x {
		y[i] = float32(v * f)
	}
}

// MatMul is BatchMatMulF32 for the other types; integers wrap around.
//
//energeticc:shape m n k rsa csa rsb csb
func MatMul[T int32 | int64 | uint32 | uint64 | float64](dst, a, b []T, batch, sa, sb []int, m, n, k, rsa, csa, rsb, csb int, scale T) {
	for t := range batchCount(batch) {
		oa, ob := batchOffset(t, batch, sa), batchOffset(t, batch, sb)
		for i := range m {
			row := dst[(t*m+i)*n : (t*m+i+1)*n]
			clear(row)
			for p := range k {
				x := a[oa+i*rsa+p*csa]
				o := ob + p*rsb
				for j := range row {
					row[j] += T(x * b[o])
					o += csb
				}
			}
			if scale != 1 {
				for j, v := range row {
					row[j] = T(v * scale)
				}
			}
		}
	}
}
