package kernel

import "unsafe"

// Move copies src to dst, which is as long.
func Move[T any](dst, src []T) { copy(dst, src) }

// CopyRuns copies n runs of run elements: those of dst lie dstStep apart, those of src srcStep.
// Steps are at least run; the slices reach to the end of the last run.
func CopyRuns[T any](dst, src []T, n, run, dstStep, srcStep int) {
	if run == 0 {
		return
	}
	if run == 1 {
		for i := range n {
			dst[i*dstStep] = src[i*srcStep]
		}
		return
	}
	for i := range n {
		copy(dst[i*dstStep:][:run], src[i*srcStep:])
	}
}

// Fill sets every element of dst to v.
func Fill[T any](dst []T, v T) {
	for i := range dst {
		dst[i] = v
	}
}

// Strided writes to dst, row-major of the given shape, the elements src[off + Σ index·stride]. A stride may be 0,
// which repeats, or negative. shape and stride have one length, at least 1.
func Strided[T any](dst, src []T, off int, shape, stride []int) {
	n, step := shape[0], stride[0]
	switch {
	case len(dst) == 0:
		return
	case len(shape) == 1:
		stridedRow(dst, src, off, step)
		return
	case len(shape) == 2 && step == 1 && stride[1] >= shape[0]:
		stridedColumns(dst, src[off:], n, shape[1], stride[1])
		return
	}
	inner := len(dst) / n
	for i := range n {
		row := dst[i*inner:][:inner]
		switch {
		case i > 0 && step == 0: // repeats the first
			copy(row, dst[:inner])
		case len(shape) == 2 && stride[1] == 1:
			copy(row, src[off:])
		default:
			Strided(row, src, off, shape[1:], stride[1:])
		}
		off += step
	}
}

// stridedRow writes to dst the elements of src from off on, step apart.
func stridedRow[T any](dst, src []T, off, step int) {
	switch step {
	case 0:
		Fill(dst, src[off])
	case 1:
		copy(dst, src[off:])
	default:
		for i := range dst {
			dst[i] = src[off]
			off += step
		}
	}
}

// stridedColumns writes rows of dst, [rows, cols], each a column of src, whose lines lie step apart, in squares whose
// both sides stay in the cache.
func stridedColumns[T any](dst, src []T, rows, cols, step int) {
	const tile = 16
	for i0 := 0; i0 < rows; i0 += tile {
		for j0 := 0; j0 < cols; j0 += tile {
			j1 := min(j0+tile, cols)
			for i := i0; i < min(i0+tile, rows); i++ {
				line := dst[i*cols+j0 : i*cols+j1]
				at := j0*step + i
				for j := range line {
					line[j] = src[at]
					at += step
				}
			}
		}
	}
}

// BitCast copies the bits of src to elements of another type, as wide.
func BitCast[U, T any](dst []U, src []T) {
	if len(dst) == 0 {
		return
	}
	n := len(dst) * int(unsafe.Sizeof(dst[0]))
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&dst[0])), n), unsafe.Slice((*byte)(unsafe.Pointer(&src[0])), n))
}
