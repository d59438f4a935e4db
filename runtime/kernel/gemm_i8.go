package kernel

import (
	"math"

	"github.com/energeticc/energeticc/runtime/par"
)

// Which instructions multiply is chosen by the processor alone, in dotsI8AVX2. Of Zen 1, whose AVX2 adds 8 products of
// int16 a cycle and as many of float32, one core makes 17 products a nanosecond of 128 rows, 16 of 9 and 11 of one, by
// 768×768 weights; by float32 weights 18, 17 and 7, and by int8 ones that are widened 16, 12 and 3. So AVX2 multiplies
// integers too. On a Xeon, VNNI's limit is four times that of float32, and AMX's nearly thirty times.
//
// Constant int8 weights that meet integers are packed in panels of gemmPanel columns, each [k/4][w][4]: four steps of k
// lie together, as every instruction that adds products of bytes wants them. The last group is filled up by zeros, and
// w is as for GemmF32.
const (
	i8Group = 4
	i8Strip = 16 // columns that AVX2 multiplies at once
	// i8Rows is how many rows are made ready at once, and i8Chunk how many meet a panel while their sums wait.
	i8Rows  = 128
	i8Chunk = 32
)

// i8Depth returns k in whole groups.
func i8Depth(k int) int { return (k + i8Group - 1) &^ (i8Group - 1) }

// PackedI8Len returns the number of bytes of a [k][n] matrix packed by PackGroupsI8.
func PackedI8Len(n, k int) int { return panelWidth(n) * i8Depth(k) }

// PackGroupsI8 packs b, [k][n] or [n][k] if transposed, into PackedI8Len(n, k) elements of dst, for GemmI8.
func PackGroupsI8(dst, b []int8, n, k int, transposed bool) {
	clear(dst)
	if k == 0 {
		return
	}
	rowStep, colStep := n, 1
	if transposed {
		rowStep, colStep = 1, k
	}
	for j := range n {
		j0 := j / gemmPanel * gemmPanel
		step := panelWidth(min(gemmPanel, n-j0)) * i8Group
		column := dst[j0*i8Depth(k)+(j-j0)*i8Group:]
		for p := range k {
			column[p/i8Group*step+p%i8Group] = b[p*rowStep+j*colStep]
		}
	}
}

// GemmI8Scratch returns how much scratch GemmI8 and GemmI8Sums want.
func GemmI8Scratch(m, k int) int { return (min(m, i8Rows) + 1) * i8Depth(k) }

// GemmI8 computes dst = act((a - aZero)·(B - bZero)·scale + bias + residual): sums in wrapping int32, then float32.
//
// a is [m][k], dst and residual are [m][n], all contiguous, and B is [k][n] packed by PackGroupsI8. aZero has one element,
// m or, to be gone through again and again, a divisor of m; bZero and scale have one or n; a zero that is nil is 0. bias
// has n elements or is nil; residual is nil, dst itself, or apart from dst. scratch has GemmI8Scratch(m, k) elements. Sums
// are exact: all variants give the same.
//
//energeticc:shape m n k
func GemmI8[A int8 | uint8](dst []float32, a []A, packed []int8, aZero []A, bZero []int8, scale, bias, residual []float32, scratch []int16, m, n, k int, act Act) {
	p := productI8{dst: dst, packed: packed, bZero: bZero, scale: scale, bias: bias, residual: residual, act: act, n: n, k: k, rows: scratch}
	multiplyI8(&p, a, aZero, m)
}

// GemmI8Sums computes what GemmI8 makes its result of: dst = (a - aZero)·(B - bZero).
//
//energeticc:shape m n k
func GemmI8Sums[A int8 | uint8](dst []int32, a []A, packed []int8, aZero []A, bZero []int8, scratch []int16, m, n, k int) {
	p := productI8{sums: dst, packed: packed, bZero: bZero, n: n, k: k, rows: scratch}
	multiplyI8(&p, a, aZero, m)
}

// productI8 is a product of rows that are ready; its parts are panels.
type productI8 struct {
	dst                   []float32
	sums                  []int32 // the result, if dst is nil
	packed, bZero         []int8
	scale, bias, residual []float32
	act                   Act
	n, k                  int

	// rows are those of a from first on, as readyRow made them; before them is one of ones, if ones is set, whose products
	// are the sums of B's columns.
	rows         []int16
	first, count int
	ones         bool
	total, off   [i8Rows]int32 // of each row the sum, and what of its zero point is yet to be taken off
	// If places is not nil, rows are in laid instead: segments of span elements, each from the row's place on.
	laid             []int16
	places, segments []int32
	span             int
	wide             []int16 // the only panel as int16, or nil
	// If level is not nil, results are quantised to bytes, [n][plane] from the first row's place on, instead of dst; codes
	// is memory for a panel's.
	level        *levelI8
	bytes, codes []uint8
	plane        int
}

// productsI8 are those that no step is at.
var productsI8 par.Spare[productI8]

