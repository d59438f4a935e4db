package image

// The tags of a TIFF directory that matter for pixels.
const (
	tiffWidth       = 256
	tiffHeight      = 257
	tiffBits        = 258 // of each sample
	tiffCompression = 259
	tiffPhotometric = 262 // what samples mean
	tiffFillOrder   = 266 // 2: the lowest bit of a byte comes first
	tiffStripOffset = 273
	tiffOrientation = 274
	tiffSamples     = 277 // of a pixel
	tiffStripRows   = 278
	tiffStripBytes  = 279
	tiffPlanar      = 284 // 2: samples of one kind stand together
	tiffT4          = 292 // options of fax group 3
	tiffPredictor   = 317
	tiffColorMap    = 320
	tiffTileWidth   = 322
	tiffTileHeight  = 323
	tiffTileOffset  = 324
	tiffTileBytes   = 325
	tiffExtra       = 338 // what samples beyond the colours mean
	tiffFormat      = 339 // of samples: 1 unsigned, 2 signed, 3 floating
	tiffJPEGTables  = 347
)

// tiffDecoder holds the first directory.
type tiffDecoder struct {
	data        []byte
	order       tiffOrder
	wide        bool // BigTIFF: sizes of 64 bits
	fields      map[int]tiffField
	tiffLayout  // of pixels
	tiffChunks  // of the file
	width       int
	height      int
	compression int
	predictor   int
	fillOrder   int
}

// tiffField is a directory's entry: where its numbers stand, and of what type.
type tiffField struct {
	kind, count, at int
}

// tiffOrder reads numbers; big where the first byte is the highest.
type tiffOrder struct{ big bool }

func (o tiffOrder) uint16(b []byte) int {
	if o.big {
		return int(b[0])<<8 | int(b[1])
	}
	return int(b[1])<<8 | int(b[0])
}

func (o tiffOrder) uint32(b []byte) uint32 {
	if o.big {
		return uint32(o.uint16(b))<<16 | uint32(o.uint16(b[2:]))
	}
	return uint32(o.uint16(b[2:]))<<16 | uint32(o.uint16(b))
}

// size reads a size of 32 bits, or of 64 in BigTIFF; what is above 2^30 is as good as 2^30.
func (o tiffOrder) size(b []byte, wide bool) int {
	v := uint64(o.uint32(b))
	if wide {
		v = v<<32 | uint64(o.uint32(b[4:]))
		if !o.big {
			v = v<<32 | v>>32
		}
	}
	return int(min(v, 1<<30))
}

// isTIFF reports whether data begins like TIFF; some writers mix up the order of the second number.
func isTIFF(data []byte) bool {
	for _, magic := range []string{"MM\x00\x2a", "II\x2a\x00", "MM\x2a\x00", "II\x00\x2a", "MM\x00\x2b", "II\x2b\x00"} {
		if imageStarts(data, magic) {
			return true
		}
	}
	return false
}

// DecodeTIFF decodes the first picture of a TIFF: bilevel, gray, palette, RGB and CMYK in strips or tiles, stored as
// they are or by PackBits, LZW, Deflate, the fax codes or JPEG. In one case it is right where Pillow 13 is not: signed
// and floating-point samples of compressed files with the highest byte first.
func DecodeTIFF(data []byte) (*Image, error) {
	d := &tiffDecoder{data: data}
	if err := d.directory(); err != nil {
		return nil, err
	}
	if err := d.layout(); err != nil {
		return nil, err
	}
	if err := d.chunks(); err != nil {
		return nil, err
	}
	channels := 3
	if d.isGray() {
		channels = 1
	}
	im, err := newImage("tiff", 0, d.width, d.height, channels)
	if err != nil {
		return nil, err
	}
	if err := d.read(im); err != nil {
		return nil, err
	}
	return im.turn(d.number(tiffOrientation, 1)), nil
}

// tiffSize reads the size alone.
func tiffSize(data []byte) (width, height int, err error) {
	d := &tiffDecoder{data: data}
	err = d.directory()
	if o := d.number(tiffOrientation, 1); o >= 5 && o <= 8 {
		return d.height, d.width, err
	}
	return d.width, d.height, err
}

