package kernel

// ConvTransposeF32 is a transposed convolution over one to three spatial axes: y[n, m, In…] = act(wᵀ ∗ x[n, c, Out…] +
// bias), where win is the convolution that takes y's plane to x's. w is what PackConvF32 makes of the weights
// transposed to [groups, m/groups·taps, c/groups]; bias [m] may be nil.
// A strip of x times the weights gives columns, which are added up where their taps meet y. gathered has room for
// c/groups floats a position of a strip and 8 more, and its length sets how wide a strip is, at least four positions;
// columns has room for m/groups·taps floats a position and table for c/groups numbers.
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
		for i := range n * groups {
			image, g := i/groups, i%groups
			from, panels := x[i*cg*inPlane:(i+1)*cg*inPlane], w[g*rows*cg:(g+1)*rows*cg]
			if hasAVX2 {
				convColumnsAVX2(columns, panels, from, gathered, table, rows, cg, p0, width, inPlane)
			} else {
				gatherPoints(gathered, from, cg, p0, width, inPlane)
				convRows(columns, panels, gathered, nil, rows, cg, 0, width, width)
			}
			to := (image*m + g*mg) * plane
			v.scatter(y[to:to+mg*plane], columns, mg, p0, width)
		}
	}
	for i := range n * m {
		convFinish(y[i*plane:(i+1)*plane], nil, act, 1, 0, plane, plane)
	}
}

// scatter adds columns [channels, taps, width], of the positions from p0 on, to the places in y [channels, in…] that the
// taps meet: row by row of positions.
func (w *window3) scatter(y, columns []float32, channels, p0, width int) {
	for at := 0; at < width && channels > 0; {
		p := p0 + at
		col := p % w.out[2]
		n := min(w.out[2]-col, width-at)
		w.scatterRow(y, columns[at:], channels, width, [3]int{p / w.out[2] / w.out[1], p / w.out[2] % w.out[1], col}, n)
		at += n
	}
}

// scatterRow adds n positions from o on, whose columns are width apart.
func (w *window3) scatterRow(y, columns []float32, channels, width int, o [3]int, n int) {
	plane, taps := w.in[0]*w.in[1]*w.in[2], w.kernel[0]*w.kernel[1]*w.kernel[2]
	for t := range taps {
		z := o[0]*w.stride[0] + t/w.kernel[2]/w.kernel[1]*w.dilation[0] - w.pad[0]
		row := o[1]*w.stride[1] + t/w.kernel[2]%w.kernel[1]*w.dilation[1] - w.pad[1]
		if z < 0 || z >= w.in[0] || row < 0 || row >= w.in[1] {
			continue
		}
		off := o[2]*w.stride[2] + t%w.kernel[2]*w.dilation[2] - w.pad[2]
		lo, hi := tapRange(w.in[2], n, w.stride[2], off)
		if lo >= hi {
			continue
		}
		to := (z*w.in[1]+row)*w.in[2] + lo*w.stride[2] + off
		for c := range channels {
			addEvery(y[c*plane+to:(c+1)*plane], columns[(c*taps+t)*width:][lo:hi], w.stride[2])
		}
	}
}

// addEvery adds x to every stride-th element of y.
func addEvery(y, x []float32, stride int) {
	for _, v := range x {
		y[0] += v
		if len(y) <= stride {
			return // that was the last
		}
		y = y[stride:]
	}
}
