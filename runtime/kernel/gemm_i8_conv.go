package kernel

import (
	"unsafe"

	"github.com/energeticc/energeticc/runtime/par"
)

const (
	// i8Parts is into how many parts ConvI8 is cut for several cores.
	i8Parts = 4
	// i8Placed is how many rows of int16 meet a panel while their sums wait: AVX2 takes six at a time.
	i8Placed = 30
	// i8WideFrom is for how many rows a panel is made int16 first.
	i8WideFrom = 18
)

// ConvI8 is a convolution of small integers as a real one:
//
//	y[n, m, out…] = act((w - wZero) ∗ (x[n, c, in…] - xZero)·scale + bias + residual)
//
// over one or two spatial axes, with padding that is xZero. Sums are exact, in wrapping int32. w [m, c/groups, kernel…] is
// packed by PackConvI8. wZero and scale have one element or m, xZero has one; a zero that is nil is
// 0. bias [m] may be nil, residual too, or be y. With k = ConvI8Depth(c/groups, taps), rows has ConvI8Rows(m/groups, k) elements, sums
// ConvI8Sums(m/groups), table one for each tap, and laid what a group's inputs take with their padding: as many rows and
// columns as the kernel reaches from the first position to the last, each of all channels.
//
// It is the product that GemmI8 computes, of rows that hold what a position meets.
func ConvI8[A int8 | uint8](y []float32, x []A, packed []int8, xZero []A, wZero []int8, scale, bias, residual []float32, rows []int16, sums []float32, laid []int16, table []int32, act Act, n, groups, m, c int, win Window) {
	v := win.spatial3()
	p := convolutionI8{y: y, residual: residual, act: act, window: &v, rows: rows, sums: sums, laid: laid, segments: table}
	convolveI8(&p, x, packed, xZero, wZero, scale, bias, n, groups, m, c)
}

// ConvI8Codes is ConvI8 without a residual, quantised as by Quantize with one outScale and outZero, which may be nil, and
// held within lo and hi. codes has as many elements as sums.
func ConvI8Codes[A, Y int8 | uint8](y []Y, x []A, packed []int8, xZero []A, wZero []int8, scale, bias, outScale []float32, outZero []Y, rows []int16, sums []float32, codes []uint8, laid []int16, table []int32, act Act, lo, hi float32, n, groups, m, c int, win Window) {
	v := win.spatial3()
	bits, flip := flipped(y)
	p := convolutionI8{act: act, window: &v, rows: rows, sums: sums, laid: laid, segments: table}
	p.bytes, p.codes = bits, codes
	p.level = levelI8{outScale[:1], zeroAt(outZero, 0), lo, hi, flip != 0}
	convolveI8(&p, x, packed, xZero, wZero, scale, bias, n, groups, m, c)
}

// convolveI8 computes groups and images one by one.
func convolveI8[A int8 | uint8](p *convolutionI8, x []A, packed []int8, xZero []A, wZero []int8, scale, bias []float32, n, groups, m, c int) {
	v := p.window
	p.plane, p.channels = v.out[1]*v.out[2], c/groups
	p.n, p.padded = m/groups, i8Depth(c/groups)
	p.locate()
	bits, flip := flipped(x)
	p.zero = int32(flip)
	if len(xZero) > 0 {
		p.zero += int32(xZero[0])
	}
	size, inPlane := PackedI8Len(p.n, p.k), v.in[1]*v.in[2]
	for g := range groups {
		p.packed = packed[g*size : (g+1)*size]
		p.scale, p.bias, p.bZero = groupOf(scale, g, p.n), groupOf(bias, g, p.n), groupOf(wZero, g, p.n)
		for i := range n {
			from := (i*groups + g) * p.channels * inPlane
			p.lay(bits[from:from+p.channels*inPlane], flip)
			p.to = (i*m + g*p.n) * p.plane
			p.multiply()
		}
	}
}

// ConvI8Depth returns how many products a sum has, those that fill up the channels included.
func ConvI8Depth(channels, taps int) int { return i8Depth(channels) * taps }

// PackConvI8 packs w, a group's filters [m][channels][taps], into PackedI8Len(m, ConvI8Depth(channels, taps)) elements of
// dst.
func PackConvI8(dst, w []int8, m, channels, taps int) {
	padded, k := i8Depth(channels), ConvI8Depth(channels, taps)
	last := make([]int8, m*k) // [m][taps][padded]
	for i, v := range w[:m*channels*taps] {
		f, c, t := i/taps/channels, i/taps%channels, i%taps
		last[f*k+t*padded+c] = v
	}
	PackGroupsI8(dst, last, m, k, true)
}

