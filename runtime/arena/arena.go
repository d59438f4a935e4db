// Package arena holds what a generated session needs of memory: typed views of its buffers, growth, the constants of
// weights.bin, and the integer functions that sizes use.
package arena

import "unsafe"

// align is the alignment of buffers in bytes: a cache line, and the widest vector.
const align = 64

// View is the first n elements of type T in b, which must hold them.
func View[T any](b []byte, n int) []T {
	if n <= 0 {
		return nil
	}
	var zero T
	b = b[:n*int(unsafe.Sizeof(zero))]
	return unsafe.Slice((*T)(unsafe.Pointer(&b[0])), n)
}

// Grow gives a buffer of at least n bytes, aligned to a cache line; b itself where it is large enough. What it held
// is lost.
func Grow(b []byte, n int) []byte {
	if n <= cap(b) {
		return b[:n]
	}
	fresh := make([]byte, n+align)
	skip := int(-uintptr(unsafe.Pointer(&fresh[0])) & (align - 1))
	return fresh[skip : skip+n : skip+n]
}

// GrowKeep is Grow that keeps the first old bytes and doubles, so that adding row by row stays linear.
func GrowKeep(b []byte, n, old int) []byte {
	if n <= cap(b) {
		return b[:n]
	}
	grown := Grow(nil, max(n, 2*cap(b)))
	copy(grown, b[:min(old, cap(b))])
	return grown[:n]
}

// Fit gives n elements: of dst where its capacity suffices, else of own, which grows. The first old ones of dst are
// kept; it may be own.
func Fit[T any](dst []T, own *[]T, n, old int) []T {
	if n <= cap(dst) {
		return dst[:n]
	}
	room := (*own)[:cap(*own)]
	if n > len(room) {
		size := n
		if old > 0 {
			size = max(n, 2*len(room))
		}
		room = make([]T, size)
		*own = room
	}
	copy(room[:min(old, n)], dst)
	return room[:n]
}

// Resize gives n elements, of b where its capacity suffices.
func Resize[T any](b []T, n int) []T {
	if n <= cap(b) {
		return b[:n]
	}
	return make([]T, n)
}

// Constant is n elements of type T at a byte offset of the weights.
func Constant[T any](weights unsafe.Pointer, offset, n int) []T {
	return unsafe.Slice((*T)(unsafe.Add(weights, offset)), n)
}

// Aligned is where data begins, or a copy of it where it does not begin at a multiple of 8: the linker places large
// data well, so the copy is for the unforeseen.
func Aligned(data string) unsafe.Pointer {
	p := unsafe.Pointer(unsafe.StringData(data))
	if uintptr(p)%8 == 0 {
		return p
	}
	b := Grow(nil, len(data))
	copy(b, data)
	return unsafe.Pointer(&b[0])
}

// Swapped is a copy of little-endian data for a big-endian machine. regions are triples: offset, bytes, width of an
// element.
func Swapped(data string, regions []int) unsafe.Pointer {
	b := Grow(nil, len(data))
	copy(b, data)
	for ; len(regions) >= 3; regions = regions[3:] {
		part, width := b[regions[0]:regions[0]+regions[1]], regions[2]
		for ; len(part) >= width && width > 1; part = part[width:] {
			for i, j := 0, width-1; i < j; i, j = i+1, j-1 {
				part[i], part[j] = part[j], part[i]
			}
		}
	}
	return unsafe.Pointer(&b[0])
}

// Fingerprint tells files of weights apart by their first and last 4 KiB: FNV-1a (Fowler, Noll and Vo) in 64 bits.
func Fingerprint(data string) uint64 {
	const page = 4096
	h := uint64(0xcbf29ce484222325)
	for _, part := range [...]string{data[:min(page, len(data))], data[max(len(data)-page, 0):]} {
		for i := range len(part) {
			h = (h ^ uint64(part[i])) * 0x100000001b3
		}
	}
	return h
}

// Texts reads a table of n strings: the ends of each in 32 bits, little-endian, then the text, which is not copied.
// They are read once and kept in own.
func Texts(own *[]string, table string, n int) []string {
	if len(*own) == n {
		return *own
	}
	dst := make([]string, n)
	text, start := table[4*n:], 0
	for i := range dst {
		end := int(table[4*i]) | int(table[4*i+1])<<8 | int(table[4*i+2])<<16 | int(table[4*i+3])<<24
		dst[i] = text[start:end]
		start = end
	}
	*own = dst
	return dst
}

// Touch reads a byte of every page, so that later reads find it in memory.
func Touch(data string) byte {
	const page = 4096
	var sum byte
	for i := 0; i < len(data); i += page {
		sum += data[i]
	}
	return sum
}

// DimDiv is a/b rounded down; 0 where b is 0.
func DimDiv(a, b int) int {
	if b == 0 {
		return 0
	}
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// DimMod is a - b·DimDiv(a, b); 0 where b is 0.
func DimMod(a, b int) int { return a - DimDiv(a, b)*b }

// DimBroadcast is the size that two sizes give by NumPy's rule, -1 where they do not fit.
func DimBroadcast(a, b int) int {
	switch {
	case a == b || b == 1:
		return a
	case a == 1:
		return b
	}
	return -1
}

// Quotient is n/by, 0 where by is 0: what a length says of the only dim that is not known yet.
func Quotient(n, by int) int {
	if by <= 0 {
		return 0
	}
	return n / by
}
