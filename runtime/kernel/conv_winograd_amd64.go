//go:build gc && !purego

package kernel

import (
	"unsafe"

	"github.com/energeticc/energeticc/runtime/par"
)

// convWinogradF32AVX2 is ConvWinogradF32 where tiles pay. side output channels lie side by side in w, which divides block.
func convWinogradF32AVX2(y, x, w, bias, residual, scratch []float32, table []int64, act Act, n, m, c int, win Window, block, side int) {
	t := winogradTask{
		y: y, x: x, w: w, bias: bias, residual: residual, act: act, window: win.spatial3(), room: len(scratch), images: n, rows: m,
	}
	height, width := t.window.out[1], t.window.out[2]
	t.tiles = winograd{down: (height + 1) / 2, across: (width + 1) / 2, block: min(block, m), side: side, channels: c}
	t.tiles.cut(len(scratch))
	t.offsets = table[:c]
	pointOffsets(t.offsets, c, t.tiles.tiles)
	units := n * t.tiles.strips()
	if !worthSharing(4 * n * m * c * height * width) {
		t.compute(scratch, 0, units, 0, m)
		return
	}
	shared := winogradTasks.Get()
	*shared = t
	shared.grid = cutConv(units, m)
	par.Do(shared, shared.grid.parts())
	*shared = winogradTask{} // what is spare holds on to no memory
	winogradTasks.Put(shared)
}

// winogradTask is a convolution by tiles. A unit is a strip of an image.
type winogradTask struct {
	y, x, w, bias, residual []float32
	offsets                 []int64
	act                     Act
	window                  window3
	tiles                   winograd
	images, rows            int
	room                    int // floats for what is transformed
	grid                    convGrid
}

// winogradTasks are those that nobody is at.
var winogradTasks par.Spare[winogradTask]

// Part computes a part.
func (t *winogradTask) Part(i int) {
	unit, end, row, rowEnd := t.grid.part(i)
	space := takeSpace(t.room, 0)
	t.compute(space.floats, unit, end, row, rowEnd)
	convSpaces.Put(space)
}

// compute computes the units from unit to end and their rows from row to rowEnd, whose filters are transformed block by
// block.
func (t *winogradTask) compute(scratch []float32, unit, end, row, rowEnd int) {
	g, v := t.tiles, &t.window
	g.take(scratch)
	plane, inPlane, strips := v.out[1]*v.out[2], v.in[1]*v.in[2], g.strips()
	for m0 := row; m0 < rowEnd; m0 += g.block {
		rows := min(g.block, rowEnd-m0)
		g.transformFilters(t.w[m0/g.side*g.side*g.channels*9:], m0%g.side, rows)
		for u := unit; u < end; u++ {
			image, strip := u/strips, u%strips
			perRow := (g.across + g.cols - 1) / g.cols
			r, c := strip/perRow*g.rows, strip%perRow*g.cols
			down, across := min(g.rows, g.down-r), min(g.cols, g.across-c)
			if m0 == row || end-unit > 1 {
				g.transformInputs(t.x[image*g.channels*inPlane:(image+1)*g.channels*inPlane], v, r, c, down, across)
			}
			to := (image*t.rows + m0) * plane
			out := winogradOut{
				y: t.y[to : to+rows*plane], bias: rowsOf(t.bias, m0, rows), residual: rowsOf(t.residual, to, rows*plane),
				rows: rows, height: v.out[1], width: v.out[2],
			}
			g.multiply(t.offsets, rows, down*across)
			g.transformSums(&out, t.act, r, c, down, across)
		}
	}
}

// winograd is how a plane is computed by tiles, in strips of rows × cols of them, and where.
type winograd struct {
	down, across int // tiles of an image
	rows, cols   int
	tiles        int // of a strip, a multiple of 8: the distance of what belongs to one channel and the next
	block        int // output channels
	side         int // of them lie side by side in the weights: 4, as PackConvF32 has it, or 16 as ConvSmallF32 reads them
	channels     int // of the input

	filters []float32 // [16][block/4][channels][4]
	inputs  []float32 // [16][channels][tiles]
	sums    []float32 // [16][block][tiles]
	plane   []float32 // what a strip meets of a channel, with padding

	filter, input, sum int // how far the 16 parts of the first three are from each other
}

// strips is how many an image has.
func (g *winograd) strips() int {
	return (g.down + g.rows - 1) / g.rows * ((g.across + g.cols - 1) / g.cols)
}

// cut cuts an image into strips for so many floats of scratch.
func (g *winograd) cut(room int) {
	room -= WinogradScratch(g.block, g.channels, 8)
	most := room/(winogradSums*(g.channels+g.block+4)+8)&^7 + 8
	g.cols = g.across
	if g.cols > most {
		n := (g.cols + most - 1) / most
		g.cols = ((g.cols+n-1)/n + 7) &^ 7
	}
	g.rows = max(min(most/g.cols, g.down), 1)
	n := (g.down + g.rows - 1) / g.rows
	g.rows = (g.down + n - 1) / n
	g.tiles = (g.rows*g.cols + 7) &^ 7
	g.filter, g.input, g.sum = apart(g.block*g.channels), apart(g.channels*g.tiles+winogradSlack), apart(g.block*g.tiles)
}