func (d *tiffDecoder) fault(at int, problem string) error { return imageError("tiff", at, problem) }

// directory reads the first directory.
func (d *tiffDecoder) directory() error {
	if !isTIFF(d.data) || len(d.data) < 16 {
		return d.fault(0, "want II or MM, the order of bytes, and a directory")
	}
	d.order.big = d.data[0] == 'M'
	d.wide = d.data[2]|d.data[3] == 43
	d.fields = map[int]tiffField{}
	entry, at, inline := 12, d.order.size(d.data[4:], false), 4
	if d.wide {
		entry, at, inline = 20, d.order.size(d.data[8:], true), 8
	}
	if at+8 > len(d.data) {
		return d.fault(4, "the directory is outside of the file")
	}
	count := d.order.uint16(d.data[at:])
	at += 2
	if d.wide {
		count = d.order.size(d.data[at-2:], true)
		at += 6
	}
	if count > (len(d.data)-at)/entry {
		return d.fault(at, "the directory ends outside of the file")
	}
	for ; count > 0; count-- {
		e := d.data[at : at+entry]
		f := tiffField{kind: d.order.uint16(e[2:]), count: d.order.size(e[4:], d.wide), at: at + entry - inline}
		size := tiffTypeSize(f.kind)
		if size > 0 && f.count <= len(d.data)/size {
			if f.count*size > inline {
				f.at = d.order.size(e[entry-inline:], d.wide)
			}
			tag := d.order.uint16(e)
			if _, seen := d.fields[tag]; !seen && f.count > 0 && f.at <= len(d.data)-f.count*size {
				d.fields[tag] = f
			}
		}
		at += entry
	}
	d.width, d.height = d.number(tiffWidth, 0), d.number(tiffHeight, 0)
	return checkImageSize("tiff", at, d.width, d.height)
}

// tiffTypeSize is the size of a number of a type, 0 where the type is unknown.
func tiffTypeSize(kind int) int {
	switch kind {
	case 1, 2, 6, 7:
		return 1
	case 3, 8:
		return 2
	case 4, 9, 11, 13:
		return 4
	case 5, 10, 12, 16, 17, 18:
		return 8
	}
	return 0
}

// at gives number i of a field; what is no integer is 0.
func (d *tiffDecoder) at(f tiffField, i int) int {
	switch f.kind {
	case 1, 7:
		return int(d.data[f.at+i])
	case 3:
		return d.order.uint16(d.data[f.at+2*i:])
	case 4, 13:
		return d.order.size(d.data[f.at+4*i:], false)
	case 16, 18:
		return d.order.size(d.data[f.at+8*i:], true)
	}
	return 0
}

// number is a tag's first number.
func (d *tiffDecoder) number(tag, missing int) int {
	if f, ok := d.fields[tag]; ok {
		return d.at(f, 0)
	}
	return missing
}

// numbers are those of a tag, at most the given count.
func (d *tiffDecoder) numbers(tag, most int) []int {
	f, ok := d.fields[tag]
	if !ok {
		return nil
	}
	all := make([]int, min(f.count, most))
	for i := range all {
		all[i] = d.at(f, i)
	}
	return all
}

// turn gives the picture as an orientation of 2 to 8 says: mirrored, turned, or both.
func (im *Image) turn(orientation int) *Image {
	if orientation < 2 || orientation > 8 {
		return im
	}
	out := &Image{Width: im.Width, Height: im.Height, Channels: im.Channels, Pix: make([]byte, len(im.Pix))}
	if orientation >= 5 {
		out.Width, out.Height = im.Height, im.Width
	}
	at := 0
	for y := range out.Height {
		for x := range out.Width {
			fromX, fromY := x, y
			if orientation >= 5 {
				fromX, fromY = y, x
			}
			if orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8 {
				fromX = im.Width - 1 - fromX
			}
			if orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7 {
				fromY = im.Height - 1 - fromY
			}
			from := (fromY*im.Width + fromX) * im.Channels
			at += copy(out.Pix[at:], im.Pix[from:from+im.Channels])
		}
	}
	return out
}
