package kernel

import "math"

// Murmur32 sets dst to the 32-bit MurmurHash3 of the bytes of each number, the lowest first.
func Murmur32(dst, src []uint32, seed uint32) {
	for i, v := range src {
		dst[i] = murmurEnd(murmurMix(seed, v), 4)
	}
}

// Murmur64 is Murmur32 for numbers of 64 bits.
func Murmur64(dst []uint32, src []uint64, seed uint32) {
	for i, v := range src {
		dst[i] = murmurEnd(murmurMix(murmurMix(seed, uint32(v)), uint32(v>>32)), 8)
	}
}

// MurmurText is Murmur32 for texts.
func MurmurText(dst []uint32, src []string, seed uint32) {
	for i, s := range src {
		h, n := seed, uint32(len(s))
		for ; len(s) >= 4; s = s[4:] {
			h = murmurMix(h, uint32(s[0])|uint32(s[1])<<8|uint32(s[2])<<16|uint32(s[3])<<24)
		}
		rest := uint32(0)
		for k := range len(s) {
			rest |= uint32(s[k]) << (8 * k)
		}
		dst[i] = murmurEnd(h^murmurScramble(rest), n)
	}
}

func murmurScramble(k uint32) uint32 {
	k *= 0xcc9e2d51
	return (k<<15 | k>>17) * 0x1b873593
}

// murmurMix takes four bytes in.
func murmurMix(h, k uint32) uint32 {
	h ^= murmurScramble(k)
	return (h<<13|h>>19)*5 + 0xe6546b64
}

// murmurEnd mixes what n bytes gave a last time.
func murmurEnd(h, n uint32) uint32 {
	h ^= n
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}

// WarpSteps finds the cheapest path through costs [m][n] from the first element to the last and
// returns how many elements it has. steps [m][n] gets by which step an element is reached: 0 down and right, 1 down,
// 2 right. row is scratch of n + 1 elements.
func WarpSteps(steps []uint8, row, costs []float32, m, n int) int {
	if m == 0 || n == 0 {
		return 0
	}
	row = row[:n+1] // the sums of the row above, from before its first element on
	for j := range row {
		row[j] = float32(math.Inf(1))
	}
	row[0] = 0
	for i := range m {
		both, right := row[0], float32(math.Inf(1))
		row[0] = right
		for j, cost := range costs[i*n:][:n] {
			down := row[j+1]
			best, step := right, uint8(2)
			if both < down && both < right {
				best, step = both, 0
			} else if down < both && down < right {
				best, step = down, 1
			}
			both, right = down, best+cost
			row[j+1], steps[i*n+j] = right, step
		}
	}
	count := 0
	for i, j := m-1, n-1; i >= 0 && j >= 0; count++ {
		i, j = warpBack(steps, i, j, n)
	}
	return count
}

// warpBack is the element before [i, j] on the path.
func warpBack(steps []uint8, i, j, n int) (int, int) {
	switch steps[i*n+j] {
	case 0:
		return i - 1, j - 1
	case 1:
		return i - 1, j
	}
	return i, j - 1
}

// WarpPath writes the path of count elements that WarpSteps found: dst [2][count] holds rows, then columns.
func WarpPath(dst []int32, steps []uint8, m, n, count int) {
	i, j := m-1, n-1
	for k := count - 1; k >= 0 && i >= 0 && j >= 0; k-- {
		dst[k], dst[count+k] = int32(i), int32(j)
		i, j = warpBack(steps, i, j, n)
	}
}

// SuffixMatch looks for the last tokens in source: least of them, then one more at a time up to
// most. dst gets the place behind the only match, of the longest that has one, and -1 where there is none or the longest
// that was found has several. A match at the source's end ends the search, as does none.
func SuffixMatch(dst, source, tokens []int64, least, most int) {
	found := -1
	for n := least; n <= min(most, len(tokens)); n++ {
		suffix := tokens[len(tokens)-n:]
		first := matchFrom(source, suffix, 0)
		if first < 0 {
			break
		}
		if found = first + n; found >= len(source) {
			break
		}
		if matchFrom(source, suffix, first+1) >= 0 {
			found = -1
		}
	}
	dst[0] = int64(found)
}

// matchFrom is where source has the tokens first, from a place on, or -1.
func matchFrom(source, tokens []int64, from int) int {
	for i := from; i+len(tokens) <= len(source); i++ {
		k := 0
		for k < len(tokens) && source[i+k] == tokens[k] {
			k++
		}
		if k == len(tokens) {
			return i
		}
	}
	return -1
}
