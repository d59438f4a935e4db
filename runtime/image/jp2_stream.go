package image

import "strconv"

// Markers of a codestream (ISO 15444-1 table A.2).
const (
	jp2SOC = 0xff4f
	jp2SIZ = 0xff51
	jp2COD = 0xff52
	jp2COC = 0xff53
	jp2TLM = 0xff55
	jp2PLM = 0xff57
	jp2PLT = 0xff58
	jp2QCD = 0xff5c
	jp2QCC = 0xff5d
	jp2RGN = 0xff5e
	jp2POC = 0xff5f
	jp2PPM = 0xff60
	jp2PPT = 0xff61
	jp2CRG = 0xff63
	jp2COM = 0xff64
	jp2SOT = 0xff90
	jp2SOD = 0xff93
	jp2EOC = 0xffd9
)

// jp2MaxCoordinate bounds the reference grid so that sums fit 32 bits.
const jp2MaxCoordinate = 1 << 29

// jp2Component is what the header tells of a component.
type jp2Component struct {
	depth  int // bits of a sample
	signed bool
	dx, dy int // a sample stands for dx×dy points of the reference grid
}

// jp2Rect is a rectangle without its right and lower edge.
type jp2Rect struct{ x0, y0, x1, y1 int }

func (r jp2Rect) width() int { return r.x1 - r.x0 }

func (r jp2Rect) height() int { return r.y1 - r.y0 }

func (r jp2Rect) empty() bool { return r.x0 >= r.x1 || r.y0 >= r.y1 }

// jp2TileData is what the tile-parts of a tile hold.
type jp2TileData struct {
	style   jp2Style
	next    int // the tile-part that must come
	parts   int // as far as they tell; else 0
	body    []byte
	headers jp2Headers // from PPT segments
	done    bool
}

// jp2Stream is a codestream: its main header and the tile-parts read so far.
type jp2Stream struct {
	data     []byte
	pos      int
	base     int // of data in the file
	image    jp2Rect
	tile     jp2Rect // the first tile, before it is cut to the image
	cols     int     // of tiles
	rows     int
	comps    []jp2Component
	style    jp2Style
	sawStyle bool
	sawSteps bool
	headers  jp2Headers // from PPM segments
	ppm      []byte     // what is left of them
	tiles    []*jp2TileData
	finished int // tiles below this need no look at the end
}

// fail is an error at the place that has been read up to.
func (s *jp2Stream) fail(problem string) error {
	return imageError("jpeg 2000", s.base+s.pos, problem)
}

// word reads two bytes.
func (s *jp2Stream) word() (int, error) {
	if len(s.data)-s.pos < 2 {
		return 0, s.fail("the codestream ends early")
	}
	v := int(s.data[s.pos])<<8 | int(s.data[s.pos+1])
	s.pos += 2
	return v, nil
}

// segment reads the fields of a marker segment.
func (s *jp2Stream) segment(marker int) (*jp2Fields, error) {
	n, err := s.word()
	if err != nil {
		return nil, err
	}
	if n < 2 || n-2 > len(s.data)-s.pos {
		return nil, s.fail("a marker segment is longer than the codestream, or shorter than its length")
	}
	f := &jp2Fields{data: s.data[s.pos : s.pos+n-2], at: s.base + s.pos, name: "marker " + strconv.FormatInt(int64(marker), 16)}
	s.pos += n - 2
	return f, nil
}

// readMain reads the main header, up to the first tile-part's marker.
func (s *jp2Stream) readMain() error {
	if marker, err := s.word(); err != nil || marker != jp2SOC {
		return s.fail("a codestream does not start with ff4f")
	}
	for {
		marker, err := s.word()
		if err != nil {
			return err
		}
		if marker == jp2SOT {
			break
		}
		if marker < 0xff00 {
			return s.fail("want a marker of the main header, ff and more")
		}
		if (s.comps == nil) != (marker == jp2SIZ) {
			return s.fail("the second marker is not the only one of sizes, ff51")
		}
		f, err := s.segment(marker)
		if err != nil {
			return err
		}
		if err := s.readMainSegment(marker, f); err != nil {
			return err
		}
	}
	if s.comps == nil || !s.sawStyle || !s.sawSteps {
		return s.fail("the main header lacks a size, a coding style or quantiser steps")
	}
	s.tiles = make([]*jp2TileData, s.cols*s.rows)
	return s.mergePPM()
}

