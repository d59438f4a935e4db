package kernel

// Col2Im adds up the blocks x [planes, kernel…, Out…] where they lie in y [planes, In…]: position o of tap t meets y
// where win says. Any number of spatial axes; integers wrap.
func Col2Im[T Number](y, x []T, planes int, win Window) {
	blocks, plane, taps := win.plane(), win.inPlane(), win.taps()
	clear(y)
	for p := range planes {
		out := y[p*plane : (p+1)*plane]
		for t := range taps {
			col2imAxis(out, x[(p*taps+t)*blocks:][:blocks], t, taps, &win, 0)
		}
	}
}

// col2imAxis adds the blocks of one tap, whose number among those of the axes from axis on is tap of taps.
func col2imAxis[T Number](y, x []T, tap, taps int, win *Window, axis int) {
	in, out := win.In[axis], win.Out[axis]
	if taps /= win.Kernel[axis]; taps == 0 {
		return // the kernel's size has overflown
	}
	off := tap/taps*win.Dilation[axis] - win.Pad[axis]
	lo, hi := tapRange(in, out, win.Stride[axis], off)
	if lo >= hi {
		return
	}
	ny, nx := len(y)/in, len(x)/out
	for o := lo; o < hi; o++ {
		i := o*win.Stride[axis] + off
		if axis == len(win.Out)-1 {
			y[i] += x[o]
			continue
		}
		col2imAxis(y[i*ny:(i+1)*ny], x[o*nx:(o+1)*nx], tap%taps, taps, win, axis+1)
	}
}