// ConvI8Rows returns how many elements ConvI8 wants for rows of bytes, or for a panel as int16.
func ConvI8Rows(filters, k int) int {
	return i8Parts * max(convRowsI8*i8Depth(k)/2, widePanelI8(filters, k))
}

// widePanelI8 is how many elements a panel of so many filters has as int16.
func widePanelI8(filters, k int) int {
	return (min(filters, gemmPanel) + i8Strip - 1) &^ (i8Strip - 1) * k
}

// ConvI8Sums returns how many elements ConvI8 wants for sums of so many filters.
func ConvI8Sums(filters int) int { return i8Parts * i8Chunk * max(filters, gemmPanel) }

// convRowsI8 is a part's rows, of bytes: of ones, and of a chunk.
const convRowsI8 = 1 + i8Chunk

// groupOf is a group's part of a vector that may have one element for all, or none.
func groupOf[T any](v []T, g, n int) []T {
	if len(v) <= 1 {
		return v
	}
	return v[g*n : (g+1)*n]
}

// convolutionI8 is a ConvI8 of one group and image; its parts are runs of chunks.
type convolutionI8 struct {
	y, residual   []float32
	bytes, codes  []uint8 // the result and memory for a chunk of it, if y is nil
	level         levelI8
	packed, bZero []int8
	scale, bias   []float32
	act           Act
	window        *window3
	n, k          int // filters, and products of a sum
	plane, to     int // positions, and where the group's are in y
	zero          int32
	rows          []int16
	sums          []float32
	parts         int

	// Inputs lie as [height][width][padded], channels together: as readyRow makes them, with zero off them already or, of
	// bytes, without a sign. So a position meets segments of span elements, each where the kernel's first tap, or the first
	// of a row of taps that are neighbours, stands.
	laid                            []int16
	height, width, channels, padded int
	segments                        []int32
	span                            int
}

// convolutionsI8 are those that no step is at.
var convolutionsI8 par.Spare[convolutionI8]

// multiply computes all positions, on all cores if that pays.
func (p *convolutionI8) multiply() {
	p.parts = 1
	if p.n*p.plane*p.k < i8ShareFrom() || par.Workers() == 0 {
		p.Part(0)
		return
	}
	t := convolutionsI8.Get()
	*t = *p
	t.parts = min(i8Parts, (p.plane+i8Chunk-1)/i8Chunk)
	par.Do(t, t.parts)
	*t = convolutionI8{} // what is spare holds on to no memory
	convolutionsI8.Put(t)
}

// Part computes a run of chunks, each the product of its positions' rows and the filters. Bytes are copied to rows once,
// which meet all panels; int16 stay where they lie, and all chunks meet a panel after the other.
func (p *convolutionI8) Part(i int) {
	if i8Bytes() {
		p.partBytes(i)
		return
	}
	var places, sums = [i8Chunk]int32{}, [i8Chunk * gemmPanel]int32{}
	results := p.sums[i*i8Chunk*p.n:][:i8Chunk*p.n]
	from, end := p.chunks(i, i8Placed)
	for j := 0; j < p.n; j += gemmPanel {
		var f finishI8
		q := p.product(results, j, min(gemmPanel, p.n-j))
		q.laid, q.segments, q.span = p.laid, p.segments, p.span
		if end-from >= i8WideFrom {
			q.wide = p.widen(i, q.packed, q.n)
		}
		for at := from; at < end; at += i8Placed {
			q.count = min(i8Placed, end-at)
			if q.places = places[:q.count]; p.direct() {
				q.level, q.bytes, q.codes = &p.level, p.bytes[p.to+j*p.plane+at:], p.codes[i*ConvI8Sums(p.n)/i8Parts:]
				q.plane = p.plane
			}
			p.find(q.places, at)
			p.totals(&q)
			q.panels(&f, sums[:], 0, q.n)
			p.spread(i, q.dst, at, q.count, j, q.n)
		}
	}
}

