package kernel

// ConvNd is a convolution over any number of spatial axes for any element type: y[n, m, out…] = w ∗ x[n, c, in…] + bias
// + residual. w is [m, c/groups, kernel…]; bias [m] and residual, which has y's shape, may be nil. Integers wrap.
func ConvNd[T Number](y, x, w, bias, residual []T, n, groups, m, c int, win Window) {
	plane, inPlane, taps := win.plane(), win.inPlane(), win.taps()
	mg, cg := m/groups, c/groups
	for i := range n * m {
		o := i % m
		out := y[i*plane : (i+1)*plane]
		convStart(out, bias, residual, o, i*plane)
		from := i/m*c + o/mg*cg
		for k := range cg {
			convAxis(out, x[(from+k)*inPlane:(from+k+1)*inPlane], w[(o*cg+k)*taps:(o*cg+k+1)*taps], &win, 0)
		}
	}
}

// convStart fills a plane of output channel o with what its sums start from.
func convStart[T Number](y, bias, residual []T, o, at int) {
	clear(y)
	if residual != nil {
		copy(y, residual[at:])
	}
	if bias != nil {
		b := bias[o]
		for j := range y {
			y[j] += b
		}
	}
}

// convAxis adds w ∗ x to y, all three from an axis on.
func convAxis[T Number](y, x, w []T, win *Window, axis int) {
	in, out, taps := win.In[axis], win.Out[axis], win.Kernel[axis]
	for t := range taps {
		off := t*win.Dilation[axis] - win.Pad[axis]
		lo, hi := tapRange(in, out, win.Stride[axis], off)
		if axis == len(win.Out)-1 {
			for o := lo; o < hi; o++ {
				y[o] += T(w[t] * x[o*win.Stride[axis]+off])
			}
			continue
		}
		ny, nx, nw := len(y)/max(out, 1), len(x)/max(in, 1), len(w)/taps
		for o := lo; o < hi; o++ {
			i := o*win.Stride[axis] + off
			convAxis(y[o*ny:(o+1)*ny], x[i*nx:(i+1)*nx], w[t*nw:(t+1)*nw], win, axis+1)
		}
	}
}

// ConvTransposeNd is a transposed convolution over any number of spatial axes for any element type:
// y[n, m, In…] = wᵀ ∗ x[n, c, Out…] + bias, where win is the convolution that takes y's plane to x's.
// w is [c, m/groups, kernel…]; bias [m] may be nil. Integers wrap.
func ConvTransposeNd[T Number](y, x, w, bias []T, n, groups, m, c int, win Window) {
	plane, inPlane, taps := win.inPlane(), win.plane(), win.taps()
	mg, cg := m/groups, c/groups
	for i := range n * m {
		o := i % m
		out := y[i*plane : (i+1)*plane]
		convStart(out, bias, nil, o, 0)
		for k := range cg {
			from := o/mg*cg + k
			in := (i/m*c + from) * inPlane
			convTransposeAxis(out, x[in:in+inPlane], w[(from*mg+o%mg)*taps:][:taps], &win, 0)
		}
	}
}

// convTransposeAxis adds wᵀ ∗ x to y, all three from an axis on.
func convTransposeAxis[T Number](y, x, w []T, win *Window, axis int) {
	in, out, taps := win.In[axis], win.Out[axis], win.Kernel[axis]
	for t := range taps {
		off := t*win.Dilation[axis] - win.Pad[axis]
		lo, hi := tapRange(in, out, win.Stride[axis], off)
		if axis == len(win.Out)-1 {
			for o := lo; o < hi; o++ {
				y[o*win.Stride[axis]+off] += T(w[t] * x[o])
			}
			continue
		}
		ny, nx, nw := len(y)/max(in, 1), len(x)/max(out, 1), len(w)/taps
		for o := lo; o < hi; o++ {
			i := o*win.Stride[axis] + off
			convTransposeAxis(y[i*ny:(i+1)*ny], x[o*nx:(o+1)*nx], w[t*nw:(t+1)*nw], win, axis+1)
		}
	}
}
