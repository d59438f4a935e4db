//go:build gc && !purego

package kernel

import "unsafe"

// singleRowsI8 says that rows of bytes are multiplied one by one: there are few, and no instructions for four at once.
func singleRowsI8(rows, k int) bool { return hasAVX2 && !i8Bytes() && rows <= 3 && k%i8Group == 0 }

// addRowI8AVX2 adds ((a - 128)·B + off·columns)·scale to y, B being packed by PackGroupsI8.
func addRowI8AVX2(y []float32, a []uint8, packed []int8, columns []int32, scale []float32, off int32) {
	k := len(a)
	if k == 0 {
		return
	}
	_, _ = columns[:len(y)], scale[:len(y)]
	lack := int32(0)
	for _, v := range a {
		lack += max(128-int32(v), 0)
	}
	for j := 0; j < len(y); j += gemmPanel {
		cols := panelWidth(min(gemmPanel, len(y)-j))
		panel := packed[j*k : (j+cols)*k]
		rowI8AVX2(unsafe.SliceData(y[j:j+cols]), unsafe.SliceData(a), unsafe.SliceData(panel), &columns[j], &scale[j], cols, k/i8Group, off, lack)
	}
}