func (s *jp2Stream) readMainSegment(marker int, f *jp2Fields) error {
	switch marker {
	case jp2SIZ:
		return s.readSIZ(f)
	case jp2PPM:
		return s.headers.read(f)
	case jp2COD:
		s.sawStyle = true
	case jp2QCD:
		s.sawSteps = true
	case jp2PLT, jp2PPT, jp2SOD, jp2EOC:
		return f.fail("does not belong into the main header")
	}
	return s.style.readSegment(marker, f)
}

// readSegment reads a marker segment that may stand in every header. Of those
// that change nothing, and of unknown ones, it takes no notice.
func (s *jp2Style) readSegment(marker int, f *jp2Fields) error {
	switch marker {
	case jp2COD:
		return s.readCOD(f)
	case jp2COC:
		return s.readCOC(f)
	case jp2QCD:
		return s.readQCD(f)
	case jp2QCC:
		return s.readQCC(f)
	case jp2RGN:
		return s.readRGN(f)
	case jp2POC:
		return s.readPOC(f)
	case 0xff74, 0xff75, 0xff77, 0xff78:
		return f.fail("the transforms of components of part 2 are not supported")
	}
	return nil
}

// readSIZ reads the picture's, the tiles' and the components' sizes (A.5.1).
func (s *jp2Stream) readSIZ(f *jp2Fields) error {
	if len(f.data) < 39 || len(f.data)%3 != 0 {
		return f.fail("of a wrong length")
	}
	f.take(2) // capabilities
	var v [8]int
	for i := range v {
		v[i] = f.take(4)
		if v[i] < 0 || v[i] > jp2MaxCoordinate && i != 4 && i != 5 {
			return f.fail("a coordinate above 2^29")
		}
	}
	s.image = jp2Rect{v[2], v[3], v[0], v[1]}
	// A tile is no larger than all that could be shown of it.
	w, h := v[4], v[5]
	if w < 0 || w > jp2MaxCoordinate {
		w = jp2MaxCoordinate
	}
	if h < 0 || h > jp2MaxCoordinate {
		h = jp2MaxCoordinate
	}
	s.tile = jp2Rect{v[6], v[7], v[6] + w, v[7] + h}
	if err := checkImageSize("jpeg 2000", f.at, s.image.width(), s.image.height()); err != nil {
		return err
	}
	if w == 0 || h == 0 || s.tile.x0 > s.image.x0 || s.tile.y0 > s.image.y0 || s.tile.x1 <= s.image.x0 || s.tile.y1 <= s.image.y0 {
		return f.fail("the first tile does not touch the picture")
	}
	s.cols, s.rows = jp2CeilDiv(s.image.x1-s.tile.x0, w), jp2CeilDiv(s.image.y1-s.tile.y0, h)
	if s.cols > 65535/s.rows {
		return f.fail("more than 65535 tiles")
	}
	n := f.take(2)
	if n < 1 || n > 4 || 3*n != len(f.data) {
		return f.fail(strconv.Itoa(n) + " components; want 1 to 4, three bytes each")
	}
	for range n {
		depth := f.take(1)
		c := jp2Component{depth: depth&0x7f + 1, signed: depth > 0x7f, dx: f.take(1), dy: f.take(1)}
		if c.depth > 31 || c.dx == 0 || c.dy == 0 {
			return f.fail("a component of more than 31 bits or without extent")
		}
		s.comps = append(s.comps, c)
	}
	s.style.comps = make([]jp2CompStyle, n)
	return nil
}

// jp2CeilDiv is a/b, rounded up; a ≥ 0, b > 0.
func jp2CeilDiv(a, b int) int { return (a + b - 1) / b }
