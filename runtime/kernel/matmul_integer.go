package kernel

// MatMulInteger computes dst = (a - aZero)·(b - bZero) for every index of batch, in
// wrapping int32. a is [m][k], b [k][n] and dst [m][n], each contiguous; sa and sb hold
// their strides for each batch dimension, 0 where it is broadcast. aZero has one element
// or m, bZero one or n; nil is 0.
//
//energeticc:shape m n k
func MatMulInteger[A, B int8 | uint8](dst []int32, a []A, b []B, aZero []A, bZero []B, batch, sa, sb []int, m, n, k int) {
	for t := range batchCount(batch) {
		oa, ob := batchOffset(t, batch, sa), batchOffset(t, batch, sb)
		for i := range m {
			row := dst[(t*m+i)*n : (t*m+i+1)*n]
			z := int32(0)
			if len(aZero) > 0 {
				z = int32(aZero[i%len(aZero)])
			}
			integerRow(row, a[oa+i*k:oa+(i+1)*k], b[ob:ob+k*n], z, bZero)
		}
	}
}

// integerRow computes a row of the product, four rows of b at a time. The zero points
// of b are taken off once, by the sum of a's.
func integerRow[A, B int8 | uint8](row []int32, a []A, b []B, aZero int32, bZero []B) {
	clear(row)
	n, sum, p := len(row), int32(0), 0
	for ; p+4 <= len(a); p += 4 {
		x0, x1, x2, x3 := int32(a[p])-aZero, int32(a[p+1])-aZero, int32(a[p+2])-aZero, int32(a[p+3])-aZero
		sum += x0 + x1 + x2 + x3
		b0, b1, b2, b3 := b[p*n:][:n], b[(p+1)*n:][:n], b[(p+2)*n:][:n], b[(p+3)*n:][:n]
		for j := range row {
			row[j] += x0*int32(b0[j]) + x1*int32(b1[j]) + x2*int32(b2[j]) + x3*int32(b3[j])
		}
	}
	for ; p < len(a); p++ {
		x := int32(a[p]) - aZero
		sum += x
		for j, v := range b[p*n:][:n] {
			row[j] += x * int32(v)
		}
	}
	if len(bZero) > 0 {
		for j := range row {
			row[j] -= sum * int32(bZero[j%len(bZero)])
		}
	}
}