// multiplyI8 makes rows of a ready, i8Rows at a time, and multiplies them, on all cores if that pays.
func multiplyI8[A int8 | uint8](p *productI8, a, zero []A, m int) {
	for i := 0; i < m; i += i8Rows {
		p.first, p.count = i, min(i8Rows, m-i)
		readyI8(p, a, zero)
		if p.count*p.n*p.k >= i8ShareFrom() && par.Workers() > 0 {
			shareI8(p)
			continue
		}
		var f finishI8
		var sums [i8Chunk * gemmPanel]int32
		p.panels(&f, sums[:], 0, p.n)
	}
}

// readyI8 makes the rows of a from first on ready, count of them.
func readyI8[A int8 | uint8](p *productI8, a, zero []A) {
	step := readyLen(p.k)
	p.ones = false
	for r := range p.count {
		at := (p.first + r) * p.k
		z := int32(0)
		if len(zero) > 0 {
			z = int32(zero[(p.first+r)%len(zero)])
		}
		p.total[r], p.off[r] = readyRow(p.rows[(r+1)*step:(r+2)*step], a[at:at+p.k], z)
		p.ones = p.ones || p.off[r] != 0
	}
	if p.ones {
		readyOnes(p.rows[:step], p.k)
	}
}

// shareI8 multiplies on all cores.
func shareI8(p *productI8) {
	t := productsI8.Get()
	*t = *p
	par.Do(t, (p.n+gemmPanel-1)/gemmPanel)
	*t = productI8{} // what is spare holds on to no memory
	productsI8.Put(t)
}

// Part computes a panel.
func (p *productI8) Part(i int) {
	var f finishI8
	var sums [i8Chunk * gemmPanel]int32
	p.panels(&f, sums[:], i*gemmPanel, min((i+1)*gemmPanel, p.n))
}

// panels multiplies by the panels from column j on, up to end. sums is memory for i8Chunk rows of a panel; f goes on to
// other rows of a product whose only panel it is at.
func (p *productI8) panels(f *finishI8, sums []int32, j, end int) {
	step, depth := readyLen(p.k), i8Depth(p.k)
	for ; j < end; j += gemmPanel {
		cols := min(gemmPanel, p.n-j)
		w := panelWidth(cols)
		panel := p.packed[j*depth : (j+w)*depth]
		if p.n > gemmPanel || f.cols != cols {
			f.start(p, j, cols)
		}
		lead := 0
		if p.ones {
			lead = 1
		}
		for i := 0; i < p.count; {
			rows := min(i8Chunk-lead, p.count-i)
			c := sums[:(lead+rows)*gemmPanel]
			if p.wide != nil {
				dotsPlacedWideI8AVX2(c, p.laid, p.places[i:i+rows], p.segments, p.wide, w, p.span)
			} else if p.places != nil {
				dotsPlacedI8(c, p.laid, p.places[i:i+rows], p.segments, panel, w, p.span)
			} else {
				clear(c)
				dotsI8(c, p.rows[(i+1-lead)*step:], panel, lead+rows, w, depth)
			}
			if lead > 0 {
				copy(f.columns[:], c)
				c, lead = c[gemmPanel:], 0
			}
			f.store(p, c, i, rows)
			i += rows
		}
	}
}

// finishI8 makes results of sums in a panel's columns. Its operands have one element for each, whatever their own form.
type finishI8 struct {
	j, cols       int
	columns, zero [gemmPanel]int32 // the sums of B's columns, and its zero points
	scale, bias   [gemmPanel]float32
	plain         bool // neither of these matters
}

// start goes to a panel.
func (f *finishI8) start(p *productI8, j, cols int) {
	f.j, f.cols = j, cols
	f.plain = !p.ones && len(p.bZero) == 0
	for x := range cols {
		f.scale[x] = spreadAt(p.scale, j+x)
		f.bias[x] = math.Float32frombits(1 << 31) // -0, which changes no sum
		if p.bias != nil {
			f.bias[x] = p.bias[j+x]
		}
		f.zero[x] = int32(spreadAt(p.bZero, j+x))
	}
}

// spreadAt is an element of a vector for all columns, which may have one for all or none.
func spreadAt[T any](v []T, i int) (x T) {
	switch len(v) {
	case 0:
		return x
	case 1:
		return v[0]
	}
	return v[i]
}

// store makes results of the sums c of rows from i on.
func (f *finishI8) store(p *productI8, c []int32, i, rows int) {
	o := (p.first+i)*p.n + f.j
	off, total := p.off[i:i+rows], p.total[i:i+rows]
	if p.dst == nil {
		for r := range off {
			y, s := p.sums[o+r*p.n:][:f.cols], c[r*gemmPanel:][:f.cols]
			for x := range y {
				y[x] = s[x] - f.columns[x]*off[r] - f.zero[x]*total[r]
			}
		}
		return
	}
	if p.level != nil {
		f.finishCodes(p.level, p.codes, c, rows)
		transposeBytes(p.bytes[f.j*p.plane+i:], p.codes, rows, f.cols, p.plane, gemmPanel)
		return
	}
	f.finish(p.dst[o:], c, optionalF32(p.residual, o), off, total, p.n)
	for r := range rows {
		if p.act.F != nil {
			p.act.F(p.dst[o+r*p.n:][:f.cols], p.act.A, p.act.B)
		}
	}
}

