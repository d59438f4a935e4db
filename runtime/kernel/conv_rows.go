package kernel

// PackConvF32 lays out the weights [groups, rows, k] of a convolution for ConvF32 and its kin: per group, panels of
// four rows as [k][4], then the rows that are left, each as it is. dst is as long as w.
func PackConvF32(dst, w []float32, groups, rows, k int) {
	for g := range groups {
		from, to := w[g*rows*k:(g+1)*rows*k], dst[g*rows*k:(g+1)*rows*k]
		r := 0
		for ; r+4 <= rows; r += 4 {
			panel := to[r*k : (r+4)*k]
			for i := range 4 {
				for j, v := range from[(r+i)*k : (r+i+1)*k] {
					panel[4*j+i] = v
				}
			}
		}
		copy(to[r*k:], from[r*k:])
	}
}

// PackConvTransposeF32 is PackConvF32 of the weights [groups, k, rows] of a transposed convolution, each group
// transposed.
func PackConvTransposeF32(dst, w []float32, groups, rows, k int) {
	for g := range groups {
		from, to := w[g*rows*k:(g+1)*rows*k], dst[g*rows*k:(g+1)*rows*k]
		whole := rows &^ 3
		for j := range k {
			line := from[j*rows : (j+1)*rows]
			for r := 0; r < whole; r += 4 {
				copy(to[r*k+4*j:], line[r:r+4])
			}
			for r, v := range line[whole:] {
				to[(whole+r)*k+j] = v
			}
		}
	}
}

// convRows computes positions p0 to p0+width of y[rows, plane] = w·b + bias. w is packed by PackConvF32 as one group;
// b is [width/4][k][4] with four floats of any value after it.
func convRows(y, w, b, bias []float32, rows, k, p0, width, plane int) {
	r := 0
	for ; r+4 <= rows; r += 4 {
		panel := w[r*k : (r+4)*k]
		var start [4]float32
		if bias != nil {
			copy(start[:], bias[r:r+4])
		}
		y0 := y[r*plane+p0:][:width]
		y1 := y[(r+1)*plane+p0:][:width]
		y2 := y[(r+2)*plane+p0:][:width]
		y3 := y[(r+3)*plane+p0:][:width]
		for j := 0; j < width; j += 4 {
			var c [16]float32
			convTile4x2((*[8]float32)(c[:8]), &start, panel, b[j*k:(j+4)*k])
			convTile4x2((*[8]float32)(c[8:]), &start, panel, b[j*k+2:(j+4)*k+2])
			if j+4 <= width {
				z0, z1, z2, z3 := y0[j:j+4], y1[j:j+4], y2[j:j+4], y3[j:j+4]
				z0[0], z0[1], z0[2], z0[3] = c[0], c[1], c[8], c[9]
				z1[0], z1[1], z1[2], z1[3] = c[2], c[3], c[10], c[11]
				z2[0], z2[1], z2[2], z2[3] = c[4], c[5], c[12], c[13]
				z3[0], z3[1], z3[2], z3[3] = c[6], c[7], c[14], c[15]
				continue
			}
			for i := range width - j {
				at := i/2*8 + i%2
				y0[j+i], y1[j+i], y2[j+i], y3[j+i] = c[at], c[at+2], c[at+4], c[at+6]
			}
		}
	}
	for ; r < rows; r++ {
		start := float32(0)
		if bias != nil {
			start = bias[r]
		}
		row := w[r*k : (r+1)*k]
		out := y[r*plane+p0:][:width]
		for j := 0; j < width; j += 4 {
			var c [4]float32
			convTile1x4(&c, start, row, b[j*k:(j+4)*k])
			copy(out[j:], c[:])
		}
	}
}

// convTile4x2 gives the products of four rows with two positions, c[row][position] = start[row] + Σ a[k][row]·b[k][…]:
// a steps by four rows and b, which is as long, by four positions, of which the first two count.
//
// The second slice of a, whose bounds check ends a basic block, keeps the compiler from scheduling all eight products
// before the sums and spilling them: 4.5 instead of 3.2 GFLOP/s on Zen 1. See tile2x4.
func convTile4x2(c *[8]float32, start *[4]float32, a, b []float32) {
	c0, c2, c4, c6 := start[0], start[1], start[2], start[3]
	c1, c3, c5, c7 := c0, c2, c4, c6
	for o := 0; o+4 <= len(b); o += 4 {
		p, q := b[o], b[o+1]
		w := a[o : o+2 : o+2]
		c0 += float32(w[0] * p)
		c1 += float32(w[0] * q)
		c2 += float32(w[1] * p)
		c3 += float32(w[1] * q)
		w = a[o+2 : o+4 : o+4]
		c4 += float32(w[0] * p)
		c5 += float32(w[0] * q)
		c6 += float32(w[1] * p)
		c7 += float32(w[1] * q)
	}
	c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7] = c0, c1, c2, c3, c4, c5, c6, c7
}

// convTile1x4 gives the products of one row with four positions.
func convTile1x4(c *[4]float32, start float32, a, b []float32) {
	c0, c1, c2, c3 := start, start, start, start
	for _, v := range a {
		if len(b) < 4 {
			break
		}
		c0 += float32(v * b[0])
		c1 += float32(v * b[1])
		c2 += float32(v * b[2])
		c3 += float32(v * b[3])
		b = b[4:]
	}
	c[0], c[1], c[2], c[3] = c0, c1, c2, c3
}
