package image

// jp2Synthesise undoes the wavelet transform of a component, whose coefficients
// lie in data with the coarser resolution in the upper left corner, HL to the
// right, LH below and HH across (ISO 15444-1 annex F). lift undoes it for one row
// or column, whose low half stands at the even places, or, if odd, at the others.
func jp2Synthesise[T int32 | float32](data []T, tc *jp2TileComp, lift func(row []T, odd int)) {
	stride := tc.area.width()
	row := make([]T, max(stride, tc.area.height()))
	for r := 1; r < len(tc.resolutions); r++ {
		a, coarser := tc.resolutions[r].area, tc.resolutions[r-1].area
		w, h := a.width(), a.height()
		if a.empty() {
			continue
		}
		for y := range h {
			line := data[y*stride:][:w]
			jp2Interleave(row[:w], line, 1, coarser.width(), a.x0&1)
			lift(row[:w], a.x0&1)
			copy(line, row)
		}
		for x := range w {
			column := data[x:]
			jp2Interleave(row[:h], column, stride, coarser.height(), a.y0&1)
			lift(row[:h], a.y0&1)
			for y, v := range row[:h] {
				column[y*stride] = v
			}
		}
	}
}

// jp2Interleave puts the first low values of src, step apart, at the even places
// of row and the others between, or the other way round if odd is 1.
func jp2Interleave[T int32 | float32](row, src []T, step, low, odd int) {
	at := 0
	for i := odd; i < len(row); i += 2 {
		row[i] = src[at]
		at += step
	}
	at = low * step
	for i := 1 - odd; i < len(row); i += 2 {
		row[i] = src[at]
		at += step
	}
}

// jp2Lift53 undoes the reversible transform. Behind the ends a row is mirrored.
func jp2Lift53(row []int32, odd int) {
	n := len(row)
	if n == 1 {
		if odd == 1 {
			row[0] /= 2
		}
		return
	}
	for i := odd; i < n; i += 2 {
		l, r := jp2Neighbours(row, i)
		row[i] -= (l + r + 2) >> 2
	}
	for i := 1 - odd; i < n; i += 2 {
		l, r := jp2Neighbours(row, i)
		row[i] += (l + r) >> 1
	}
}

// jp2Lift97 undoes the irreversible transform, table F.4. High values are scaled
// by twice what the standard says, as their quantiser steps have half the gain.
func jp2Lift97(row []float32, odd int) {
	if len(row) == 1 {
		return
	}
	for i := range row {
		if i&1 == odd {
			row[i] = float32(row[i] * 1.230174105)
		} else {
			row[i] = float32(row[i] * 1.625732422)
		}
	}
	for i, factor := range [4]float32{-0.443506852, -0.882911075, 0.052980118, 1.586134342} {
		jp2Lift(row, odd^i&1, factor)
	}
}

// jp2Lift adds to every second value, from first on, the sum of its neighbours
// times factor.
func jp2Lift(row []float32, first int, factor float32) {
	for i := first; i < len(row); i += 2 {
		l, r := jp2Neighbours(row, i)
		row[i] += float32((l + r) * factor)
	}
}

// jp2Neighbours are the values beside row[i], of two or more.
func jp2Neighbours[T int32 | float32](row []T, i int) (l, r T) {
	switch {
	case i == 0:
		return row[1], row[1]
	case i == len(row)-1:
		return row[i-1], row[i-1]
	}
	return row[i-1], row[i+1]
}
