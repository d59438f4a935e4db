package image

// pngPass is a part of an interlaced picture: every dx-th pixel of every dy-th row, from (x, y) on.
type pngPass struct{ x, y, dx, dy int }

// pngPasses are the seven of Adam7.
var pngPasses = [7]pngPass{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}

// picture decodes the pixels. Rows that the stream leaves out at its end are zeros, if it ends with a row.
func (d *pngDecoder) picture(stream []byte) (*Image, error) {
	passes := []pngPass{{0, 0, 1, 1}}
	if d.interlaced {
		passes = pngPasses[:]
	}
	total := 0
	for _, p := range passes {
		total += d.rows(p) * (1 + d.rowBytes(d.columns(p)))
	}
	raw, err := d.inflate(stream, total)
	if err != nil {
		return nil, err
	}
	channels := 3
	if d.kind == 0 || d.kind == 4 {
		channels = 1
	}
	im, err := newImage("png", d.at, d.width, d.height, channels)
	if err != nil {
		return nil, err
	}
	if d.kind == 3 && len(raw) < total {
		for i := 0; i < len(im.Pix); i += 3 {
			d.color(im.Pix[i:i+3], 0)
		}
	}
	black := make([]byte, d.rowBytes(d.width))
	for _, p := range passes {
		n := d.rowBytes(d.columns(p))
		before := black[:n]
		for y := 0; y < d.rows(p) && n > 0 && len(raw) > 0; y++ {
			if len(raw) <= n {
				return nil, d.fault("the pixels end within a row")
			}
			row := raw[1 : 1+n]
			if !d.unfilter(raw[0], row, before) {
				return nil, d.fault("unknown filter")
			}
			d.place(im, row, p, p.y+y*p.dy)
			before, raw = row, raw[1+n:]
		}
	}
	return im, nil
}

// inflate decodes total bytes, or less where the stream is complete with less. Memory grows with what comes, so that a
// short file that claims much is found out first.
func (d *pngDecoder) inflate(stream []byte, total int) ([]byte, error) {
	if len(stream) < total/1040 { // deflate packs at most 1032 bytes into one
		total = 1040 * (len(stream) + 1)
	}
	raw := make([]byte, total)
	n, fault := inflate(raw, stream)
	switch fault {
	case inflateShort:
		return nil, d.fault("the file ends within the pixels")
	case inflateCorrupt:
		return nil, d.fault("the compressed pixels are damaged")
	}
	if n == 0 {
		return nil, d.fault("there are no pixels")
	}
	return raw[:n], nil
}

// rows is the number of rows of a pass, columns that of its pixels in a row.
func (d *pngDecoder) rows(p pngPass) int {
	if d.columns(p) == 0 {
		return 0
	}
	return max((d.height-p.y+p.dy-1)/p.dy, 0)
}

func (d *pngDecoder) columns(p pngPass) int { return max((d.width-p.x+p.dx-1)/p.dx, 0) }

// rowBytes is the number of bytes that pixels take, without the filter's.
func (d *pngDecoder) rowBytes(pixels int) int {
	if d.depth < 8 {
		return (pixels*d.depth + 7) / 8
	}
	return pixels * (d.depth / 8 * pngChannels[d.kind]) // at most 2^30
}

// unfilter adds to each byte what was predicted of it, from the pixel to the left and from the row above.
func (d *pngDecoder) unfilter(filter byte, row, above []byte) bool {
	step := max(d.depth*pngChannels[d.kind]/8, 1)
	above = above[:len(row)]
	head := min(step, len(row))
	switch filter {
	case 0:
	case 1:
		for i := step; i < len(row); i++ {
			row[i] += row[i-step]
		}
	case 2:
		for i := range row {
			row[i] += above[i]
		}
	case 3:
		for i := range head {
			row[i] += above[i] / 2
		}
		for i := step; i < len(row); i++ {
			row[i] += byte((int(row[i-step]) + int(above[i])) / 2)
		}
	case 4:
		for i := range head {
			row[i] += above[i]
		}
		for i := step; i < len(row); i++ {
			row[i] += pngPaeth(int(row[i-step]), int(above[i]), int(above[i-step]))
		}
	default:
		return false
	}
	return true
}

// pngPaeth is the one of left, above and corner that is nearest to left + above - corner.
func pngPaeth(left, above, corner int) byte {
	toLeft, toAbove, toCorner := above-corner, left-corner, left+above-2*corner
	toLeft, toAbove, toCorner = max(toLeft, -toLeft), max(toAbove, -toAbove), max(toCorner, -toCorner)
	switch {
	case toLeft <= toAbove && toLeft <= toCorner:
		return byte(left)
	case toAbove <= toCorner:
		return byte(above)
	}
	return byte(corner)
}

// place converts a pass's row and puts its pixels where they belong.
func (d *pngDecoder) place(im *Image, row []byte, p pngPass, y int) {
	out := im.Pix[y*d.width*im.Channels : (y+1)*d.width*im.Channels]
	if d.depth == 8 && p.dx == 1 && (d.kind == 0 || d.kind == 2) {
		copy(out, row)
		return
	}
	n := d.columns(p)
	size := d.depth / 8 * pngChannels[d.kind]
	step := p.dx * im.Channels
	at := p.x * im.Channels
	for i := range n {
		switch {
		case d.kind == 3:
			d.color(out[at:at+3], pngSample(row, i, d.depth))
		case d.depth < 8:
			out[at] = byte(pngSample(row, i, d.depth) * 255 / (1<<d.depth - 1))
		case d.kind == 0 && d.depth == 16:
			out[at] = row[2*i+1]
			if row[2*i] != 0 {
				out[at] = 255
			}
		default:
			for k := range im.Channels {
				out[at+k] = row[size*i+k*d.depth/8]
			}
		}
		at += step
	}
}

// pngSample is the i-th of samples of up to 8 bits, the highest bits first.
func pngSample(row []byte, i, depth int) int {
	at := i * depth
	return int(row[at/8]) >> (8 - depth - at%8) & (1<<depth - 1)
}

// color looks up an entry of the palette; black where it has none.
func (d *pngDecoder) color(out []byte, i int) {
	if 3*i+3 <= len(d.palette) {
		copy(out, d.palette[3*i:3*i+3])
	}
}
