package kernel

// MaxPool gives the largest value in each window of x [planes, in…]; NaN wins. One to three spatial axes.
func MaxPool[T Number](y, x []T, planes int, win Window) {
	v := win.spatial3()
	plane, inPlane := win.plane(), win.inPlane()
	least := lowest[T]()
	for p := range planes {
		out, in := y[p*plane:(p+1)*plane], x[p*inPlane:(p+1)*inPlane]
		for i := range out {
			out[i] = least
		}
		for r := range poolRows(&v) {
			row := out[r*v.out[2]:][:v.out[2]]
			for k := range v.kernel[0] * v.kernel[1] {
				if from, ok := v.meets(r, k); ok {
					maxTaps(row, in[from:from+v.in[2]], v.kernel[2], v.stride[2], v.dilation[2], v.pad[2])
				}
			}
		}
	}
}

// MaxPoolNumbers is MaxPool that passes over NaN: a window of nothing else has -Inf.
func MaxPoolNumbers[T Float](y, x []T, planes int, win Window) {
	v := win.spatial3()
	plane, inPlane := win.plane(), win.inPlane()
	least := lowest[T]()
	for p := range planes {
		out, in := y[p*plane:(p+1)*plane], x[p*inPlane:(p+1)*inPlane]
		for r := range poolRows(&v) {
			row := out[r*v.out[2]:][:v.out[2]]
			for i := range row {
				row[i] = least
			}
			for k := range v.kernel[0] * v.kernel[1] {
				if from, ok := v.meets(r, k); ok {
					maxNumbers(row, in[from:from+v.in[2]], v.kernel[2], v.stride[2], v.dilation[2], v.pad[2])
				}
			}
		}
	}
}

// maxNumbers is maxTaps that passes over NaN.
func maxNumbers[T Float](y, x []T, taps, stride, dilation, pad int) {
	at := -pad
	for i, m := range y {
		for t := range taps {
			if k := at + t*dilation; uint(k) < uint(len(x)) && x[k] > m {
				m = x[k]
			}
		}
		y[i] = m
		at += stride
	}
}

// poolRows is the number of rows in a plane of the output.
func poolRows(v *window3) int {
	if v.out[2] == 0 {
		return 0
	}
	return v.out[0] * v.out[1]
}

// meets gives where in an input plane the row starts that row r of the output meets by row k of the kernel; false if
// that is padding.
func (v *window3) meets(r, k int) (int, bool) {
	z := r/v.out[1]*v.stride[0] + k/v.kernel[1]*v.dilation[0] - v.pad[0]
	y := r%v.out[1]*v.stride[1] + k%v.kernel[1]*v.dilation[1] - v.pad[1]
	if z < 0 || z >= v.in[0] || y < 0 || y >= v.in[1] {
		return 0, false
	}
	return (z*v.in[1] + y) * v.in[2], true
}

// maxTaps takes into y what one row of the input holds.
func maxTaps[T Number](y, x []T, taps, stride, dilation, pad int) {
	at := -pad
	for i, m := range y {
		for t := range taps {
			if k := at + t*dilation; uint(k) < uint(len(x)) {
				m = max(m, x[k])
			}
		}
		y[i] = m
		at += stride
	}
}

// MaxPoolIndices is MaxPool that also tells where in x each value stood, the first of equals, -1 for a window of
// padding alone. If columnMajor, the positions within a plane count the last axis slowest. With numbers, NaN is passed
// over, and what is not above -Inf stands nowhere: at -1.
func MaxPoolIndices[T Number](y []T, indices []int64, x []T, planes int, columnMajor, numbers bool, win Window) {
	v := win.spatial3()
	plane, inPlane := win.plane(), win.inPlane()
	least := lowest[T]()
	for p := range planes {
		in := x[p*inPlane : (p+1)*inPlane]
		for r := range poolRows(&v) {
			for o := range v.out[2] {
				best, where := least, -1
				for k := range v.kernel[0] * v.kernel[1] {
					from, ok := v.meets(r, k)
					if !ok {
						continue
					}
					for t := range v.kernel[2] {
						i := o*v.stride[2] + t*v.dilation[2] - v.pad[2]
						if i < 0 || i >= v.in[2] {
							continue
						}
						if w := in[from+i]; w > best || !numbers && (where < 0 || w != w && best == best) {
							best, where = w, from+i
						}
					}
				}
				to := p*plane + r*v.out[2] + o
				y[to] = best
				if where >= 0 {
					if columnMajor {
						where = v.columnMajor(where)
					}
					where += p * inPlane
				}
				indices[to] = int64(where)
			}
		}
	}
}

