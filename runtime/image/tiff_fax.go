package image

// faxWhite and faxBlack are the codes of ITU-T T.4 for runs of 0 to 63 pixels, then of 64, 128, … 1728.
const (
	faxWhite = "00110101 000111 0111 1000 1011 1100 1110 1111 10011 10100 00111 01000 001000 000011 110100 110101 " +
		"101010 101011 0100111 0001100 0001000 0010111 0000011 0000100 0101000 0101011 0010011 0100100 0011000 " +
		"00000010 00000011 00011010 00011011 00010010 00010011 00010100 00010101 00010110 00010111 00101000 " +
		"00101001 00101010 00101011 00101100 00101101 00000100 00000101 00001010 00001011 01010010 01010011 " +
		"01010100 01010101 00100100 00100101 01011000 01011001 01011010 01011011 01001010 01001011 00110010 " +
		"00110011 00110100 11011 10010 010111 0110111 00110110 00110111 01100100 01100101 01101000 01100111 " +
		"011001100 011001101 011010010 011010011 011010100 011010101 011010110 011010111 011011000 011011001 " +
		"011011010 011011011 010011000 010011001 010011010 011000 010011011 "
	faxBlack = "0000110111 010 11 10 011 0011 0010 00011 000101 000100 0000100 0000101 0000111 00000100 00000111 " +
		"000011000 0000010111 0000011000 0000001000 00001100111 00001101000 00001101100 00000110111 00000101000 " +
		"00000010111 00000011000 000011001010 000011001011 000011001100 000011001101 000001101000 000001101001 " +
		"000001101010 000001101011 000011010010 000011010011 000011010100 000011010101 000011010110 000011010111 " +
		"000001101100 000001101101 000011011010 000011011011 000001010100 000001010101 000001010110 000001010111 " +
		"000001100100 000001100101 000001010010 000001010011 000000100100 000000110111 000000111000 000000100111 " +
		"000000101000 000001011000 000001011001 000000101011 000000101100 000001011010 000001100110 000001100111 " +
		"0000001111 000011001000 000011001001 000001011011 000000110011 000000110100 000000110101 0000001101100 " +
		"0000001101101 0000001001010 0000001001011 0000001001100 0000001001101 0000001110010 0000001110011 " +
		"0000001110100 0000001110101 0000001110110 0000001110111 0000001010010 0000001010011 0000001010100 " +
		"0000001010101 0000001011010 0000001011011 0000001100100 0000001100101 "
	// faxLong are those for 1792, 1856, … 2560 of either colour.
	faxLong = "00000001000 00000001100 00000001101 000000010010 000000010011 000000010100 000000010101 000000010110 " +
		"000000010111 000000011100 000000011101 000000011110 000000011111 "
)

// faxTable maps the next 13 bits to run<<4 | length of the code, 0 for what is none.
type faxTable [1 << 13]uint16

// newFaxTable makes the table of a colour.
func newFaxTable(codes string) *faxTable {
	t := new(faxTable)
	run, code, length := 0, 0, 0
	for _, c := range []byte(codes + faxLong) {
		if c != ' ' {
			code, length = code<<1|int(c-'0'), length+1
			continue
		}
		first := code << (13 - length)
		for i := range 1 << (13 - length) {
			t[first+i] = uint16(run<<4 | length)
		}
		code, length = 0, 0
		if run++; run > 64 {
			run += 63
		}
	}
	return t
}

// faxReader decodes rows of runs, as the places at which the colour changes: to black at even ones.
type faxReader struct {
	src    []byte
	at     int // in bits
	width  int
	tables [2]*faxTable
	row    []int
	above  []int // the row before, and twice width behind it
}

// fax decodes a chunk of group 3 or 4, a bit a pixel, 1 black.
func (d *tiffDecoder) fax(src []byte, stride, rows int) ([]byte, string) {
	r := &faxReader{src: src, width: d.chunkW, tables: [2]*faxTable{newFaxTable(faxWhite), newFaxTable(faxBlack)}}
	twoD := d.compression == tiffGroup4 || d.compression == tiffGroup3 && d.number(tiffT4, 0)&1 != 0
	dst := make([]byte, stride*rows)
	for y := range rows {
		r.above = append(r.row, r.width, r.width, r.width)
		r.row = make([]int, 0, len(r.above))
		flat := !twoD
		if d.compression == tiffGroup3 {
			if !r.endOfLine() {
				return nil, "a row of fax codes has no beginning"
			}
			flat = !twoD || r.bit() == 1
		}
		good := false
		if flat {
			good = r.oneD()
		} else {
			good = r.twoD()
		}
		if !good || r.at > 8*len(src) {
			return nil, "the fax codes are damaged"
		}
		if d.compression == tiffRLE {
			r.at = (r.at + 7) &^ 7
		}
		faxPaint(dst[stride*y:stride*(y+1)], r.row, r.width)
	}
	return dst, ""
}

