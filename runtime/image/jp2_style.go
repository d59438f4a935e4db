package image

// jp2Style is how a tile is coded.
type jp2Style struct {
	sop, eph    bool // packets may start with SOP; their headers end with EPH
	progression int
	layers      int
	colours     bool // the first three components are transformed together
	comps       []jp2CompStyle
	volumes     []jp2Volume // changes of progression; empty for one of everything
}

// jp2CompStyle is how one component of a tile is coded.
type jp2CompStyle struct {
	resolutions    int // one more than decompositions
	blockW, blockH int // code-blocks are at most 1<<blockW by 1<<blockH
	blockStyle     int
	reversible     bool
	ownPrecincts   bool
	precinctW      [33]uint8 // log2, by resolution
	precinctH      [33]uint8
	guard          int
	steps          [97]jp2Step // by sub-band
	roi            int         // bits by which a region of interest is raised
}

// jp2Step is a quantiser step: (1 + mantissa/2048)·2^(depth − exponent).
type jp2Step struct {
	exponent uint8
	mantissa uint16
}

// jp2Volume is a part of the packets, in one order.
type jp2Volume struct {
	progression          int
	resolution, comp     int // the first
	layers               int // all below these
	resolutions, compEnd int
}

// clone copies s so that a tile may change it.
func (s *jp2Style) clone() jp2Style {
	c := *s
	c.comps = append([]jp2CompStyle(nil), s.comps...)
	c.volumes = append([]jp2Volume(nil), s.volumes...)
	return c
}

// jp2Fields reads the fields of a marker segment.
type jp2Fields struct {
	data []byte
	at   int // of data in the file
	name string
}

// take is the next n bytes as a number; zero behind the end, which left tells.
func (f *jp2Fields) take(n int) int {
	v := 0
	for range n {
		v <<= 8
		if len(f.data) > 0 {
			v |= int(f.data[0])
			f.data = f.data[1:]
			f.at++
		}
	}
	return v
}

func (f *jp2Fields) fail(problem string) error {
	return imageError("jpeg 2000", f.at, f.name+": "+problem)
}

// readCOD reads a coding style for all components (A.6.1).
func (s *jp2Style) readCOD(f *jp2Fields) error {
	if len(f.data) < 10 {
		return f.fail("too short")
	}
	flags := f.take(1)
	if flags > 7 {
		return f.fail("unknown coding style")
	}
	s.sop, s.eph = flags&2 != 0, flags&4 != 0
	s.progression = f.take(1)
	if s.layers = f.take(2); s.layers == 0 {
		return f.fail("no layers")
	}
	transform := f.take(1)
	if transform > 1 {
		return f.fail("unknown transform of components; want 0 or 1")
	}
	s.colours = transform == 1
	for i := range s.comps {
		s.comps[i].ownPrecincts = flags&1 != 0
	}
	first := &s.comps[0]
	if err := first.readCoding(f); err != nil {
		return err
	}
	for i := range s.comps[1:] {
		c := &s.comps[1+i]
		c.resolutions, c.blockW, c.blockH = first.resolutions, first.blockW, first.blockH
		c.blockStyle, c.reversible = first.blockStyle, first.reversible
		c.precinctW, c.precinctH = first.precinctW, first.precinctH
	}
	return nil
}

// readCOC reads a coding style for one component (A.6.2).
func (s *jp2Style) readCOC(f *jp2Fields) error {
	c, err := s.component(f)
	if err != nil {
		return err
	}
	c.ownPrecincts = f.take(1)&1 != 0
	return c.readCoding(f)
}

// component reads a component's number and finds its style.
func (s *jp2Style) component(f *jp2Fields) (*jp2CompStyle, error) {
	i := f.take(1)
	if i >= len(s.comps) {
		return nil, f.fail("no such component")
	}
	return &s.comps[i], nil
}

