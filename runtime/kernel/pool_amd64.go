//go:build gc && !purego

package kernel

import (
	"math"
	"unsafe"
)

// maxPoolF32AVX2 is MaxPoolF32. Strips are gathered as those of depthwise convolutions are.
func maxPoolF32AVX2(y, x, scratch []float32, table []int64, planes int, win Window) {
	p := poolProduct{}
	p.largest(y, x, scratch, table, planes, win)
}

// maxPoolNumbersF32AVX2 is MaxPoolNumbersF32.
func maxPoolNumbersF32AVX2(y, x, scratch []float32, table []int64, planes int, win Window) {
	p := poolProduct{numbers: true}
	p.largest(y, x, scratch, table, planes, win)
}

// largest pools all planes by their largest values.
func (p *poolProduct) largest(y, x, scratch []float32, table []int64, planes int, win Window) {
	v := win.spatial3()
	plane, inPlane := win.plane(), win.inPlane()
	if plane == 0 {
		return
	}
	s := v.strips(1, len(scratch)-strayLanes, false)
	s.pad = float32(math.Inf(-1))
	s.offsets(table, &v, 1)
	p.offsets = table[:win.taps()]
	for i := range planes {
		p.y, p.x = y[i*plane:(i+1)*plane], x[i*inPlane:(i+1)*inPlane]
		p.strips(scratch, &s, &v)
	}
}

// averagePoolF32AVX2 is AveragePoolF32: a convolution by ones, then a division by how many values there were.
func averagePoolF32AVX2(y, x, scratch []float32, table []int64, planes int, limits []int, win Window) {
	v := win.spatial3()
	plane, inPlane, taps := win.plane(), win.inPlane(), win.taps()
	if plane == 0 {
		return
	}
	ones, scratch := scratch[:taps], scratch[taps:]
	for i := range ones {
		ones[i] = 1
	}
	s := v.strips(1, len(scratch)-strayLanes, false)
	s.offsets(table, &v, 1)
	p := poolProduct{offsets: table[:taps], ones: ones}
	begin, end := [3]int{}, v.in
	if limits != nil {
		copy(end[3-len(limits):], limits)
		begin = [3]int{-v.pad[0], -v.pad[1], -v.pad[2]}
	}
	for i := range planes {
		p.y, p.x = y[i*plane:(i+1)*plane], x[i*inPlane:(i+1)*inPlane]
		p.strips(scratch, &s, &v)
		for r := range poolRows(&v) {
			count := v.within(0, r/v.out[1], begin[0], end[0]) * v.within(1, r%v.out[1], begin[1], end[1])
			v.divide(p.y[r*v.out[2]:(r+1)*v.out[2]], count, begin[2], end[2])
		}
	}
}

// divide divides a row by count times how many taps of each position lie from lo to hi on the last axis: all of them,
// but near the borders.
func (v *window3) divide(row []float32, count, lo, hi int) {
	stride, reach := v.stride[2], (v.kernel[2]-1)*v.dilation[2]
	first, last := tapRange(hi-lo, len(row), stride, -v.pad[2]-lo)
	_, whole := tapRange(hi-lo, len(row), stride, reach-v.pad[2]-lo)
	first = min(first, len(row))
	last = max(min(last, whole), first)
	all := float32(max(count*v.kernel[2], 1))
	for o := range row[:first] {
		row[o] /= float32(max(count*v.within(2, o, lo, hi), 1))
	}
	for o := range row[first:last] {
		row[first+o] /= all
	}
	for o := last; o < len(row); o++ {
		row[o] /= float32(max(count*v.within(2, o, lo, hi), 1))
	}
}

// poolProduct is a plane that is pooled: by sums if there are ones to weigh it by, else by the largest.
type poolProduct struct {
	y, x, ones []float32
	offsets    []int64
	numbers    bool // NaN is passed over
}

// strips pools the plane.
func (p *poolProduct) strips(scratch []float32, s *convStrips, v *window3) {
	for z := range v.out[0] {
		for y := 0; y < v.out[1]; y += s.rows {
			rows := min(s.rows, v.out[1]-y)
			for x := 0; x < v.out[2]; x += s.cols {
				cols := min(s.cols, v.out[2]-x)
				s.gather(scratch, p.x, v, [3]int{z, y, x}, rows, cols, 1)
				p.rows(scratch, (z*v.out[1]+y)*v.out[2]+x, rows, cols, s.x.length, v.out[2])
			}
		}
	}
}

// rows pools rows × cols positions, rows of which are ldx and ldy apart. No call is so long that it holds up the
// scheduler.
func (p *poolProduct) rows(x []float32, at, rows, cols, ldx, ldy int) {
	taps := len(p.offsets)
	chunk := max(callWork/(cols*max(taps, 1)), 4) &^ 3
	for r := 0; r < rows; r += chunk {
		count := min(chunk, rows-r)
		from, to := x[r*ldx:], p.y[at+r*ldy:at+(r+count-1)*ldy+cols]
		switch {
		case p.ones != nil:
			depthwiseTaps(to, from, p.ones, p.offsets, count, cols, ldx, ldy, 0)
		case p.numbers:
			maxNumbersAVX2(unsafe.SliceData(to), unsafe.SliceData(from), unsafe.SliceData(p.offsets), count, cols, taps, ldx, ldy)
		default:
			maxTapsAVX2(unsafe.SliceData(to), unsafe.SliceData(from), unsafe.SliceData(p.offsets), count, cols, taps, ldx, ldy)
		}
	}
}
