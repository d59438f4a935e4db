package image

// vp8InverseWHT undoes the Walsh–Hadamard transform of a luma2 block and gives
// each luma block its first coefficient (RFC 6386 §14.3).
func vp8InverseWHT(in *[16]int16, out *[24][16]int16) {
	var t [16]int
	for i := range 4 {
		a, b, c, d := int(in[i]), int(in[4+i]), int(in[8+i]), int(in[12+i])
		t[i] = a + d + (b + c)
		t[4+i] = a - d + (b - c)
		t[8+i] = a + d - (b + c)
		t[12+i] = a - d - (b - c)
	}
	for i := range 4 {
		a, b, c, d := t[4*i]+3, t[4*i+1], t[4*i+2], t[4*i+3]
		out[4*i][0] = int16((a + d + (b + c)) >> 3)
		out[4*i+1][0] = int16((a - d + (b - c)) >> 3)
		out[4*i+2][0] = int16((a + d - (b + c)) >> 3)
		out[4*i+3][0] = int16((a - d - (b - c)) >> 3)
	}
}

// vp8AddResidual adds the inverse cosine transform of c to the 4×4 block at
// index at. The factors are √2·cos(π/8) and √2·sin(π/8) in 16 bits (§14.4).
func vp8AddResidual(p *vp8Plane, at int, c *[16]int16) {
	var t [16]int
	for i := range 4 {
		t[4*i], t[4*i+1], t[4*i+2], t[4*i+3] = vp8Butterfly(int(c[i]), int(c[4+i]), int(c[8+i]), int(c[12+i]))
	}
	for j := range 4 {
		a, b, e, f := vp8Butterfly(t[j]+4, t[4+j], t[8+j], t[12+j])
		row := p.pix[at+j*p.stride:][:4]
		row[0] = vp8Clamp(int(row[0]) + a>>3)
		row[1] = vp8Clamp(int(row[1]) + b>>3)
		row[2] = vp8Clamp(int(row[2]) + e>>3)
		row[3] = vp8Clamp(int(row[3]) + f>>3)
	}
}

// vp8Butterfly is the transform of four coefficients. Where damaged ones are too
// large it wraps to 16 bits, as libwebp's vectors do.
func vp8Butterfly(c0, c1, c2, c3 int) (v0, v1, v2, v3 int) {
	a, b := c0+c2, c0-c2
	c := c1*35468>>16 - (c3*20091>>16 + c3)
	d := c1*20091>>16 + c1 + c3*35468>>16
	return int(int16(a + d)), int(int16(b + c)), int(int16(b - c)), int(int16(a - d))
}
