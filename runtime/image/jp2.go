package image

// Colour spaces that a JP2 file can name.
const (
	jp2SpaceUnknown = iota
	jp2SpaceRGB
	jp2SpaceGray
	jp2SpaceYCC
	jp2SpaceCMYK
	jp2SpaceOther
)

// jp2Picture is what a file says of its pixels outside the codestream. mode is
// the kind of pixels, in Pillow's words: "L" gray, "I;16" gray of more than 8
// bits, "P" palette; "A" behind it for alpha.
type jp2Picture struct {
	mode    string
	space   int
	palette [][3]byte
}

// jp2Known are the modes and spaces that go together, and with how many components.
var jp2Known = [12]struct {
	mode       string
	space      int
	comps      int
	subsampled bool // may be
}{
	{"L", jp2SpaceGray, 1, false},
	{"I;16", jp2SpaceGray, 1, false},
	{"LA", jp2SpaceGray, 2, false},
	{"P", jp2SpaceRGB, 1, false},
	{"P", jp2SpaceCMYK, 1, false},
	{"PA", jp2SpaceRGB, 2, false},
	{"RGB", jp2SpaceRGB, 3, true},
	{"RGB", jp2SpaceYCC, 3, true},
	{"RGBA", jp2SpaceGray, 4, true},
	{"RGBA", jp2SpaceRGB, 4, true},
	{"RGBA", jp2SpaceYCC, 4, true},
	{"CMYK", jp2SpaceCMYK, 4, true},
}

// DecodeJPEG2000 decodes a JPEG 2000 picture, a JP2 file or a codestream, to one
// channel, where it is gray, or to three. Alpha is dropped. Samples of more than 8
// bits become 8 as Pillow makes them: by rounding without a limit, so that the
// brightest wrap to 0, or, of gray alone, by cutting off above 255.
//
// High-throughput coding (part 15) and the component transforms of part 2 are not supported.
func DecodeJPEG2000(data []byte) (*Image, error) {
	p, at := jp2Picture{}, 0
	if len(data) < 4 || data[0] != 0xff || data[1] != 0x4f || data[2] != 0xff || data[3] != 0x51 {
		var err error
		if p, at, err = jp2ReadBoxes(data); err != nil {
			return nil, err
		}
	}
	s := &jp2Stream{data: data[at:], base: at}
	if err := s.readMain(); err != nil {
		return nil, err
	}
	if err := p.settle(s); err != nil {
		return nil, err
	}
	channels := 3
	if p.mode == "L" || p.mode == "LA" || p.mode == "I;16" {
		channels = 1
	}
	img, err := newImage("jpeg 2000", at, s.image.width(), s.image.height(), channels)
	if err != nil {
		return nil, err
	}
	p.clear(img)
	for {
		i, err := s.nextTile()
		if err != nil {
			return nil, err
		}
		if i < 0 {
			return img, nil
		}
		t, samples, err := s.decodeTile(i)
		if err != nil {
			return nil, err
		}
		p.paint(img, s, t, samples)
	}
}

// settle completes p by what the codestream tells.
func (p *jp2Picture) settle(s *jp2Stream) error {
	n := len(s.comps)
	if p.mode == "" {
		p.mode = [5]string{"", "L", "LA", "RGB", "RGBA"}[n]
		if n == 1 && s.comps[0].depth > 8 {
			p.mode = "I;16"
		}
	}
	first := n // the first component with fewer samples
	for i := n - 1; i >= 0; i-- {
		if s.comps[i].dx > 1 || s.comps[i].dy > 1 {
			first = i
		}
	}
	if p.space == jp2SpaceUnknown {
		switch {
		case n <= 2:
			p.space = jp2SpaceGray
		case first == 1 || first == 2:
			p.space = jp2SpaceYCC
		default:
			p.space = jp2SpaceRGB
		}
	}
	for _, k := range jp2Known {
		if k.mode == p.mode && k.space == p.space && k.comps == n && (k.subsampled || first == n) {
			return nil
		}
	}
	return s.fail("components and colour space do not go together, or are not supported")
}
