//go:build gc && !purego

package kernel

import "unsafe"

// convDirect bounds the output channels that read what they meet at a point straight from the input: more of them repay
// a copy, which lies in fewer pages.
const convDirect = 16

// convF32AVX2 is ConvF32, each product fused with its sum.
func convF32AVX2(y, x, w, bias, residual, scratch []float32, table []int64, act Act, n, groups, m, c int, win Window) {
	v := win.spatial3()
	plane, inPlane, taps := win.plane(), win.inPlane(), win.taps()
	if plane == 0 || m == 0 {
		return
	}
	mg, cg := m/groups, c/groups
	s := v.strips(cg, len(scratch)-strayLanes, v.out[2] < convFlat && v.out[1] > 1)
	s.offsets(table, &v, cg)
	for i := range n * groups {
		image, g := i/groups, i%groups
		to := (image*m + g*mg) * plane
		p := convProduct{
			y: y[to : to+mg*plane], w: w[g*mg*cg*taps : (g+1)*mg*cg*taps], bias: rowsOf(bias, g*mg, mg),
			residual: rowsOf(residual, to, mg*plane), offsets: table, rows: mg, k: cg * taps, ldy: plane,
		}
		p.strips(x[i*cg*inPlane:(i+1)*cg*inPlane], scratch, &s, &v, cg, act)
	}
}

// strips computes one image and group from x, its input channels.
func (p *convProduct) strips(x, scratch []float32, s *convStrips, w *window3, channels int, act Act) {
	inPlane, taps := w.in[0]*w.in[1]*w.in[2], w.kernel[0]*w.kernel[1]*w.kernel[2]
	for z := range w.out[0] {
		for y := 0; y < w.out[1]; y += s.rows {
			rows := min(s.rows, w.out[1]-y)
			for x0 := 0; x0 < w.out[2]; x0 += s.cols {
				cols := min(s.cols, w.out[2]-x0)
				at := (z*w.out[1]+y)*w.out[2] + x0
				for c := 0; c == 0 || c < channels; c += s.channels {
					block := min(s.channels, channels-c)
					s.gather(scratch, x[c*inPlane:], w, [3]int{z, y, x0}, rows, cols, block)
					p.block(scratch, s, at, rows, cols, w.out[2], c*taps, block*taps)
				}
				if s.flat || cols == w.out[2] { // rows follow each other
					convFinish(p.y, nil, act, p.rows, at, rows*cols, p.ldy)
					continue
				}
				for r := range rows {
					convFinish(p.y, nil, act, p.rows, at+r*w.out[2], cols, p.ldy)
				}
			}
		}
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

// convPointF32AVX2 is ConvPointF32, each product fused with its sum.
func convPointF32AVX2(y, x, w, bias, residual, scratch []float32, table []int64, act Act, n, groups, m, c, plane int) {
	mg, cg := m/groups, c/groups
	if plane == 0 || mg == 0 {
		return
	}
	for i := range n * groups {
		image, g := i/groups, i%groups
		to := (image*m + g*mg) * plane
		p := convProduct{
			y: y[to : to+mg*plane], w: w[g*mg*cg : (g+1)*mg*cg], bias: rowsOf(bias, g*mg, mg),
			residual: rowsOf(residual, to, mg*plane), offsets: table, rows: mg, k: cg, ldy: plane,
		}
		p.points(x[i*cg*plane:(i+1)*cg*plane], scratch, act, plane)
	}
}

// points computes one image and group from x, its input channels. Tiles that reach beyond the plane read a copy.
func (p *convProduct) points(x, scratch []float32, act Act, plane int) {
	p0 := 0
	if p.rows <= convDirect {
		p0 = plane &^ 7
		pointOffsets(p.offsets, p.k, plane)
		if p0 > 0 {
			p.add(x, 0, p0, 0, p.k)
		}
	}
	room := len(scratch) - strayLanes
	width := min(room/max(p.k, 1)/convTile*convTile, plane)
	block := p.k
	if width < min(convCols, plane) {
		width = min(convCols, plane)
		block = max(room/width, 1)
	}
	for ; p0 < plane; p0 += width {
		cols := min(width, plane-p0)
		for k := 0; k == 0 || k < p.k; k += block {
			depth := min(block, p.k-k)
			for c := range depth {
				copy(scratch[c*cols:(c+1)*cols], x[(k+c)*plane+p0:])
			}
			pointOffsets(p.offsets, depth, cols)
			p.add(scratch, p0, cols, k, depth)
		}
	}
	convFinish(p.y, nil, act, p.rows, 0, plane, p.ldy)
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

// convTile is how many positions a tile of convAVX2 covers.
const convTile = 24

// convProduct is what an image and group of a convolution multiplies.
type convProduct struct {
	y, w, bias, residual []float32
	offsets              []int64
	rows, k, ldy         int
}

// add computes columns at to at+cols of y from the products k0 to k0+k: the first of these begin with the bias and end
// with the residual, the others go on from y. What a tile meets of each part stays in the nearest cache.
func (p *convProduct) add(x []float32, at, cols, k0, k int) {
	parts := max((k+convDepth-1)/convDepth, 1)
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
	if len(offsets) > 0 {
		_ = x[reach+(cols+7)&^7-1]
	}
	few := cols % 8 // that are left to columnsAVX2
	if few > columnsMost || p.rows < 4 {
		few = 0
	}
	whole := p.rows &^ 3
	chunk := max(callWork/(convTile*k), 8) &^ 7
	width := max(callWork/(k*min(chunk, p.rows))/convTile, 1) * convTile
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
	convAVX2(unsafe.SliceData(y), unsafe.SliceData(w), unsafe.SliceData(x), unsafe.SliceData(offsets), unsafe.SliceData(bias),
		unsafe.SliceData(residual), rows, cols, k, ldw, ldy)
}
