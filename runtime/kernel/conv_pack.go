package kernel

// PackConvQuantF32 is PackConvF32 of weights that stand for (w - zero)·scale. zero and scale have an element for each
// of the groups·rows rows, or one for all; nil means 0 and 1.
func PackConvQuantF32[T int8 | uint8](dst []float32, w []T, scale []float32, zero []T, groups, rows, k int) {
	var less, by [4]float32
	for g := range groups {
		from, to := w[g*rows*k:(g+1)*rows*k], dst[g*rows*k:(g+1)*rows*k]
		for r := 0; r < rows; {
			n := 4
			if rows-r < n {
				n = 1
			}
			for i := range n {
				less[i], by[i] = rowQuant(scale, zero, g*rows+r+i)
			}
			packQuant(to[r*k:(r+n)*k], from[r*k:(r+n)*k], n, k, &less, &by)
			r += n
		}
	}
}

// rowQuant is the zero point and the scale of a row.
func rowQuant[T int8 | uint8](scale []float32, zero []T, row int) (less, by float32) {
	by = 1
	if len(scale) > 0 {
		by = scale[min(row, len(scale)-1)]
	}
	if len(zero) > 0 {
		less = float32(zero[min(row, len(zero)-1)])
	}
	return less, by
}

// packQuant lays one row of k out, or four side by side.
func packQuant[T int8 | uint8](dst []float32, w []T, rows, k int, less, by *[4]float32) {
	j := 0
	if hasAVX2 && rows == 4 && k >= 8 {
		j = packQuantAVX2(dst, w, less, by)
	}
	for i := range rows {
		for p, v := range w[i*k+j : (i+1)*k] {
			dst[(j+p)*rows+i] = float32((float32(v) - less[i]) * by[i])
		}
	}
}
