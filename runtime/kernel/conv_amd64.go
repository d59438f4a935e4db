//go:build gc && !purego

package kernel

import (
	"unsafe"

	"github.com/energeticc/energeticc/runtime/par"
)

// convF32AVX2 is ConvF32, each product fused with its sum.
func convF32AVX2(y, x, w, bias, residual, scratch []float32, table []int64, act Act, n, groups, m, c int, win Window) {
	v := win.rows3()
	plane, inPlane, taps := win.plane(), win.inPlane(), win.taps()
	if plane == 0 || m == 0 {
		return
	}
	t := convTask{
		y: y, x: x, w: w, bias: bias, residual: residual, offsets: table, act: act, window: v, room: len(scratch),
		groups: groups, rows: m / groups, channels: c / groups, plane: plane, inPlane: inPlane, taps: taps,
	}
	t.strips = v.strips(t.channels, len(scratch)-strayLanes, v.out[2] < convFlat && v.out[1] > 1)
	t.strips.offsets(table, &v, t.channels)
	t.across, t.height = (v.out[2]+t.strips.cols-1)/t.strips.cols, t.strips.rows
	alone, across := !worthSharing(n*m*plane*t.channels*taps), n*groups*v.out[0]*t.across
	if !alone && !t.strips.flat { // rows are products of their own, so that lower strips give the same
		t.height = min(t.height, max((v.out[1]*across+fewUnits-1)/fewUnits, 1))
	}
	t.down = (v.out[1] + t.height - 1) / t.height
	if alone {
		for u := range across * t.down {
			t.unit(scratch, u, 0, t.rows)
		}
		return
	}
	shared := convTasks.Get()
	*shared = t
	shared.grid = cutConv(across*t.down, t.rows)
	par.Do(shared, shared.grid.parts())
	*shared = convTask{} // what is spare holds on to no memory
	convTasks.Put(shared)
}

// convTask is a convolution by strips. A unit is a strip of an image and a group.
type convTask struct {
	y, x, w, bias, residual []float32
	offsets                 []int64
	act                     Act
	window                  window3
	strips                  convStrips
	groups, rows, channels  int // the last two of a group
	plane, inPlane, taps    int
	height, down, across    int // of the strips that are units, and how many a plane has
	room                    int // floats for what a strip meets
	grid                    convGrid
}

// convTasks are those that nobody is at.
var convTasks par.Spare[convTask]

// Part computes a part.
func (t *convTask) Part(i int) {
	unit, end, row, rowEnd := t.grid.part(i)
	space := takeSpace(t.room, 0)
	for ; unit < end; unit++ {
		t.unit(space.floats, unit, row, rowEnd)
	}
	convSpaces.Put(space)
}

// unit computes a strip's rows from row to end.
func (t *convTask) unit(scratch []float32, unit, row, end int) {
	s, w := &t.strips, &t.window
	x0, unit := unit%t.across*s.cols, unit/t.across
	y, unit := unit%t.down*t.height, unit/t.down
	z, i := unit%w.out[0], unit/w.out[0]
	k, o := t.channels*t.taps, i%t.groups*t.rows+row
	to, size := (i*t.rows+row)*t.plane, (end-row)*t.plane
	p := convProduct{
		y: t.y[to : to+size], w: t.w[o*k : (o+end-row)*k], bias: rowsOf(t.bias, o, end-row), residual: rowsOf(t.residual, to, size),
		offsets: t.offsets, rows: end - row, k: k, ldy: t.plane,
	}
	rows, cols := min(t.height, w.out[1]-y), min(s.cols, w.out[2]-x0)
	at, x := (z*w.out[1]+y)*w.out[2]+x0, t.x[i*t.channels*t.inPlane:(i+1)*t.channels*t.inPlane]
	for c := 0; c == 0 || c < t.channels; c += s.channels {
		block := min(s.channels, t.channels-c)
		s.gather(scratch, x[c*t.inPlane:], w, [3]int{z, y, x0}, rows, cols, block)
		p.block(scratch, s, at, rows, cols, w.out[2], c*t.taps, block*t.taps)
	}
	if s.flat || cols == w.out[2] { // rows follow each other
		convFinish(p.y, nil, t.act, p.rows, at, rows*cols, p.ldy)
		return
	}
	for r := range rows {
		convFinish(p.y, nil, t.act, p.rows, at+r*w.out[2], cols, p.ldy)
	}
}

// block adds the products from k0 to k0+k of a strip.
func (p *convProduct) block(x []float32, s *convStrips, at, rows, cols, width, k0, k int) {
	if s.flat {
		p.add(x, at, rows*cols, k0, k)
		return
	}
	for r := range rows {
		p.add(x[r*s.x.length:], at+r*width, cols, k0, k)
	}
}

