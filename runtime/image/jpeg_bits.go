package image

// jpegBits reads bits from a scan, the highest first, up to the next marker.
type jpegBits struct {
	data   []byte
	at     int
	marker byte // found and not yet read; 0 for none
	acc    uint64
	have   int  // bits of acc, the lowest
	empty  bool // bits were wanted behind the marker: zeros, and the rest of the segment is skipped
	ended  bool // the file ended instead
}

// jpegFill is the number of bits up to which fill reads. It decides how near to the end of a file without end marker
// decoding gets, in which the library that Pillow uses is followed.
const jpegFill = 57

// fill reads bytes; 0xff 0x00 is the byte 0xff, 0xff with anything else a marker.
func (b *jpegBits) fill() {
	if b.marker != 0 {
		return
	}
	for b.have < jpegFill {
		if b.at >= len(b.data) {
			b.ended = true
			return
		}
		c := b.data[b.at]
		b.at++
		if c == 0xff {
			for c == 0xff {
				if b.at >= len(b.data) {
					b.ended = true
					return
				}
				c = b.data[b.at]
				b.at++
			}
			if c != 0 {
				b.marker = c
				return
			}
			c = 0xff
		}
		b.acc = b.acc<<8 | uint64(c)
		b.have += 8
	}
}

// need makes sure of n ≤ 16 bits, zeros behind a marker.
func (b *jpegBits) need(n int) {
	if b.have >= n {
		return
	}
	if b.fill(); b.have < n {
		b.empty = true
		b.acc <<= jpegFill - b.have
		b.have = jpegFill
	}
}

// bits takes n ≤ 16 bits.
func (b *jpegBits) bits(n int) int {
	b.need(n)
	b.have -= n
	return int(b.acc>>b.have) & (1<<n - 1)
}

// signed takes a number of n ≤ 16 bits as JPEG codes it: those that begin with 0 are negative.
func (b *jpegBits) signed(n int) int32 {
	if n == 0 {
		return 0
	}
	v := b.bits(n)
	if v < 1<<(n-1) {
		v += -1<<n + 1
	}
	return int32(v)
}

// nextMarker finds a marker from here on; false at the file's end.
func (b *jpegBits) nextMarker() bool {
	for b.at+1 < len(b.data) {
		if c := b.data[b.at+1]; b.data[b.at] == 0xff && c != 0 && c != 0xff {
			b.marker = c
			b.at += 2
			return true
		}
		b.at++
	}
	return false
}

// jpegHuffman decodes by one look what has at most 8 bits.
type jpegHuffman struct {
	quick  [256]uint16 // length<<8 | symbol, 0 where the code is longer
	top    [18]int32   // the largest code of each length, -1 where there is none
	offset [17]int32   // from a code to its symbol's place
	symbol [256]uint8
	count  int
	broken bool // the counts make no code
}

// newJPEGHuffman makes a table of the number of codes of each length and the symbols. Whether they make a code counts
// only if a scan uses it.
func newJPEGHuffman(counts, symbols []byte) *jpegHuffman {
	h := &jpegHuffman{count: len(symbols)}
	copy(h.symbol[:], symbols)
	code, at := int32(0), int32(0)
	for length := 1; length <= 16; length++ {
		n := int32(counts[length-1])
		h.offset[length] = at - code
		if code+n >= 1<<length { // all ones is no code
			h.broken = true
			return h
		}
		if length <= 8 {
			for i := range n {
				first := int(code+i) << (8 - length)
				for k := range 1 << (8 - length) {
					h.quick[first+k] = uint16(length)<<8 | uint16(h.symbol[at+i])
				}
			}
		}
		code, at = code+n, at+n
		h.top[length] = code - 1
		if n == 0 {
			h.top[length] = -1
		}
		code <<= 1
	}
	h.top[17] = 1<<20 - 1
	return h
}

// huffman decodes a symbol; 0 for what is no code.
func (b *jpegBits) huffman(h *jpegHuffman) int {
	if b.have < 8 {
		b.fill()
	}
	length := 1
	if b.have >= 8 {
		if q := h.quick[b.acc>>(b.have-8)&255]; q != 0 {
			b.have -= int(q >> 8)
			return int(q & 255)
		}
		length = 9
	}
	code := int32(b.bits(length))
	for code > h.top[length] {
		code = code<<1 | int32(b.bits(1))
		length++
	}
	if length > 16 {
		return 0
	}
	return int(h.symbol[(code+h.offset[length])&255])
}

// jpegNatural is the place in a block of each coefficient in zigzag order. Runs that pass the end land on the last.
var jpegNatural = [80]uint8{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
	63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63,
}