// optionalF32 cuts an operand that may be nil.
func optionalF32(x []float32, from int) []float32 {
	if x == nil {
		return nil
	}
	return x[from:]
}

// finish sets rows of dst, ldc apart, to (sums - columns·off - zero·total)·scale + bias + residual.
func (f *finishI8) finish(dst []float32, sums []int32, residual []float32, off, total []int32, ldc int) {
	if hasAVX2 {
		f.finishAVX2(dst, sums, residual, off, total, ldc)
		return
	}
	for r := range off {
		y, s := dst[r*ldc:][:f.cols], sums[r*gemmPanel:][:f.cols]
		for x := range y {
			v := float32(float32(s[x]-f.columns[x]*off[r]-f.zero[x]*total[r])*f.scale[x]) + f.bias[x]
			if residual != nil {
				v += residual[r*ldc+x]
			}
			y[x] = v
		}
	}
}

// readyLen is how many int16 a row of k takes that is ready: for instructions that multiply bytes half of the others'.
func readyLen(k int) int {
	if i8Bytes() {
		return i8Depth(k) / 2
	}
	return i8Depth(k)
}

// readyRow makes a row ready to be multiplied and gives the sum of its elements less zero. Where these are int16, zero is
// off them already; of bytes off is yet to be taken.
//
// Of each group, elements 1 and 2 change places: so those that AVX2 multiplies at once, which are two bytes apart in B,
// are side by side.
func readyRow[A int8 | uint8](dst []int16, a []A, zero int32) (total, off int32) {
	if i8Bytes() {
		return readyBytes(dst, a, zero)
	}
	done := 0
	if hasAVX2 {
		done, total = readyPairsAVX2(dst, a, zero)
	}
	clear(dst[done:])
	for p := done; p < len(a); p++ {
		v := int32(a[p]) - zero
		dst[p&^3|p&1<<1|p>>1&1] = int16(v)
		total += v
	}
	return total, 0
}

// dotsI8 adds the product of rows that are ready with a panel, w columns wide and of this depth, to c, [rows][48].
func dotsI8(c []int32, a []int16, b []int8, rows, w, depth int) {
	if hasAVX2 {
		dotsI8AVX2(c, a, b, rows, w, depth)
		return
	}
	if depth == 0 {
		return
	}
	for i := range rows {
		x, y := a[i*depth:(i+1)*depth], c[i*gemmPanel:]
		for j := 0; j < w; j += 4 {
			dots1x4((*[4]int32)(y[j:]), x, b[j*i8Group:], w*i8Group)
		}
	}
}

// dotsPlacedI8 sets c, [rows][48], to the product of rows that are in a, segments of span elements from each row's place on,
// with a panel, w columns wide. a's elements are as readyRow has those of int16.
func dotsPlacedI8(c []int32, a []int16, places, segments []int32, b []int8, w, span int) {
	if span == 0 || w == 0 {
		clear(c)
		return
	}
	if hasAVX2 {
		dotsPlacedI8AVX2(c, a, places, segments, b, w, span)
		return
	}
	clear(c)
	for i, place := range places {
		for s, from := range segments {
			x := a[place+from:][:span]
			for j := 0; j < w; j += 4 {
				dots1x4((*[4]int32)(c[i*gemmPanel+j:]), x, b[s*span*w+j*i8Group:], w*i8Group)
			}
		}
	}
}

// dots1x4 adds the product of one row that is ready with four columns of b, whose groups are ldb apart.
func dots1x4(c *[4]int32, a []int16, b []int8, ldb int) {
	s0, s1, s2, s3 := c[0], c[1], c[2], c[3]
	o := 0
	for len(a) >= i8Group {
		a0, a2, a1, a3 := int32(a[0]), int32(a[1]), int32(a[2]), int32(a[3])
		q := b[o : o+16 : o+16]
		s0 += a0*int32(q[0]) + a1*int32(q[1]) + a2*int32(q[2]) + a3*int32(q[3])
		s1 += a0*int32(q[4]) + a1*int32(q[5]) + a2*int32(q[6]) + a3*int32(q[7])
		s2 += a0*int32(q[8]) + a1*int32(q[9]) + a2*int32(q[10]) + a3*int32(q[11])
		s3 += a0*int32(q[12]) + a1*int32(q[13]) + a2*int32(q[14]) + a3*int32(q[15])
		a = a[i8Group:]
		o += ldb
	}
	c[0], c[1], c[2], c[3] = s0, s1, s2, s3
}
