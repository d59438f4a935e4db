package image

// noteProgress keeps, for the smoothing of what stays unknown, which bits the scan brings.
func (d *jpegDecoder) noteProgress() {
	for _, c := range d.scan {
		for i := min(d.from, 1); i < len(c.before); i++ {
			c.before[i] = 0
			if d.scans > 1 {
				c.before[i] = c.exact[i]
			}
		}
		for i := d.from; i <= d.to; i++ {
			c.exact[i] = int8(d.low)
		}
	}
}

// firstAC decodes the upper bits of coefficients, a band of one block. The end of the band may hold for the blocks that
// follow, too.
func (d *jpegDecoder) firstAC(h *jpegHuffman, block *[64]int16) {
	if d.eobRun > 0 {
		d.eobRun--
		return
	}
	for k := d.from; k <= d.to; k++ {
		symbol := d.huffman(h)
		run, size := symbol>>4, symbol&15
		switch {
		case size > 0:
			k += run
			block[jpegNatural[k]] = int16(d.signed(size) << d.low)
		case run == 15:
			k += 15
		default:
			d.eobRun = 1<<run - 1 + d.bits(run)
			return
		}
	}
}

// refineAC decodes one bit more of a band: for coefficients that are not zero yet whether they grow, and where others
// begin.
func (d *jpegDecoder) refineAC(h *jpegHuffman, block *[64]int16) {
	k := d.from
	for d.eobRun == 0 && k <= d.to {
		symbol := d.huffman(h)
		run, size := symbol>>4, symbol&15
		var value int16
		if size > 0 {
			value = -1 << d.low
			if d.bits(1) != 0 {
				value = 1 << d.low
			}
		} else if run != 15 {
			d.eobRun = 1<<run + d.bits(run)
			break
		}
		k = d.refine(block, k, run)
		if value != 0 {
			block[jpegNatural[k]] = value
		}
		k++
	}
	if d.eobRun > 0 {
		d.refine(block, k, 64)
		d.eobRun--
	}
}

// refine reads a bit for every coefficient from place k that is not zero, up to the zero behind zeros others or the
// band's end, and gives that place.
func (d *jpegDecoder) refine(block *[64]int16, k, zeros int) int {
	bit := int16(1) << d.low
	for ; k <= d.to; k++ {
		v := &block[jpegNatural[k]]
		switch {
		case *v == 0:
			if zeros == 0 {
				return k
			}
			zeros--
		case d.bits(1) != 0 && *v&bit == 0:
			if *v > 0 {
				*v += bit
			} else {
				*v -= bit
			}
		}
	}
	return k
}

// smoothed reports whether the scans left the first coefficients open, so that they are guessed.
func (d *jpegDecoder) smoothed() bool {
	open := false
	for i := range d.comps {
		c := &d.comps[i]
		if !c.latched || c.exact[0] < 0 {
			return false
		}
		for k, at := range jpegNatural[:10] {
			if c.table[at] == 0 {
				return false
			}
			open = open || k > 0 && c.exact[k] != 0
		}
	}
	return open && d.progressive
}

// jpegGuess weighs the DC values of 5×5 blocks to guess a coefficient of the middle one.
type jpegGuess [25]int16

// jpegFlat holds the guesses, by zigzag place, where nothing but DC is known; the first smooths DC itself.
var jpegFlat = [10]jpegGuess{
	{-2, -6, -8, -6, -2, -6, 6, 42, 6, -6, -8, 42, 152, 42, -8, -6, 6, 42, 6, -6, -2, -6, -8, -6, -2},
	{-1, -1, 0, 1, 1, -3, 13, 0, -13, 3, -3, 38, 0, -38, 3, -3, 13, 0, -13, 3, -1, -1, 0, 1, 1},
	{-1, -3, -3, -3, -1, -1, 13, 38, 13, -1, 0, 0, 0, 0, 0, 1, -13, -38, -13, 1, 1, 3, 3, 3, 1},
	{0, 0, 1, 0, 0, 0, 2, 7, 2, 0, 0, -5, -14, -5, 0, 0, 2, 7, 2, 0, 0, 0, 1, 0, 0},
	{-1, 0, 0, 0, 1, 0, 9, 0, -9, 0, 0, 0, 0, 0, 0, 0, -9, 0, 9, 0, 1, 0, 0, 0, -1},
	{0, 0, 0, 0, 0, 0, 2, -5, 2, 0, 1, 7, -14, 7, 1, 0, 2, -5, 2, 0, 0, 0, 0, 0, 0},
	{0, 0, 0, 0, 0, 0, 1, 0, -1, 0, 0, 2, 0, -2, 0, 0, 1, 0, -1, 0, 0, 0, 0, 0, 0},
	{0, 0, 0, 0, 0, 0, 1, -3, 1, 0, 0, 0, 0, 0, 0, 0, -1, 3, -1, 0, 0, 0, 0, 0, 0},
	{0, 0, 0, 0, 0, 0, 1, 0, -1, 0, 0, -3, 0, 3, 0, 0, 1, 0, -1, 0, 0, 0, 0, 0, 0},
	{0, 0, 0, 0, 0, 0, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, -1, -2, -1, 0, 0, 0, 0, 0, 0},
}