// faxPaint sets the bits of black runs.
func faxPaint(dst []byte, row []int, width int) {
	for i := 0; i < len(row); i += 2 {
		to := width
		if i+1 < len(row) {
			to = row[i+1]
		}
		for x := row[i]; x < to; {
			if x&7 == 0 && to-x >= 8 {
				dst[x/8] = 255
				x += 8
				continue
			}
			dst[x/8] |= 128 >> (x & 7)
			x++
		}
	}
}

// look gives the next n ≤ 16 bits; zeros behind the end.
func (r *faxReader) look(n int) int {
	var v int
	for i := range 3 {
		v <<= 8
		if at := r.at/8 + i; at < len(r.src) {
			v |= int(r.src[at])
		}
	}
	return v >> (24 - r.at&7 - n) & (1<<n - 1)
}

func (r *faxReader) bit() int {
	v := r.look(1)
	r.at++
	return v
}

// endOfLine passes the next 11 zeros, or more, and a 1.
func (r *faxReader) endOfLine() bool {
	for r.look(11) != 0 {
		r.at++
	}
	for r.at < 8*len(r.src) {
		if r.bit() == 1 {
			return true
		}
	}
	return false
}

// run decodes a run of a colour.
func (r *faxReader) run(color int) (n int, good bool) {
	for r.at < 8*len(r.src) {
		code := r.tables[color][r.look(13)]
		if code == 0 {
			return 0, false
		}
		r.at += int(code & 15)
		n = min(n+int(code>>4), r.width)
		if code>>4 < 64 {
			return n, true
		}
	}
	return 0, false
}

// oneD decodes a row by itself.
func (r *faxReader) oneD() bool {
	for x, color := 0, 0; x < r.width; color ^= 1 {
		n, good := r.run(color)
		if !good {
			return false
		}
		x = min(x+n, r.width)
		r.row = append(r.row, x)
	}
	return true
}

// faxModes maps the next 7 bits to how a row follows the one above: the vertical modes' distance plus 3, or 7 pass, 8
// horizontal; and the length of the code.
var faxModes = [9]struct{ code, length, mode uint8 }{
	{1, 1, 3}, {3, 3, 4}, {2, 3, 2}, {1, 3, 8}, {1, 4, 7}, {3, 6, 5}, {2, 6, 1}, {3, 7, 6}, {2, 7, 0},
}

// mode decodes a mode, -1 for what is none.
func (r *faxReader) mode() int {
	next := r.look(7)
	for _, m := range faxModes {
		if next>>(7-m.length) == int(m.code) {
			r.at += int(m.length)
			return int(m.mode)
		}
	}
	return -1
}

// twoD decodes a row by its differences from the one above.
func (r *faxReader) twoD() bool {
	x, color, b := -1, 0, 0
	for x < r.width {
		// b1 is the first change above, right of x, to the other colour.
		if b&1 != color {
			b++
		}
		for b >= 2 && r.above[b-2] > x {
			b -= 2
		}
		for b < len(r.above)-2 && r.above[b] <= x {
			b += 2
		}
		b1 := r.above[min(b, len(r.above)-1)]
		switch mode := r.mode(); mode {
		case -1:
			return false
		case 7:
			x = r.above[min(b+1, len(r.above)-1)]
		case 8:
			first, good := r.run(color)
			if !good {
				return false
			}
			second, good := r.run(color ^ 1)
			if !good {
				return false
			}
			first = min(max(x, 0)+first, r.width)
			x = min(first+second, r.width)
			r.row = append(r.row, first, x)
		default:
			to := b1 + mode - 3
			if to < max(x, 0) || to > r.width {
				return false
			}
			x = to
			r.row = append(r.row, x)
			color ^= 1
		}
	}
	return true
}
