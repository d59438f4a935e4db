package image

// toRGB fills img from the planes. A chroma sample serves 2×2 luma samples;
// between them it is interpolated: 9, 3, 3 and 1 sixteenths of the four nearest,
// rounded in libwebp's two stages.
func (d *vp8Decoder) toRGB(img *Image) {
	half := (img.Width + 1) / 2
	for y := range img.Height {
		// The nearer chroma row, and the farther one on the other side of this row.
		near := y / 2
		far := near - 1
		if y%2 == 1 {
			far = near + 1
		}
		far = min(max(far, 0), (img.Height-1)/2)
		luma := d.planes[0].pix[d.planes[0].at(0, y):][:img.Width]
		u0, u1 := d.planes[1].pix[d.planes[1].at(0, near):][:half], d.planes[1].pix[d.planes[1].at(0, far):][:half]
		v0, v1 := d.planes[2].pix[d.planes[2].at(0, near):][:half], d.planes[2].pix[d.planes[2].at(0, far):][:half]
		row := img.Pix[y*img.Width*3:][:img.Width*3]
		for x, l := range luma {
			u, v := vp8Upsample(u0, u1, x, len(luma)), vp8Upsample(v0, v1, x, len(luma))
			vp8ToRGB(row[3*x:][:3], int(l), u, v)
		}
	}
}

// vp8Upsample is the chroma at column x of w. near and far are the chroma rows on
// either side of it.
func vp8Upsample(near, far []byte, x, w int) int {
	c := x / 2
	side := c - 1 + x%2*2 // the farther column
	a, b := int(near[c]), int(far[c])
	if x == 0 || x == w-1 && w%2 == 0 {
		return (3*a + b + 2) >> 2
	}
	e, f := int(near[side]), int(far[side])
	return ((a+b+e+f+8+2*(b+e))>>3 + a) >> 1
}

// vp8ToRGB converts with the factors of BT.601 in 14 bits, in libwebp's order.
func vp8ToRGB(dst []byte, y, u, v int) {
	y = y * 19077 >> 8
	dst[0] = vp8Clamp((y + v*26149>>8 - 14234) >> 6)
	dst[1] = vp8Clamp((y - u*6419>>8 - v*13320>>8 + 8708) >> 6)
	dst[2] = vp8Clamp((y + u*33050>>8 - 17685) >> 6)
}
