package image

import "math"

// jp2MaxBlocks bounds the precincts and the code-blocks of a tile. Blocks of
// 16×16 coefficients stay below it at any size of picture.
const jp2MaxBlocks = 1 << 20

// jp2Tile is a tile's geometry, annex B.
type jp2Tile struct {
	area  jp2Rect // on the reference grid
	comps []jp2TileComp
}

// jp2TileComp is one component of a tile.
type jp2TileComp struct {
	area        jp2Rect // in samples
	style       *jp2CompStyle
	resolutions []jp2Resolution // the coarsest first
}

// jp2Resolution is a component at one scale: what the wavelet transform makes of
// the next coarser one and of three sub-bands, which are halved once more.
type jp2Resolution struct {
	area         jp2Rect
	bands        []jp2Band
	pw, ph       int // log2 of a precinct's size
	cols, rows   int // of precincts
	precincts    []jp2Precinct
	px, py       int // the first precinct, counted from the grid's origin
	blockW       int // log2 of a code-block's size
	blockH       int
	levelsBehind int // decompositions between this and the full size
}

// jp2Band is a sub-band.
type jp2Band struct {
	area   jp2Rect
	orient int // 0 LL, 1 HL, 2 LH, 3 HH
	planes int
	step   float32 // half a quantiser step, as coefficients have a binary place
	x, y   int     // of the band among the component's coefficients
}

// jp2Precinct is a part of a resolution, whose code-blocks packets bring together.
type jp2Precinct struct {
	layers int // read so far
	parts  []jp2PrecinctBand
}

// jp2PrecinctBand is a precinct's part of one sub-band.
type jp2PrecinctBand struct {
	cols, rows int // of code-blocks
	blocks     []jp2Block
	inclusion  jp2Tree // the layer that first has something of a block
	zeros      jp2Tree // bit-planes without anything
}

// jp2Block is a code-block.
type jp2Block struct {
	jp2Rect
	planes     int
	lengthBits int
	segments   []jp2Segment
	data       []byte // of all segments
}

// jp2Segment is a terminated run of coding passes.
type jp2Segment struct{ passes, limit, size int }

// jp2CeilShift is a/2^n, rounded up; a may be negative.
func jp2CeilShift(a, n int) int { return int((int64(a) + 1<<n - 1) >> n) }

// layout works out tile i.
func (s *jp2Stream) layout(i int, style *jp2Style) (*jp2Tile, error) {
	w, h := s.tile.width(), s.tile.height()
	x, y := s.tile.x0+i%s.cols*w, s.tile.y0+i/s.cols*h
	t := &jp2Tile{
		area:  jp2Rect{max(x, s.image.x0), max(y, s.image.y0), min(x+w, s.image.x1), min(y+h, s.image.y1)},
		comps: make([]jp2TileComp, len(s.comps)),
	}
	blocks := 0
	for c := range t.comps {
		dx, dy := s.comps[c].dx, s.comps[c].dy
		tc := &t.comps[c]
		tc.style = &style.comps[c]
		tc.area = jp2Rect{jp2CeilDiv(t.area.x0, dx), jp2CeilDiv(t.area.y0, dy), jp2CeilDiv(t.area.x1, dx), jp2CeilDiv(t.area.y1, dy)}
		tc.resolutions = make([]jp2Resolution, tc.style.resolutions)
		for r := range tc.resolutions {
			tc.layoutResolution(r, s.comps[c].depth)
			blocks += tc.resolutions[r].count()
			if blocks > jp2MaxBlocks {
				return nil, s.fail("a tile has more than 2^20 code-blocks and precincts")
			}
			res := &tc.resolutions[r]
			res.precincts = make([]jp2Precinct, res.cols*res.rows)
		}
	}
	return t, nil
}

