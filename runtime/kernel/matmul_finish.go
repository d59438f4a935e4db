package kernel

// FinishRowsF32 adds bias, of n elements or nil, to each of the rows of dst and applies
// act: what a product by strides leaves to do.
//
//energeticc:shape rows n
func FinishRowsF32(dst, bias []float32, rows, n int, act Act) {
	for r := range rows {
		y := dst[r*n : (r+1)*n]
		if bias != nil {
			addTo(y, bias[:len(y)])
		}
		if act.F != nil {
			act.F(y, act.A, act.B)
		}
	}
}
