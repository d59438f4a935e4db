package kernel

// Window says how a kernel slides over the spatial axes of a tensor, outermost axis first: position o of the output
// meets the input at o·Stride + t·Dilation - Pad for each tap t of the kernel. A transposed convolution reads it
// backwards: In and Out are then those of the convolution that it undoes.
type Window struct {
	In, Out, Kernel, Stride, Dilation, Pad []int
}

// taps is how many input positions one output position meets.
func (w Window) taps() int { return product(w.Kernel) }

// plane is the number of output positions.
func (w Window) plane() int { return product(w.Out) }

// inPlane is the number of input positions.
func (w Window) inPlane() int { return product(w.In) }

func product(v []int) int {
	n := 1
	for _, d := range v {
		n *= d
	}
	return n
}

// window3 is a Window of three axes; those that a lower rank lacks are 1.
type window3 struct {
	in, out, kernel, stride, dilation, pad [3]int
}

// spatial3 gives a Window of at most three axes its leading ones.
func (w Window) spatial3() window3 {
	v := window3{
		in: [3]int{1, 1, 1}, out: [3]int{1, 1, 1}, kernel: [3]int{1, 1, 1},
		stride: [3]int{1, 1, 1}, dilation: [3]int{1, 1, 1},
	}
	k := 3 - len(w.Out)
	for i := range w.Out {
		v.in[k+i], v.out[k+i], v.kernel[k+i] = w.In[i], w.Out[i], w.Kernel[i]
		v.stride[k+i], v.dilation[k+i], v.pad[k+i] = w.Stride[i], w.Dilation[i], w.Pad[i]
	}
	return v
}

// rows3 is spatial3 with the last axes that have but one position and one tap before the others: rows of one element
// would be gathered one by one.
func (w Window) rows3() window3 {
	v := w.spatial3()
	for range 2 {
		if v.in[2] != 1 || v.out[2] != 1 || v.kernel[2] != 1 || v.pad[2] != 0 {
			break
		}
		for _, a := range []*[3]int{&v.in, &v.out, &v.kernel, &v.stride, &v.dilation, &v.pad} {
			a[0], a[1], a[2] = a[2], a[0], a[1]
		}
	}
	return v
}

// tapRange gives the output positions lo ≤ o < hi at which o·stride + off lies within an axis of size in.
func tapRange(in, out, stride, off int) (lo, hi int) {
	if off < 0 {
		lo = (-off + stride - 1) / stride
	}
	if in > off {
		hi = min(out, (in-off+stride-1)/stride)
	}
	return lo, max(lo, hi)
}

// convOffsets writes, for the positions from p0 on, where in an input plane each tap reads, -1 for padding: in groups
// of four positions, table[p/4][tap][p mod 4]. Positions beyond the plane read padding.
func convOffsets(table []int64, w *window3, p0, width int) {
	taps := w.kernel[0] * w.kernel[1] * w.kernel[2]
	for p := range width {
		at := p0 + p
		x := at % w.out[2]
		y := at / w.out[2] % w.out[1]
		z := at / w.out[2] / w.out[1]
		row := table[p/4*taps*4+p%4:]
		i := 0
		for kz := range w.kernel[0] {
			iz := z*w.stride[0] + kz*w.dilation[0] - w.pad[0]
			for ky := range w.kernel[1] {
				iy := y*w.stride[1] + ky*w.dilation[1] - w.pad[1]
				inside := iz >= 0 && iz < w.in[0] && iy >= 0 && iy < w.in[1]
				for kx := range w.kernel[2] {
					ix := x*w.stride[2] + kx*w.dilation[2] - w.pad[2]
					row[i] = -1
					if inside && ix >= 0 && ix < w.in[2] {
						row[i] = int64((iz*w.in[1]+iy)*w.in[2] + ix)
					}
					i += 4
				}
			}
		}
	}
}

