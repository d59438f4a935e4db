//go:build gc && !purego

package kernel

import "unsafe"

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
	pad     float32 // what padding reads as
	z, y, x stripAxis
}

const (
	convFlat  = 48  // positions: rows at least as wide are products of their own
	convCols  = 96  // positions that a strip has at least, for the tiles
	convDepth = 256 // products of a sum before it is stored and taken up again: what a tile meets of them is 24 KiB
)

// strips plans for a room of so many floats, at least one position's taps.
func (w *window3) strips(channels, room int, flat bool) convStrips {
	s := convStrips{rows: w.out[1], cols: w.out[2], flat: flat}
	s.lay(w)
	taps := w.kernel[0] * w.kernel[1] * w.kernel[2]
	channels = max(channels, 1)
	deep := min(channels, (convDepth+taps-1)/max(taps, 1))
	if !s.fits(w, channels, room) {
		s.rows = max(s.most(w, channels, room), min((convCols+s.cols-1)/max(s.cols, 1), s.rows))
	}
	if !s.fits(w, deep, room) {
		s.rows = max(s.most(w, deep, room), 1)
	}
	s.even(w.out[1])
	for s.cols > convCols && !s.fits(w, deep, room) || s.cols > 1 && !s.fits(w, 1, room) {
		s.cols = (s.cols + 1) / 2
	}
	s.lay(w)
	s.channels = min(max(room/max(s.floats(), 1), 1), channels)
	return s
}

// fits reports whether so many channels of a strip fit in a room.
func (s *convStrips) fits(w *window3, channels, room int) bool {
	s.lay(w)
	return channels*s.floats() <= room
}

// most is the number of rows of which so many channels fit in a room, if there are any.
func (s *convStrips) most(w *window3, channels, room int) int {
	t := *s
	lo, hi := 0, s.rows // lo fits
	for hi-lo > 1 {
		t.rows = (lo + hi) / 2
		if t.fits(w, channels, room) {
			lo = t.rows
		} else {
			hi = t.rows
		}
	}
	return lo
}

// even makes the strips of all rows alike, and of whole tiles if rows are narrow.
func (s *convStrips) even(all int) {
	if s.rows >= all {
		return
	}
	n := (all + s.rows - 1) / s.rows
	even := (all + n - 1) / n
	if s.flat {
		tile := convTile()
		for r := s.rows; r >= even && r > s.rows-tile; r-- {
			if r*s.cols%tile == 0 {
				even = r
				break
			}
		}
	}
	s.rows = even
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
	taps := 0
	for kz := range w.kernel[0] {
		for ky := range w.kernel[1] {
			setY, y := s.y.tap(ky)
			for kx := range w.kernel[2] {
				setX, x := s.x.tap(kx)
				set := (kz*s.y.sets+setY)*s.x.sets + setX
				table[taps] = 4 * int64((set*s.y.length+y)*s.x.length+x)
				taps++
			}
		}
	}
	step := 4 * int64(s.floats())
	table = table[:taps*min(channels, s.channels)]
	for i := taps; i < len(table); i++ {
		table[i] = table[i-taps] + step
	}
}

// gather lays out the planes of so many channels for the strip of rows × cols positions at o. It writes up to strayLanes
// elements after that.
func (s *convStrips) gather(dst, x []float32, w *window3, o [3]int, rows, cols, channels int) {
	rows, cols = s.y.used(rows), s.x.used(cols)
	at := 0
	for kz := range s.z.sets {
		z := s.z.from(kz, o[0])
		inside := z >= 0 && z < w.in[0]
		for setY := range s.y.sets {
			y := s.y.from(setY, o[1])
			top, bottom := tapRange(w.in[1], rows, s.y.stride, y)
			if !inside {
				top, bottom = rows, rows
			}
			top, bottom = min(top, rows), min(bottom, rows)
			for setX := range s.x.sets {
				x0 := s.x.from(setX, o[2])
				lo, hi := tapRange(w.in[2], cols, s.x.stride, x0)
				g := gatherRows{
					rows: rows, top: top, bottom: bottom, n: cols, lo: min(lo, cols), hi: min(hi, cols),
					lddst: s.x.length, ldsrc: s.y.stride * w.in[2], stride: s.x.stride, pad: s.pad,
				}
				g.from = (z*w.in[1]+y+top*s.y.stride)*w.in[2] + x0 + lo*s.x.stride
				size := s.y.length * s.x.length
				g.planes(dst[at:], x, channels, s.floats(), w.in[0]*w.in[1]*w.in[2], size)
				at += size
			}
		}
	}
}

// strayLanes is how far vectors may reach beyond the end of what is gathered.
const strayLanes = 8

// gatherRows tells of rows of n elements. Elements lo to hi of rows top to bottom come from the input, stride apart, the
// first of them at from; the others are padding.
type gatherRows struct {
	rows, top, bottom          int
	n, lo, hi                  int
	lddst, ldsrc, stride, from int
	pad                        float32
}

// planes gathers from planes ldsrc apart to such that are lddst apart and take size floats. What follows these, of the
// next plane, may be there already and is kept.
func (g *gatherRows) planes(dst, src []float32, planes, lddst, ldsrc, size int) {
	if g.lo == g.hi {
		g.bottom = g.top
	}
	for i := range planes {
		to := dst[i*lddst:]
		kept := *(*[strayLanes]float32)(to[size:])
		fillPad(to[:g.top*g.lddst], g.pad)
		switch {
		case g.top == g.bottom:
		case g.stride > 2:
			g.copyFar(to, src[i*ldsrc:])
		default:
			g.copy(to, src[i*ldsrc:])
		}
		fillPad(to[g.bottom*g.lddst:g.rows*g.lddst], g.pad)
		*(*[strayLanes]float32)(to[size:]) = kept
	}
}

// copy copies the rows of a plane.
func (g *gatherRows) copy(dst, src []float32) {
	rows, count := g.bottom-g.top, g.hi-g.lo
	dst = dst[g.top*g.lddst : (g.bottom-1)*g.lddst+g.n+strayLanes]
	src = src[g.from : g.from+(rows-1)*g.ldsrc+(count-1)*g.stride+1]
	gatherAVX2(unsafe.SliceData(dst), unsafe.SliceData(src), rows, g.lo, count, g.n-g.hi, g.lddst, g.ldsrc, g.stride, g.pad)
}

// copyFar is copy for any stride.
func (g *gatherRows) copyFar(dst, src []float32) {
	for r := range g.bottom - g.top {
		row := dst[(g.top+r)*g.lddst:][:g.n]
		fillPad(row[:g.lo], g.pad)
		fillPad(row[g.hi:], g.pad)
		at := g.from + r*g.ldsrc
		for i := range row[g.lo:g.hi] {
			row[g.lo+i] = src[at]
			at += g.stride
		}
	}
}

// fillPad sets all of dst to v.
func fillPad(dst []float32, v float32) {
	if v == 0 {
		clear(dst)
		return
	}
	for i := range dst {
		dst[i] = v
	}
}
