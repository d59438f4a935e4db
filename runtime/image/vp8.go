package image

// vp8Plane is one component of a frame: whole macroblocks with one row above and
// one column to the left, which prediction reads at the picture's edges.
type vp8Plane struct {
	pix    []byte
	stride int
}

// vp8NewPlane makes a plane of w×h samples; w and h are whole macroblocks.
func vp8NewPlane(w, h int) vp8Plane {
	p := vp8Plane{pix: make([]byte, (w+1)*(h+1)), stride: w + 1}
	for i := range p.stride {
		p.pix[i] = 127
	}
	for y := range h {
		p.pix[(y+1)*p.stride] = 129
	}
	return p
}

// at is the index of sample x of row y.
func (p *vp8Plane) at(x, y int) int { return (y+1)*p.stride + x + 1 }

// vp8Context is what a macroblock leaves to its neighbours below and on the right.
type vp8Context struct {
	modes  [4]uint8 // of the 4×4 blocks at the shared edge
	luma   [4]uint8 // 1 where the block at the edge has coefficients
	chroma [2][2]uint8
	luma2  uint8
}

// vp8Strength is how the loop filter treats a macroblock (§15.2).
type vp8Strength struct {
	limit    int // of the difference across an inner edge; 0 filters nothing
	interior int // of the differences between the samples of a side
	variance int // above it, only the samples next to the edge change
	inner    bool
}

// vp8Block is a macroblock being decoded.
type vp8Block struct {
	segment uint8
	skip    bool
	split   bool // modes holds 16 modes of 4×4 blocks rather than one
	modes   [16]uint8
	chroma  uint8
	coeffs  [24][16]int16 // 16 luma blocks, 4 of each chroma component
	coded   [24]bool      // whether the block has a coefficient
}

// vp8Decoder decodes one key frame of VP8, RFC 6386.
type vp8Decoder struct {
	base       int // of the frame in the file, for errors
	header     vp8Bools
	tokens     []vp8Bools
	segments   vp8Segments
	filter     vp8Filter
	steps      [4]vp8Steps
	tokenProbs [4][8][3][11]uint8
	skips      bool
	skipProb   uint8

	cols, rows int // macroblocks
	planes     [3]vp8Plane
	strengths  []vp8Strength // of each macroblock
	above      []vp8Context  // of each column
	left       vp8Context
	block      vp8Block
}

// vp8Decode decodes a frame, whose first byte is byte base of the file.
func vp8Decode(data []byte, base int) (*Image, error) {
	key, err := vp8ReadKeyFrame(data, base)
	if err != nil {
		return nil, err
	}
	d := &vp8Decoder{base: base, header: vp8NewBools(data[10 : 10+key.first])}
	if err := d.readHeader(data[10+key.first:]); err != nil {
		return nil, err
	}
	d.cols, d.rows = (key.width+15)/16, (key.height+15)/16
	d.planes[0] = vp8NewPlane(d.cols*16, d.rows*16)
	d.planes[1] = vp8NewPlane(d.cols*8, d.rows*8)
	d.planes[2] = vp8NewPlane(d.cols*8, d.rows*8)
	d.strengths = make([]vp8Strength, d.cols*d.rows)
	d.above = make([]vp8Context, d.cols)
	for y := range d.rows {
		d.left = vp8Context{}
		for x := range d.cols {
			if err := d.decodeBlock(x, y); err != nil {
				return nil, err
			}
		}
	}
	// Prediction reads unfiltered samples, so filtering waits for the whole frame.
	d.filterFrame()
	img, err := newImage("webp", base, key.width, key.height, 3)
	if err != nil {
		return nil, err
	}
	d.toRGB(img)
	return img, nil
}

// decodeBlock reads and reconstructs the macroblock at column x of row y.
func (d *vp8Decoder) decodeBlock(x, y int) error {
	b := &d.block
	tokens := &d.tokens[y%len(d.tokens)]
	d.readModes(&d.above[x])
	coded := false
	if b.skip {
		d.skipResiduals(&d.above[x])
	} else {
		coded = d.readResiduals(tokens, &d.above[x])
	}
	if d.header.ended {
		return d.ended("modes")
	}
	if tokens.ended {
		return d.ended("coefficients")
	}
	s := d.strength(int(b.segment), b.split)
	s.inner = b.split || coded
	d.strengths[y*d.cols+x] = s
	d.reconstruct(x, y)
	return nil
}
