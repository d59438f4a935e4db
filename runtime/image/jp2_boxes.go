package image

// jp2Box is a piece of a JP2 file (ISO 15444-1 annex I).
type jp2Box struct {
	name string // four characters
	at   int    // of data in the file
	data []byte
}

// jp2NextBox reads the box at the start of data, which is byte at of the file. A
// box of length 0 goes on to the end.
func jp2NextBox(data []byte, at int) (jp2Box, error) {
	if len(data) < 8 {
		return jp2Box{}, imageError("jpeg 2000", at, "want a box of eight bytes or more; the file ends")
	}
	head, size := 8, jp2Uint(data)
	switch size {
	case 0:
		size = len(data)
	case 1:
		if len(data) < 16 || jp2Uint(data[8:]) != 0 {
			return jp2Box{}, imageError("jpeg 2000", at, "a box is longer than the file")
		}
		head, size = 16, jp2Uint(data[12:])
	}
	name := string(data[4:8])
	if name == "jp2c" { // the codestream, which tells its own end
		size = len(data)
	}
	if size < head || size > len(data) {
		return jp2Box{}, imageError("jpeg 2000", at, "a box is longer than the file, or shorter than its head")
	}
	return jp2Box{name, at + head, data[head:size]}, nil
}

// jp2Uint is a number of four bytes, −1 if it is above 31 bits.
func jp2Uint(b []byte) int {
	v := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	if v > 1<<31-1 {
		return -1
	}
	return int(v)
}

// jp2ReadBoxes reads a JP2 file's boxes up to the codestream, and returns where that starts.
func jp2ReadBoxes(data []byte) (jp2Picture, int, error) {
	var p jp2Picture
	if len(data) < 12 || string(data[:12]) != "\x00\x00\x00\x0cjP  \r\n\x87\n" {
		return p, 0, imageError("jpeg 2000", 0, "neither a codestream, ff4fff51, nor a JP2 file's signature")
	}
	at := 12
	for {
		b, err := jp2NextBox(data[at:], at)
		if err != nil {
			return p, 0, err
		}
		switch b.name {
		case "jp2h":
			if p.mode == "" {
				if err := p.readHeader(b); err != nil {
					return p, 0, err
				}
			}
		case "jp2c":
			if p.mode == "" {
				return p, 0, imageError("jpeg 2000", at, "the codestream comes before the header, jp2h")
			}
			return p, b.at, nil
		}
		at = b.at + len(b.data)
	}
}

// readHeader reads the boxes inside jp2h.
func (p *jp2Picture) readHeader(h jp2Box) error {
	comps := 0
	coloured := false // a box has told the colour space
	enumerated := -1  // what the last one told
	for at := 0; at < len(h.data); {
		b, err := jp2NextBox(h.data[at:], h.at+at)
		if err != nil {
			return err
		}
		at = b.at + len(b.data) - h.at
		switch b.name {
		case "ihdr":
			if len(b.data) != 14 {
				return imageError("jpeg 2000", b.at, "the box ihdr has a wrong length; want 14 bytes")
			}
			comps = int(b.data[8])<<8 | int(b.data[9])
			if comps < 1 || comps > 4 {
				return imageError("jpeg 2000", b.at+8, "more than four components, or none")
			}
			p.mode = [5]string{"", "L", "LA", "RGB", "RGBA"}[comps]
			if comps == 1 && b.data[10]&0x7f > 8 { // bits less one
				p.mode = "I;16"
			}
		case "colr":
			if len(b.data) < 3 || b.data[0] == 1 && len(b.data) < 7 {
				return imageError("jpeg 2000", b.at, "the box colr is too short")
			}
			if b.data[0] == 1 {
				enumerated = jp2Uint(b.data[3:])
			}
			if enumerated == 12 && comps == 4 {
				p.mode = "CMYK"
			}
			if !coloured && (b.data[0] == 1 || b.data[0] == 2) { // 2: an ICC profile
				coloured = true
				p.setSpace(b)
			}
		case "pclr":
			if enumerated == 0 || enumerated == 15 || enumerated == 17 || p.mode != "L" && p.mode != "LA" {
				continue
			}
			if err := p.readPalette(b); err != nil {
				return err
			}
		}
	}
	if p.mode == "" {
		return imageError("jpeg 2000", h.at, "the header jp2h lacks the box ihdr")
	}
	return nil
}

// setSpace takes the colour space from the box colr.
func (p *jp2Picture) setSpace(b jp2Box) {
	if b.data[0] != 1 {
		return
	}
	switch jp2Uint(b.data[3:]) {
	case 12:
		p.space = jp2SpaceCMYK
	case 16:
		p.space = jp2SpaceRGB
	case 17:
		p.space = jp2SpaceGray
	case 18:
		p.space = jp2SpaceYCC
	case 24: // e-sYCC
		p.space = jp2SpaceOther
	}
}

// readPalette reads a palette of up to 8 bits. As Pillow does, it keeps equal
// colours once, so that those behind them move up, and it takes the first three
// columns for red, green and blue, whatever they are.
func (p *jp2Picture) readPalette(b jp2Box) error {
	bad := imageError("jpeg 2000", b.at, "the box pclr is too short, or its palette has other than 3 or 4 columns of 8 bits or above 256 colours")
	if len(b.data) < 3 {
		return bad
	}
	n, columns := int(b.data[0])<<8|int(b.data[1]), int(b.data[2])
	if len(b.data) < 3+columns+n*columns || columns != 3 && columns != 4 {
		return bad
	}
	for _, depth := range b.data[3 : 3+columns] {
		switch {
		case depth > 8: // less one; Pillow passes over the palette
			return nil
		case depth == 8:
			return bad
		}
	}
	colours := b.data[3+columns:]
	seen := make(map[[4]byte]bool)
	for i := range n {
		var c [4]byte
		copy(c[:], colours[i*columns:][:columns])
		if seen[c] {
			continue
		}
		if seen[c] = true; len(seen) > 256 {
			return bad
		}
		p.palette = append(p.palette, [3]byte(c[:3]))
	}
	p.mode = map[string]string{"L": "P", "LA": "PA"}[p.mode]
	return nil
}
