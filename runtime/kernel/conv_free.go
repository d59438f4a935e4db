package kernel

// ConvFreeF32 is ConvF32 for planes whose size only the run knows: those of at most so many positions are ConvSmallF32's,
// whose layout the weights have. Others are ConvWinogradF32's where that may compute them and pays: block, which is a
// multiple of 16 then and else 0, tile and filters are its. For those that ConvF32 computes the weights are laid out
// anew, in panels, which is as long as w; that costs little beside what as many positions take.
//
// scratch and table suffice for each of them: for ConvSmallF32 of a plane of most positions.
func ConvFreeF32(y, x, w, bias, residual, scratch, panels []float32, table []int64, act Act, n, groups, m, c int, win Window, most, block, tile, filters int) {
	switch {
	case win.plane() <= most:
		ConvSmallF32(y, x, w, bias, residual, scratch, table, act, n, groups, m, c, win)
	case hasAVX2 && block > 0 && WinogradPays(win.Out, tile, filters):
		convWinogradF32AVX2(y, x, w, bias, residual, scratch, table, act, n, m, c, win, block, smallPanel)
	default:
		taps, k := win.taps(), c/groups
		convPanels(panels, w, m, taps, k)
		ConvF32(y, x, panels, bias, residual, convRoom(scratch, table, taps, k), table, act, n, groups, m, c, win)
	}
}

// convPanels lays out weights [m/16][taps][k][16] as PackConvF32 does.
func convPanels(dst, w []float32, m, taps, k int) {
	size := taps * k * smallPanel
	if size == 0 {
		return
	}
	for range m / smallPanel {
		if hasAVX2 {
			convPanelsF32AVX2(dst, w, taps, k)
		} else {
			for i := range taps * k {
				row := w[i*smallPanel:][:smallPanel]
				for p := range smallPanel / 4 {
					copy(dst[((p*k+i%k)*taps+i/k)*4:], row[4*p:4*p+4])
				}
			}
		}
		dst, w = dst[size:], w[size:]
	}
}