// jpegPartial holds them where some AC coefficients are known.
var jpegPartial = [6]jpegGuess{
	{},
	{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -7, 50, 0, -50, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
	{0, 0, -7, 0, 0, 0, 0, 50, 0, 0, 0, 0, 0, 0, 0, 0, 0, -50, 0, 0, 0, 0, 7, 0, 0},
	{0, 0, -1, 0, 0, 0, 0, 13, 0, 0, 0, 0, -24, 0, 0, 0, 0, 13, 0, 0, 0, 0, -1, 0, 0},
	{0, -1, 0, 1, 0, -1, 10, 0, -10, 1, 0, 0, 0, 0, 0, 1, -10, 0, 10, -1, 0, 1, 0, -1, 0},
	{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 13, -24, 13, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
}

// guess fills the open coefficients of block (x, y), of which block is a copy.
func (d *jpegDecoder) guess(c *jpegComponent, x, y int, block *[64]int16) {
	known := c.exact[:10]
	if y/c.v > d.lastGood { // the last scan did not reach this row
		if known = c.before[:]; d.scans == 1 {
			known = []int8{0, -1, -1, -1, -1, -1, -1, -1, -1, -1}
		}
	}
	guesses, from := jpegFlat[:], 0
	for _, bits := range known[1:] {
		if bits != -1 {
			guesses, from = jpegPartial[:], 1
		}
	}
	var around [25]int64
	for i, row := range d.rowsAround(c, y) {
		if c.coef[row] == nil {
			continue
		}
		for j := range 5 {
			around[5*i+j] = int64(c.coef[row][64*min(max(x+j-2, 0), c.blocksX-1)])
		}
	}
	for k := from; k < len(guesses); k++ {
		at, limit := jpegNatural[k], int64(1)<<40
		if k > 0 && (known[k] == 0 || block[at] != 0) {
			continue
		}
		if k > 0 && known[k] > 0 {
			limit = 1 << known[k]
		}
		sum := int64(0)
		for i, w := range guesses[k] {
			sum += int64(w) * around[i]
		}
		block[at] = jpegPredict(sum*int64(c.table[0]), int64(c.table[at]), limit)
	}
}

// rowsAround lists the rows of blocks from two above y to two below, as libjpeg takes them at the edges: among them
// rows that do not show, and next to the last unit a row twice where the unit is not full.
func (d *jpegDecoder) rowsAround(c *jpegComponent, y int) [5]int {
	full := c.v
	if y/c.v == d.unitsY-1 && c.blocksY%c.v != 0 {
		full = c.blocksY % c.v
	}
	row, end := y/c.v*full+y%c.v, full*d.unitsY
	rows := [5]int{y, y, y, y, y}
	if row > 0 {
		rows[0], rows[1] = y-1, y-1
	}
	if row > 1 {
		rows[0] = y - 2
	}
	if row < end-1 {
		rows[3], rows[4] = y+1, y+1
	}
	if row < end-2 {
		rows[4] = y + 2
	}
	return rows
}

// jpegPredict is num/(256·by), rounded to nearest and below limit in size.
func jpegPredict(num, by, limit int64) int16 {
	size := num
	if num < 0 {
		size = -num
	}
	size = min((by<<7+size)/(by<<8), limit-1)
	if num < 0 {
		return int16(-size)
	}
	return int16(size)
}
