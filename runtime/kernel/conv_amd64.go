//go:build gc && !purego

package kernel

import "unsafe"

// pointFloats is how many inputs a strip of a convolution by one tap meets: 128 KiB, which stay in the second cache
// while the rows of weights pass.
const pointFloats = 1 << 15

// convPointAVX2 is ConvPointF32. A strip of the input is read where it is: its channels are plane apart.
func convPointAVX2(y, x, w, bias, residual []float32, act Act, n, groups, m, c, plane int) {
	mg, cg := m/groups, c/groups
	strip := min(max(pointFloats/max(cg, 1)&^15, 32), 1024)
	for i := range n * groups {
		image, g := i/groups, i%groups
		to := (image*m + g*mg) * plane
		rows := y[to : to+mg*plane]
		for p0 := 0; p0 < plane; p0 += strip {
			width := min(strip, plane-p0)
			b := x[i*cg*plane : (i+1)*cg*plane]
			if cg > 0 {
				b = b[p0:]
			}
			convRowsAVX2(rows, w[g*mg*cg:(g+1)*mg*cg], b, rowsOf(bias, g*mg, mg), mg, cg, p0, width, plane, plane)
			convFinish(rows, rowsOf(residual, to, mg*plane), act, mg, p0, width, plane)
		}
	}
}

// convAVX2 is ConvF32. What a strip meets is gathered by rows of positions.
func convAVX2(y, x, w, bias, residual, scratch []float32, act Act, n, groups, m, c int, win Window) {
	v := win.spatial3()
	plane, inPlane, taps := win.plane(), win.inPlane(), win.taps()
	mg, cg := m/groups, c/groups
	k := cg * taps
	strip := convStrip(len(scratch), k)
	for p0 := 0; p0 < plane; p0 += strip {
		width := min(strip, plane-p0)
		for i := range n * groups {
			image, g := i/groups, i%groups
			gatherRows(scratch[:k*width], x[i*cg*inPlane:(i+1)*cg*inPlane], &v, p0, width, cg)
			to := (image*m + g*mg) * plane
			rows := y[to : to+mg*plane]
			convRowsAVX2(rows, w[g*mg*k:(g+1)*mg*k], scratch, rowsOf(bias, g*mg, mg), mg, k, p0, width, width, plane)
			convFinish(rows, rowsOf(residual, to, mg*plane), act, mg, p0, width, plane)
		}
	}
}

// convRowsAVX2 computes positions p0 to p0+width of y[rows, plane] = w·b + bias. w is packed by PackConvF32 as one
// group; b is [k][width] with rows ldb apart.
func convRowsAVX2(y, w, b, bias []float32, rows, k, p0, width, ldb, plane int) {
	if rows == 0 || width == 0 {
		return
	}
	if k > 0 {
		_ = b[(k-1)*ldb+width-1]
	}
	r := 0
	for ; r+4 <= rows; r += 4 {
		panel, out := w[r*k:(r+4)*k], y[r*plane+p0:(r+3)*plane+p0+width]
		panelAVX2(unsafe.SliceData(out), unsafe.SliceData(panel), unsafe.SliceData(b), unsafe.SliceData(rowsOf(bias, r, 4)), width, k, ldb, plane)
	}
	for ; r < rows; r++ {
		start, out := float32(0), y[r*plane+p0:][:width]
		if bias != nil {
			start = bias[r]
		}
		for j := range out {
			out[j] = start
		}
		productF32(out, w[r*k:(r+1)*k], b, nil, out, ahead{next: w}, 1, width, k, k, ldb, width)
	}
}

// gatherRows lays out what a strip of positions meets as [channel][tap][position]: what lies side by side in the output
// and, by strides, in the input, is copied at once.
func gatherRows(dst, x []float32, v *window3, p0, width, channels int) {
	for at := 0; at < width; {
		first := (p0 + at) % v.out[2]
		count := min(v.out[2]-first, width-at)
		gatherRow(dst[at:], x, v, (p0+at)/v.out[2], first, count, width, channels)
		at += count
	}
}

// gatherRow gathers count positions of an output row, from column first on; rows of dst are width apart.
func gatherRow(dst, x []float32, v *window3, row, first, count, width, channels int) {
	oz, oy := row/v.out[1], row%v.out[1]
	inPlane := v.in[0] * v.in[1] * v.in[2]
	step := v.kernel[0] * v.kernel[1] * v.kernel[2] * width // to the next channel
	to := 0
	for kz := range v.kernel[0] {
		iz := oz*v.stride[0] + kz*v.dilation[0] - v.pad[0]
		for ky := range v.kernel[1] {
			iy := oy*v.stride[1] + ky*v.dilation[1] - v.pad[1]
			inside := iz >= 0 && iz < v.in[0] && iy >= 0 && iy < v.in[1]
			for kx := range v.kernel[2] {
				off := kx*v.dilation[2] - v.pad[2]
				lo, hi := tapRange(v.in[2], v.out[2], v.stride[2], off)
				lo, hi = min(max(lo-first, 0), count), min(max(hi-first, 0), count)
				if !inside || lo >= hi {
					lo, hi = count, count
				}
				run := gatherRun{lo: lo, hi: hi, stride: v.stride[2]}
				if lo < hi {
					run.from = (iz*v.in[1]+iy)*v.in[2] + (first+lo)*v.stride[2] + off
				}
				for c := range channels {
					run.copy(dst[to+c*step:][:count], x[c*inPlane:])
				}
				to += width
			}
		}
	}
}

// gatherRun is where the elements lo to hi of a run of positions lie in a plane; the others are padding.
type gatherRun struct {
	lo, hi, from, stride int
}

func (g *gatherRun) copy(dst, plane []float32) {
	clear(dst[:g.lo])
	clear(dst[g.hi:])
	in := dst[g.lo:g.hi]
	if len(in) == 0 {
		return
	}
	src := plane[g.from:]
	if g.stride == 1 {
		copy(in, src)
		return
	}
	at := 0
	for i := range in {
		in[i] = src[at]
		at += g.stride
	}
}
