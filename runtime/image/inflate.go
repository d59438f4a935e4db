package image

import "math/bits"

// inflateFault says how a zlib stream ended before its output was full.
type inflateFault uint8

const (
	inflateFull    inflateFault = iota // the output is full
	inflateEnded                       // the stream is complete, the output is not full
	inflateShort                       // the input ends within the stream
	inflateCorrupt                     // no stream looks like this
)

// inflateReader decodes a zlib stream (RFC 1950, 1951).
type inflateReader struct {
	src  []byte
	at   int // the next byte of src
	acc  uint64
	have uint   // bits in acc, the lowest first
	out  []byte // what is decoded so far is out[:n]
	n    int
	lens inflateTable
	dist inflateTable
}

// inflateTable decodes a Huffman code by its lengths: what has at most 9 bits by one look, the rest bit by bit.
type inflateTable struct {
	quick  [512]uint16 // symbol<<4 | length, 0 where the code is longer
	count  [16]uint16  // codes of each length
	symbol [288]uint16 // by code
}

// inflate fills dst from a zlib stream and gives the number of bytes it made. The checksum is compared if the stream
// ends where dst does, as zlib would.
func inflate(dst, src []byte) (int, inflateFault) {
	if len(src) < 2 {
		return 0, inflateShort
	}
	if src[0]&15 != 8 || src[0]>>4 > 7 || (int(src[0])<<8|int(src[1]))%31 != 0 || src[1]&32 != 0 {
		return 0, inflateCorrupt
	}
	r := &inflateReader{src: src, at: 2, out: dst}
	for {
		last, kind := r.bits(1), r.bits(2)
		if r.past() {
			return r.n, r.short()
		}
		fault := inflateCorrupt
		switch kind {
		case 0:
			fault = r.stored()
		case 1:
			r.fixedTables()
			fault = r.block()
		case 2:
			if fault = r.readTables(); fault == inflateEnded {
				fault = r.block()
			}
		}
		if fault == inflateShort {
			fault = r.short()
		}
		if fault != inflateEnded {
			return r.n, fault
		}
		if last == 1 {
			return r.n, r.checksum()
		}
	}
}

// short is what the end of the input means: nothing where all is there that was wanted.
func (r *inflateReader) short() inflateFault {
	if r.n == len(r.out) {
		return inflateFull
	}
	return inflateShort
}

// bits takes n ≤ 16 bits. Behind the end they are 0, and at passes len(src).
func (r *inflateReader) bits(n uint) uint32 {
	for r.have < n {
		if r.at < len(r.src) {
			r.acc |= uint64(r.src[r.at]) << r.have
		}
		r.at++
		r.have += 8
	}
	v := uint32(r.acc) & (1<<n - 1)
	r.acc >>= n
	r.have -= n
	return v
}

// past reports that bits behind the end were taken, not only looked at.
func (r *inflateReader) past() bool { return r.at-int(r.have/8) > len(r.src) }

// checksum compares the sum that ends the stream, if it is there.
func (r *inflateReader) checksum() inflateFault {
	r.at -= int(r.have / 8) // whole bytes that were looked at
	if r.at+4 <= len(r.src) {
		if pngUint(r.src[r.at:]) != inflateSum(r.out[:r.n]) {
			return inflateCorrupt
		}
	}
	if r.n == len(r.out) {
		return inflateFull
	}
	return inflateEnded
}

// inflateSum is Adler's checksum.
func inflateSum(b []byte) uint32 {
	const mod, most = 65521, 5552 // most bytes whose sums stay below 32 bits
	lo, hi := uint32(1), uint32(0)
	for len(b) > 0 {
		part := b[:min(most, len(b))]
		b = b[len(part):]
		for _, x := range part {
			lo += uint32(x)
			hi += lo
		}
		lo, hi = lo%mod, hi%mod
	}
	return hi<<16 | lo
}

// stored copies a block that is not compressed.
func (r *inflateReader) stored() inflateFault {
	r.at -= int(r.have / 8)
	r.acc, r.have = 0, 0
	if r.at+4 > len(r.src) {
		return inflateShort
	}
	b := r.src[r.at:]
	n := int(b[0]) | int(b[1])<<8
	if n != int(b[2]^255)|int(b[3]^255)<<8 {
		return inflateCorrupt
	}
	r.at += 4
	part := r.src[r.at:min(r.at+n, len(r.src))]
	done := copy(r.out[r.n:], part)
	r.n += done
	r.at += done
	switch {
	case done == n:
		return inflateEnded
	case done < len(part):
		return inflateFull
	}
	return inflateShort
}

// inflateLengths and inflateDistances hold, by symbol, the first value and the bits that are added to it.
var (
	inflateLengths = [29][2]uint16{
		{3, 0}, {4, 0}, {5, 0}, {6, 0}, {7, 0}, {8, 0}, {9, 0}, {10, 0}, {11, 1}, {13, 1}, {15, 1}, {17, 1},
		{19, 2}, {23, 2}, {27, 2}, {31, 2}, {35, 3}, {43, 3}, {51, 3}, {59, 3}, {67, 4}, {83, 4}, {99, 4}, {115, 4},
		{131, 5}, {163, 5}, {195, 5}, {227, 5}, {258, 0},
	}
	inflateDistances = [30][2]uint16{
		{1, 0}, {2, 0}, {3, 0}, {4, 0}, {5, 1}, {7, 1}, {9, 2}, {13, 2}, {17, 3}, {25, 3}, {33, 4}, {49, 4},
		{65, 5}, {97, 5}, {129, 6}, {193, 6}, {257, 7}, {385, 7}, {513, 8}, {769, 8}, {1025, 9}, {1537, 9},
		{2049, 10}, {3073, 10}, {4097, 11}, {6145, 11}, {8193, 12}, {12289, 12}, {16385, 13}, {24577, 13},
	}
)

