package kernel

import (
	"math"
	"unsafe"
)

// levelI8 is how results are quantised, as by Quantize.
type levelI8 struct {
	scale        []float32
	zero, lo, hi float32
	signed       bool
}

// inverse is 1/scale, or NaN where that is not as exact as other quotients.
func (l *levelI8) inverse() float32 {
	if s := l.scale[0]; s > 1e-30 && s < 1e30 {
		return 1 / s
	}
	return float32(math.NaN())
}

// quantize sets codes to src's.
func (l *levelI8) quantize(codes []uint8, src []float32) {
	if len(src) == 0 {
		return
	}
	if l.signed {
		signed := unsafe.Slice((*int8)(unsafe.Pointer(unsafe.SliceData(codes))), len(codes))
		zero := [1]int8{int8(l.zero)}
		Quantize(signed, src, l.scale, zero[:], 1, 1, len(src), 1, 0, 0, 0, l.lo, l.hi)
		return
	}
	zero := [1]uint8{uint8(l.zero)}
	Quantize(codes, src, l.scale, zero[:], 1, 1, len(src), 1, 0, 0, 0, l.lo, l.hi)
}

// direct says that the product itself quantises and spreads its results.
func (p *convolutionI8) direct() bool {
	return hasAVX2 && p.bytes != nil && p.act.F == nil && len(p.bZero) == 0 && !i8Bytes()
}

// spread brings results of positions from at on and n filters from j on, [rows][n], to [filters][plane].
func (p *convolutionI8) spread(i int, sums []float32, at, rows, j, n int) {
	o := p.to + j*p.plane + at
	if p.direct() {
		return
	}
	if p.bytes == nil {
		p.spreadFloats(sums, o, rows, n)
		return
	}
	codes := p.codes[i*i8Chunk*p.n:][:rows*n]
	p.level.quantize(codes, sums[:rows*n])
	transposeBytes(p.bytes[o:], codes, rows, n, p.plane, n)
}

// transposeBytes sets dst[c][r] to src[r][c], with rows ldd and lds apart.
func transposeBytes(dst, src []uint8, rows, cols, ldd, lds int) {
	done := 0
	if hasAVX2 && rows >= i8Block {
		done = cols &^ (i8Block - 1)
		columnsOfBytesAVX2(dst, src, rows, done, ldd, lds)
	}
	for c := done; c < cols; c++ {
		to := dst[c*ldd:][:rows]
		for r := range to {
			to[r] = src[r*lds+c]
		}
	}
}

// spreadFloats brings [rows][n] to y from o on, [n][plane], with residual and activation.
func (p *convolutionI8) spreadFloats(sums []float32, o, rows, n int) {
	var block [i8Block * i8Chunk]float32
	for f := 0; f < n; f += i8Block {
		cols := min(i8Block, n-f)
		if p.residual == nil {
			transposeRows(p.y[o:], sums[f:], rows, cols, p.plane, n)
		} else {
			transposeRows(block[:], sums[f:], rows, cols, i8Chunk, n)
		}
		for c := range cols {
			y := p.y[o:][:rows]
			if p.residual != nil {
				from := block[c*i8Chunk:][:rows]
				for r, v := range p.residual[o:][:rows] {
					y[r] = from[r] + v
				}
			}
			if p.act.F != nil {
				p.act.F(y, p.act.A, p.act.B)
			}
			o += p.plane
		}
	}
}

// transposeRows sets dst[c][r] to src[r][c], with rows ldd and lds apart.
func transposeRows(dst, src []float32, rows, cols, ldd, lds int) {
	done := 0
	if hasAVX2 && cols == i8Block {
		done = rows &^ 7
		transposeBlocksAVX2(dst, src, done, cols, ldd, lds)
	}
	for c := range cols {
		to := dst[c*ldd:][:rows]
		for r := done; r < rows; r++ {
			to[r] = src[r*lds+c]
		}
	}
}
