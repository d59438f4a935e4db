//go:build gc && !purego

package kernel

import "unsafe"

// i8ShareFrom is from how many products on they are shared between cores: about 50 µs of one, by its instructions.
func i8ShareFrom() int {
	switch {
	case hasAMX:
		return shareFrom << 7
	case hasVNNI:
		return shareFrom << 4
	}
	return shareFrom
}

// i8Bytes says that bytes are multiplied, not int16.
func i8Bytes() bool { return hasAVX2 && (hasVNNI || hasAMX) }

// readyBytes makes a row of bytes without sign ready.
func readyBytes[A int8 | uint8](dst []int16, a []A, zero int32) (total, off int32) {
	src, flip := flipped(a)
	off = zero + int32(flip)
	to := bytesOf(dst)
	n := len(a) &^ 31
	clear(to[n:])
	total = -int32(len(a)) * off
	if n > 0 {
		total += prepareBytesAVX2(unsafe.SliceData(to), unsafe.SliceData(src), n, uint32(flip)*0x01010101)
	}
	for i, v := range src[n:] {
		to[n+i] = v ^ flip
		total += int32(v ^ flip)
	}
	return total, off
}

// readyOnes makes a row of k ones ready.
func readyOnes(dst []int16, k int) {
	to := bytesOf(dst)
	clear(to[k:])
	for i := range to[:k] {
		to[i] = 1
	}
}

// readyPairsAVX2 is readyRow but for the last elements, at most 15: it gives how many it did.
func readyPairsAVX2[A int8 | uint8](dst []int16, a []A, zero int32) (done int, total int32) {
	done = len(a) &^ 15
	if done == 0 {
		return 0, 0
	}
	src, flip := flipped(a)
	z := uint32(uint16(zero + int32(flip)))
	_ = dst[done-1]
	return done, preparePairsAVX2(unsafe.SliceData(dst), unsafe.SliceData(src), done, uint32(flip)*0x01010101, z<<16|z)
}

// dotsI8AVX2 is dotsI8 by the best instructions. A call of them makes only so many products, as nothing can interrupt it.
func dotsI8AVX2(c []int32, a []int16, b []int8, rows, w, depth int) {
	part := max(i8ShareFrom()/2/(rows*w)&^63, 64)
	step := readyLen(depth)
	_, _, _ = c[rows*gemmPanel-1], b[:w*depth], a[:rows*step]
	for p := 0; p < depth; p += part {
		d := min(part, depth-p)
		x, y, s := unsafe.SliceData(a[p*step/depth:]), unsafe.SliceData(b[p*w:]), unsafe.SliceData(c)
		bytes := (*uint8)(unsafe.Pointer(x))
		switch {
		case hasAMX:
			dotsTiles(c, bytesOf(a)[p:], b[p*w:], rows, w, d, 2*step)
		case hasVNNI:
			dotsVNNI(s, bytes, y, rows, w, d/i8Group, 2*step, i8Group*w)
		default:
			dotsAVX2(s, x, y, rows, w, d/i8Group, 2*step, i8Group*w)
		}
	}
}

// Of a tile, rows and bytes in each.
const tileRows, tileBytes = 16, 64

// dotsTiles is dotsI8 by AMX, sixteen rows at a time.
func dotsTiles(c []int32, a []uint8, b []int8, rows, w, depth, lda int) {
	for i := 0; i < rows; i += tileRows {
		for p := 0; p < depth; {
			bytes, steps := tileSteps(depth - p)
			config := tileConfig(min(tileRows, rows-i), w, bytes)
			dotsAMX(unsafe.SliceData(c[i*gemmPanel:]), unsafe.SliceData(a[i*lda+p:]), unsafe.SliceData(b[p*w:]), &config[0], (w+15)/16, steps, lda, i8Group*w)
			p += bytes * steps
		}
	}
}

// tileSteps cuts a depth: whole tiles of it, or what is left.
func tileSteps(depth int) (bytes, steps int) {
	if depth < tileBytes {
		return depth, 1
	}
	return tileBytes, depth / tileBytes
}

// tileConfig is what dotsAMX takes for rows of a, w columns of b and depth of both, in tiles by number: three of sums,
// one of a and three of b.
func tileConfig(rows, w, depth int) (config [64]uint8) {
	config[0] = 1 // palette
	set := func(tile, rows, bytes int) { config[16+2*tile], config[48+tile] = uint8(bytes), uint8(rows) }
	set(3, rows, depth)
	for j := 0; j*16 < w; j++ {
		bytes := min(16, w-j*16) * i8Group
		set(j, rows, bytes)
		set(4+j, depth/i8Group, bytes)
	}
	return config
}

// finishAVX2 is finish.
func (f *finishI8) finishAVX2(dst []float32, sums []int32, residual []float32, off, total []int32, ldc int) {
	rows := len(off)
	if rows == 0 || f.cols == 0 {
		return
	}
	last := (rows-1)*ldc + f.cols - 1
	_, _, _ = dst[last], sums[rows*gemmPanel-1], total[rows-1]
	if residual != nil {
		_ = residual[last]
	}
	columns := &f.columns[0]
	if f.plain {
		columns = nil
	}
	finishColumnsI8AVX2(unsafe.SliceData(dst), unsafe.SliceData(sums), unsafe.SliceData(residual), columns, &f.zero[0], &f.scale[0], &f.bias[0],
		unsafe.SliceData(off), unsafe.SliceData(total), rows, f.cols, ldc)
}

