package image

// Kinds of transforms, in the order of their numbers.
const (
	vp8lPredict = iota
	vp8lCrossColour
	vp8lSubtractGreen
	vp8lPalette
)

// vp8lTransform is one step that the encoder took before coding.
type vp8lTransform struct {
	kind  int
	width int      // of the picture that undoing it gives
	bits  int      // tiles are 1<<bits square; for a palette 1<<bits pixels share one
	data  []uint32 // what each tile needs, or the palette
}

// vp8lReadSize reads the lossless header: the picture's width and height.
func vp8lReadSize(r *vp8lBits) (w, h int, err error) {
	if r.read(8) != 0x2f {
		return 0, 0, imageError("webp", r.base, "a lossless picture does not start with 2f")
	}
	w, h = 1+r.read(14), 1+r.read(14)
	r.read(1) // whether alpha is used
	if r.read(3) != 0 {
		return 0, 0, r.fail("unknown version of lossless coding; want 0")
	}
	return w, h, checkImageSize("webp", r.base, w, h)
}

// vp8lDecode decodes a lossless picture, whose first byte is byte base of the file.
func vp8lDecode(data []byte, base int) (*Image, error) {
	r := vp8lNewBits(data, base)
	w, h, err := vp8lReadSize(&r)
	if err != nil {
		return nil, err
	}
	var transforms []vp8lTransform
	var seen [4]bool
	width := w
	for r.flag() {
		t := vp8lTransform{kind: r.read(2), width: width}
		if seen[t.kind] {
			return nil, r.fail("a transform occurs twice")
		}
		seen[t.kind] = true
		if err := r.readTransform(&t, h); err != nil {
			return nil, err
		}
		if t.kind == vp8lPalette {
			width = vp8lTiles(width, t.bits)
		}
		transforms = append(transforms, t)
	}
	pix, err := r.readPicture(width, h, true)
	if err != nil {
		return nil, err
	}
	for i := len(transforms) - 1; i >= 0; i-- {
		pix = transforms[i].undo(pix, h)
	}
	img, err := newImage("webp", base, w, h, 3)
	if err != nil {
		return nil, err
	}
	for i, v := range pix {
		img.Pix[3*i], img.Pix[3*i+1], img.Pix[3*i+2] = byte(v>>16), byte(v>>8), byte(v)
	}
	return img, nil
}

// readTransform reads what the transform needs for a picture of h rows.
func (r *vp8lBits) readTransform(t *vp8lTransform, h int) (err error) {
	switch t.kind {
	case vp8lPredict, vp8lCrossColour:
		t.bits = 2 + r.read(3)
		t.data, err = r.readPicture(vp8lTiles(t.width, t.bits), vp8lTiles(h, t.bits), false)
	case vp8lPalette:
		n := 1 + r.read(8)
		switch {
		case n <= 2:
			t.bits = 3
		case n <= 4:
			t.bits = 2
		case n <= 16:
			t.bits = 1
		}
		t.data, err = r.readPicture(n, 1, false)
		for i := 1; i < len(t.data); i++ {
			t.data[i] = vp8lAdd(t.data[i], t.data[i-1])
		}
		if err == nil { // indices behind the palette are transparent black
			t.data = append(t.data, make([]uint32, 1<<(8>>t.bits)-n)...)
		}
	}
	return err
}

// undo gives the picture of h rows that the transform was applied to.
func (t *vp8lTransform) undo(pix []uint32, h int) []uint32 {
	switch t.kind {
	case vp8lPredict:
		t.undoPredict(pix, h)
	case vp8lCrossColour:
		t.undoCrossColour(pix)
	case vp8lSubtractGreen:
		for i, v := range pix {
			green := v >> 8 & 0xff
			pix[i] = vp8lAdd(v, green<<16|green)
		}
	case vp8lPalette:
		return t.undoPalette(pix, h)
	}
	return pix
}

func (t *vp8lTransform) undoPredict(pix []uint32, h int) {
	w := t.width
	tiles := vp8lTiles(w, t.bits)
	pix[0] = vp8lAdd(pix[0], 0xff000000)
	for x := 1; x < w; x++ {
		pix[x] = vp8lAdd(pix[x], pix[x-1])
	}
	for y := 1; y < h; y++ {
		pix[y*w] = vp8lAdd(pix[y*w], pix[(y-1)*w])
		modes := t.data[y>>t.bits*tiles:]
		for x := 1; x < w; x++ {
			i := y*w + x
			// Above and right of the last column is the row's own first pixel.
			p := vp8lPrediction(modes[x>>t.bits]>>8&15, pix[i-1], pix[i-w], pix[i-w-1], pix[i-w+1])
			pix[i] = vp8lAdd(pix[i], p)
		}
	}
}

// undoCrossColour adds to red and blue what a tile's factors take from green and red.
func (t *vp8lTransform) undoCrossColour(pix []uint32) {
	w := t.width
	tiles := vp8lTiles(w, t.bits)
	for i, v := range pix {
		m := t.data[i/w>>t.bits*tiles+i%w>>t.bits]
		green := v >> 8
		red := v>>16&0xff + vp8lProduct(m, green)
		blue := v&0xff + vp8lProduct(m>>8, green) + vp8lProduct(m>>16, red)
		pix[i] = v&0xff00ff00 | red&0xff<<16 | blue&0xff
	}
}

// vp8lProduct multiplies two signed bytes, the factor in units of 1/32.
func vp8lProduct(factor, colour uint32) uint32 {
	return uint32(int32(int8(factor)) * int32(int8(colour)) >> 5)
}

// undoPalette looks up the colours. Small palettes pack several indices, the
// first in the lowest bits, into a pixel's green.
func (t *vp8lTransform) undoPalette(pix []uint32, h int) []uint32 {
	packed := vp8lTiles(t.width, t.bits)
	out := pix
	if t.bits > 0 {
		out = make([]uint32, t.width*h)
	}
	each := 8 >> t.bits // bits of an index
	for i := range out {
		x, y := i%t.width, i/t.width
		v := pix[y*packed+x>>t.bits] >> 8 & 0xff
		v = v >> (x & (1<<t.bits - 1) * each) & (1<<each - 1)
		out[i] = t.data[v]
	}
	return out
}
