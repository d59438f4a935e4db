package image

import "strconv"

// The compressions of TIFF.
const (
	tiffRaw      = 1
	tiffRLE      = 2 // the fax codes of group 3 without ends of lines
	tiffGroup3   = 3
	tiffGroup4   = 4
	tiffLZW      = 5
	tiffJPEG     = 7
	tiffZip      = 8
	tiffPackBits = 32773
	tiffDeflate  = 32946 // an older number of 8
)

// tiffChunks says how the picture is cut: into strips, which are as wide as it is, or tiles.
type tiffChunks struct {
	tiled         bool
	across, down  int // chunks of the picture
	chunkW        int
	chunkH        int
	planes        int // that are stored one by one
	perPlane      int // samples of a pixel in each
	offsets, size []int
}

// chunks reads how the picture is cut.
func (d *tiffDecoder) chunks() error {
	d.chunkW, d.chunkH = d.width, min(d.number(tiffStripRows, d.height), d.height)
	offsets, sizes := tiffStripOffset, tiffStripBytes
	if _, strips := d.fields[tiffStripOffset]; !strips {
		d.tiled, offsets, sizes = true, tiffTileOffset, tiffTileBytes
		d.chunkW, d.chunkH = d.number(tiffTileWidth, 0), d.number(tiffTileHeight, 0)
	}
	if err := checkImageSize("tiff", 0, d.chunkW, d.chunkH); err != nil {
		return err
	}
	d.across, d.down = (d.width-1)/d.chunkW+1, (d.height-1)/d.chunkH+1
	d.planes, d.perPlane = 1, d.samples
	if d.planar {
		d.planes, d.perPlane = d.samples, 1
	}
	if int64(d.across*d.chunkW)*int64(d.down*d.chunkH) > 4*MaxPixels {
		return d.fault(0, "the tiles are much larger than the picture")
	}
	count := d.across * d.down * d.planes
	d.offsets = d.numbers(offsets, 1<<30)
	d.size = d.numbers(sizes, count)
	if d.compression == tiffRaw && count == 1 && len(d.offsets) > 1 {
		d.offsets = d.offsets[len(d.offsets)-1:] // later ones would overwrite it
	}
	if len(d.offsets) < count && d.compression != tiffRaw || len(d.offsets) == 0 {
		return d.fault(0, strconv.Itoa(len(d.offsets))+" strips or tiles, want "+strconv.Itoa(count))
	}
	return nil
}

// rowBytes is the size of n pixels of a plane.
func (d *tiffDecoder) rowBytes(n int) int64 { return (int64(n)*int64(d.bits*d.perPlane) + 7) / 8 }

// read decodes chunk by chunk.
func (d *tiffDecoder) read(im *Image) error {
	stride := d.rowBytes(d.chunkW)
	if stride*int64(d.chunkH) > 1<<30 {
		return d.fault(0, "a strip or tile has more than 2^30 bytes")
	}
	size := d.bits / 8
	var planes [6][]byte
	var mixed []byte
	if d.planes > 1 {
		if d.bits != 8 && d.bits != 16 {
			return d.fault(0, "planes of "+strconv.Itoa(d.bits)+" bits are not supported")
		}
		mixed = make([]byte, d.samples*size*d.chunkW)
	}
	for i := range d.across * d.down {
		x, y := i%d.across*d.chunkW, i/d.across*d.chunkH
		n, rows := min(d.chunkW, d.width-x), min(d.chunkH, d.height-y)
		for p := range d.planes {
			var err error
			if planes[p], err = d.chunk(p*d.across*d.down+i, n, rows); err != nil {
				return err
			}
		}
		if planes[0] == nil {
			continue // not in the file: black
		}
		for j := range rows {
			row := planes[0][int(stride)*j:]
			if d.planes > 1 {
				row = mixed
				for p := range d.planes {
					d.mix(mixed[p*size:], planes[p], int(stride)*j, n)
				}
			}
			at := ((y+j)*d.width + x) * im.Channels
			d.convert(im.Pix[at:at+n*im.Channels], row, n)
		}
	}
	return nil
}

// mix puts n samples of a plane, of which those are zeros that the file lacks, where they belong in a row of pixels.
func (d *tiffDecoder) mix(row, plane []byte, at, n int) {
	size := d.bits / 8
	for i := range n * size {
		var v byte
		if plane != nil {
			v = plane[at+i]
		}
		row[i/size*d.samples*size+i%size] = v
	}
}