// finishCodes sets codes, [rows][48], to sums·scale + bias, quantised: those of whole strips.
func (f *finishI8) finishCodes(l *levelI8, codes []uint8, sums []int32, rows int) {
	cols := (f.cols + i8Strip - 1) &^ (i8Strip - 1)
	_, _ = codes[rows*gemmPanel-1], sums[rows*gemmPanel-1]
	if l.signed {
		finishCodesI8AVX2((*int8)(unsafe.Pointer(&codes[0])), &sums[0], &f.scale[0], &f.bias[0], rows, cols, l.scale[0], l.inverse(), l.zero)
		return
	}
	finishCodesU8AVX2(&codes[0], &sums[0], &f.scale[0], &f.bias[0], rows, cols, l.scale[0], l.inverse(), l.zero)
}

// layRowAVX2 is layRow where each channel has max(n, 8) elements left.
func (p *convolutionI8) layRowAVX2(at int, x []uint8, plane, channels, n int, flip uint8) {
	// Channels come as 0, 2, 1, 3 where they are made pairs; what is missing of them is in the same order.
	missing := ^uint64(0) << (8 * channels % 64)
	if channels == i8Block {
		missing = 0
	}
	last := at + (n-1)*p.padded + min(i8Depth(channels), i8Block) - 1
	flips, zeros := uint32(flip)*0x01010101, uint32(uint8(p.zero))*0x01010101
	if i8Bytes() {
		to := bytesOf(p.laid)
		_ = to[last]
		layBytesAVX2(&to[at], unsafe.SliceData(x), plane, channels, n, p.padded, flips, zeros, missing)
		return
	}
	missing = missing&0xff0000ffff0000ff | missing>>8&0x0000ff000000ff00 | missing<<8&0x00ff000000ff0000
	_ = p.laid[last]
	layPairsAVX2(&p.laid[at], unsafe.SliceData(x), plane, channels, n, 2*p.padded, flips, zeros, missing)
}

// columnsOfBytesAVX2 is transposeBytes for at least eight rows and a multiple of eight columns.
func columnsOfBytesAVX2(dst, src []uint8, rows, cols, ldd, lds int) {
	if cols == 0 {
		return
	}
	_, _ = dst[(cols-1)*ldd+rows-1], src[(rows-1)*lds+cols-1]
	for c := 0; c < cols; c += i8Block {
		columnBytesAVX2(&dst[c*ldd], &src[c], rows, ldd, lds)
	}
}

// dotsPlacedI8AVX2 is dotsPlacedI8.
func dotsPlacedI8AVX2(c []int32, a []int16, places, segments []int32, b []int8, w, span int) {
	depth := len(segments) * span
	_ = b[w*depth-1]
	for len(places) > 0 {
		rows := min(placedRows(depth), len(places))
		_ = c[rows*gemmPanel-1]
		for j := 0; j < w; j += i8Strip {
			dotsPlacedAVX2(&c[j], unsafe.SliceData(a), &places[0], &segments[0], &b[j*i8Group], rows, min(i8Strip, w-j), span/i8Group, len(segments), i8Group*w)
		}
		c, places = c[rows*gemmPanel:], places[rows:]
	}
}

// dotsPlacedWideI8AVX2 is dotsPlacedI8 for a panel that widenPanelI8AVX2 made.
func dotsPlacedWideI8AVX2(c []int32, a []int16, places, segments []int32, b []int16, w, span int) {
	depth := len(segments) * span
	_ = b[(w+i8Strip-1)&^(i8Strip-1)*depth-1]
	for len(places) > 0 {
		rows := min(placedRows(depth), len(places))
		_ = c[rows*gemmPanel-1]
		for j := 0; j < w; j += i8Strip {
			dotsPlacedWideAVX2(&c[j], unsafe.SliceData(a), &places[0], &segments[0], &b[j*depth], rows, (min(i8Strip, w-j)+7)/8, span/i8Group, len(segments))
		}
		c, places = c[rows*gemmPanel:], places[rows:]
	}
}

// placedRows is how many rows of this depth a call takes, as nothing can interrupt it.
func placedRows(depth int) int { return max(i8ShareFrom()/2/(i8Strip*depth)/6*6, 6) }

// widenPanelI8AVX2 makes int16 of a panel, w columns wide, of so many groups: strips of 16 columns, one after the other.
func widenPanelI8AVX2(dst []int16, panel []int8, w, groups int) {
	size := i8Strip * groups * i8Group // of a strip
	_, _ = dst[(w+i8Strip-1)/i8Strip*size-1], panel[w*groups*i8Group-1]
	for j := 0; j < w; j += i8Strip {
		to, from := dst[j/i8Strip*size:], panel[j*i8Group:]
		for g := 0; g < groups; g += callElements / i8Strip {
			widenPairsAVX2(&to[g*i8Strip*i8Group], &from[g*w*i8Group], min(i8Strip, w-j), min(callElements/i8Strip, groups-g), w*i8Group)
		}
	}
}

// readyTotalAVX2 is readyTotal but for the last elements: it gives how many it did.
func readyTotalAVX2(row []int16, k int) (done int, total int32) {
	if i8Bytes() {
		done = k &^ 31
		b := bytesOf(row)[:done]
		return done, prepareBytesAVX2(unsafe.SliceData(b), unsafe.SliceData(b), done, 0)
	}
	done = k &^ 15
	return done, totalPairsAVX2(unsafe.SliceData(row[:done]), done)
}