// readCoding reads the part that COD and COC share.
func (c *jp2CompStyle) readCoding(f *jp2Fields) error {
	if len(f.data) < 5 {
		return f.fail("too short")
	}
	if c.resolutions = 1 + f.take(1); c.resolutions > len(c.precinctW) {
		return f.fail("more than 32 decompositions")
	}
	c.blockW, c.blockH = 2+f.take(1), 2+f.take(1)
	if c.blockW > 10 || c.blockH > 10 || c.blockW+c.blockH > 12 {
		return f.fail("code-blocks are too large; want at most 4096 coefficients")
	}
	if c.blockStyle = f.take(1); c.blockStyle >= jp2StyleHT {
		return f.fail("high-throughput code-blocks are not supported")
	}
	wavelet := f.take(1)
	if wavelet > 1 {
		return f.fail("unknown wavelet; want 0 or 1")
	}
	c.reversible = wavelet == 1
	if c.ownPrecincts && len(f.data) < c.resolutions {
		return f.fail("too short for the precincts' sizes")
	}
	for i := range c.resolutions {
		size := 0xff
		if c.ownPrecincts {
			size = f.take(1)
		}
		c.precinctW[i], c.precinctH[i] = uint8(size&15), uint8(size>>4)
		if i > 0 && (size&15 == 0 || size>>4 == 0) {
			return f.fail("a precinct is too small for its sub-bands")
		}
	}
	return f.finish()
}

func (f *jp2Fields) finish() error {
	if len(f.data) > 0 {
		return f.fail("longer than its fields")
	}
	return nil
}

// readQCD reads quantiser steps for all components (A.6.4).
func (s *jp2Style) readQCD(f *jp2Fields) error {
	first := &s.comps[0]
	if err := first.readSteps(f); err != nil {
		return err
	}
	for i := range s.comps[1:] {
		s.comps[1+i].guard, s.comps[1+i].steps = first.guard, first.steps
	}
	return nil
}

// readQCC reads quantiser steps for one component (A.6.5).
func (s *jp2Style) readQCC(f *jp2Fields) error {
	c, err := s.component(f)
	if err != nil {
		return err
	}
	return c.readSteps(f)
}

func (c *jp2CompStyle) readSteps(f *jp2Fields) error {
	if len(f.data) == 0 {
		return f.fail("too short")
	}
	kind := f.take(1)
	c.guard = kind >> 5
	switch kind & 31 {
	case 0: // none: exponents alone
		for i := range len(f.data) {
			if v := f.take(1); i < len(c.steps) {
				c.steps[i] = jp2Step{exponent: uint8(v >> 3)}
			}
		}
	case 1: // derived from the first
		if len(f.data) < 2 {
			return f.fail("too short")
		}
		v := f.take(2)
		for i := range c.steps {
			level := max(i-1, 0) / 3
			c.steps[i] = jp2Step{exponent: uint8(max(v>>11-level, 0)), mantissa: uint16(v & 0x7ff)}
		}
	default:
		for i := range len(f.data) / 2 {
			if v := f.take(2); i < len(c.steps) {
				c.steps[i] = jp2Step{exponent: uint8(v >> 11), mantissa: uint16(v & 0x7ff)}
			}
		}
	}
	return f.finish()
}

// readRGN reads how far a region of interest is raised (A.6.3).
func (s *jp2Style) readRGN(f *jp2Fields) error {
	if len(f.data) != 3 {
		return f.fail("of a wrong length; want three bytes")
	}
	c, err := s.component(f)
	if err != nil {
		return err
	}
	f.take(1)
	c.roi = f.take(1)
	return nil
}

// readPOC reads changes of progression (A.6.6). They follow those already known.
func (s *jp2Style) readPOC(f *jp2Fields) error {
	if len(f.data) == 0 || len(f.data)%7 != 0 {
		return f.fail("of a wrong length; want seven bytes a change")
	}
	for len(f.data) > 0 {
		if len(s.volumes) == 31 {
			return f.fail("more than 31 changes of progression")
		}
		var v jp2Volume
		v.resolution, v.comp = f.take(1), f.take(1)
		v.layers = min(f.take(2), s.layers)
		v.resolutions = f.take(1)
		v.compEnd = min(f.take(1), len(s.comps))
		v.progression = f.take(1)
		if v.comp >= len(s.comps) {
			return f.fail("no such component")
		}
		s.volumes = append(s.volumes, v)
	}
	return nil
}
