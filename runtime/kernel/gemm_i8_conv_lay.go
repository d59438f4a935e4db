package kernel

// locate sets the sizes of the inputs as they lie and what a position meets of them.
func (p *convolutionI8) locate() {
	v := p.window
	p.height = max(v.out[1]-1, 0)*v.stride[1] + (v.kernel[1]-1)*v.dilation[1] + 1
	p.width = max(v.out[2]-1, 0)*v.stride[2] + (v.kernel[2]-1)*v.dilation[2] + 1
	p.k = v.kernel[1] * v.kernel[2] * p.padded
	runs := v.kernel[2] // of taps that are neighbours
	if p.span = p.padded; v.dilation[2] == 1 {
		runs, p.span = 1, v.kernel[2]*p.padded
	}
	p.segments = p.segments[:v.kernel[1]*runs]
	for i := range p.segments {
		p.segments[i] = int32((i/runs*v.dilation[1]*p.width + i%runs*v.dilation[2]) * p.padded)
	}
}

// lay lays an image's channels out, amid their padding.
func (p *convolutionI8) lay(x []uint8, flip uint8) {
	v := p.window
	if size := p.height * p.width * p.padded; i8Bytes() {
		fillI8(bytesOf(p.laid)[:size], uint8(p.zero))
	} else {
		clear(p.laid[:size])
	}
	left := max(v.pad[2], 0)
	n := min(p.width-left, v.in[2]+v.pad[2]-left)
	if n <= 0 {
		return
	}
	inPlane := v.in[1] * v.in[2]
	for h := max(v.pad[1], 0); h < min(v.in[1]+v.pad[1], p.height); h++ {
		from, to := (h-v.pad[1])*v.in[2]+left-v.pad[2], (h*p.width+left)*p.padded
		for c := 0; c < p.channels; c += i8Block {
			p.layRow(to+c, x[from+c*inPlane:], min(i8Block, p.channels-c), n, flip)
		}
	}
}

// i8Block is how many channels are laid at once.
const i8Block = 8

// layRow lays n positions of a few channels from at on.
func (p *convolutionI8) layRow(at int, x []uint8, channels, n int, flip uint8) {
	plane := p.window.in[1] * p.window.in[2]
	if hasAVX2 && (channels-1)*plane+max(n, i8Block) <= len(x) {
		p.layRowAVX2(at, x, plane, channels, n, flip)
		return
	}
	for c := range channels {
		src := x[c*plane:][:n]
		if i8Bytes() {
			for i, v := range src {
				bytesOf(p.laid)[at+i*p.padded+c] = v ^ flip
			}
			continue
		}
		to := at + (c&^3 | c&1<<1 | c>>1&1) // as readyRow has it
		for i, v := range src {
			p.laid[to+i*p.padded] = int16(v^flip) - int16(p.zero)
		}
	}
}

// widen makes int16 of a panel of so many columns, in memory for part i; nil where there are no instructions for it.
func (p *convolutionI8) widen(i int, panel []int8, cols int) []int16 {
	size := widePanelI8(cols, p.k)
	if !hasAVX2 || size == 0 {
		return nil
	}
	wide := p.rows[i*widePanelI8(p.n, p.k):][:size]
	widenPanelI8AVX2(wide, panel, panelWidth(cols), p.k/i8Group)
	return wide
}

// fillI8 sets all elements, from what is set already.
func fillI8(dst []uint8, v uint8) {
	for i := range min(len(dst), 16) {
		dst[i] = v
	}
	for n := 16; n < len(dst); n *= 2 {
		copy(dst[n:], dst[:n])
	}
}
