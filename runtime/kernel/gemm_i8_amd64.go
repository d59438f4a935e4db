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

func bytesOf(a []int16) []uint8 {
	return unsafe.Slice((*uint8)(unsafe.Pointer(unsafe.SliceData(a))), 2*len(a))
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
	finishColumnsI8AVX2(unsafe.SliceData(dst), unsafe.SliceData(sums), unsafe.SliceData(residual), &f.columns[0], &f.zero[0], &f.scale[0], &f.bias[0],
		unsafe.SliceData(off), unsafe.SliceData(total), rows, f.cols, ldc)
}

// gatherAVX2 makes rows of n neighbours ready, step apart, whose inputs are from src on. It writes up to seven more.
func (p *convolutionI8) gatherAVX2(dst []int16, src []uint8, n, step int) {
	groups := len(p.offsets) / i8Group
	if groups == 0 || n == 0 {
		return
	}
	_ = dst[((n+i8Run-1)&^(i8Run-1))*step-1]
	if i8Bytes() {
		gatherBytesAVX2(unsafe.SliceData(bytesOf(dst)), unsafe.SliceData(src), unsafe.SliceData(p.offsets), groups, n, 2*step)
		return
	}
	gatherPairsAVX2(unsafe.SliceData(dst), unsafe.SliceData(src), unsafe.SliceData(p.offsets), groups, n, 2*step, uint32(p.zero)<<16|uint32(p.zero))
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
