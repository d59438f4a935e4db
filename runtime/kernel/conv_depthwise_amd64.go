//go:build gc && !purego

package kernel

import (
	"unsafe"

	"github.com/energeticc/energeticc/runtime/par"
)

// convDepthwiseF32AVX2 is ConvDepthwiseF32, each product fused with its sum. What a strip of a channel meets is gathered
// with its padding, so that no tap has to look where it is.
func convDepthwiseF32AVX2(y, x, w, bias, residual, scratch []float32, table []int64, act Act, n, channels, multiplier int, win Window) {
	plane, taps := win.plane(), win.taps()
	if plane == 0 {
		return
	}
	t := depthwiseTask{
		y: y, x: x, w: w, bias: bias, residual: residual, offsets: table[:taps], act: act, window: win.rows3(),
		channels: channels, multiplier: multiplier, plane: plane, inPlane: win.inPlane(), room: len(scratch),
	}
	t.strips = t.window.strips(1, len(scratch)-strayLanes, false)
	t.strips.offsets(table, &t.window, 1)
	if !worthSharing(depthwiseWork * n * channels * multiplier * plane * taps) {
		for u := range n * channels {
			t.unit(scratch, u)
		}
		return
	}
	shared := depthwiseTasks.Get()
	*shared = t
	shared.grid = cutConv(n*channels, 1)
	par.Do(shared, shared.grid.parts())
	*shared = depthwiseTask{} // what is spare holds on to no memory
	depthwiseTasks.Put(shared)
}

// depthwiseWork is how many products of matrices take as long as one with a single channel.
const depthwiseWork = 2

// depthwiseTask is a convolution by channels. A unit is an input channel of an image.
type depthwiseTask struct {
	y, x, w, bias, residual              []float32
	offsets                              []int64
	act                                  Act
	window                               window3
	strips                               convStrips
	channels, multiplier, plane, inPlane int
	room                                 int // floats for what a strip meets
	grid                                 convGrid
}

// depthwiseTasks are those that nobody is at.
var depthwiseTasks par.Spare[depthwiseTask]

// Part computes a part.
func (t *depthwiseTask) Part(i int) {
	unit, end, _, _ := t.grid.part(i)
	space := takeSpace(t.room, 0)
	for ; unit < end; unit++ {
		t.unit(space.floats, unit)
	}
	convSpaces.Put(space)
}

// unit computes what an input channel makes.
func (t *depthwiseTask) unit(scratch []float32, i int) {
	s, v, taps, outputs := &t.strips, &t.window, len(t.offsets), t.multiplier*t.plane
	o := i % t.channels * t.multiplier
	d := depthwiseProduct{
		y: t.y[i*outputs : (i+1)*outputs], x: t.x[i*t.inPlane : (i+1)*t.inPlane], w: t.w[o*taps : (o+t.multiplier)*taps],
		bias: rowsOf(t.bias, o, t.multiplier), offsets: t.offsets, ldy: v.out[2], plane: t.plane,
	}
	for z := range v.out[0] {
		for y := 0; y < v.out[1]; y += s.rows {
			for x := 0; x < v.out[2]; x += s.cols {
				d.strip(scratch, s, v, [3]int{z, y, x}, min(s.rows, v.out[1]-y), min(s.cols, v.out[2]-x))
			}
		}
	}
	convFinish(d.y, rowsOf(t.residual, i*outputs, outputs), t.act, t.multiplier, 0, t.plane, t.plane)
}

// depthwiseProduct is an input channel with the output channels that it makes.
type depthwiseProduct struct {
	y, x, w, bias []float32
	offsets       []int64
	ldy, plane    int
}

// strip computes rows × cols positions from o on. No call is so long that it holds up the scheduler.
func (d *depthwiseProduct) strip(scratch []float32, s *convStrips, v *window3, o [3]int, rows, cols int) {
	s.gather(scratch, d.x, v, o, rows, cols, 1)
	taps := len(d.offsets)
	chunk := max(callWork/(cols*max(taps, 1)), 4) &^ 3
	at := (o[0]*v.out[1]+o[1])*v.out[2] + o[2]
	for i := 0; i*d.plane < len(d.y); i++ {
		start := float32(0)
		if d.bias != nil {
			start = d.bias[i]
		}
		w, y := d.w[i*taps:(i+1)*taps], d.y[i*d.plane+at:]
		for r := 0; r < rows; r += chunk {
			count := min(chunk, rows-r)
			to := y[r*d.ldy : (r+count-1)*d.ldy+cols]
			depthwiseTaps(to, scratch[r*s.x.length:], w, d.offsets, count, cols, s.x.length, d.ldy, start)
		}
	}
}

// depthwiseTaps sets rows × cols positions of y to bias and the sum of their taps, which begin in x at the offsets, by weights.
func depthwiseTaps(y, x, w []float32, offsets []int64, rows, cols, ldx, ldy int, bias float32) {
	to, from, weights, at := unsafe.SliceData(y), unsafe.SliceData(x), unsafe.SliceData(w), unsafe.SliceData(offsets)
	if hasAVX512 {
		depthwiseAVX512(to, from, weights, at, rows, cols, len(offsets), ldx, ldy, bias)
		return
	}
	depthwiseAVX2(to, from, weights, at, rows, cols, len(offsets), ldx, ldy, bias)
}
