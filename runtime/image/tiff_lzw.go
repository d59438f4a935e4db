package image

// tiffUnpackBits decodes runs and literals, and gives the number of bytes.
func tiffUnpackBits(dst, src []byte) int {
	n := 0
	for len(src) > 0 && n < len(dst) {
		head := int(int8(src[0]))
		src = src[1:]
		switch {
		case head == -128:
		case head >= 0:
			if len(src) < head+1 {
				return n
			}
			n += copy(dst[n:], src[:head+1])
			src = src[head+1:]
		case len(src) > 0:
			run := dst[n:min(n+1-head, len(dst))]
			for i := range run {
				run[i] = src[0]
			}
			n += len(run)
			src = src[1:]
		}
	}
	return n
}

// tiffStrings is the table of LZW: each entry is another one and a byte more.
type tiffStrings struct {
	prefix [4096]uint16
	last   [4096]byte
	length [4096]uint16
}

// tiffUnLZW decodes LZW as TIFF has it: the highest bits first, and codes grow one entry early. It gives the number of
// bytes up to the end or to the first code that means nothing.
func tiffUnLZW(dst, src []byte) int {
	const first, reset, end = 258, 256, 257
	t := new(tiffStrings)
	for i := range 256 {
		t.last[i], t.length[i] = byte(i), 1
	}
	var acc uint32
	have, width, next, before := uint(0), uint(9), first, reset
	n := 0
	for n < len(dst) {
		for have < width && len(src) > 0 {
			acc = acc<<8 | uint32(src[0])
			src = src[1:]
			have += 8
		}
		if have < width {
			break
		}
		have -= width
		code := int(acc>>have) & (1<<width - 1)
		switch {
		case code == end:
			return n
		case code == reset:
			width, next, before = 9, first, reset
			continue
		case code > next || code == next && before == reset || before == reset && code > 255:
			return n
		}
		if before != reset && next < 4096 {
			t.prefix[next], t.length[next] = uint16(before), t.length[before]+1
			shorter := code
			if code == next { // begins like the entry before, and ends so
				shorter = before
			}
			t.last[next] = t.first(shorter)
			next++
			if next >= 1<<width-1 && width < 12 {
				width++
			}
		}
		if code >= next {
			return n
		}
		n += t.write(dst[n:], code)
		before = code
	}
	return n
}

// first is an entry's first byte.
func (t *tiffStrings) first(code int) byte {
	for t.length[code] > 1 {
		code = int(t.prefix[code])
	}
	return t.last[code]
}

// write writes an entry, as far as it fits, and gives the number of bytes.
func (t *tiffStrings) write(dst []byte, code int) int {
	size := int(t.length[code])
	for i := size - 1; i >= 0; i-- {
		if i < len(dst) {
			dst[i] = t.last[code]
		}
		code = int(t.prefix[code])
	}
	return min(size, len(dst))
}
