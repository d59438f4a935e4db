package image

// reconstruct predicts the macroblock at column x of row y and adds its residuals.
func (d *vp8Decoder) reconstruct(x, y int) {
	b := &d.block
	luma := &d.planes[0]
	if b.split {
		d.reconstructSplit(x, y)
	} else {
		vp8Predict(luma, x, y, 16, b.modes[0])
		for i := range 16 {
			if b.coded[i] {
				vp8AddResidual(luma, luma.at(x*16+i%4*4, y*16+i/4*4), &b.coeffs[i])
			}
		}
	}
	for c := range 2 {
		p := &d.planes[1+c]
		vp8Predict(p, x, y, 8, b.chroma)
		for i := range 4 {
			if n := 16 + 4*c + i; b.coded[n] {
				vp8AddResidual(p, p.at(x*8+i%2*4, y*8+i/2*4), &b.coeffs[n])
			}
		}
	}
}

// reconstructSplit is the luma of a macroblock of 4×4 modes.
func (d *vp8Decoder) reconstructSplit(x, y int) {
	b, p := &d.block, &d.planes[0]
	// The samples above and to the right of the macroblock serve the right-hand
	// blocks of every row. Behind the last column the nearest sample repeats.
	var corner [4]byte
	above := p.at(x*16, y*16-1)
	switch {
	case y == 0:
		corner = [4]byte{127, 127, 127, 127}
	case x == d.cols-1:
		last := p.pix[above+15]
		corner = [4]byte{last, last, last, last}
	default:
		copy(corner[:], p.pix[above+16:])
	}
	for i := range 16 {
		at := p.at(x*16+i%4*4, y*16+i/4*4)
		right := corner[:]
		if i%4 < 3 {
			right = p.pix[at-p.stride+4 : at-p.stride+8]
		}
		vp8Predict4(p, at, right, b.modes[i])
		if b.coded[i] {
			vp8AddResidual(p, at, &b.coeffs[i])
		}
	}
}

// vp8Predict fills the size×size block at column x of row y of blocks from its neighbours.
func vp8Predict(p *vp8Plane, x, y, size int, mode uint8) {
	at := p.at(x*size, y*size)
	above := p.pix[at-p.stride : at-p.stride+size]
	switch mode {
	case vp8PredDC:
		// The mean of the neighbours inside the picture, 128 without any.
		sum, n := 0, 0
		if y > 0 {
			for _, v := range above {
				sum += int(v)
			}
			n += size
		}
		if x > 0 {
			for j := range size {
				sum += int(p.pix[at+j*p.stride-1])
			}
			n += size
		}
		mean := byte(128)
		if n > 0 {
			mean = byte((sum + n/2) / n)
		}
		for j := range size {
			row := p.pix[at+j*p.stride:][:size]
			for i := range row {
				row[i] = mean
			}
		}
	case vp8PredTM:
		vp8PredictTM(p, at, size, above)
	case vp8PredV:
		for j := range size {
			copy(p.pix[at+j*p.stride:], above)
		}
	case vp8PredH:
		for j := range size {
			row := p.pix[at+j*p.stride-1:][:size+1]
			for i := range size {
				row[1+i] = row[0]
			}
		}
	}
}

// vp8PredictTM adds to the sample on the left what the one above differs by from
// the corner.
func vp8PredictTM(p *vp8Plane, at, size int, above []byte) {
	corner := int(p.pix[at-p.stride-1])
	for j := range size {
		row := p.pix[at+j*p.stride-1:][:size+1]
		left := int(row[0]) - corner
		for i, v := range above {
			row[1+i] = vp8Clamp(left + int(v))
		}
	}
}

// vp8Predict4 fills a 4×4 block. right is what stands above and to the right of it.
func vp8Predict4(p *vp8Plane, at int, right []byte, mode uint8) {
	above := p.pix[at-p.stride-1 : at-p.stride+4] // with the corner first
	if mode == vp8PredTM {
		vp8PredictTM(p, at, 4, above[1:])
		return
	}
	// The edge from the bottom left up to the corner and on to the top right, its ends repeated.
	var edge [15]int
	for j := range 4 {
		edge[4-j] = int(p.pix[at+j*p.stride-1])
		edge[10+j] = int(right[j])
	}
	for i, v := range above {
		edge[5+i] = int(v)
	}
	edge[0], edge[14] = edge[1], edge[13]
	if mode == vp8PredDC {
		sum := 4
		for i := range 4 {
			sum += edge[1+i] + edge[6+i]
		}
		for j := range 16 {
			p.pix[at+j/4*p.stride+j%4] = byte(sum >> 3)
		}
		return
	}
	for j, tap := range vp8SubModeTaps[mode-vp8PredV] {
		var v int
		if i := int(tap & 15); tap >= 16 {
			v = (edge[i] + edge[i+1] + 1) >> 1
		} else {
			v = (edge[i-1] + 2*edge[i] + edge[i+1] + 2) >> 2
		}
		p.pix[at+j/4*p.stride+j%4] = byte(v)
	}
}

// vp8Clamp limits v to a sample.
func vp8Clamp(v int) byte { return byte(min(max(v, 0), 255)) }