func (tc *jp2TileComp) layoutResolution(r, depth int) {
	res := &tc.resolutions[r]
	level := len(tc.resolutions) - 1 - r
	res.levelsBehind = level
	res.area = jp2Rect{
		jp2CeilShift(tc.area.x0, level), jp2CeilShift(tc.area.y0, level),
		jp2CeilShift(tc.area.x1, level), jp2CeilShift(tc.area.y1, level),
	}
	res.pw, res.ph = int(tc.style.precinctW[r]), int(tc.style.precinctH[r])
	res.px, res.py = res.area.x0>>res.pw, res.area.y0>>res.ph
	if !res.area.empty() {
		res.cols = jp2CeilShift(res.area.x1, res.pw) - res.px
		res.rows = jp2CeilShift(res.area.y1, res.ph) - res.py
	}
	halved := min(r, 1) // sub-bands have half the resolution's samples
	res.blockW, res.blockH = min(tc.style.blockW, res.pw-halved), min(tc.style.blockH, res.ph-halved)
	if r == 0 {
		res.bands = []jp2Band{{area: res.area}}
	} else {
		coarser := tc.resolutions[r-1].area
		res.bands = make([]jp2Band, 3)
		for b := range res.bands {
			band := &res.bands[b]
			band.orient = b + 1
			right, down := band.orient&1, band.orient>>1
			band.x, band.y = right*coarser.width(), down*coarser.height()
			// Sample 2n, or 2n+1 of a high band, of the resolution becomes n.
			band.area = jp2Rect{
				jp2CeilShift(res.area.x0-right, 1), jp2CeilShift(res.area.y0-down, 1),
				jp2CeilShift(res.area.x1-right, 1), jp2CeilShift(res.area.y1-down, 1),
			}
		}
	}
	for b := range res.bands {
		step := tc.style.steps[max(0, 3*r-2)+b]
		res.bands[b].planes = int(step.exponent) + tc.style.guard - 1
		// (2048 + mantissa)/2048 · 2^(depth − exponent) / 2, exactly.
		power := math.Float32frombits(uint32(127+depth-int(step.exponent)-12) << 23)
		res.bands[b].step = float32(2048+int(step.mantissa)) * power
	}
}

// count bounds the precincts and code-blocks of res.
func (res *jp2Resolution) count() int {
	if res.cols > jp2MaxBlocks || res.rows > jp2MaxBlocks/max(res.cols, 1) {
		return jp2MaxBlocks + 1
	}
	n := res.cols * res.rows
	for b := range res.bands {
		a := res.bands[b].area
		if a.empty() {
			continue
		}
		cols := jp2CeilShift(a.x1, res.blockW) - a.x0>>res.blockW
		rows := jp2CeilShift(a.y1, res.blockH) - a.y0>>res.blockH
		if cols > jp2MaxBlocks || rows > jp2MaxBlocks/cols {
			return jp2MaxBlocks + 1
		}
		n += cols * rows
	}
	return n
}

// open makes the code-blocks of precinct i, at its first packet that holds any.
func (res *jp2Resolution) open(i int) *jp2Precinct {
	p := &res.precincts[i]
	if p.parts != nil {
		return p
	}
	p.parts = make([]jp2PrecinctBand, len(res.bands))
	px, py := res.px+i%res.cols, res.py+i/res.cols
	for b := range res.bands {
		pw, ph := res.pw, res.ph
		if res.bands[b].orient > 0 {
			pw, ph = pw-1, ph-1
		}
		band := res.bands[b].area
		area := jp2Rect{max(px<<pw, band.x0), max(py<<ph, band.y0), min((px+1)<<pw, band.x1), min((py+1)<<ph, band.y1)}
		if !area.empty() {
			p.parts[b].split(area, res.blockW, res.blockH)
		}
	}
	return p
}

// split cuts area into code-blocks, at multiples of their size.
func (pb *jp2PrecinctBand) split(area jp2Rect, w, h int) {
	x0, y0 := area.x0>>w, area.y0>>h
	pb.cols, pb.rows = jp2CeilShift(area.x1, w)-x0, jp2CeilShift(area.y1, h)-y0
	pb.blocks = make([]jp2Block, pb.cols*pb.rows)
	for i := range pb.blocks {
		x, y := x0+i%pb.cols, y0+i/pb.cols
		pb.blocks[i].jp2Rect = jp2Rect{max(x<<w, area.x0), max(y<<h, area.y0), min((x+1)<<w, area.x1), min((y+1)<<h, area.y1)}
	}
	pb.inclusion, pb.zeros = jp2NewTree(pb.cols, pb.rows), jp2NewTree(pb.cols, pb.rows)
}