// take cuts scratch into the parts that a strip takes.
func (g *winograd) take(scratch []float32) {
	take := func(n int) []float32 {
		part := scratch[:n:n]
		scratch = scratch[n:]
		return part
	}
	g.filters, g.inputs, g.sums = take(winogradSums*g.filter), take(winogradSums*g.input), take(winogradSums*g.sum)
	g.plane = take((2*g.rows+2)*(2*g.cols+2) + winogradSlack)
	clear(g.plane[len(g.plane)-winogradSlack:])
	if g.rows*g.cols < g.tiles || g.down%g.rows > 0 || g.across%g.cols > 0 {
		clear(g.inputs) // of what no tile is in come sums that nothing reads, but no slow numbers
	}
}

// transformFilters takes the filters of so many output channels, from row on of w, to where they are multiplied.
func (g *winograd) transformFilters(w []float32, row, rows int) {
	c, step := g.channels, g.filter
	if c == 0 {
		return
	}
	ldw, ldtap := 9*4, 4
	if g.side == smallPanel {
		ldw, ldtap = smallPanel, smallPanel*c
	}
	for r := 0; r < rows; r += 4 {
		to, from := g.filters[r*c:15*step+(r+4)*c], w[(row+r)/g.side*g.side*c*9+(row+r)%g.side:]
		from = from[:(c-1)*ldw+8*ldtap+4]
		winogradFiltersAVX2(unsafe.SliceData(to), unsafe.SliceData(from), c, ldw, ldtap, step)
	}
}

// transformInputs takes what a strip of down × across tiles from (row, col) on meets to where it is multiplied.
func (g *winograd) transformInputs(x []float32, w *window3, row, col, down, across int) {
	y0, x0 := 2*row-w.pad[1], 2*col-w.pad[2]
	from := gatherRows{rows: 2*down + 2, n: 2*across + 2, lddst: 2*across + 2, ldsrc: w.in[2], stride: 1}
	from.top, from.bottom = tapRange(w.in[1], from.rows, 1, y0)
	from.lo, from.hi = tapRange(w.in[2], from.n, 1, x0)
	from.top, from.lo = min(from.top, from.rows), min(from.lo, from.n)
	from.bottom, from.hi = max(from.bottom, from.top), max(from.hi, from.lo)
	from.from = (y0+from.top)*w.in[2] + x0 + from.lo
	inPlane, size := w.in[1]*w.in[2], from.rows*from.n
	for c := range g.channels {
		from.planes(g.plane, x[c*inPlane:], 1, 0, 0, size)
		to := g.inputs[c*g.tiles : 15*g.input+(c+1)*g.tiles]
		_ = g.plane[size+winogradSlack-1]
		winogradInputAVX2(unsafe.SliceData(to), unsafe.SliceData(g.plane), down, across, from.lddst, g.input)
	}
}

// multiply computes the sums of so many output channels and tiles.
func (g *winograd) multiply(offsets []int64, rows, tiles int) {
	tiles = winogradColumns(tiles)
	for i := range winogradSums {
		p := convProduct{
			y: g.sums[i*g.sum : (i+1)*g.sum], w: g.filters[i*g.filter:][:rows*g.channels],
			offsets: offsets, rows: rows, k: g.channels, ldy: g.tiles,
		}
		p.add(g.inputs[i*g.input:(i+1)*g.input], 0, tiles, 0, g.channels)
	}
}

// winogradOut is where the sums of some output channels of an image go.
type winogradOut struct {
	y, bias, residual   []float32
	rows, height, width int
}

// transformSums takes the sums of a strip to y, whose activation it applies.
func (g *winograd) transformSums(o *winogradOut, act Act, row, col, down, across int) {
	rows, cols := min(2*down, o.height-2*row), min(2*across, o.width-2*col)
	plane, at := o.height*o.width, 2*row*o.width+2*col
	span := (rows-1)*o.width + cols
	for r := range o.rows {
		bias := float32(0)
		if o.bias != nil {
			bias = o.bias[r]
		}
		from := g.sums[r*g.tiles : 15*g.sum+(r+1)*g.tiles]
		to, residual := o.y[r*plane+at:][:span], rowsOf(o.residual, r*plane+at, span)
		winogradOutputAVX2(unsafe.SliceData(to), unsafe.SliceData(from), unsafe.SliceData(residual), rows, cols, across, o.width, g.sum, bias)
		if act.F == nil {
			continue
		}
		if cols == o.width {
			act.F(to, act.A, act.B)
			continue
		}
		for i := range rows {
			act.F(to[i*o.width:][:cols], act.A, act.B)
		}
	}
}
