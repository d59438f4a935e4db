package image

import "math/bits"

// The five alphabets of a group of prefix codes. The first holds green values,
// lengths of copies and places in the colour cache.
const (
	vp8lGreen = iota
	vp8lRed
	vp8lBlue
	vp8lAlpha
	vp8lDistance
)

// vp8lAlphabets are the alphabets' sizes without a colour cache.
var vp8lAlphabets = [5]int{256 + 24, 256, 256, 256, 40}

// vp8lLengthOrder is the order in which the lengths of the code for code lengths stand.
var vp8lLengthOrder = [19]uint8{17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}

// vp8lCode is a canonical prefix code of codes up to 15 bits.
type vp8lCode struct {
	fast    []uint16   // by the next bits: symbol<<4 | length; 0 for codes that are longer
	count   [16]uint16 // of codes of each length
	symbols []uint16   // by code
}

// vp8lGroup is the five codes that serve some part of a picture.
type vp8lGroup [5]vp8lCode

// vp8lFastBits bounds the codes that vp8lCode.fast resolves.
const vp8lFastBits = 8

// vp8lNewCode makes the code whose symbols have the given lengths, 0 for symbols
// that do not occur, and tells whether there is one: every string of bits must
// start with a code. A single symbol takes no bits, whatever its length.
func vp8lNewCode(lengths []uint8) (vp8lCode, bool) {
	var c vp8lCode
	used, longest := 0, 0
	space := 1 << 15
	for _, l := range lengths {
		if l > 0 {
			c.count[l]++
			space -= 1 << (15 - l)
			longest = max(longest, int(l))
			used++
		}
	}
	if used == 0 || used > 1 && space != 0 {
		return c, false
	}
	var next [16]int
	for l := 1; l < 15; l++ {
		next[l+1] = next[l] + int(c.count[l])
	}
	c.symbols = make([]uint16, used)
	for s, l := range lengths {
		if l > 0 {
			c.symbols[next[l]] = uint16(s)
			next[l]++
		}
	}
	if used == 1 {
		c.count = [16]uint16{1}
		return c, true
	}
	c.fillFast(min(longest, vp8lFastBits))
	return c, true
}

// fillFast tabulates the codes of up to n bits. Codes start with their highest
// bit, the stream with its lowest, hence the reversal.
func (c *vp8lCode) fillFast(n int) {
	c.fast = make([]uint16, 1<<n)
	code, i := 0, 0
	for l := 1; l <= n; l++ {
		for range c.count[l] {
			reversed := int(bits.Reverse16(uint16(code)) >> (16 - l))
			for at := reversed; at < len(c.fast); at += 1 << l {
				c.fast[at] = c.symbols[i]<<4 | uint16(l)
			}
			code++
			i++
		}
		code <<= 1
	}
}

// symbol reads one symbol.
func (r *vp8lBits) symbol(c *vp8lCode) int {
	if c.count[0] == 1 {
		return int(c.symbols[0])
	}
	r.fill(15)
	if e := c.fast[int(r.value)&(len(c.fast)-1)]; e != 0 {
		r.drop(int(e & 15))
		return int(e >> 4)
	}
	code, first, i := 0, 0, 0
	for l := 1; l < 16; l++ {
		code |= int(r.value >> (l - 1) & 1)
		n := int(c.count[l])
		if code-first < n {
			r.drop(l)
			return int(c.symbols[i+code-first])
		}
		i += n
		first = (first + n) << 1
		code <<= 1
	}
	return 0 // not reached: the code is complete
}

// readCode reads a prefix code for an alphabet of n symbols.
func (r *vp8lBits) readCode(n int) (vp8lCode, error) {
	lengths := make([]uint8, n)
	if r.flag() { // one or two symbols
		two := r.flag()
		width := 1
		if r.flag() {
			width = 8
		}
		first, second := r.read(width), 0
		if two {
			second = r.read(8)
		} else {
			second = first
		}
		for _, s := range [2]int{first, second} {
			if s < n {
				lengths[s] = 1
			}
		}
	} else if err := r.readLengths(lengths); err != nil {
		return vp8lCode{}, err
	}
	c, ok := vp8lNewCode(lengths)
	if !ok || r.ended() {
		return c, r.fail("a prefix code is incomplete or oversubscribed")
	}
	return c, nil
}

// readLengths reads the lengths of a code's symbols, which are coded themselves.
func (r *vp8lBits) readLengths(lengths []uint8) error {
	var own [19]uint8
	for _, s := range vp8lLengthOrder[:4+r.read(4)] {
		own[s] = uint8(r.read(3))
	}
	code, ok := vp8lNewCode(own[:])
	if !ok {
		return r.fail("the prefix code of code lengths is incomplete or oversubscribed")
	}
	left := len(lengths) // symbols of the inner code still to come
	if r.flag() {
		left = 2 + r.read(2+2*r.read(3))
		if left > len(lengths) {
			return r.fail("a prefix code has more lengths than symbols")
		}
	}
	last := uint8(8)
	for i := 0; i < len(lengths) && left > 0; left-- {
		s := r.symbol(&code)
		if s < 16 {
			lengths[i] = uint8(s)
			i++
			if s > 0 {
				last = uint8(s)
			}
			continue
		}
		length, run := uint8(0), 0
		switch s {
		case 16:
			length, run = last, 3+r.read(2)
		case 17:
			run = 3 + r.read(3)
		default:
			run = 11 + r.read(7)
		}
		if run > len(lengths)-i {
			return r.fail("a run of code lengths passes the alphabet's end")
		}
		for range run {
			lengths[i] = length
			i++
		}
	}
	return nil
}
