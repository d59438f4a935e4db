package image

// pngSignature begins every PNG file.
const pngSignature = "\x89PNG\r\n\x1a\n"

// pngDecoder holds what the chunks before the pixels say.
type pngDecoder struct {
	data          []byte
	at            int // the next chunk
	width, height int
	depth, kind   int // bits of a sample; 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGB and alpha
	interlaced    bool
	palette       []byte // RGB
}

// pngChannels is the number of samples of a pixel by kind, 0 where there is no such kind.
var pngChannels = [7]int{1, 0, 3, 1, 2, 0, 4}

// DecodePNG decodes PNG of all kinds. Of 16 bits the upper 8 stay, but gray of 16 bits saturates at 255, as in Pillow;
// of an animation comes what stands where other readers see the picture.
func DecodePNG(data []byte) (*Image, error) {
	d := &pngDecoder{data: data}
	if err := d.header(); err != nil {
		return nil, err
	}
	stream, err := d.stream()
	if err != nil {
		return nil, err
	}
	return d.picture(stream)
}

// pngSize reads the size alone.
func pngSize(data []byte) (width, height int, err error) {
	d := &pngDecoder{data: data}
	err = d.header()
	return d.width, d.height, err
}

func (d *pngDecoder) fault(problem string) error { return imageError("png", d.at, problem) }

// chunk reads the next chunk's head; what the file lacks of the body is not in it.
func (d *pngDecoder) chunk() (name string, body []byte, whole bool) {
	if d.at+8 > len(d.data) {
		return "", nil, false
	}
	head := d.data[d.at:]
	n := uint64(pngUint(head))
	name = string(head[4:8])
	body = head[8:]
	whole = n <= uint64(len(body))
	if whole {
		body = body[:n]
	}
	return name, body, whole
}

// pngUint reads 4 bytes, the highest first.
func pngUint(b []byte) uint32 {
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}

// skip passes a chunk and its checksum.
func (d *pngDecoder) skip(body []byte) { d.at = min(d.at+12+len(body), len(d.data)) }

// header reads the chunks before the pixels, whose checksums must be right.
func (d *pngDecoder) header() error {
	d.at = len(pngSignature)
	for {
		name, body, whole := d.chunk()
		if name == "IDAT" {
			break
		}
		switch {
		case name == "" || !whole:
			return d.fault("the file ends before the pixels")
		case name == "IEND":
			return d.fault("the picture ends before its pixels")
		}
		end := d.at + 8 + len(body)
		if end+4 > len(d.data) || pngUint(d.data[end:]) != pngSum(d.data[d.at+4:end]) {
			return d.fault("the checksum of chunk " + pngName(name) + " is wrong")
		}
		if err := d.note(name, body); err != nil {
			return err
		}
		d.skip(body)
	}
	if d.width == 0 {
		return d.fault("pixels before the header")
	}
	return nil
}

// pngName is a chunk's name for an error.
func pngName(name string) string {
	for _, c := range []byte(name) {
		if c < 'A' || c > 'z' {
			return "without a name"
		}
	}
	return name
}

// note takes what a chunk says.
func (d *pngDecoder) note(name string, body []byte) error {
	switch name {
	case "IHDR":
		if len(body) < 13 {
			return d.fault("the header has less than 13 bytes")
		}
		d.width, d.height = int(min(pngUint(body), 1<<30)), int(min(pngUint(body[4:]), 1<<30))
		if err := checkImageSize("png", d.at, d.width, d.height); err != nil {
			return err
		}
		d.depth, d.kind, d.interlaced = int(body[8]), int(body[9]), body[12] != 0
		if body[11] != 0 {
			return d.fault("unknown filters")
		}
		if !d.valid() {
			return d.fault("no kind of pixels has these bits")
		}
	case "PLTE":
		d.palette = body
	}
	return nil
}

// valid reports whether kind and depth go together.
func (d *pngDecoder) valid() bool {
	switch d.depth {
	case 1, 2, 4:
		return d.kind == 0 || d.kind == 3
	case 8:
		return d.kind < len(pngChannels) && pngChannels[d.kind] > 0
	case 16:
		return d.kind < len(pngChannels) && pngChannels[d.kind] > 0 && d.kind != 3
	}
	return false
}

// stream joins the chunks that hold the pixels. What the file lacks at its end may not be needed.
func (d *pngDecoder) stream() ([]byte, error) {
	var joined []byte
	for first := true; ; first = false {
		name, body, whole := d.chunk()
		switch {
		case name != "IDAT":
			return joined, nil
		case first && (!whole || d.at+12+len(body) > len(d.data)):
			return body, nil
		}
		joined = append(joined, body...)
		d.skip(body)
	}
}

// pngSum is the checksum of a chunk, CRC-32.
func pngSum(b []byte) uint32 {
	sum := ^uint32(0)
	for _, c := range b {
		sum ^= uint32(c)
		for range 8 {
			sum = sum>>1 ^ 0xedb88320&-(sum&1)
		}
	}
	return ^sum
}