// columnMajor turns a row-major position in an input plane into one that counts the last axis slowest.
func (v *window3) columnMajor(at int) int {
	x := at % v.in[2]
	y := at / v.in[2] % v.in[1]
	z := at / v.in[2] / v.in[1]
	return (x*v.in[1]+y)*v.in[0] + z
}

// AveragePool gives the mean of each window of x [planes, in…]. limits is nil where padding does not count, else where
// the padding ends on each axis. One to three spatial axes.
func AveragePool[T Float](y, x []T, planes int, limits []int, win Window) {
	v := win.spatial3()
	plane, inPlane := win.plane(), win.inPlane()
	end := v.in
	begin := [3]int{}
	if limits != nil {
		copy(end[3-len(limits):], limits)
		begin = [3]int{-v.pad[0], -v.pad[1], -v.pad[2]}
	}
	for p := range planes {
		out, in := y[p*plane:(p+1)*plane], x[p*inPlane:(p+1)*inPlane]
		clear(out)
		for r := range poolRows(&v) {
			row := out[r*v.out[2]:][:v.out[2]]
			for k := range v.kernel[0] * v.kernel[1] {
				if from, ok := v.meets(r, k); ok {
					sumTaps(row, in[from:from+v.in[2]], v.kernel[2], v.stride[2], v.dilation[2], v.pad[2])
				}
			}
			count := v.within(0, r/v.out[1], begin[0], end[0]) * v.within(1, r%v.out[1], begin[1], end[1])
			for o := range row {
				row[o] /= T(max(count*v.within(2, o, begin[2], end[2]), 1))
			}
		}
	}
}

// within counts the taps of output position o that lie from lo to hi on an axis.
func (v *window3) within(axis, o, lo, hi int) int {
	n := 0
	at := o*v.stride[axis] - v.pad[axis]
	for range v.kernel[axis] {
		if at >= lo && at < hi {
			n++
		}
		at += v.dilation[axis]
	}
	return n
}

// sumTaps adds to y what one row of the input holds.
func sumTaps[T Float](y, x []T, taps, stride, dilation, pad int) {
	at := -pad
	for i, s := range y {
		for t := range taps {
			if k := at + t*dilation; uint(k) < uint(len(x)) {
				s += x[k]
			}
		}
		y[i] = s
		at += stride
	}
}

// PowerPool gives the sum of |x|^p over each window of x [planes, in…], p ≥ 1. One to three spatial axes.
func PowerPool[T Float](y, x []T, planes, p int, win Window) {
	v := win.spatial3()
	plane, inPlane := win.plane(), win.inPlane()
	for i := range planes {
		out, in := y[i*plane:(i+1)*plane], x[i*inPlane:(i+1)*inPlane]
		clear(out)
		for r := range poolRows(&v) {
			row := out[r*v.out[2]:][:v.out[2]]
			for k := range v.kernel[0] * v.kernel[1] {
				if from, ok := v.meets(r, k); ok {
					powerTaps(row, in[from:from+v.in[2]], p, &v)
				}
			}
		}
	}
}

// powerTaps adds to y the powers of what one row of the input holds.
func powerTaps[T Float](y, x []T, p int, v *window3) {
	for o := range y {
		for t := range v.kernel[2] {
			k := o*v.stride[2] + t*v.dilation[2] - v.pad[2]
			if k < 0 || k >= len(x) {
				continue
			}
			a := x[k]
			if a < 0 {
				a = -a
			}
			power := a
			for range p - 1 {
				power *= a
			}
			y[o] += T(power)
		}
	}
}
