package kernel

import "math/bits"

// HashBuckets sets dst[i] to the bucket that src[i] falls into: its fingerprint modulo how many buckets there are, of
// which the lower 32 bits count. buckets ≥ 1.
func HashBuckets(dst []int32, src []string, buckets int64) {
	for i, s := range src[:len(dst)] {
		dst[i] = int32(uint32(fingerprint64(s) % uint64(buckets)))
	}
}

// The primes that FarmHash multiplies by.
const (
	hashPrime0 = 0xc3a5c85c97cb3127
	hashPrime1 = 0xb492b66fbe98f273
	hashPrime2 = 0x9ae16a3b2f90404f
)

// fingerprint64 is FarmHash's fingerprint of a text, which is the same on every machine.
func fingerprint64(s string) uint64 {
	switch n := len(s); {
	case n > 64:
		return hashLong(s)
	case n > 32:
		return hashTo64(s)
	case n > 16:
		return hashTo32(s)
	case n >= 8:
		mul := hashPrime2 + 2*uint64(n)
		a, b := word64(s, 0)+hashPrime2, word64(s, n-8)
		return hashPair(bits.RotateLeft64(b, -37)*mul+a, (bits.RotateLeft64(a, -25)+b)*mul, mul)
	case n >= 4:
		return hashPair(uint64(n)+word32(s, 0)<<3, word32(s, n-4), hashPrime2+2*uint64(n))
	case n > 0:
		y := uint64(s[0]) + uint64(s[n/2])<<8
		z := uint64(n) + uint64(s[n-1])<<2
		return mixHigh(y*hashPrime2^z*hashPrime0) * hashPrime2
	}
	return hashPrime2
}

func word32(s string, at int) uint64 {
	s = s[at:][:4]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}

func word64(s string, at int) uint64 { return word32(s, at) | word32(s, at+4)<<32 }

// mixHigh lets the upper bits have a say in the lower ones.
func mixHigh(v uint64) uint64 { return v ^ v>>47 }

// hashPair makes one word of two.
func hashPair(u, v, mul uint64) uint64 {
	a := mixHigh((u ^ v) * mul)
	return mixHigh((v^a)*mul) * mul
}

// hashTo32 hashes 17 to 32 bytes.
func hashTo32(s string) uint64 {
	n := len(s)
	mul := hashPrime2 + 2*uint64(n)
	a, b := word64(s, 0)*hashPrime1, word64(s, 8)
	c, d := word64(s, n-8)*mul, word64(s, n-16)*hashPrime2
	return hashPair(bits.RotateLeft64(a+b, -43)+bits.RotateLeft64(c, -30)+d, a+bits.RotateLeft64(b+hashPrime2, -18)+c, mul)
}

// hashTo64 hashes 33 to 64 bytes.
func hashTo64(s string) uint64 {
	n := len(s)
	mul := hashPrime2 + 2*uint64(n)
	a, b := word64(s, 0)*hashPrime2, word64(s, 8)
	c, d := word64(s, n-8)*mul, word64(s, n-16)*hashPrime2
	y := bits.RotateLeft64(a+b, -43) + bits.RotateLeft64(c, -30) + d
	z := hashPair(y, a+bits.RotateLeft64(b+hashPrime2, -18)+c, mul)
	e, f := word64(s, 16)*mul, word64(s, 24)
	g, h := (y+word64(s, n-32))*mul, (z+word64(s, n-24))*mul
	return hashPair(bits.RotateLeft64(e+f, -43)+bits.RotateLeft64(g, -30)+h, e+bits.RotateLeft64(f+a, -18)+g, mul)
}

// longHash is the state of a hash over more than 64 bytes.
type longHash struct {
	x, y, z        uint64
	v0, v1, w0, w1 uint64
}

// hashLong hashes more than 64 bytes: block by block, of which the last ends where the text does.
func hashLong(s string) uint64 {
	h := longHash{x: 81, z: 113}
	h.y = h.x*hashPrime1 + h.z
	h.z = mixHigh(h.y*hashPrime2+113) * hashPrime2
	h.x = h.x*hashPrime2 + word64(s, 0)
	n := len(s)
	for at := 0; at < (n-1)&^63; at += 64 {
		h.block(s[at:], hashPrime1, 1)
	}
	mul := hashPrime1 + h.z&0xff<<1
	h.w0 += uint64(n-1) & 63
	h.v0 += h.w0
	h.w0 += h.v0
	h.block(s[n-64:], mul, 9)
	return hashPair(hashPair(h.v0, h.w0, mul)+mixHigh(h.y)*hashPrime0+h.z, hashPair(h.v1, h.w1, mul)+h.x, mul)
}

// block takes 64 bytes in. weight is what some of the state counts, 9 in the last block.
func (h *longHash) block(s string, mul, weight uint64) {
	x := bits.RotateLeft64(h.x+h.y+h.v0+word64(s, 8), -37)*mul ^ h.w1*weight
	y := bits.RotateLeft64(h.y+h.v1+word64(s, 48), -42)*mul + h.v0*weight + word64(s, 40)
	z := bits.RotateLeft64(h.z+h.w0, -33) * mul
	h.v0, h.v1 = hash32Bytes(s, h.v1*mul, x+h.w0)
	h.w0, h.w1 = hash32Bytes(s[32:], z+h.w1, y+word64(s, 16))
	h.x, h.y, h.z = z, y, x
}

// hash32Bytes makes two words of 32 bytes and two seeds.
func hash32Bytes(s string, a, b uint64) (uint64, uint64) {
	a += word64(s, 0)
	b = bits.RotateLeft64(b+a+word64(s, 24), -21)
	c := a
	a += word64(s, 8) + word64(s, 16)
	b += bits.RotateLeft64(a, -44)
	return a + word64(s, 24), b + c
}
