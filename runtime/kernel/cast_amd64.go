//go:build gc && !purego

package kernel

import "unsafe"

// castAVX2 is Cast for src as long as dst, if there is assembly for the types.
func castAVX2[U, T Number](dst []U, src []T) bool {
	to, ok := any(dst).([]float32)
	return ok && widenAVX2(to, src, 0, 1)
}

// castCutAVX2 is CastCut for src as long as dst, if there is assembly for the types.
func castCutAVX2[U Integer, T Float](dst []U, src []T) bool {
	to, ok := any(dst).([]int32)
	from, is32 := any(src).([]float32)
	if !ok || !is32 {
		return false
	}
	for len(from) > 0 {
		n := min(len(from), callElements)
		cutI32AVX2(unsafe.SliceData(to[:n]), unsafe.SliceData(from), n)
		to, from = to[n:], from[n:]
	}
	return true
}
