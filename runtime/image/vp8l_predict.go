package image

// vp8lPrediction predicts a pixel from those on the left, above, and above to the
// left and right.
func vp8lPrediction(mode, l, t, tl, tr uint32) uint32 {
	switch mode {
	case 1:
		return l
	case 2:
		return t
	case 3:
		return tr
	case 4:
		return tl
	case 5:
		return vp8lMean(vp8lMean(l, tr), t)
	case 6:
		return vp8lMean(l, tl)
	case 7:
		return vp8lMean(l, t)
	case 8:
		return vp8lMean(tl, t)
	case 9:
		return vp8lMean(t, tr)
	case 10:
		return vp8lMean(vp8lMean(l, tl), vp8lMean(t, tr))
	case 11:
		return vp8lSelect(l, t, tl)
	case 12:
		return vp8lEach(l, t, tl, vp8lGradient)
	case 13:
		return vp8lEach(vp8lMean(l, t), tl, 0, vp8lHalfGradient)
	}
	return 0xff000000 // 0, and as libwebp has it 14 and 15
}

// vp8lAdd adds the four bytes of a and b, each modulo 256.
func vp8lAdd(a, b uint32) uint32 {
	return (a&0xff00ff00+b&0xff00ff00)&0xff00ff00 | (a&0x00ff00ff+b&0x00ff00ff)&0x00ff00ff
}

// vp8lMean is the mean of each of the four bytes, rounded down.
func vp8lMean(a, b uint32) uint32 { return (a^b)&0xfefefefe>>1 + a&b }

// vp8lSelect is the one of l and t that is nearer to l + t − tl, else t.
func vp8lSelect(l, t, tl uint32) uint32 {
	nearer := 0
	for s := 0; s < 32; s += 8 {
		c := int(tl >> s & 0xff)
		nearer += vp8Abs(int(l>>s&0xff)-c) - vp8Abs(int(t>>s&0xff)-c)
	}
	if nearer <= 0 {
		return t
	}
	return l
}

// vp8lEach applies f to each of the four bytes.
func vp8lEach(a, b, c uint32, f func(a, b, c int) byte) uint32 {
	v := uint32(0)
	for s := 0; s < 32; s += 8 {
		v |= uint32(f(int(a>>s&0xff), int(b>>s&0xff), int(c>>s&0xff))) << s
	}
	return v
}

func vp8lGradient(a, b, c int) byte { return vp8Clamp(a + b - c) }

// vp8lHalfGradient goes half as far again from b to a; halves round to zero.
func vp8lHalfGradient(a, b, _ int) byte { return vp8Clamp(a + (a-b)/2) }
