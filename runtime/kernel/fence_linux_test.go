package kernel

import (
	"syscall"
	"testing"
	"unsafe"
)

// fence gives out slices that end right before a page nobody may touch, or begin right behind one: assembly that reads
// or writes outside of its operands dies there.
type fence struct {
	t     testing.TB
	pages [][]byte
}

// newFence returns a fence whose slices go away with the test.
func newFence(t testing.TB) *fence {
	f := &fence{t: t}
	t.Cleanup(f.close)
	return f
}

// close takes the slices away.
func (f *fence) close() {
	for _, p := range f.pages {
		if err := syscall.Munmap(p); err != nil {
			f.t.Error(err)
		}
	}
	f.pages = nil
}

// bytes returns n bytes at the end of their pages, or at the beginning.
func (f *fence) bytes(n int, atEnd bool) []byte {
	f.t.Helper()
	page := syscall.Getpagesize()
	size := (n + page - 1) / page * page
	p, err := syscall.Mmap(-1, 0, size+2*page, syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		f.t.Fatal(err)
	}
	f.pages = append(f.pages, p)
	if size == 0 {
		return p[page:page:page]
	}
	if err := syscall.Mprotect(p[page:page+size], syscall.PROT_READ|syscall.PROT_WRITE); err != nil {
		f.t.Fatal(err)
	}
	from := page
	if atEnd {
		from += size - n
	}
	return p[from : from+n : from+n]
}

// fencedCopy returns x within the fence, nil for nil.
func fencedCopy[T int8 | uint8 | int16 | uint16 | uint32 | uint64 | float32 | int32 | int64](f *fence, x []T, atEnd bool) []T {
	if x == nil {
		return nil
	}
	var v T
	b := f.bytes(len(x)*int(unsafe.Sizeof(v)), atEnd)
	y := unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(x))
	copy(y, x)
	return y
}