// ConvF32 is a convolution: y[n, m, out…] = act(w ∗ x[n, c, in…] + bias + residual), over one to three spatial axes.
// w is what PackConvF32 makes of [m, c/groups, kernel…]; bias [m] and residual, which has y's shape, may be nil.
// Strips of the output are computed by matrix products with the input values that they meet, gathered in scratch: its
// length, c/groups·taps floats a position and 8 more, sets how wide a strip is, at least four positions.
// table has room for taps numbers a position of a strip or, where that is more, a channel of a group.
// Assembly fuses each product with its sum, which portable kernels don't.
func ConvF32(y, x, w, bias, residual, scratch []float32, table []int64, act Act, n, groups, m, c int, win Window) {
	if hasAVX2 {
		convF32AVX2(y, x, w, bias, residual, scratch, table, act, n, groups, m, c, win)
		return
	}
	v := win.spatial3()
	plane, inPlane, taps := win.plane(), win.inPlane(), win.taps()
	mg, cg := m/groups, c/groups
	k := cg * taps
	strip := convStrip(len(scratch), k)
	for p0 := 0; p0 < plane; p0 += strip {
		width := min(strip, plane-p0)
		quads := (width + 3) / 4
		for i := width; i < 4*quads; i++ {
			hideOffsets(table, taps, i)
		}
		convOffsets(table, &v, p0, width)
		for i := range n * groups {
			image, g := i/groups, i%groups
			gatherTaps(scratch, x[i*cg*inPlane:(i+1)*cg*inPlane], table, quads, cg, taps, inPlane)
			to := (image*m + g*mg) * plane
			rows := y[to : to+mg*plane]
			convRows(rows, w[g*mg*k:(g+1)*mg*k], scratch, rowsOf(bias, g*mg, mg), mg, k, p0, width, plane)
			convFinish(rows, rowsOf(residual, to, mg*plane), act, mg, p0, width, plane)
		}
	}
}

// convStrip is how many positions a strip has room for, a multiple of four.
func convStrip(scratch, k int) int {
	return max((scratch-8)/max(k, 1)&^3, 4)
}

// rowsOf cuts an optional operand.
func rowsOf(v []float32, off, n int) []float32 {
	if v == nil {
		return nil
	}
	return v[off : off+n]
}

// hideOffsets makes all taps of a position read padding.
func hideOffsets(table []int64, taps, p int) {
	row := table[p/4*taps*4+p%4:]
	for t := range taps {
		row[4*t] = -1
	}
}

// gatherTaps lays out what a strip meets as [position/4][channel][tap][position mod 4].
func gatherTaps(dst, x []float32, table []int64, quads, channels, taps, inPlane int) {
	for q := range quads {
		offsets := table[q*taps*4 : (q+1)*taps*4]
		block := dst[q*channels*taps*4 : (q+1)*channels*taps*4]
		for c := range channels {
			plane := x[c*inPlane : (c+1)*inPlane]
			out := block[c*taps*4:][:len(offsets)]
			for i, o := range offsets {
				v := float32(0)
				if uint64(o) < uint64(len(plane)) {
					v = plane[o]
				}
				out[i] = v
			}
		}
	}
}

// ConvPointF32 is a convolution by a kernel of one tap that meets every position of plane: for each of n images,
// y[m, plane] = act(w·x[c, plane] + bias + residual). Its operands are those of ConvF32.
func ConvPointF32(y, x, w, bias, residual, scratch []float32, table []int64, act Act, n, groups, m, c, plane int) {
	if hasAVX2 {
		convPointF32AVX2(y, x, w, bias, residual, scratch, table, act, n, groups, m, c, plane)
		return
	}
	mg, cg := m/groups, c/groups
	strip := convStrip(len(scratch), cg)
	for i := range n * groups {
		image, g := i/groups, i%groups
		to := (image*m + g*mg) * plane
		rows := y[to : to+mg*plane]
		for p0 := 0; p0 < plane; p0 += strip {
			width := min(strip, plane-p0)
			gatherPoints(scratch, x[i*cg*plane:(i+1)*cg*plane], cg, p0, width, plane)
			convRows(rows, w[g*mg*cg:(g+1)*mg*cg], scratch, rowsOf(bias, g*mg, mg), mg, cg, p0, width, plane)
			convFinish(rows, rowsOf(residual, to, mg*plane), act, mg, p0, width, plane)
		}
	}
}

// gatherPoints lays out a strip of x [channels, plane] as [position/4][channel][position mod 4].
func gatherPoints(dst, x []float32, channels, p0, width, plane int) {
	for c := range channels {
		src := x[c*plane+p0:][:width]
		at := 4 * c
		for len(src) >= 4 {
			out := dst[at : at+4]
			out[0], out[1], out[2], out[3] = src[0], src[1], src[2], src[3]
			src = src[4:]
			at += 4 * channels
		}
		if len(src) > 0 {
			out := dst[at : at+4]
			clear(out)
			copy(out, src)
		}
	}
}

// convFinish adds the residual to a strip of each row and applies the activation.
func convFinish(y, residual []float32, act Act, rows, p0, width, plane int) {
	if residual == nil && act.F == nil {
		return
	}
	for r := range rows {
		row := y[r*plane+p0:][:width]
		if residual != nil {
			for i, v := range residual[r*plane+p0:][:width] {
				row[i] += v
			}
		}
		if act.F != nil {
			act.F(row, act.A, act.B)
		}
	}
}
