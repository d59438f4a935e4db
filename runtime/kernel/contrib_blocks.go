package kernel

import "github.com/energeticc/energeticc/runtime/par"

// UnpackCodes sets dst to the numbers of so many bits, 1, 2 or 4, that src holds: of each byte
// the lowest bits first, or the highest.
func UnpackCodes(dst, src []uint8, bits int, highest bool) {
	per := 8 / bits
	mask := uint8(1)<<bits - 1
	for i, v := range src {
		y := dst[i*per : (i+1)*per]
		for p := range y {
			if highest {
				y[per-1-p] = v & mask
			} else {
				y[p] = v & mask
			}
			v >>= bits
		}
	}
}

// blockWeights are weights [n][k] of 2, 4 or 8 bits, rows of whole blocks in codes. An element is
// (code - zero)·scale, with one scale for each block and one zero point: in zeros, or packed like codes in
// packedZeros, or else half of the codes' range.
type blockWeights struct {
	codes          []uint8
	scale, zeros   []float32
	packedZeros    []uint8
	bits, block    int
	blocks, zeroed int // blocks and bytes of zero points of a row
}

// zero is the zero point of a block of row j.
func (w *blockWeights) zero(j, block int) float32 {
	switch {
	case w.zeros != nil:
		return w.zeros[j*w.blocks+block]
	case w.packedZeros != nil:
		at := block * w.bits
		return float32(w.packedZeros[j*w.zeroed+at/8] >> (at % 8) & (1<<w.bits - 1))
	}
	return float32(int32(1) << (w.bits - 1))
}

// widen sets the columns of panel, [depth][width], to the weights of rows from j on and their elements from p on.
// Both p and depth are multiples of 16, or depth ends the row.
func (w *blockWeights) widen(panel []float32, j, cols, p, depth, width int) {
	for c := range cols {
		row := w.codes[(j+c)*w.blocks*w.block*w.bits/8:]
		for at := 0; at < depth; {
			block := (p + at) / w.block
			size := min((block+1)*w.block-p-at, depth-at)
			scale, zero := w.scale[(j+c)*w.blocks+block], w.zero(j+c, block)
			widenCodes(panel[at*width+c:], row[(p+at)*w.bits/8:], size, width, w.bits, scale, zero)
			at += size
		}
	}
	for c := cols; c < width; c++ { // what fills up a group of columns
		for at := range depth {
			panel[at*width+c] = 0
		}
	}
}

// widenCodes sets n elements of y, step apart, to (code - zero)·scale.
func widenCodes(y []float32, codes []uint8, n, step, bits int, scale, zero float32) {
	if n == 0 {
		return
	}
	var value [16]float32 // what each code of up to 4 bits stands for
	switch bits {
	case 8:
		for i, q := range codes[:n] {
			y[i*step] = float32((float32(q) - zero) * scale)
		}
		return
	case 4:
		for q := range value {
			value[q] = float32((float32(q) - zero) * scale)
		}
		for i := 0; i+1 < n; i += 2 {
			q := codes[i/2]
			y[i*step] = value[q&15]
			y[(i+1)*step] = value[q>>4]
		}
		if n%2 == 1 {
			y[(n-1)*step] = value[codes[n/2]&15]
		}
		return
	}
	for q := range 4 {
		value[q] = float32((float32(q) - zero) * scale)
	}
	for i := range n {
		y[i*step] = value[codes[i/4]>>(i%4*2)&3]
	}
}

// GemmBlocks computes dst [m][n] = a·wᵀ + bias for w [n][k] of 2, 4 or 8 bits a weight, in blocks
// of a power of two from 16 on, each with a scale: codes are rows of whole blocks, lowest bits first. A block's
// zero point is in zeros, or packed like codes in packedZeros, or is half of the codes' range. bias may be nil.
//
//energeticc:shape m n k
func GemmBlocks(dst, a []float32, codes []uint8, scale, zeros []float32, packedZeros []uint8, bias []float32, m, n, k, bits, block int) {
	blocks := (k + block - 1) / block
	w := blockWeights{codes: codes, scale: scale, zeros: zeros, packedZeros: packedZeros,
		bits: bits, block: block, blocks: blocks, zeroed: (blocks*bits + 7) / 8}
	if m*n*k >= shareFrom && par.Workers() > 0 {
		t := blockTasks.Get()
		*t = blockTask{dst: dst, a: a, bias: bias, w: w, m: m, n: n, k: k}
		par.Do(t, (n+gemmPanel-1)/gemmPanel)
		*t = blockTask{} // what is spare holds on to no memory
		blockTasks.Put(t)
		return
	}
	for j := 0; j < n; j += gemmPanel {
		w.product(dst, a, bias, j, min(gemmPanel, n-j), m, n, k)
	}
}

// blockTask is a GemmBlocks in parts of a panel each.
type blockTask struct {
	dst, a, bias []float32
	w            blockWeights
	m, n, k      int
}

// blockTasks are those that no step is at.
var blockTasks par.Spare[blockTask]

// Part computes a panel's columns.
func (t *blockTask) Part(i int) {
	j := i * gemmPanel
	t.w.product(t.dst, t.a, t.bias, j, min(gemmPanel, t.n-j), t.m, t.n, t.k)
}

// product computes cols columns of dst from j on. A part of the panel is widened once for each gemmRowsWiden rows.
func (w *blockWeights) product(dst, a, bias []float32, j, cols, m, n, k int) {
	var sum [gemmRowsWiden * gemmPanel]float32
	var wide [gemmWiden * gemmPanel]float32
	width := panelWidth(cols)
	for i := 0; i < m; i += gemmRowsWiden {
		rows := min(gemmRowsWiden, m-i)
		c := sum[:rows*width]
		clear(c)
		for p := 0; p < k; p += gemmWiden {
			d := min(gemmWiden, k-p)
			w.widen(wide[:d*width], j, cols, p, d, width)
			addProduct(c, a[i*k+p:], wide[:d*width], rows, width, d, k, width)
		}
		storeBlock(dst, c, nil, bias, nil, i, j, rows, cols, n, Act{})
	}
}
