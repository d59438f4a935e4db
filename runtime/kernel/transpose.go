package kernel

// transposeTile is the side of the squares that Transpose works through: both sides of a square of 8-byte elements
// stay in the first-level cache.
const transposeTile = 16

// Transpose writes, for each of batch matrices, dst[j, i] = src[i, j]; a matrix of src is [rows, cols].
func Transpose[T any](dst, src []T, batch, rows, cols int) {
	size := rows * cols
	for b := range batch {
		to, from := dst[b*size:][:size], src[b*size:][:size]
		for i0 := 0; i0 < rows; i0 += transposeTile {
			for j0 := 0; j0 < cols; j0 += transposeTile {
				transposeSquare(to, from, i0, min(i0+transposeTile, rows), j0, min(j0+transposeTile, cols), rows, cols)
			}
		}
	}
}

// transposeSquare moves rows i0 to i1 and columns j0 to j1 of from, [rows, cols].
func transposeSquare[T any](to, from []T, i0, i1, j0, j1, rows, cols int) {
	for j := j0; j < j1; j++ {
		line := to[j*rows+i0 : j*rows+i1]
		at := i0*cols + j
		for i := range line {
			line[i] = from[at]
			at += cols
		}
	}
}
