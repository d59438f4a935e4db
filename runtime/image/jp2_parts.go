package image

import "slices"

// jp2Headers are segments of packed packet headers: a number, by which they are
// put in order, and its byte first.
type jp2Headers [][]byte

// read adds the segment f.
func (h *jp2Headers) read(f *jp2Fields) error {
	if len(f.data) < 2 {
		return f.fail("too short")
	}
	same := func(s []byte) bool { return s[0] == f.data[0] }
	if slices.ContainsFunc(*h, same) {
		return f.fail("a number occurs twice")
	}
	*h = append(*h, f.data)
	return nil
}

// sorted is what the segments hold, in order.
func (h jp2Headers) sorted() [][]byte {
	slices.SortFunc(h, func(a, b []byte) int { return int(a[0]) - int(b[0]) })
	out := make([][]byte, len(h))
	for i, s := range h {
		out[i] = s[1:]
	}
	return out
}

// mergePPM joins the packet headers of the main header (A.7.4): for each
// tile-part a length of four bytes and headers, cut anywhere into segments.
func (s *jp2Stream) mergePPM() error {
	want := 0 // bytes of headers still to come
	for _, h := range s.headers.sorted() {
		for len(h) > 0 {
			if want == 0 {
				if len(h) < 4 {
					return s.fail("a length of packet headers is cut")
				}
				want = int(h[0])<<24 | int(h[1])<<16 | int(h[2])<<8 | int(h[3])
				h = h[4:]
				if want < 0 {
					return s.fail("packet headers of the main header are too long")
				}
			}
			n := min(want, len(h))
			s.ppm = append(s.ppm, h[:n]...)
			h = h[n:]
			want -= n
		}
	}
	if want > 0 {
		return s.fail("packet headers of the main header end early")
	}
	return nil
}

// nextTile reads tile-parts until a tile is complete, and returns its number, or
// −1 when all have been returned. The reader stands behind a tile-part's marker.
//
// Tiles that do not tell how many parts they have are complete at the end.
func (s *jp2Stream) nextTile() (int, error) {
	for s.pos <= len(s.data) {
		i, err := s.readPart()
		if err != nil {
			return 0, err
		}
		if err := s.readAfterPart(); err != nil {
			return 0, err
		}
		if t := s.tiles[i]; t.next == t.parts {
			t.done = true
			return i, nil
		}
	}
	for ; s.finished < len(s.tiles); s.finished++ {
		if t := s.tiles[s.finished]; t != nil && !t.done {
			t.done = true
			return s.finished, nil
		}
	}
	return -1, nil
}

// readAfterPart reads the marker behind a tile-part. At the codestream's end it
// leaves the reader behind all data.
func (s *jp2Stream) readAfterPart() error {
	marker, err := s.word()
	switch {
	case err != nil:
		return err
	case marker == jp2EOC:
		s.pos = len(s.data) + 1
	case marker != jp2SOT:
		return s.fail("want another tile-part, ff90, or the end, ffd9")
	}
	return nil
}

// readPart reads a tile-part (A.4.2) and returns its tile's number.
func (s *jp2Stream) readPart() (int, error) {
	start := s.pos - 2
	f, err := s.segment(jp2SOT)
	if err != nil {
		return 0, err
	}
	if len(f.data) != 8 {
		return 0, f.fail("of a wrong length; want eight bytes")
	}
	i, size, part, parts := f.take(2), f.take(4), f.take(1), f.take(1)
	if i >= len(s.tiles) {
		return 0, f.fail("no such tile")
	}
	end := len(s.data) - 2 // the last tile-part may leave its length out
	if size != 0 {
		if size < 14 || size > len(s.data)-start {
			return 0, f.fail("a tile-part is longer than the codestream, or shorter than its marker")
		}
		end = start + size
	}
	t := s.tiles[i]
	if t == nil {
		t = &jp2TileData{style: s.style.clone()}
		s.tiles[i] = t
	}
	if part != t.next || t.parts != 0 && part >= t.parts || parts != 0 && part >= parts {
		return 0, f.fail("a tile-part out of order")
	}
	t.next++
	if parts != 0 {
		t.parts = parts
	}
	if err := s.readPartHeader(t); err != nil {
		return 0, err
	}
	if s.pos > end {
		return 0, s.fail("a tile-part's header is longer than the tile-part")
	}
	t.body = append(t.body, s.data[s.pos:end]...)
	s.pos = end
	return i, nil
}

// readPartHeader reads a tile-part's marker segments.
func (s *jp2Stream) readPartHeader(t *jp2TileData) error {
	for {
		marker, err := s.word()
		if err != nil {
			return err
		}
		if marker == jp2SOD {
			return nil
		}
		f, err := s.segment(marker)
		if err != nil {
			return err
		}
		switch marker {
		case jp2PPT:
			if s.headers != nil {
				return f.fail("the main header has packet headers too")
			}
			if err := t.headers.read(f); err != nil {
				return err
			}
		case jp2SIZ, jp2PPM, jp2TLM, jp2PLM, jp2CRG, jp2SOC, jp2SOT, jp2EOC:
			return f.fail("does not belong into a tile-part's header")
		default:
			if marker < 0xff00 {
				return f.fail("not a marker")
			}
			if err := t.style.readSegment(marker, f); err != nil {
				return err
			}
		}
	}
}
