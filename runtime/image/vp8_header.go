package image

// vp8Segments are the up to four sets of quantiser and filter level among which
// macroblocks choose (RFC 6386 §9.3).
type vp8Segments struct {
	used     bool
	coded    bool // every macroblock says its segment
	absolute bool // the numbers replace the frame's rather than add to them
	quant    [4]int
	level    [4]int
	probs    [3]uint8
}

// vp8Filter is the loop filter's header (§9.6) and what follows from it.
type vp8Filter struct {
	simple    bool
	level     int // 0 turns the filter off for every segment
	sharpness int
	deltas    bool
	intra     int // added to the level of every macroblock of a key frame
	split     int // added where 4×4 blocks are predicted
}

// vp8Steps are one segment's quantiser steps: of the first coefficient and of
// the others.
type vp8Steps struct{ luma, luma2, chroma [2]int }

// vp8KeyFrame is what the ten bytes before the first partition tell.
type vp8KeyFrame struct {
	width, height int
	first         int // bytes of the first partition
}

// vp8ReadKeyFrame reads the uncoded start of a frame, §9.1.
func vp8ReadKeyFrame(data []byte, base int) (vp8KeyFrame, error) {
	if len(data) < 10 {
		return vp8KeyFrame{}, imageError("webp", base, "want ten bytes of a lossy frame's header; the data ends")
	}
	tag := int(data[0]) | int(data[1])<<8 | int(data[2])<<16
	switch {
	case tag&1 != 0:
		return vp8KeyFrame{}, imageError("webp", base, "the first frame depends on another; want a key frame")
	case tag>>1&7 > 3:
		return vp8KeyFrame{}, imageError("webp", base, "unknown lossy profile; want 0 to 3")
	case tag>>4&1 == 0:
		return vp8KeyFrame{}, imageError("webp", base, "the first frame is hidden; want one to show")
	case data[3] != 0x9d || data[4] != 0x01 || data[5] != 0x2a:
		return vp8KeyFrame{}, imageError("webp", base+3, "a lossy frame does not start with 9d 01 2a")
	case tag>>5 > len(data)-10:
		return vp8KeyFrame{}, imageError("webp", base, "the first partition is longer than the data")
	}
	k := vp8KeyFrame{
		width:  int(data[6]) | int(data[7]&0x3f)<<8,
		height: int(data[8]) | int(data[9]&0x3f)<<8,
		first:  tag >> 5,
	}
	return k, checkImageSize("webp", base+6, k.width, k.height)
}

// readHeader reads the coded header (§9.2 to §9.11) and finds the partitions in rest.
func (d *vp8Decoder) readHeader(rest []byte) error {
	r := &d.header
	r.number(2) // colour space and clamping: decoders always clamp
	d.readSegments()
	d.readFilter()
	if err := d.splitPartitions(rest, 1<<r.number(2)); err != nil {
		return err
	}
	d.readQuantisers()
	r.flag() // whether later frames keep the probabilities
	for t := range d.tokenProbs {
		for b := range d.tokenProbs[t] {
			for c := range d.tokenProbs[t][b] {
				for n := range d.tokenProbs[t][b][c] {
					d.tokenProbs[t][b][c][n] = vp8TokenProbs[t][b][c][n]
					if r.bit(vp8TokenUpdateProbs[t][b][c][n]) {
						d.tokenProbs[t][b][c][n] = uint8(r.number(8))
					}
				}
			}
		}
	}
	if d.skips = r.flag(); d.skips {
		d.skipProb = uint8(r.number(8))
	}
	if r.ended {
		return d.ended("header")
	}
	return nil
}

func (d *vp8Decoder) readSegments() {
	r, s := &d.header, &d.segments
	*s = vp8Segments{absolute: true, probs: [3]uint8{255, 255, 255}}
	if s.used = r.flag(); !s.used {
		return
	}
	s.coded = r.flag()
	if r.flag() {
		s.absolute = r.flag()
		for i := range s.quant {
			s.quant[i] = r.optional(7)
		}
		for i := range s.level {
			s.level[i] = r.optional(6)
		}
	}
	if s.coded {
		for i := range s.probs {
			if r.flag() {
				s.probs[i] = uint8(r.number(8))
			}
		}
	}
}

func (d *vp8Decoder) readFilter() {
	r, f := &d.header, &d.filter
	f.simple = r.flag()
	f.level = r.number(6)
	f.sharpness = r.number(3)
	if f.deltas = r.flag(); !f.deltas || !r.flag() {
		return
	}
	f.intra = r.optional(6)
	for range 3 {
		r.optional(6) // frames that others predict
	}
	f.split = r.optional(6)
	for range 3 {
		r.optional(6)
	}
}

// splitPartitions cuts rest into n partitions of tokens. Their sizes stand first,
// three bytes each but for the last, which ends with the data.
func (d *vp8Decoder) splitPartitions(rest []byte, n int) error {
	sizes := 3 * (n - 1)
	if len(rest) <= sizes {
		return d.ended("list of partitions")
	}
	body := rest[sizes:]
	for i := range n - 1 {
		size := int(rest[3*i]) | int(rest[3*i+1])<<8 | int(rest[3*i+2])<<16
		size = min(size, len(body))
		d.tokens = append(d.tokens, vp8NewBools(body[:size]))
		body = body[size:]
	}
	if len(body) == 0 {
		return d.ended("last partition")
	}
	d.tokens = append(d.tokens, vp8NewBools(body))
	return nil
}

func (d *vp8Decoder) readQuantisers() {
	r := &d.header
	base := r.number(7)
	lumaDC, luma2DC, luma2AC := r.optional(4), r.optional(4), r.optional(4)
	chromaDC, chromaAC := r.optional(4), r.optional(4)
	for i := range d.steps {
		q := base
		if d.segments.used {
			q = d.segments.quant[i]
			if !d.segments.absolute {
				q += base
			}
		}
		d.steps[i] = vp8Steps{
			luma:   [2]int{vp8DCStep(q+lumaDC, 127), vp8ACStep(q)},
			luma2:  [2]int{2 * vp8DCStep(q+luma2DC, 127), max(8, vp8ACStep(q+luma2AC)*155/100)},
			chroma: [2]int{vp8DCStep(q+chromaDC, 117), vp8ACStep(q + chromaAC)},
		}
	}
}

func vp8DCStep(index, limit int) int { return int(vp8DCQuant[min(max(index, 0), limit)]) }

func vp8ACStep(index int) int { return int(vp8ACQuant[min(max(index, 0), 127)]) }

func (d *vp8Decoder) ended(part string) error {
	return imageError("webp", d.base, "the data of the lossy frame's "+part+" ends early")
}
