package image

// start lays out the components once the frame and the first scan are known.
func (d *jpegDecoder) start() error {
	d.several = d.progressive || len(d.scan) < len(d.comps)
	d.unitsX = (d.width + 8*d.maxH - 1) / (8 * d.maxH)
	d.unitsY = (d.height + 8*d.maxV - 1) / (8 * d.maxV)
	for i := range d.comps {
		c := &d.comps[i]
		if d.maxH%c.h != 0 || d.maxV%c.v != 0 {
			return d.fault("a component is sampled at a fraction of another")
		}
		c.width = (d.width*c.h + d.maxH - 1) / d.maxH
		c.height = (d.height*c.v + d.maxV - 1) / d.maxV
		c.blocksX, c.blocksY = (c.width+7)/8, (c.height+7)/8
		c.stride, c.rows = d.unitsX*c.h, d.unitsY*c.v
		if d.several {
			c.coef = make([][]int16, c.rows)
		} else {
			c.pix = make([]byte, 64*c.stride*c.rows)
		}
		for k := range c.exact {
			c.exact[k] = -1
		}
	}
	if !d.progressive {
		d.defaultTables()
	}
	return nil
}

// defaultTables are the codes that frames of Motion JPEG leave out.
func (d *jpegDecoder) defaultTables() {
	for i, at := range []int{0, 1, 4, 5} {
		if d.huff[at] == nil {
			d.huff[at] = newJPEGHuffman([]byte(jpegUsualCounts[16*i:16*i+16]), []byte(jpegUsualSymbols(i)))
		}
	}
}

// checkScan demands what the scan's decoding needs.
func (d *jpegDecoder) checkScan() error {
	units := 0
	for _, c := range d.scan {
		units += c.h * c.v
		if c.latched {
			continue
		}
		if c.quant > 3 || !d.quantSeen[c.quant] {
			return d.fault("a quantisation table is missing")
		}
		c.table, c.latched = d.quant[c.quant], true
	}
	if len(d.scan) > 1 && units > 10 {
		return d.fault("a unit of a scan has more than 10 blocks")
	}
	if d.progressive {
		if d.from == 0 && d.to != 0 || d.from > d.to || d.to > 63 || d.from > 0 && len(d.scan) != 1 ||
			d.high != 0 && int(d.low) != d.high-1 || d.low > 13 {
			return d.fault("a scan's progression parameters are invalid")
		}
		d.noteProgress()
	}
	for _, c := range d.scan {
		if (!d.progressive || d.from == 0 && d.high == 0) && !d.usable(c.dc, 0) {
			return d.fault("a Huffman table for DC is missing or broken")
		}
		if (!d.progressive || d.from > 0) && !d.usable(c.ac, 4) {
			return d.fault("a Huffman table for AC is missing or broken")
		}
	}
	return nil
}

// usable reports whether a Huffman table is there; kind is 0 for DC, 4 for AC.
func (d *jpegDecoder) usable(id, kind int) bool {
	if id > 3 || d.huff[kind+id] == nil || d.huff[kind+id].broken {
		return false
	}
	h := d.huff[kind+id]
	for _, s := range h.symbol[:h.count] {
		if kind == 0 && s > 15 {
			return false
		}
	}
	return true
}

// readScan decodes a scan's coefficients: unit by unit of all its components interleaved or, where there is one, block
// by block.
func (d *jpegDecoder) readScan() error {
	if err := d.checkScan(); err != nil {
		return err
	}
	d.acc, d.have, d.empty, d.eobRun = 0, 0, false, 0
	d.toGo, d.next, d.lastGood = d.interval, 0, 0
	for _, c := range d.scan {
		c.last = 0
	}
	unitsX, unitsY := d.unitsX, d.unitsY
	if len(d.scan) == 1 {
		unitsX, unitsY = d.scan[0].blocksX, d.scan[0].blocksY
	}
	for y := range unitsY {
		for x := range unitsX {
			if !d.empty {
				d.lastGood = y
				if len(d.scan) == 1 {
					d.lastGood = y / d.scan[0].v
				}
			}
			if d.interval > 0 && d.toGo == 0 {
				d.restart()
			}
			d.toGo--
			if d.empty && d.interval == 0 && d.several {
				return nil // nothing changes any more
			}
			d.readUnit(x, y)
			if d.ended {
				return d.truncated()
			}
		}
	}
	return nil
}

// readUnit decodes the blocks of a unit, unless the segment ended in an earlier one.
func (d *jpegDecoder) readUnit(x, y int) {
	skip := d.empty
	if len(d.scan) == 1 {
		d.readBlock(d.scan[0], x, y, skip)
		return
	}
	for _, c := range d.scan {
		for j := range c.v {
			for i := range c.h {
				d.readBlock(c, x*c.h+i, y*c.v+j, skip)
			}
		}
	}
}

// readBlock decodes a block, into the picture or into memory for the scans to come.
func (d *jpegDecoder) readBlock(c *jpegComponent, x, y int, skip bool) {
	if !d.several {
		var block [64]int16
		if !skip {
			d.sequential(c, &block)
		}
		if x < c.blocksX && y < c.blocksY {
			jpegIDCT(c.pix[64*c.stride*y+8*x:], 8*c.stride, &block, &c.table)
		}
		return
	}
	if skip {
		return
	}
	if c.coef[y] == nil {
		c.coef[y] = make([]int16, 64*c.stride)
	}
	block := (*[64]int16)(c.coef[y][64*x:])
	switch {
	case !d.progressive:
		d.sequential(c, block)
	case d.from == 0 && d.high == 0:
		c.last += d.signed(d.huffman(d.huff[c.dc]))
		block[0] = int16(c.last << d.low)
	case d.from == 0:
		if d.bits(1) != 0 {
			block[0] |= 1 << d.low
		}
	case d.high == 0:
		d.firstAC(d.huff[4+c.ac], block)
	default:
		d.refineAC(d.huff[4+c.ac], block)
	}
}

// sequential decodes a whole block.
func (d *jpegDecoder) sequential(c *jpegComponent, block *[64]int16) {
	c.last += d.signed(d.huffman(d.huff[c.dc]))
	block[0] = int16(c.last)
	ac := d.huff[4+c.ac]
	for k := 1; k < 64; k++ {
		symbol := d.huffman(ac)
		run, size := symbol>>4, symbol&15
		if size == 0 {
			if run != 15 {
				return
			}
			k += 15
			continue
		}
		k += run
		block[jpegNatural[k]] = int16(d.signed(size))
	}
}

// restart begins a segment anew behind the next restart marker. Where another marker stands, the segment is either
// taken as lost or looked for further on.
func (d *jpegDecoder) restart() {
	d.have, d.acc = 0, 0
	if d.marker == 0 && !d.nextMarker() {
		d.ended = true
		return
	}
	for d.marker != 0 {
		ahead := int(d.marker-jpegRST0-byte(d.next)) & 7
		switch {
		case d.marker >= jpegRST0 && d.marker <= jpegRST7 && (ahead == 0 || ahead >= 3 && ahead <= 5):
			d.marker = 0 // the one, or too far away to be trusted
			continue
		case d.marker < jpegSOF0, d.marker >= jpegRST0 && d.marker <= jpegRST7 && ahead >= 6:
			if !d.nextMarker() {
				d.ended = true
				return
			}
			continue
		}
		break
	}
	d.next = (d.next + 1) & 7
	d.toGo, d.eobRun = d.interval, 0
	for _, c := range d.scan {
		c.last = 0
	}
	if d.marker == 0 {
		d.empty = false
	}
}
