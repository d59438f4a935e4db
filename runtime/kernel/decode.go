package kernel

// Decode sets dst to the numbers that codes stand for, code·step + least. That is computed in float64 and rounded once,
// as TensorFlow.js does when it loads a model. src is as long as dst.
func Decode[T uint8 | uint16](dst []float32, src []T, step, least float64) {
	c := codes{step: step, least: [4]float64{least, least, least, least}, scale: [4]float32{1, 1, 1, 1}}
	decodeRows(dst, src[:len(dst)], &c)
}

// DecodeFilterF32 sets dst to what weights of a convolution stand for that are packed, by PackConvF32's layout, as codes:
// float32((w - zero)·step + least)·scale, what is in brackets in float64. zero and scale have an element for each of the
// groups·rows rows, or one for all; nil means 0 and 1.
func DecodeFilterF32[T int8 | uint8 | uint16](dst []float32, w []T, step, least float64, scale []float32, zero []T, groups, rows, k int) {
	c := codes{step: step}
	for g := range groups {
		from, to := w[g*rows*k:(g+1)*rows*k], dst[g*rows*k:(g+1)*rows*k]
		for r := 0; r < rows; {
			n := 4
			if rows-r < n {
				n = 1
			}
			for i := range c.least {
				row := g*rows + r + i%n
				c.least[i], c.scale[i] = least, 1
				if len(zero) > 0 {
					c.least[i] -= float64(float64(zero[min(row, len(zero)-1)]) * step)
				}
				if len(scale) > 0 {
					c.scale[i] = scale[min(row, len(scale)-1)]
				}
			}
			decodeRows(to[r*k:(r+n)*k], from[r*k:(r+n)*k], &c)
			r += n
		}
	}
}

// codes say what codes stand for that four rows have in turn.
type codes struct {
	step  float64
	least [4]float64
	scale [4]float32
}

// decodeRows sets dst to what src stands for, which is as long.
func decodeRows[T int8 | uint8 | uint16](dst []float32, src []T, c *codes) {
	if hasAVX2 {
		n := len(dst) &^ 3
		decodeAVX2(dst[:n], src[:n], c)
		dst, src = dst[n:], src[n:]
	}
	for i, v := range src[:len(dst)] {
		x := float32(float64(float64(v)*c.step) + c.least[i&3])
		dst[i] = float32(x * c.scale[i&3])
	}
}