// block decodes symbols up to the block's end, which inflateEnded reports.
func (r *inflateReader) block() inflateFault {
	for {
		symbol := r.symbol(&r.lens)
		if r.past() {
			return inflateShort
		}
		switch {
		case symbol == 256:
			return inflateEnded
		case symbol < 0 || symbol > 285:
			return inflateCorrupt
		case r.n == len(r.out):
			return inflateFull
		case symbol < 256:
			r.out[r.n] = byte(symbol)
			r.n++
			continue
		}
		length := inflateLengths[symbol-257]
		n := int(length[0]) + int(r.bits(uint(length[1])))
		symbol = r.symbol(&r.dist)
		if symbol < 0 || symbol >= len(inflateDistances) {
			if r.past() {
				return inflateShort
			}
			return inflateCorrupt
		}
		distance := inflateDistances[symbol]
		d := int(distance[0]) + int(r.bits(uint(distance[1])))
		if r.past() {
			return inflateShort
		}
		if d > r.n {
			return inflateCorrupt
		}
		if !r.repeat(n, d) {
			return inflateFull
		}
	}
}

// repeat appends n bytes that stand d bytes back, and reports whether they fit.
func (r *inflateReader) repeat(n, d int) bool {
	fits := n <= len(r.out)-r.n
	n = min(n, len(r.out)-r.n)
	for n > 0 { // where they overlap, what is copied doubles
		done := copy(r.out[r.n:r.n+n], r.out[r.n-d:r.n])
		r.n += done
		n -= done
	}
	return fits
}

// symbol decodes a symbol, -1 for what is no code.
func (r *inflateReader) symbol(t *inflateTable) int {
	for r.have < 15 {
		if r.at < len(r.src) {
			r.acc |= uint64(r.src[r.at]) << r.have
		}
		r.at++
		r.have += 8
	}
	if q := t.quick[r.acc&511]; q != 0 {
		r.acc >>= q & 15
		r.have -= uint(q & 15)
		return int(q >> 4)
	}
	code, first, index := 0, 0, 0
	for length := 1; length <= 15; length++ {
		code |= int(r.acc>>(length-1)) & 1
		count := int(t.count[length])
		if code < first+count {
			r.acc >>= length
			r.have -= uint(length)
			return int(t.symbol[index+code-first])
		}
		index += count
		first = (first + count) << 1
		code <<= 1
	}
	return -1
}

// build makes a table of code lengths, and reports whether they make a code: complete, or one code of one bit.
func (t *inflateTable) build(lengths []uint8) bool {
	*t = inflateTable{}
	for _, n := range lengths {
		t.count[n]++
	}
	t.count[0] = 0
	var next, offset [16]int
	left, used := 1, 0
	for length := 1; length <= 15; length++ {
		left = left<<1 - int(t.count[length])
		if left < 0 {
			return false
		}
		offset[length] = used
		used += int(t.count[length])
		if length < 15 {
			next[length+1] = (next[length] + int(t.count[length])) << 1
		}
	}
	if left > 0 && (used > 1 || t.count[1] != uint16(used)) {
		return false
	}
	for symbol, n := range lengths {
		if n == 0 {
			continue
		}
		code := next[n]
		next[n]++
		t.symbol[offset[n]] = uint16(symbol)
		offset[n]++
		if n <= 9 {
			for at := int(bits.Reverse16(uint16(code)) >> (16 - n)); at < len(t.quick); at += 1 << n {
				t.quick[at] = uint16(symbol)<<4 | uint16(n)
			}
		}
	}
	return true
}

// fixedTables makes the codes of blocks of kind 1.
func (r *inflateReader) fixedTables() {
	var lengths [288]uint8
	for i := range lengths {
		switch {
		case i < 144, i >= 280:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		default:
			lengths[i] = 7
		}
	}
	r.lens.build(lengths[:])
	for i := range 32 {
		lengths[i] = 5
	}
	r.dist.build(lengths[:32])
}

// inflateOrder is the order in which the lengths of the code of lengths are stored.
var inflateOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// readTables reads the codes of a block of kind 2; inflateEnded says that they are whole.
func (r *inflateReader) readTables() inflateFault {
	lens, dists, codes := int(r.bits(5))+257, int(r.bits(5))+1, int(r.bits(4))+4
	var lengths [320]uint8
	for _, at := range inflateOrder[:codes] {
		lengths[at] = uint8(r.bits(3))
	}
	if r.past() {
		return inflateShort
	}
	if lens > 286 || dists > 30 || !r.lens.build(lengths[:19]) {
		return inflateCorrupt
	}
	clear(lengths[:])
	for n := 0; n < lens+dists; {
		symbol := r.symbol(&r.lens)
		var value uint8
		times := 1
		switch {
		case symbol < 0:
			return inflateCorrupt
		case symbol < 16:
			value = uint8(symbol)
		case symbol == 16:
			if n == 0 {
				return inflateCorrupt
			}
			value, times = lengths[n-1], 3+int(r.bits(2))
		case symbol == 17:
			times = 3 + int(r.bits(3))
		default:
			times = 11 + int(r.bits(7))
		}
		if r.past() {
			return inflateShort
		}
		if n+times > lens+dists {
			return inflateCorrupt
		}
		for ; times > 0; times-- {
			lengths[n] = value
			n++
		}
	}
	if lengths[256] == 0 || !r.lens.build(lengths[:lens]) || !r.dist.build(lengths[lens:lens+dists]) {
		return inflateCorrupt
	}
	return inflateEnded
}
