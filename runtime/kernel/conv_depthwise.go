package kernel

// ConvDepthwiseF32 is a convolution whose groups have one input channel each: output channel o of channels·multiplier
// meets input channel o/multiplier alone, y[n, o, out…] = act(w[o] ∗ x[n, o/multiplier, in…] + bias[o] + residual).
// w is [channels·multiplier, kernel…], not packed; bias and residual may be nil. One to three spatial axes.
// scratch, of at least four floats a tap and 8 more, takes what a strip of positions meets, and table a number for each
// tap. Assembly fuses each product with its sum, which the portable kernel doesn't.
func ConvDepthwiseF32(y, x, w, bias, residual, scratch []float32, table []int64, act Act, n, channels, multiplier int, win Window) {
	if hasAVX2 {
		convDepthwiseF32AVX2(y, x, w, bias, residual, scratch, table, act, n, channels, multiplier, win)
		return
	}
	v := win.spatial3()
	plane, inPlane, taps := win.plane(), win.inPlane(), win.taps()
	outputs := channels * multiplier
	for i := range n * outputs {
		o := i % outputs
		out := y[i*plane : (i+1)*plane]
		start := float32(0)
		if bias != nil {
			start = bias[o]
		}
		for j := range out {
			out[j] = start
		}
		in := i / multiplier * inPlane
		depthwisePlane(out, x[in:in+inPlane], w[o*taps:(o+1)*taps], &v)
		convFinish(out, rowsOf(residual, i*plane, plane), act, 1, 0, plane, plane)
	}
}

// depthwisePlane adds w ∗ x to one plane.
func depthwisePlane(y, x, w []float32, v *window3) {
	width, taps := v.in[2], v.kernel[2]
	row := depthwiseRow{stride: v.stride[2], dilation: v.dilation[2], off: -v.pad[2]}
	row.lo, _ = tapRange(width, v.out[2], row.stride, row.off)
	_, row.hi = tapRange(width, v.out[2], row.stride, row.off+(taps-1)*row.dilation)
	if row.lo >= row.hi {
		row.lo, row.hi = v.out[2], v.out[2]
	}
	for z := range v.out[0] {
		for r := range v.out[1] {
			out := y[(z*v.out[1]+r)*v.out[2]:][:v.out[2]]
			for kz := range v.kernel[0] {
				iz := z*v.stride[0] + kz*v.dilation[0] - v.pad[0]
				if iz < 0 || iz >= v.in[0] {
					continue
				}
				for ky := range v.kernel[1] {
					iy := r*v.stride[1] + ky*v.dilation[1] - v.pad[1]
					if iy < 0 || iy >= v.in[1] {
						continue
					}
					in := x[(iz*v.in[1]+iy)*width:][:width]
					row.add(out, in, w[(kz*v.kernel[1]+ky)*taps:][:taps])
				}
			}
		}
	}
}

// depthwiseRow says how the taps of a kernel's row meet a row of the input: y[i] meets x[i·stride + off + t·dilation].
// All taps lie within x for lo ≤ i < hi.
type depthwiseRow struct {
	stride, dilation, off, lo, hi int
}

// add adds one row of taps.
func (d *depthwiseRow) add(y, x, w []float32) {
	d.addEdge(y[:d.lo], x, w, d.off)
	d.addEdge(y[d.hi:], x, w, d.hi*d.stride+d.off)
	y = y[d.lo:d.hi]
	if len(y) == 0 {
		return
	}
	at := d.lo*d.stride + d.off
	for ; len(w) >= 3; w = w[3:] {
		switch {
		case d.stride != 1:
			addTaps3(y, x[at:], x[at+d.dilation:], x[at+2*d.dilation:], w, d.stride)
		case d.dilation == 1:
			addRun3(y, x[at:], w)
		default:
			addTaps3(y, x[at:], x[at+d.dilation:], x[at+2*d.dilation:], w, 1)
		}
		at += 3 * d.dilation
	}
	for _, v := range w {
		i := at
		for j := range y {
			y[j] += float32(v * x[i])
			i += d.stride
		}
		at += d.dilation
	}
}

// addEdge adds those taps that lie within x, for outputs at the borders.
func (d *depthwiseRow) addEdge(y, x, w []float32, at int) {
	for i := range y {
		for t, v := range w {
			if j := at + t*d.dilation; j >= 0 && j < len(x) {
				y[i] += float32(v * x[j])
			}
		}
		at += d.stride
	}
}

// addRun3 adds w[0]·x[i] + w[1]·x[i+1] + w[2]·x[i+2] to y[i].
func addRun3(y, x, w []float32) {
	w0, w1, w2 := w[0], w[1], w[2]
	a, b := x[0], x[1]
	x = x[2:][:len(y)]
	for i, c := range x {
		s := float32(w0*a) + float32(w1*b)
		y[i] += s + float32(w2*c)
		a, b = b, c
	}
}

// addTaps3 adds w[0]·x0 + w[1]·x1 + w[2]·x2 to y, each x read every stride-th element.
func addTaps3(y, x0, x1, x2, w []float32, stride int) {
	w0, w1, w2 := w[0], w[1], w[2]
	at := 0
	for i := range y {
		s := float32(w0*x0[at]) + float32(w1*x1[at])
		y[i] += s + float32(w2*x2[at])
		at += stride
	}
}
