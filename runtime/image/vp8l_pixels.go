package image

// vp8lNear are the first 120 distances of copies, nearest first, as the rows up
// in the high half and 8 less the columns to the left in the low one.
var vp8lNear = [120]uint8{
	0x18, 0x07, 0x17, 0x19, 0x28, 0x06, 0x27, 0x29, 0x16, 0x1a, 0x26, 0x2a, 0x38, 0x05, 0x37, 0x39, 0x15, 0x1b, 0x36, 0x3a,
	0x25, 0x2b, 0x48, 0x04, 0x47, 0x49, 0x14, 0x1c, 0x35, 0x3b, 0x46, 0x4a, 0x24, 0x2c, 0x58, 0x45, 0x4b, 0x34, 0x3c, 0x03,
	0x57, 0x59, 0x13, 0x1d, 0x56, 0x5a, 0x23, 0x2d, 0x44, 0x4c, 0x55, 0x5b, 0x33, 0x3d, 0x68, 0x02, 0x67, 0x69, 0x12, 0x1e,
	0x66, 0x6a, 0x22, 0x2e, 0x54, 0x5c, 0x43, 0x4d, 0x65, 0x6b, 0x32, 0x3e, 0x78, 0x01, 0x77, 0x79, 0x53, 0x5d, 0x11, 0x1f,
	0x64, 0x6c, 0x42, 0x4e, 0x76, 0x7a, 0x21, 0x2f, 0x75, 0x7b, 0x31, 0x3f, 0x63, 0x6d, 0x52, 0x5e, 0x00, 0x74, 0x7c, 0x41,
	0x4f, 0x10, 0x20, 0x62, 0x6e, 0x30, 0x73, 0x7d, 0x51, 0x5f, 0x40, 0x72, 0x7e, 0x61, 0x6f, 0x50, 0x71, 0x7f, 0x60, 0x70,
}

// vp8lEntropy is how a picture's pixels are coded.
type vp8lEntropy struct {
	groups    []vp8lGroup
	tileMap   []uint32 // the group of each tile in bits 8–23; nil for a single group
	tileBits  int      // a tile is 1<<tileBits pixels square
	tiles     int      // in a row
	cacheBits int      // the colour cache holds 1<<cacheBits; 0 for none
}

// group is the group of codes at column x of row y.
func (e *vp8lEntropy) group(x, y int) *vp8lGroup {
	if e.tileMap == nil {
		return &e.groups[0]
	}
	return &e.groups[e.tileMap[(y>>e.tileBits)*e.tiles+x>>e.tileBits]>>8&0xffff]
}

// vp8lTiles is how many tiles of 1<<tileBits cover n pixels.
func vp8lTiles(n, tileBits int) int { return (n + 1<<tileBits - 1) >> tileBits }

// readPicture reads w×h pixels of 8 bits each: alpha, red, green, blue from the
// highest on. The picture itself, at the top, may choose among groups of codes;
// the small ones that it is made with have one group.
func (r *vp8lBits) readPicture(w, h int, top bool) ([]uint32, error) {
	var e vp8lEntropy
	if r.flag() {
		e.cacheBits = r.read(4)
		if e.cacheBits < 1 || e.cacheBits > 11 {
			return nil, r.fail("a colour cache's size has too many or no bits; want 1 to 11")
		}
	}
	groups := 1
	if top && r.flag() {
		e.tileBits = 2 + r.read(3)
		e.tiles = vp8lTiles(w, e.tileBits)
		var err error
		if e.tileMap, err = r.readPicture(e.tiles, vp8lTiles(h, e.tileBits), false); err != nil {
			return nil, err
		}
		for _, v := range e.tileMap {
			groups = max(groups, int(v>>8&0xffff)+1)
		}
	}
	for range groups {
		var g vp8lGroup
		for i := range g {
			n := vp8lAlphabets[i]
			if i == vp8lGreen && e.cacheBits > 0 {
				n += 1 << e.cacheBits
			}
			var err error
			if g[i], err = r.readCode(n); err != nil {
				return nil, err
			}
		}
		e.groups = append(e.groups, g)
	}
	return r.readPixels(&e, w, h)
}

// readPixels reads pixels, copies of earlier ones and places in the colour cache
// until w×h are there.
func (r *vp8lBits) readPixels(e *vp8lEntropy, w, h int) ([]uint32, error) {
	pix := make([]uint32, w*h)
	var cache []uint32
	if e.cacheBits > 0 {
		cache = make([]uint32, 1<<e.cacheBits)
	}
	cached := 0 // pixels that the cache has seen
	for at := 0; at < len(pix); {
		g := e.group(at%w, at/w)
		s := r.symbol(&g[vp8lGreen])
		switch {
		case s < 256:
			red, blue := r.symbol(&g[vp8lRed]), r.symbol(&g[vp8lBlue])
			pix[at] = uint32(r.symbol(&g[vp8lAlpha]))<<24 | uint32(red)<<16 | uint32(s)<<8 | uint32(blue)
			at++
		case s < 256+24:
			n := r.extended(s - 256)
			distance := vp8lBack(r.extended(r.symbol(&g[vp8lDistance])), w)
			if r.ended() || distance > at || n > len(pix)-at {
				return nil, r.fail("a copy starts before or ends behind the picture")
			}
			for range n { // forward, as source and target may overlap
				pix[at] = pix[at-distance]
				at++
			}
		default:
			for ; cached < at; cached++ {
				cache[vp8lHash(pix[cached], e.cacheBits)] = pix[cached]
			}
			pix[at] = cache[s-(256+24)]
			at++
		}
		if r.ended() {
			break
		}
	}
	if r.ended() {
		return nil, r.fail("")
	}
	return pix, nil
}

// extended completes a symbol for a length or distance with its extra bits.
func (r *vp8lBits) extended(s int) int {
	if s < 4 {
		return s + 1
	}
	n := (s - 2) >> 1
	return (2+s&1)<<n + r.read(n) + 1
}

// vp8lBack is the distance in pixels that a code stands for in rows of w.
func vp8lBack(code, w int) int {
	if code > len(vp8lNear) {
		return code - len(vp8lNear)
	}
	near := int(vp8lNear[code-1])
	return max(1, near>>4*w+8-near&15)
}

// vp8lHash is a pixel's place in a colour cache.
func vp8lHash(pixel uint32, cacheBits int) uint32 {
	return pixel * 0x1e35a7bd >> (32 - cacheBits)
}
