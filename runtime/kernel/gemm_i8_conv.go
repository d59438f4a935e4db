package kernel

import (
	"unsafe"

	"github.com/energeticc/energeticc/runtime/par"
)

const (
	// i8Parts is into how many parts ConvI8 is cut for several cores, each of which gathers inputs for itself.
	i8Parts = 4
	// i8Run is how many positions are gathered at once, and so how many more than there are may be read and written.
	i8Run = 8
)

// ConvI8 is a convolution of small integers as a real one:
//
//	y[n, m, out…] = act((w - wZero) ∗ (x[n, c, in…] - xZero)·scale + bias + residual)
//
// over one or two spatial axes, with padding that is xZero. Sums are exact, in wrapping int32. w [m, c/groups, kernel…]
// is packed as PackGroupsI8 packs each group's filters, transposed; wZero and scale have one element or m, xZero has one;
// a zero that is nil is 0. bias [m] may be nil, residual too, or be y. With k = c/groups·taps, rows has ConvI8Rows(k)
// elements, sums ConvI8Sums(m/groups), table k rounded up to a multiple of four, and laid eight more than what a group's
// inputs take with their padding: of each channel, as many rows as the kernel reaches from the first position to the
// last, and out + (kernel-1)·dilation/stride columns, once for each of min(stride, (kernel-1)·dilation + 1) phases.
//
// It is the product that GemmI8 computes, of rows that hold what a position meets.
func ConvI8[A int8 | uint8](y []float32, x []A, packed []int8, xZero []A, wZero []int8, scale, bias, residual []float32, rows []int16, sums []float32, laid []uint8, table []int32, act Act, n, groups, m, c int, win Window) {
	v := win.spatial3()
	p := convolutionI8{y: y, residual: residual, act: act, window: &v, plane: win.plane(), channels: c / groups, rows: rows, sums: sums, laid: laid}
	p.n, p.k = m/groups, c/groups*win.taps()
	p.offsets = table[:i8Depth(p.k)]
	p.locate()
	bits, flip := flipped(x)
	p.zero = int32(flip)
	if len(xZero) > 0 {
		p.zero += int32(xZero[0])
	}
	size, inPlane := PackedI8Len(p.n, p.k), win.inPlane()
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

// ConvI8Rows returns how many elements ConvI8 wants for rows.
func ConvI8Rows(k int) int { return i8Parts * convRowsI8 * i8Depth(k) }

// ConvI8Sums returns how many elements ConvI8 wants for sums of so many filters.
func ConvI8Sums(filters int) int { return i8Parts * i8Chunk * filters }

// convRowsI8 is a part's rows: of ones, of a chunk and those that are gathered needlessly.
const convRowsI8 = 1 + i8Chunk + i8Run - 1

// groupOf is a group's part of a vector that may have one element for all, or none.
func groupOf[T any](v []T, g, n int) []T {
	if len(v) <= 1 {
		return v
	}
	return v[g*n : (g+1)*n]
}

// convolutionI8 is a ConvI8 of one group and image; its parts are runs of chunks.
type convolutionI8 struct {
	y, residual    []float32
	packed, bZero  []int8
	scale, bias    []float32
	act            Act
	window         *window3
	n, k, channels int // filters, products of a sum, and channels of a group
	plane, to      int // positions, and where the group's are in y
	zero           int32
	rows           []int16
	sums           []float32
	parts          int

	// Inputs lie as [channel][phase][height][width], without a sign: positions that are neighbours in the output are so
	// here, as columns that a stride apart meet are of the same phase. offsets say where the first position finds each
	// step of k.
	laid                  []uint8
	offsets               []int32
	phases, height, width int
}

// convolutionsI8 are those that no step is at.
var convolutionsI8 par.Spare[convolutionI8]

// extents sets the sizes of the inputs as they lie.
func (p *convolutionI8) extents() {
	v := p.window
	p.phases = min(v.stride[2], (v.kernel[2]-1)*v.dilation[2]+1)
	p.height = max(v.out[1]-1, 0)*v.stride[1] + (v.kernel[1]-1)*v.dilation[1] + 1
	p.width = v.out[2] + (v.kernel[2]-1)*v.dilation[2]/v.stride[2]
}

// locate writes the offsets: those of one channel, which the others repeat. Steps that fill up the last group read what
// the first does; their weights are 0.
func (p *convolutionI8) locate() {
	p.extents()
	v, taps := p.window, 0
	for ky := range v.kernel[1] {
		for kx := range v.kernel[2] {
			if p.k > 0 {
				x := kx * v.dilation[2]
				p.offsets[taps] = int32((x%v.stride[2]*p.height+ky*v.dilation[1])*p.width + x/v.stride[2])
				taps++
			}
		}
	}
	channel := int32(p.phases * p.height * p.width)
	for i := taps; i < p.k; i++ {
		p.offsets[i] = p.offsets[i-taps] + channel
	}
	clear(p.offsets[p.k:])
}

// lay lays an image's channels out, amid their padding.
func (p *convolutionI8) lay(x []uint8, flip uint8) {
	v, size := p.window, p.phases*p.height*p.width
	fillI8(p.laid[:p.channels*size], uint8(p.zero))
	top, bottom := max(v.pad[1], 0), min(v.in[1]+v.pad[1], p.height)
	for phase := range p.phases {
		from := phase - v.pad[2]
		lo, hi := tapRange(v.in[2], p.width, v.stride[2], from)
		if lo == hi {
			continue
		}
		for c := range p.channels {
			plane := x[c*v.in[1]*v.in[2]:][:v.in[1]*v.in[2]]
			dst := p.laid[c*size+phase*p.height*p.width:]
			for h := top; h < bottom; h++ {
				pickI8(dst[h*p.width+lo:h*p.width+hi], plane[(h-v.pad[1])*v.in[2]+from+lo*v.stride[2]:], v.stride[2], flip)
			}
		}
	}
}

// fillI8 sets all elements, from what is set already.
func fillI8(dst []uint8, v uint8) {
	for i := range min(len(dst), 16) {
		dst[i] = v
	}
	for n := 16; n < len(dst); n *= 2 {
		copy(dst[n:], dst[:n])
	}
}

// pickI8 copies each stride-th element, flipped.
func pickI8(dst, src []uint8, stride int, flip uint8) {
	switch stride {
	case 1:
		copy(dst, src)
	case 2: // four at a time, which are every second of eight
		for len(dst) >= 4 && len(src) >= 8 {
			s := src[:8:8]
			v := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
			v &= 0x00ff00ff00ff00ff
			v = (v | v>>8) & 0x0000ffff0000ffff
			v |= v >> 16
			d := dst[:4:4]
			d[0], d[1], d[2], d[3] = uint8(v)^flip, uint8(v>>8)^flip, uint8(v>>16)^flip, uint8(v>>24)^flip
			dst, src = dst[4:], src[8:]
		}
		fallthrough
	default:
		for i := range dst {
			dst[i] = src[i*stride] ^ flip
		}
		return
	}
	if flip != 0 {
		for i := range dst {
			dst[i] ^= flip
		}
	}
}

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

// Part computes a run of chunks, each the product of its positions' rows and the filters.
func (p *convolutionI8) Part(i int) {
	step := readyLen(p.k)
	q := productI8{
		dst: p.sums[i*i8Chunk*p.n:][:i8Chunk*p.n], packed: p.packed, bZero: p.bZero, scale: p.scale, bias: p.bias,
		n: p.n, k: p.k, rows: p.rows[i*convRowsI8*i8Depth(p.k):][:convRowsI8*step],
	}
	if i8Bytes() && p.zero != 0 {
		q.ones = true
		readyOnes(q.rows[:step], p.k)
	}
	chunk := i8Chunk // as many rows as meet a panel at once, beside that of ones
	if q.ones {
		chunk--
	}
	chunks := (p.plane + chunk - 1) / chunk
	for c := i * chunks / p.parts; c < (i+1)*chunks/p.parts; c++ {
		at := c * chunk
		q.count = min(chunk, p.plane-at)
		p.gather(&q, at)
		q.panels(0, p.n)
		p.spread(q.dst, at, q.count)
	}
}

// gather makes the rows of positions from at on ready.
func (p *convolutionI8) gather(q *productI8, at int) {
	step, v := readyLen(p.k), p.window
	for done := 0; done < q.count && p.k > 0; {
		oy, ox := (at+done)/v.out[2], (at+done)%v.out[2]
		n := min(v.out[2]-ox, q.count-done)
		from := p.laid[oy*v.stride[1]*p.width+ox:]
		to := q.rows[(1+done)*step:]
		if hasAVX2 {
			p.gatherAVX2(to, from, n, step)
		} else {
			for i, o := range p.offsets {
				src, place := from[o:][:n], i&^3|i&1<<1|i>>1&1 // as readyRow has it
				for x, s := range src {
					to[x*step+place] = int16(s) - int16(p.zero)
				}
			}
		}
		done += n
	}
	for r := range q.count {
		if q.off[r] = 0; i8Bytes() {
			q.off[r] = p.zero
		}
		if len(p.bZero) > 0 {
			q.total[r] = readyTotal(q.rows[(1+r)*step:(2+r)*step], p.k) - int32(p.k)*q.off[r]
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

// spread brings sums of positions from at on, [rows][filters], to y, [filters][plane].
func (p *convolutionI8) spread(sums []float32, at, rows int) {
	for f := range p.n {
		o := p.to + f*p.plane + at
		y := p.y[o : o+rows]
		if p.residual != nil {
			for r, v := range p.residual[o : o+rows] {
				y[r] = sums[r*p.n+f] + v
			}
		} else {
			for r := range y {
				y[r] = sums[r*p.n+f]
			}
		}
		if p.act.F != nil {
			p.act.F(y, p.act.A, p.act.B)
		}
	}
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
