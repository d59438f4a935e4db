package kernel

// Copy copies src to dst, which is as long.
func Copy[T any](dst, src []T) { copy(dst, src) }

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
	if len(dst) == 0 {
		return
	}
	if len(shape) > 1 {
		inner := len(dst) / n
		for i := range n {
			Strided(dst[i*inner:][:inner], src, off+i*step, shape[1:], stride[1:])
		}
		return
	}
	switch step {
	case 0:
		Fill(dst, src[off])
	case 1:
		copy(dst, src[off:][:len(dst)])
	default:
		for i := range dst {
			dst[i] = src[off]
			off += step
		}
	}
}
