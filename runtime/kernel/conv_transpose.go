package kernel

// ConvTransposeF32 is a transposed convolution over one to three spatial axes: y[n, m, In…] = act(wᵀ ∗ x[n, c, Out…] +
// bias), where win is the convolution that takes y's plane to x's. w is what PackConvF32 makes of the weights
// transposed to [groups, m/groups·taps, c/groups]; bias [m] may be nil.
// A strip of x times the weights gives columns, which are added up where their taps meet y. gathered has room for
// c/groups floats a position of a strip and 8 more, and its length sets how wide a strip is, at least four positions;
// columns has room for m/groups·taps floats a position and table for taps numbers, and c/groups more.
func ConvTransposeF32(y, x, w, bias, gathered, columns []float32, table []int64, act Act, n, groups, m, c int, win Window) {
	v := win.spatial3()
	plane, inPlane, taps := win.inPlane(), win.plane(), win.taps()
	mg, cg := m/groups, c/groups
	rows := mg * taps
	for i := range n * m {
		convStart(y[i*plane:(i+1)*plane], bias, nil, i%m, 0)
	}
	strip := convStrip(len(gathered), cg)
	for p0 := 0; p0 < inPlane; p0 += strip {
		width := min(strip, inPlane-p0)
		convOffsets(table, &v, p0, width)
		for i := range n * groups {
			image, g := i/groups, i%groups
			from, panels := x[i*cg*inPlane:(i+1)*cg*inPlane], w[g*rows*cg:(g+1)*rows*cg]
			if hasAVX2 {
				convColumnsAVX2(columns, panels, from, gathered, table[taps*strip:], rows, cg, p0, width, inPlane)
			} else {
				gatherPoints(gathered, from, cg, p0, width, inPlane)
				convRows(columns, panels, gathered, nil, rows, cg, 0, width, width)
			}
			to := (image*m + g*mg) * plane
			scatterTaps(y[to:to+mg*plane], columns, table, mg, taps, width, plane)
		}
	}
	for i := range n * m {
		convFinish(y[i*plane:(i+1)*plane], nil, act, 1, 0, plane, plane)
	}
}

// scatterTaps adds columns [channels, taps, width] to the places in y [channels, plane] that the taps meet.
func scatterTaps(y, columns []float32, table []int64, channels, taps, width, plane int) {
	for c := range channels {
		out := y[c*plane : (c+1)*plane]
		for t := range taps {
			for p, v := range columns[(c*taps+t)*width:][:width] {
				if o := table[(p/4*taps+t)*4+p%4]; uint64(o) < uint64(len(out)) {
					out[o] += v
				}
			}
		}
	}
}
