package kernel

// MaxUnpool puts the values of x back at their positions in a tensor [planes, frame…] that lies at the begin of
// y [planes, out…]; the rest is zero, and what lies beyond y is dropped. It returns the first position at fault, -1 if
// all lie within the tensor.
func MaxUnpool[T any](y, x []T, positions []int64, planes int, frame, out []int) int {
	size, room := product(frame), product(out)
	clear(y)
	for i, at := range positions {
		if at < 0 || at >= int64(planes)*int64(size) {
			return i
		}
		k, to, step, inside := int(at)%size, 0, 1, true
		for a := len(frame) - 1; a >= 0; a-- {
			c := k % frame[a]
			inside = inside && c < out[a]
			to += c * step
			k, step = k/frame[a], step*out[a]
		}
		if inside {
			y[int(at)/size*room+to] = x[i]
		}
	}
	return -1
}
