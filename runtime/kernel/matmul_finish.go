package kernel

// FinishRowsF32 adds bias, of n elements or nil, to each of the rows of dst and applies
// act: what a product by strides leaves to do.
//
//energeticc:shape rows n
func FinishRowsF32(dst, bias []float32, rows, n int, act Act) {
	if bias != nil {
		for r := range rows {
			addTo(dst[r*n:(r+1)*n], bias[:n])
		}
	}
	if act.F != nil {
		act.F(dst[:rows*n], act.A, act.B)
	}
}
