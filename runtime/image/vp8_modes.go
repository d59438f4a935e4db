package image

// Modes of prediction. The first four are those of whole macroblocks too.
const (
	vp8PredDC = iota
	vp8PredTM // left plus above less the corner: "true motion"
	vp8PredV
	vp8PredH
	vp8PredRD
	vp8PredVR
	vp8PredLD
	vp8PredVL
	vp8PredHD
	vp8PredHU
)

// readModes reads a macroblock's header, §19.3.
func (d *vp8Decoder) readModes(above *vp8Context) {
	r, b := &d.header, &d.block
	b.segment = 0
	if d.segments.coded {
		p := &d.segments.probs
		if !r.bit(p[0]) {
			b.segment = uint8(r.one(p[1]))
		} else {
			b.segment = 2 + uint8(r.one(p[2]))
		}
	}
	b.skip = d.skips && r.bit(d.skipProb)
	b.split = !r.bit(145)
	if b.split {
		for i := range b.modes {
			x, y := i%4, i/4
			m := d.readSubMode(&vp8SubModeProbs[above.modes[x]][d.left.modes[y]])
			b.modes[i], above.modes[x], d.left.modes[y] = m, m, m
		}
	} else {
		m := d.readLumaMode()
		b.modes[0] = m
		above.modes = [4]uint8{m, m, m, m}
		d.left.modes = above.modes
	}
	switch {
	case !r.bit(142):
		b.chroma = vp8PredDC
	case !r.bit(114):
		b.chroma = vp8PredV
	case !r.bit(183):
		b.chroma = vp8PredH
	default:
		b.chroma = vp8PredTM
	}
}

func (d *vp8Decoder) readLumaMode() uint8 {
	r := &d.header
	if r.bit(156) {
		if r.bit(128) {
			return vp8PredTM
		}
		return vp8PredH
	}
	if r.bit(163) {
		return vp8PredV
	}
	return vp8PredDC
}

func (d *vp8Decoder) readSubMode(p *[9]uint8) uint8 {
	r := &d.header
	switch {
	case !r.bit(p[0]):
		return vp8PredDC
	case !r.bit(p[1]):
		return vp8PredTM
	case !r.bit(p[2]):
		return vp8PredV
	}
	if !r.bit(p[3]) {
		switch {
		case !r.bit(p[4]):
			return vp8PredH
		case !r.bit(p[5]):
			return vp8PredRD
		}
		return vp8PredVR
	}
	switch {
	case !r.bit(p[6]):
		return vp8PredLD
	case !r.bit(p[7]):
		return vp8PredVL
	case !r.bit(p[8]):
		return vp8PredHD
	}
	return vp8PredHU
}