// convColumnsAVX2 computes what width positions from p0 on give to the taps of a transposed convolution: columns [rows,
// width] is w times x, of which k channels of a plane are copied to scratch.
func convColumnsAVX2(columns, w, x, scratch []float32, table []int64, rows, k, p0, width, plane int) {
	if rows == 0 {
		return
	}
	for c := range k {
		copy(scratch[c*width:(c+1)*width], x[c*plane+p0:])
	}
	pointOffsets(table, k, width)
	p := convProduct{y: columns, w: w, offsets: table[:k], rows: rows, k: k, ldy: width}
	p.add(scratch, 0, width, 0, k)
}

// pointOffsets fills table with the offsets, in bytes, of k rows of width floats.
func pointOffsets(table []int64, k, width int) {
	for i := range table[:k] {
		table[i] = 4 * int64(i*width)
	}
}

// convTile is how many positions a tile of convAVX2 or convAVX512 covers.
func convTile() int {
	if hasAVX512 {
		return 48
	}
	return 24
}

// convProduct is what an image and group of a convolution multiplies.
type convProduct struct {
	y, w, bias, residual []float32
	offsets              []int64
	rows, k, ldy         int
}

// add computes columns at to at+cols of y from the products k0 to k0+k: the first of these begin with the bias and end
// with the residual, the others go on from y. What a tile meets of each part stays in the nearest cache.
func (p *convProduct) add(x []float32, at, cols, k0, k int) {
	most := convDepth
	if hasAVX512 { // whose tiles are as wide as two
		most = convDepth * 3 / 4
	}
	parts := max((k+most-1)/most, 1)
	depth := (k + parts - 1) / parts
	for i := 0; i == 0 || i < k; i += max(depth, 1) {
		p.addPart(x, p.offsets[i:i+min(depth, k-i)], at, cols, k0+i)
	}
}

// addPart is add for few products. No call is so long that it holds up the scheduler.
func (p *convProduct) addPart(x []float32, offsets []int64, at, cols, k0 int) {
	bias, residual := p.bias, p.residual
	if k0 > 0 {
		bias, residual = nil, p.y
	}
	reach, k := 0, max(len(offsets), 1)
	for _, o := range offsets {
		reach = max(reach, int(o)/4)
	}
	tile, lanes, read := convTile(), 8, (cols+7)&^7
	if hasAVX512 { // which reads no more than there is
		lanes, read = 16, cols
	}
	if len(offsets) > 0 {
		_ = x[reach+read-1]
	}
	few := cols % lanes // that are left to columnsAVX2
	if few > columnsMost || p.rows < 4 {
		few = 0
	}
	whole := p.rows &^ 3
	chunk := max(callWork/(tile*k), convShareRows) / convShareRows * convShareRows // so that parts have the same tiles
	width := max(callWork/(k*min(chunk, p.rows))/tile, 1) * tile
	for c := 0; c < cols; {
		count := min(width, cols-c)
		if few > 0 && count > few {
			count = min(width, cols-few-c)
		}
		for r := 0; r < p.rows; {
			rows := min(chunk, whole-r)
			from := r*p.k + 4*k0
			if rows <= 0 {
				rows = p.rows - r
				from = r*p.k + k0
			}
			to := r*p.ldy + at + c
			convChecked(p.y[to:], p.w[from:], x[min(c, len(x)):], offsets, optional(bias, r), optional(residual, to), rows, count, p.k, p.ldy)
			r += rows
		}
		c += count
	}
}

// convChecked checks that the operands, but x, are as large as assembly takes them to be; there is at least one row, and one
// column.
func convChecked(y, w, x []float32, offsets []int64, bias, residual []float32, rows, cols, ldw, ldy int) {
	k := len(offsets)
	_ = y[(rows-1)*ldy+cols-1]
	if k > 0 {
		if rows < 4 {
			_ = w[(rows-1)*ldw+k-1]
		} else {
			_ = w[(rows-4)*ldw+4*k-1]
		}
	}
	if bias != nil {
		_ = bias[rows-1]
	}
	if residual != nil {
		_ = residual[(rows-1)*ldy+cols-1]
	}
	if rows >= 4 && cols <= columnsMost {
		columnsAVX2(unsafe.SliceData(y), unsafe.SliceData(w), unsafe.SliceData(x), unsafe.SliceData(offsets), unsafe.SliceData(bias),
			unsafe.SliceData(residual), rows/4, cols, k, ldw, ldy)
		return
	}
	if hasAVX512 {
		convAVX512(unsafe.SliceData(y), unsafe.SliceData(w), unsafe.SliceData(x), unsafe.SliceData(offsets), unsafe.SliceData(bias),
			unsafe.SliceData(residual), rows, cols, k, ldw, ldy)
		return
	}
	convAVX2(unsafe.SliceData(y), unsafe.SliceData(w), unsafe.SliceData(x), unsafe.SliceData(offsets), unsafe.SliceData(bias),
		unsafe.SliceData(residual), rows, cols, k, ldw, ldy)
}
