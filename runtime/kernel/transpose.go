package kernel

// Transpose writes, for each of batch matrices, dst[j, i] = src[i, j]; a matrix of src is [rows, cols].
func Transpose[T any](dst, src []T, batch, rows, cols int) {
	size := rows * cols
	for b := range batch {
		stridedColumns(dst[b*size:][:size], src[b*size:][:size], cols, rows, cols)
	}
}
