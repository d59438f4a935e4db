//go:build gc && !purego

package kernel

import "github.com/energeticc/energeticc/runtime/par"

// convDirect bounds the output channels that read what they meet at a point straight from the input: more of them repay
// a copy, which lies in fewer pages.
const convDirect = 16

// convPointF32AVX2 is ConvPointF32, each product fused with its sum.
func convPointF32AVX2(y, x, w, bias, residual, scratch []float32, table []int64, act Act, n, groups, m, c, plane int) {
	mg, cg := m/groups, c/groups
	if plane == 0 || mg == 0 {
		return
	}
	t := convPointTask{
		y: y, x: x, w: w, bias: bias, residual: residual, act: act, groups: groups, rows: mg, channels: cg, plane: plane,
		room: len(scratch),
	}
	t.cut(len(scratch) - strayLanes)
	if !worthSharing(n * m * cg * plane) {
		for u := range n * groups * t.across {
			t.unit(scratch, table, u, 0, mg)
		}
		return
	}
	shared := convPointTasks.Get()
	*shared = t
	shared.narrow(n * groups)
	shared.grid = cutConv(n*groups*shared.across, mg)
	par.Do(shared, shared.grid.parts())
	*shared = convPointTask{} // what is spare holds on to no memory
	convPointTasks.Put(shared)
}

// convPointTask is a convolution by kernels of one tap. A unit is a strip of positions of an image and a group.
type convPointTask struct {
	y, x, w, bias, residual       []float32
	act                           Act
	groups, rows, channels, plane int // rows and channels of a group
	width, across                 int // positions of a strip, and strips of a plane
	block                         int // channels that are copied at a time
	room                          int // floats for the copies
	grid                          convGrid
}

// convPointTasks are those that nobody is at.
var convPointTasks par.Spare[convPointTask]

// cut chooses strips for a room of so many floats.
func (t *convPointTask) cut(room int) {
	tile := convTile()
	t.width, t.block = min(room/max(t.channels, 1)/tile*tile, t.plane), t.channels
	if t.width < min(convCols, t.plane) {
		t.width = min(convCols, t.plane)
		t.block = max(room/t.width, 1)
	}
	t.across = (t.plane + t.width - 1) / t.width
}

// narrow makes strips of so many images and groups narrower if they are few. Of whole tiles they give the same.
func (t *convPointTask) narrow(images int) {
	tile := convTile()
	tiles := (t.plane*images + fewUnits*tile - 1) / (fewUnits * tile)
	t.width = min(t.width, max(tiles*tile, convCols))
	t.across = (t.plane + t.width - 1) / t.width
}

// Part computes a part.
func (t *convPointTask) Part(i int) {
	unit, end, row, rowEnd := t.grid.part(i)
	space := takeSpace(t.room, max(t.channels, 1))
	for ; unit < end; unit++ {
		t.unit(space.floats, space.table, unit, row, rowEnd)
	}
	convSpaces.Put(space)
}

// unit computes a strip's rows from row to end.
func (t *convPointTask) unit(scratch []float32, table []int64, unit, row, end int) {
	p0, i := unit%t.across*t.width, unit/t.across
	o, to, size := i%t.groups*t.rows+row, (i*t.rows+row)*t.plane, (end-row)*t.plane
	p := convProduct{
		y: t.y[to : to+size], w: t.w[o*t.channels : (o+end-row)*t.channels], bias: rowsOf(t.bias, o, end-row),
		residual: rowsOf(t.residual, to, size), offsets: table, rows: end - row, k: t.channels, ldy: t.plane,
	}
	p.points(t.x[i*t.channels*t.plane:(i+1)*t.channels*t.plane], scratch, p0, min(t.width, t.plane-p0), t.block, t.rows <= convDirect)
	convFinish(p.y, nil, t.act, p.rows, p0, min(t.width, t.plane-p0), p.ldy)
}

// points computes cols positions from p0 on, from so many channels at a time. Tiles of AVX2 that reach beyond the plane
// read a copy, and if not direct all do.
func (p *convProduct) points(x, scratch []float32, p0, cols, block int, direct bool) {
	plane := p.ldy
	if direct {
		whole := cols
		if !hasAVX512 {
			whole = min((p0+cols)&^7, plane&^7) - p0
		}
		if whole > 0 {
			pointOffsets(p.offsets, p.k, plane)
			p.add(x[p0:], p0, whole, 0, p.k)
			p0, cols = p0+whole, cols-whole
		}
	}
	for k := 0; cols > 0 && (k == 0 || k < p.k); k += block {
		depth := min(block, p.k-k)
		for c := range depth {
			copy(scratch[c*cols:(c+1)*cols], x[(k+c)*plane+p0:])
		}
		pointOffsets(p.offsets, depth, cols)
		p.add(scratch, p0, cols, k, depth)
	}
}
