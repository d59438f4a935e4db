package image

import "math/bits"

// jp2MaxVisits bounds how often code-blocks are looked at for packets, which
// layers without end could make of few bytes.
const jp2MaxVisits = 1 << 26

// jp2Packets reads the packets of a tile, annex B.9 and B.10.
type jp2Packets struct {
	stream  *jp2Stream
	style   *jp2Style
	body    []byte
	headers *[]byte // where packet headers stand; &body unless they are packed
	visits  int
	pending []jp2Piece
}

// jp2Piece is what a packet brings of a segment of a code-block.
type jp2Piece struct {
	block        *jp2Block
	segment      int
	passes, size int
}

// packet reads one packet: layer p.layers of precinct i of res.
func (d *jp2Packets) packet(res *jp2Resolution, style *jp2CompStyle, i int) error {
	p := &res.precincts[i]
	layer := p.layers
	p.layers++
	if d.style.sop && len(d.body) >= 6 && d.body[0] == 0xff && d.body[1] == 0x91 {
		d.body = d.body[6:]
	}
	r := jp2Bits{data: *d.headers}
	d.pending = d.pending[:0]
	if r.bit() == 0 {
		r.align()
	} else {
		p = res.open(i)
		for b := range p.parts {
			if err := d.bandHeader(&r, &p.parts[b], style, res.bands[b].planes, layer); err != nil {
				return err
			}
		}
		if !r.align() {
			return d.stream.fail("a packet's header ends early")
		}
	}
	*d.headers = (*d.headers)[r.pos:]
	if d.style.eph {
		h := *d.headers
		if len(h) < 2 || h[0] != 0xff || h[1] != 0x92 {
			return d.stream.fail("a packet's header does not end with ff92")
		}
		*d.headers = h[2:]
	}
	for _, piece := range d.pending {
		if piece.size > len(d.body) {
			return d.stream.fail("a packet's data ends early")
		}
		piece.block.data = append(piece.block.data, d.body[:piece.size]...)
		d.body = d.body[piece.size:]
		s := &piece.block.segments[piece.segment]
		s.passes += piece.passes
		s.size += piece.size
	}
	return nil
}

// bandHeader reads what a packet's header says of a precinct's blocks of one band.
func (d *jp2Packets) bandHeader(r *jp2Bits, pb *jp2PrecinctBand, style *jp2CompStyle, planes, layer int) error {
	d.visits += len(pb.blocks)
	if d.visits > jp2MaxVisits {
		return d.stream.fail("more layers of more code-blocks than are supported")
	}
	for i := range pb.blocks {
		b := &pb.blocks[i]
		x, y := i%pb.cols, i/pb.cols
		if b.segments == nil {
			if !pb.inclusion.below(r, x, y, int32(layer)+1) {
				continue
			}
			zeros := int32(0)
			for !pb.zeros.below(r, x, y, zeros+1) {
				zeros++
			}
			b.planes = planes - int(zeros)
			b.lengthBits = 3
		} else if r.bit() == 0 {
			continue
		}
		passes := r.passes()
		b.lengthBits += r.ones()
		if err := d.blockHeader(r, b, style.blockStyle, passes); err != nil {
			return err
		}
	}
	return nil
}

// blockHeader reads the lengths of a block's segments that passes coding passes touch.
func (d *jp2Packets) blockHeader(r *jp2Bits, b *jp2Block, style, passes int) error {
	i := len(b.segments) - 1
	if i < 0 || b.segments[i].passes == b.segments[i].limit {
		i++
		b.addSegment(style)
	}
	for {
		n := min(b.segments[i].limit-b.segments[i].passes, passes)
		width := b.lengthBits + bits.Len(uint(n)) - 1
		if width > 31 {
			return d.stream.fail("a code-block's length has more than 31 bits")
		}
		d.pending = append(d.pending, jp2Piece{b, i, n, r.number(width)})
		if passes -= n; passes == 0 {
			return nil
		}
		i++
		b.addSegment(style)
	}
}

// addSegment starts another segment: of one pass, where each ends; in turns of
// two raw passes and one coded, after ten that are coded, where they alternate;
// or of all.
func (b *jp2Block) addSegment(style int) {
	limit := 109
	switch n := len(b.segments); {
	case style&jp2StyleTermAll != 0:
		limit = 1
	case style&jp2StyleBypass == 0:
	case n == 0:
		limit = 10
	default:
		limit = 1 + n%2
	}
	b.segments = append(b.segments, jp2Segment{limit: limit})
}
