package kernel

// LSTMI8 is LSTMF32 for a matrix r of small integers, by which a state is multiplied as
// bytes: in each step that of all sequences is quantised by DynamicQuantize.
//
// r is [hidden][4·hidden] packed by PackGroupsI8; rZero has its zero points, one, one for
// each column or none, rScale its scales, one or one for each column. columns, where it
// is not nil, has the sums of r's columns; then rZero is nil. codes, [batch][hidden], rows, GemmI8Scratch(batch, hidden), and factors,
// [4·hidden], are scratch memory.
//
// With reverse, sequences of other lengths begin at their own ends.
//
//energeticc:shape steps batch hidden dir dirs
func LSTMI8(y, yh, yc, gates []float32, r, rZero []int8, columns []int32, rScale, peep, c0, h0 []float32, lens []int32, codes []uint8, rows []int16, factors []float32, steps, batch, hidden, dir, dirs int, reverse bool, clip float32, coupled bool, ga, gc, gh Act) {
	startState(yh, h0)
	startState(yc, c0)
	cell := newLSTMCell(peep, clip, coupled, ga, gc, gh)
	product := stateI8{r: r, zero: rZero, columns: columns, scale: rScale, codes: codes, rows: rows, factors: factors, hidden: hidden}
	turned := reverse && lens != nil
	wide := 4 * hidden
	if turned {
		turnSequences(gates, lens, steps, batch, wide)
	}
	for s := range steps {
		t := stepAt(s, steps, reverse && !turned)
		x := gates[t*batch*wide : (t+1)*batch*wide]
		product.add(x, yh, batch)
		for b := range batch {
			to := t
			if lens != nil && t >= int(lens[b]) {
				clear(y[((to*dirs+dir)*batch+b)*hidden:][:hidden])
				continue
			}
			if turned {
				to = min(int(lens[b]), steps) - 1 - t
			}
			h := yh[b*hidden : (b+1)*hidden]
			cell.advance(h, yc[b*hidden:(b+1)*hidden], x[b*wide:(b+1)*wide])
			copy(y[((to*dirs+dir)*batch+b)*hidden:][:hidden], h)
		}
	}
	clearEmpty(yh, lens, hidden)
	clearEmpty(yc, lens, hidden)
}

// turnSequences turns the steps of each sequence of x, [steps][batch][n], round.
func turnSequences(x []float32, lens []int32, steps, batch, n int) {
	for b, length := range lens {
		for i, j := 0, min(int(length), steps)-1; i < j; i, j = i+1, j-1 {
			p, q := x[(i*batch+b)*n:][:n], x[(j*batch+b)*n:][:n]
			for k, v := range p {
				p[k], q[k] = q[k], v
			}
		}
	}
}

// ProjectI8 computes what the inputs come to for LSTMI8: gates = (codes - zero)·(W - wZero)·scale + bias, where codes,
// [m][k], scale and zero are of DynamicQuantize, and W, [k][n], wZero and wScale are as r's for LSTMI8. rows,
// GemmI8Scratch(m, k), and factors, [n], are scratch memory.
//
//energeticc:shape m n k
func ProjectI8(gates []float32, codes []uint8, scale []float32, zero []uint8, packed, wZero []int8, wScale, bias, factors []float32, rows []int16, m, n, k int) {
	spreadScale(factors[:n], wScale, scale)
	GemmI8(gates, codes, packed, zero, wZero, factors[:n], bias, nil, rows, m, n, k, Act{})
}

// spreadScale sets dst to scale, one element or one for each of dst's, times by, which is one.
func spreadScale(dst, scale, by []float32) {
	if len(scale) == len(dst) {
		MulRow(dst, scale, by)
		return
	}
	setAll(dst, float32(scale[0]*by[0]))
}

// stateI8 multiplies states by small integers.
type stateI8 struct {
	r, zero        []int8
	columns        []int32
	scale, factors []float32
	codes          []uint8
	rows           []int16
	hidden         int
	span           [1]float32
	middle         [1]uint8
}

// add adds h·r to x, [batch][4·hidden].
func (p *stateI8) add(x, h []float32, batch int) {
	DynamicQuantize(p.codes, p.span[:], p.middle[:], h)
	wide := 4 * p.hidden
	factors := p.factors[:wide]
	spreadScale(factors, p.scale, p.span[:])
	if p.columns != nil && singleRowsI8(batch, p.hidden) {
		for b := range batch {
			addRowI8AVX2(x[b*wide:(b+1)*wide], p.codes[b*p.hidden:(b+1)*p.hidden], p.r, p.columns, factors, 128-int32(p.middle[0]))
		}
		return
	}
	GemmI8(x, p.codes, p.r, p.middle[:], p.zero, factors, nil, x, p.rows, batch, wide, p.hidden, Act{})
}

// PackCodesI8 is PackGroupsI8 for a row-major [k][n] matrix of bytes. Those without a sign
// become less by 128.
//
//energeticc:shape n k
func PackCodesI8[T int8 | uint8](dst []int8, b []T, n, k int) {
	clear(dst)
	less := lowestCode[T]()
	for j := range n {
		j0 := j / gemmPanel * gemmPanel
		step := panelWidth(min(gemmPanel, n-j0)) * i8Group
		column := dst[min(j0*i8Depth(k)+(j-j0)*i8Group, len(dst)):]
		for p := range k {
			column[p/i8Group*step+p%i8Group] = int8(int32(b[p*n+j]) - less)
		}
	}
}

// ShiftCodesI8 sets dst to bytes; those without a sign become less by 128.
func ShiftCodesI8[T int8 | uint8](dst []int8, src []T) {
	less := lowestCode[T]()
	for i, v := range src {
		dst[i] = int8(int32(v) - less)
	}
}

// lowestCode is what int8 are less than bytes: 0, or 128 for those without a sign.
func lowestCode[T int8 | uint8]() int32 {
	if T(0)-1 > 0 {
		return 128
	}
	return 0
}
