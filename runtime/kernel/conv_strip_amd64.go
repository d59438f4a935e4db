//go:build gc && !purego

package kernel

// stripAxis lays out what a strip's positions on one axis meet. Taps whose distance is a multiple of the stride read
// the same memory, shifted: there are as many sets as the stride has remainders. Where that is more than a set for each
// tap, as with great dilations, every tap has a set of its own. Element i of a set is the input at
// (o + i)·stride + set·step - pad, o being the strip's first position.
type stripAxis struct {
	sets, length int
	step         int // between sets, in the input
	shared       bool
	stride       int
	dilation     int
	pad          int
	reach        int // from the first tap to the last
}

// axis returns the layout of n positions on axis i; taps share sets if share allows and it saves room.
func (w *window3) axis(i, n int, share bool) stripAxis {
	a := stripAxis{
		sets: w.kernel[i], length: n, step: w.dilation[i],
		stride: w.stride[i], dilation: w.dilation[i], pad: w.pad[i], reach: (w.kernel[i] - 1) * w.dilation[i],
	}
	sets, length := min(a.stride, a.reach+1), n+a.reach/a.stride
	if share && sets*length <= a.sets*n {
		a.sets, a.length, a.step, a.shared = sets, length, 1, true
	}
	return a
}

// tap returns a tap's set and where in it the strip's first position is.
func (a *stripAxis) tap(t int) (set, shift int) {
	if a.shared {
		return t * a.dilation % a.stride, t * a.dilation / a.stride
	}
	return t, 0
}

// used is how many elements of a set n positions need.
func (a *stripAxis) used(n int) int {
	if a.shared {
		return n + a.reach/a.stride
	}
	return n
}

// from is where in the input the first element of a set is.
func (a *stripAxis) from(set, o int) int { return o*a.stride - a.pad + set*a.step }

// convStrips cuts a convolution into strips of rows × cols positions and blocks of so many input channels. What a strip
// meets is gathered as [channel][z set][y set][x set][y][x].
type convStrips struct {
	rows, cols, channels int
	// flat says that the rows of a strip follow each other without a gap, so that they are one row to the product:
	// narrow ones would not fill its tiles. The sets of x are not shared then.
	flat    bool
	z, y, x stripAxis
}

const (
	convFlat  = 48  // positions: rows at least as wide are products of their own
	convCols  = 96  // positions that a strip has at least, for the tiles
	convDepth = 256 // products that a sum has at least before it is stored, to be taken up by the next block
)

// strips plans for a room of so many floats, at least one position's taps.
func (w *window3) strips(channels, room int, flat bool) convStrips {
	s := convStrips{rows: w.out[1], cols: w.out[2], flat: flat}
	s.lay(w)
	taps := w.kernel[0] * w.kernel[1] * w.kernel[2]
	fits := func(rows, cols, least int) bool {
		t := s
		t.rows, t.cols = rows, cols
		t.lay(w)
		return least*t.floats() <= room
	}
	deep := min(max(channels, 1), (convDepth+taps-1)/max(taps, 1))
	for s.rows > 1 && s.rows*s.cols > convCols && !fits(s.rows, s.cols, max(channels, 1)) {
		s.rows = (s.rows + 1) / 2
	}
	for s.rows > 1 && !fits(s.rows, s.cols, deep) {
		s.rows = (s.rows + 1) / 2
	}
	for s.cols > convCols && !fits(s.rows, s.cols, deep) || s.cols > 1 && !fits(s.rows, s.cols, 1) {
		s.cols = (s.cols + 1) / 2
	}
	s.lay(w)
	s.channels = min(max(room/max(s.floats(), 1), 1), max(channels, 1))
	return s
}

// lay lays out the axes.
func (s *convStrips) lay(w *window3) {
	s.z, s.y, s.x = w.axis(0, 1, false), w.axis(1, s.rows, true), w.axis(2, s.cols, !s.flat)
}

// floats is what a channel takes.
func (s *convStrips) floats() int {
	return s.z.sets * s.y.sets * s.x.sets * s.y.length * s.x.length
}

// offsets fills table with where, in bytes, each channel and tap of a block begins.
func (s *convStrips) offsets(table []int64, w *window3, channels int) {
	for c := range min(channels, s.channels) {
		for kz := range w.kernel[0] {
			for ky := range w.kernel[1] {
				setY, y := s.y.tap(ky)
				at := ((c*s.z.sets+kz)*s.y.sets + setY) * s.x.sets
				for kx := range w.kernel[2] {
					setX, x := s.x.tap(kx)
					table[0] = 4 * int64(((at+setX)*s.y.length+y)*s.x.length+x)
					table = table[1:]
				}
			}
		}
	}
}

// gather lays out a channel's plane for the strip of rows × cols positions at o.
func (s *convStrips) gather(dst, plane []float32, w *window3, o [3]int, rows, cols int) {
	rows, cols = s.y.used(rows), s.x.used(cols)
	for kz := range s.z.sets {
		z := s.z.from(kz, o[0])
		for setY := range s.y.sets {
			for setX := range s.x.sets {
				x := s.x.from(setX, o[2])
				lo, hi := tapRange(w.in[2], cols, s.x.stride, x)
				lo, hi = min(lo, cols), min(hi, cols)
				y := s.y.from(setY, o[1])
				for i := range rows {
					row := dst[i*s.x.length:][:cols]
					if z < 0 || z >= w.in[0] || y < 0 || y >= w.in[1] {
						clear(row)
					} else {
						gatherRow(row, plane[(z*w.in[1]+y)*w.in[2]:][:w.in[2]], x, s.x.stride, lo, hi)
					}
					y += s.y.stride
				}
				dst = dst[s.y.length*s.x.length:]
			}
		}
	}
}

// gatherRow sets dst[i] to src[from + i·stride] for lo ≤ i < hi, which is where src has such, and to zero elsewhere.
func gatherRow(dst, src []float32, from, stride, lo, hi int) {
	clear(dst[:lo])
	clear(dst[hi:])
	dst = dst[lo:hi]
	if len(dst) == 0 {
		return
	}
	src = src[from+lo*stride:]
	switch stride {
	case 1:
		copy(dst, src)
		return
	case 2:
		copyEveryOther(dst, src)
		return
	}
	for i := range dst {
		dst[i] = src[i*stride]
	}
}