// chunk gives the samples of a strip or tile, of which n pixels of each of rows are in the picture; nil where it is not
// in the file.
func (d *tiffDecoder) chunk(i, n, rows int) ([]byte, error) {
	if i >= len(d.offsets) {
		return nil, nil
	}
	at := d.offsets[i]
	if at > len(d.data) {
		return nil, d.fault(at, "a strip or tile is outside of the file")
	}
	src := d.data[at:]
	stride := int(d.rowBytes(d.chunkW))
	if !d.tiled {
		n = d.chunkW
	}
	if d.compression == tiffRaw {
		used := stride*(rows-1) + int(d.rowBytes(n))
		if len(src) < used {
			return nil, d.fault(at, "the file ends within the pixels")
		}
		dst := make([]byte, stride*rows)
		copy(dst, src)
		if d.fillOrder == 2 {
			reverseBits(dst)
		}
		return dst, nil
	}
	if i < len(d.size) {
		src = src[:min(d.size[i], len(src))]
	}
	if d.tiled {
		rows = d.chunkH
	}
	if d.fillOrder == 2 && d.compression != tiffJPEG {
		src = append([]byte(nil), src...)
		reverseBits(src)
	}
	dst, problem := d.unpack(src, stride, rows)
	if problem == "" {
		problem = d.unpredict(dst, stride)
	}
	if problem != "" {
		return nil, d.fault(at, problem)
	}
	return dst, nil
}

// unpack decodes a chunk by its compression.
func (d *tiffDecoder) unpack(src []byte, stride, rows int) ([]byte, string) {
	n := stride * rows
	switch d.compression {
	case tiffRLE, tiffGroup3, tiffGroup4:
		if d.bits != 1 || d.samples != 1 {
			return nil, "fax codes hold pixels of 1 bit"
		}
		return d.fax(src, stride, rows)
	case tiffJPEG:
		if d.bits != 8 {
			return nil, "JPEG holds samples of 8 bits"
		}
		return d.jpeg(src, stride, rows)
	case tiffLZW, tiffZip, tiffDeflate, tiffPackBits:
	default:
		return nil, "compression " + strconv.Itoa(d.compression) + " is not supported; save it with LZW or Deflate"
	}
	if len(src) < n/2048 { // no compression is that strong
		return nil, "a strip or tile is too short"
	}
	dst, done := make([]byte, n), n
	switch d.compression {
	case tiffLZW:
		done = tiffUnLZW(dst, src)
	case tiffPackBits:
		done = tiffUnpackBits(dst, src)
	default:
		if _, fault := inflate(dst, src); fault != inflateFull {
			done = 0
		}
	}
	if done < n {
		return nil, "a strip or tile is damaged or too short"
	}
	return dst, ""
}

// reverseBits turns every byte around.
func reverseBits(b []byte) {
	for i, v := range b {
		v = v>>4 | v<<4
		v = v>>2&0x33 | v&0x33<<2
		b[i] = v>>1&0x55 | v&0x55<<1
	}
}

// unpredict adds up differences between neighbouring pixels.
func (d *tiffDecoder) unpredict(b []byte, stride int) string {
	if d.predictor == 1 || d.compression != tiffLZW && d.compression != tiffZip && d.compression != tiffDeflate {
		return ""
	}
	if d.predictor == 3 && d.format == 3 && d.bits == 32 {
		for ; len(b) >= stride; b = b[stride:] {
			d.unpredictFloat(b[:stride])
		}
		return ""
	}
	if d.predictor != 2 || d.bits != 8 && d.bits != 16 && d.bits != 32 {
		return "predictor " + strconv.Itoa(d.predictor) + " with " + strconv.Itoa(d.bits) + " bits is not supported"
	}
	for ; len(b) >= stride; b = b[stride:] {
		row := b[:stride]
		switch step := d.perPlane * d.bits / 8; d.bits {
		case 8:
			for i := step; i < stride; i++ {
				row[i] += row[i-step]
			}
		case 16:
			for i := step; i+2 <= stride; i += 2 {
				d.order.put16(row[i:], d.order.uint16(row[i:])+d.order.uint16(row[i-step:]))
			}
		case 32:
			for i := step; i+4 <= stride; i += 4 {
				d.order.put32(row[i:], d.order.uint32(row[i:])+d.order.uint32(row[i-step:]))
			}
		}
	}
	return ""
}

func (o tiffOrder) put16(b []byte, v int) {
	if o.big {
		b[0], b[1] = byte(v>>8), byte(v)
		return
	}
	b[0], b[1] = byte(v), byte(v>>8)
}

func (o tiffOrder) put32(b []byte, v uint32) {
	if o.big {
		b[0], b[1], b[2], b[3] = byte(v>>24), byte(v>>16), byte(v>>8), byte(v)
		return
	}
	b[0], b[1], b[2], b[3] = byte(v), byte(v>>8), byte(v>>16), byte(v>>24)
}

// unpredictFloat puts a row of floating-point numbers together, whose bytes stand by weight, the highest first, as
// differences.
func (d *tiffDecoder) unpredictFloat(row []byte) {
	for i := d.perPlane; i < len(row); i++ {
		row[i] += row[i-d.perPlane]
	}
	n := len(row) / 4
	sorted := append([]byte(nil), row...)
	for i := range n {
		var v uint32
		for k := range 4 {
			v = v<<8 | uint32(sorted[k*n+i])
		}
		d.order.put32(row[4*i:], v)
	}
}
