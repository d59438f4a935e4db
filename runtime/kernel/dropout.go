package kernel

// Dropout sets elements to zero with the probability ratio[0] and scales the others by 1/(1-ratio), if training[0]
// holds; else src passes. mask is where elements were kept. The numbers are those of NumPy's RandomState after
// seed(seed); state is scratch of 624 elements. dst may be src.
func Dropout[T Float](dst []T, mask []bool, src []T, ratio []float64, training []bool, state []uint32, seed uint64) {
	r := ratio[0]
	if r == 0 || !training[0] {
		copy(dst, src)
		for i := range mask {
			mask[i] = true
		}
		return
	}
	twisterSeed(state, uint32(seed))
	next := len(state)
	for i, x := range src {
		if next == len(state) { // a pair of words for each number; 624 is even
			twisterTurn(state)
			next = 0
		}
		high, low := twisterWord(state[next])>>5, twisterWord(state[next+1])>>6
		next += 2
		u := (float64(high)*(1<<26) + float64(low)) / (1 << 53)
		mask[i] = u >= r
		if !mask[i] {
			x = 0
		} else {
			x = T(float64(x) / (1 - r))
		}
		dst[i] = x
	}
}

// twisterSeed fills the state of the generator MT19937 of Matsumoto and Nishimura.
func twisterSeed(state []uint32, seed uint32) {
	for i := range state {
		if i > 0 {
			seed = 1812433253*(seed^seed>>30) + uint32(i)
		}
		state[i] = seed
	}
}

// twisterTurn makes the next 624 words.
func twisterTurn(state []uint32) {
	s := (*[624]uint32)(state)
	for i := range s {
		y := s[i]&(1<<31) | s[(i+1)%624]&(1<<31-1)
		s[i] = s[(i+397)%624] ^ y>>1 ^ 0x9908b0df*(y&1)
	}
}

// twisterWord tempers a word of the state.
func twisterWord(y uint32) uint32 {
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}