// partBytes is Part for instructions that multiply bytes.
func (p *convolutionI8) partBytes(i int) {
	var f finishI8
	var places, sums = [i8Chunk]int32{}, [i8Chunk * gemmPanel]int32{}
	q := p.product(p.sums[i*i8Chunk*p.n:][:i8Chunk*p.n], 0, p.n)
	step, chunk := readyLen(p.k), i8Chunk
	if q.rows = p.rows[i*convRowsI8*step:][:convRowsI8*step]; p.zero != 0 {
		q.ones = true // a row more, beside those of a chunk
		readyOnes(q.rows[:step], p.k)
		chunk--
	}
	from, end := p.chunks(i, chunk)
	for at := from; at < end; at += chunk {
		q.count = min(chunk, end-at)
		p.find(places[:q.count], at)
		p.gather(&q, places[:q.count])
		q.panels(&f, sums[:], 0, p.n)
		p.spread(i, q.dst, at, q.count, 0, p.n)
	}
}

// chunks gives the positions of a part, which are chunks but for the last.
func (p *convolutionI8) chunks(i, chunk int) (from, end int) {
	n := (p.plane + chunk - 1) / chunk
	return i * n / p.parts * chunk, min((i+1)*n/p.parts*chunk, p.plane)
}

// product is that of n filters from j on, where a panel starts.
func (p *convolutionI8) product(dst []float32, j, n int) productI8 {
	q := productI8{dst: dst, packed: p.packed[j*p.k:], scale: p.scale, bias: p.bias, bZero: p.bZero, n: n, k: p.k}
	q.packed = q.packed[:PackedI8Len(n, p.k)]
	if j > 0 {
		q.scale, q.bias, q.bZero = after(q.scale, j), after(q.bias, j), after(q.bZero, j)
	}
	if p.bytes != nil {
		q.act = p.act
	}
	return q
}

// after is a vector from an element on, if it has not one for all, or none.
func after[T any](v []T, j int) []T {
	if len(v) <= 1 {
		return v
	}
	return v[j:]
}

// find gives where the inputs of positions from at on start.
func (p *convolutionI8) find(places []int32, at int) {
	v := p.window
	oy, ox := at/v.out[2], at%v.out[2]
	step, row := v.stride[2]*p.padded, v.stride[1]*p.width*p.padded
	place, end := oy*row+ox*step, v.out[2]-ox
	for i := range places {
		places[i] = int32(place)
		if place += step; i+1 == end {
			place += row - v.out[2]*step
			end += v.out[2]
		}
	}
}

// totals sums up rows, where zero points of the weights ask for it.
func (p *convolutionI8) totals(q *productI8) {
	if len(p.bZero) == 0 {
		return
	}
	for r, place := range q.places {
		q.total[r] = 0
		for _, s := range p.segments {
			q.total[r] += readyTotal(p.laid[place+s:], p.span)
		}
	}
}

// gather copies the rows of positions, of bytes.
func (p *convolutionI8) gather(q *productI8, places []int32) {
	step, from := readyLen(p.k), bytesOf(p.laid)
	for r, place := range places {
		row := q.rows[(1+r)*step : (2+r)*step]
		to := bytesOf(row)
		for _, s := range p.segments {
			to = to[copy(to, from[place+s:][:p.span]):]
		}
		if q.off[r] = p.zero; len(p.bZero) > 0 {
			q.total[r] = readyTotal(row, p.k) - int32(p.k)*p.zero
		}
	}
}

// readyTotal sums up the k elements of a row that is ready.
func readyTotal(row []int16, k int) (total int32) {
	done := 0
	if hasAVX2 {
		done, total = readyTotalAVX2(row, k)
	}
	for i := done; i < k; i++ {
		if i8Bytes() {
			total += int32(uint16(row[i/2]) >> (i % 2 * 8) & 0xff)
		} else {
			total += int32(row[i&^3|i&1<<1|i>>1&1])
		}
	}
	return total
}

// flipI8 turns int8 into uint8 that are more by 128.
const flipI8 = 0x80

// flipped gives the bits of integers and what to flip of them to have none with a sign.
func flipped[A int8 | uint8](a []A) (bits []uint8, flip uint8) {
	if A(0)-1 < 0 {
		flip = flipI8
	}
	return unsafe.Slice((*uint8)(unsafe.Pointer(unsafe.SliceData(a))), len(a)), flip
}

// bytesOf gives the memory of a row that is ready.
func bytesOf(a []int16) []uint8 {
	return unsafe.Slice((*uint8)(unsafe.Pointer(unsafe.SliceData(a))), 2*len(a))
}
