package image

import "math/bits"

// vp8Bools reads the binary arithmetic code of RFC 6386 §7. The number that the
// code compares against is the top of value; window counts the bits below it.
type vp8Bools struct {
	data   []byte
	value  uint32
	span   uint32 // the interval's length less one, 127–254 between calls
	window int    // −8 before the first byte
	ended  bool   // a bit was wanted from behind the data
}

// vp8NewBools starts to read data.
func vp8NewBools(data []byte) vp8Bools {
	return vp8Bools{data: data, span: 254, window: -8}
}

// bit reads one bit whose chance of being 0 is prob of 256.
func (r *vp8Bools) bit(prob uint8) bool {
	if r.window < 0 {
		r.value <<= 8
		r.window += 8
		if len(r.data) > 0 {
			r.value |= uint32(r.data[0])
			r.data = r.data[1:]
		} else {
			r.ended = true
		}
	}
	split := r.span * uint32(prob) >> 8
	length := split + 1
	one := r.value>>r.window > split
	if one {
		r.value -= length << r.window
		length = r.span - split
	}
	shift := bits.LeadingZeros8(uint8(length))
	r.window -= shift
	r.span = length<<shift - 1
	return one
}

// flag reads a bit of even chances.
func (r *vp8Bools) flag() bool { return r.bit(128) }

// one reads a bit as a number.
func (r *vp8Bools) one(prob uint8) int {
	if r.bit(prob) {
		return 1
	}
	return 0
}

// number reads n bits of even chances, the highest first.
func (r *vp8Bools) number(n int) int {
	v := 0
	for range n {
		v = v<<1 | r.one(128)
	}
	return v
}

// signed reads n bits of magnitude and a sign.
func (r *vp8Bools) signed(n int) int {
	v := r.number(n)
	if r.flag() {
		return -v
	}
	return v
}

// optional reads a flag and, where it is set, a signed number; else 0.
func (r *vp8Bools) optional(n int) int {
	if r.flag() {
		return r.signed(n)
	}
	return 0
}
