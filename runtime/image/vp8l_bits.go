package image

// vp8lBits reads bits, the lowest first.
type vp8lBits struct {
	data  []byte
	value uint64
	have  int // bits of value; negative once more was wanted than the data holds
	base  int // of the data in the file, for errors
	size  int
}

// vp8lNewBits starts to read data. Like libwebp it takes data below eight bytes
// to be followed by zeros up to there.
func vp8lNewBits(data []byte, base int) vp8lBits {
	r := vp8lBits{data: data, base: base, size: len(data)}
	if len(data) < 8 {
		var padded [8]byte
		copy(padded[:], data)
		r.data = padded[:]
	}
	return r
}

// fill makes n bits ready, n ≤ 32, with zeros behind the end.
func (r *vp8lBits) fill(n int) {
	for r.have < n && len(r.data) > 0 {
		r.value |= uint64(r.data[0]) << r.have
		r.data = r.data[1:]
		r.have += 8
	}
}

// drop passes over n bits.
func (r *vp8lBits) drop(n int) {
	r.value >>= n
	r.have -= n
}

// read reads n bits, n ≤ 24.
func (r *vp8lBits) read(n int) int {
	r.fill(n)
	v := int(r.value & (1<<n - 1))
	r.drop(n)
	return v
}

func (r *vp8lBits) flag() bool { return r.read(1) == 1 }

// ended tells whether more was read than there is.
func (r *vp8lBits) ended() bool { return r.have < 0 }

// fail is an error at the place that has been read up to.
func (r *vp8lBits) fail(problem string) error {
	if r.ended() {
		problem = "the data of the lossless picture ends early"
	}
	return imageError("webp", r.base+max(r.size-len(r.data), 0), problem)
}
