package image

// The constants of Loeffler, Ligtenberg and Moschytz' transform with 11 multiplications, scaled by 2^13.
const (
	jpegC0298 = 2446
	jpegC0390 = 3196
	jpegC0541 = 4433
	jpegC0765 = 6270
	jpegC0899 = 7373
	jpegC1175 = 9633
	jpegC1501 = 12299
	jpegC1847 = 15137
	jpegC1961 = 16069
	jpegC2053 = 16819
	jpegC2562 = 20995
	jpegC3072 = 25172
)

// jpegIDCT computes the 8×8 samples of a block from its coefficients and their divisors, in the integer arithmetic of
// libjpeg's accurate transform. What leaves 16 bits, which only damaged files do, wraps and saturates as in its vector
// code.
func jpegIDCT(dst []byte, stride int, block *[64]int16, table *[64]uint16) {
	var v [64]int16
	var rest int16
	for i, q := range table {
		v[i] = int16(int32(block[i]) * int32(q))
		if i >= 8 {
			rest |= block[i]
		}
	}
	if rest == 0 {
		for i := range 8 {
			dc := v[i] << 2
			for j := range 8 {
				v[8*j+i] = dc
			}
		}
	} else {
		for i := range 8 {
			jpegIDCT8(&v, i, 8, 11) // keeps 2 bits of fraction
		}
	}
	for y := range 8 {
		jpegIDCT8(&v, 8*y, 1, 18)
		row := dst[stride*y : stride*y+8 : stride*y+8]
		for x := range row {
			row[x] = byte(min(max(v[8*y+x], -128), 127) + 128)
		}
	}
}

// jpegIDCT8 transforms v[at], v[at+step], … in place and drops bits of the result.
func jpegIDCT8(v *[64]int16, at, step int, drop uint) {
	at &= 63
	in := func(i int) int32 { return int32(v[(at+i*step)&63]) }
	// Even part.
	z2, z3 := in(2), in(6)
	t2 := z2*jpegC0541 + z3*(jpegC0541-jpegC1847)
	t3 := z2*(jpegC0541+jpegC0765) + z3*jpegC0541
	t0 := int32(int16(in(0)+in(4))) << 13
	t1 := int32(int16(in(0)-in(4))) << 13
	half := int32(1) << (drop - 1)
	e0, e3, e1, e2 := t0+t3+half, t0-t3+half, t1+t2+half, t1-t2+half
	// Odd part.
	a, b, c, d := in(7), in(5), in(3), in(1)
	z3, z4 := int32(int16(a+c)), int32(int16(b+d))
	s3 := z3*(jpegC1175-jpegC1961) + z4*jpegC1175
	s4 := z3*jpegC1175 + z4*(jpegC1175-jpegC0390)
	o0 := a*(jpegC0298-jpegC0899) - d*jpegC0899 + s3
	o1 := b*(jpegC2053-jpegC2562) - c*jpegC2562 + s4
	o2 := c*(jpegC3072-jpegC2562) - b*jpegC2562 + s3
	o3 := d*(jpegC1501-jpegC0899) - a*jpegC0899 + s4
	for i, sum := range [8]int32{e0 + o3, e1 + o2, e2 + o1, e3 + o0, e3 - o0, e2 - o1, e1 - o2, e0 - o3} {
		v[(at+i*step)&63] = int16(min(max(sum>>drop, -1<<15), 1<<15-1))
	}
}
