package image

import (
	"slices"
	"testing"
)

func TestDecodeJPEG2000(t *testing.T) { testGolden(t, "jpeg2000", DecodeJPEG2000) }

func TestJPEG2000Cut(t *testing.T) { testCut(t, "jpeg2000/02.jp2", DecodeJPEG2000) }

func TestJPEG2000Refused(t *testing.T) {
	siz := func(fields string) string { return "\xff\x4f\xff\x51\x00\x29\x00\x00" + fields }
	square := func(side string) string { return side + side + "\x00\x00\x00\x00\x00\x00\x00\x00" }
	for _, tt := range []struct{ name, data, want string }{
		{"empty", "", "jpeg 2000: byte 0: neither a codestream, ff4fff51, nor a JP2 file's signature"},
		{"box", "\x00\x00\x00\x0cjP  \r\n\x87\n\x00\x00\x00\x07ftyp", "jpeg 2000: byte 12: a box is longer than the file, or shorter than its head"},
		{"large", siz(square("\x00\x01\x00\x00") + square("\x00\x01\x00\x00") + "\x00\x01\x07\x01\x01"), "jpeg 2000: byte 40: width 65536 times height 65536 is above 89478485 pixels"},
		{"tiles", siz(square("\x00\x00\x01\x01") + square("\x00\x00\x00\x01") + "\x00\x01\x07\x01\x01"), "jpeg 2000: byte 40: marker ff51: more than 65535 tiles"},
		{"no extent", siz(square("\x00\x00\x00\x01") + square("\x00\x00\x00\x01") + "\x00\x01\x07\x00\x01"), "jpeg 2000: byte 45: marker ff51: a component of more than 31 bits or without extent"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if im, err := DecodeJPEG2000([]byte(tt.data)); im != nil || err == nil || err.Error() != tt.want {
				t.Errorf("got %v, %v, want %s", im, err, tt.want)
			}
		})
	}
}

// TestJP2Lift53 undoes the forward transform of rows of all short lengths.
func TestJP2Lift53(t *testing.T) {
	for n := 1; n < 12; n++ {
		for odd := range 2 {
			row := make([]int32, n)
			for i := range row {
				row[i] = int32(i*i*7%23 - 9)
			}
			want := slices.Clone(row)
			if n == 1 {
				row[0] <<= odd // a lone high value is doubled
			} else {
				for i := 1 - odd; i < n; i += 2 {
					l, r := jp2Neighbours(row, i)
					row[i] -= (l + r) >> 1
				}
				for i := odd; i < n; i += 2 {
					l, r := jp2Neighbours(row, i)
					row[i] += (l + r + 2) >> 2
				}
			}
			jp2Lift53(row, odd)
			if !slices.Equal(row, want) {
				t.Errorf("%d values, odd %d: got %v, want %v", n, odd, row, want)
			}
		}
	}
}

// TestJP2Lift97 keeps rows that are even: they have no high part.
func TestJP2Lift97(t *testing.T) {
	for n := 2; n < 12; n++ {
		for odd := range 2 {
			row := make([]float32, n)
			for i := odd; i < n; i += 2 {
				row[i] = 100
			}
			jp2Lift97(row, odd)
			for i, v := range row {
				if v < 99.99 || v > 100.01 {
					t.Errorf("%d values, odd %d: value %d is %v, want 100", n, odd, i, v)
				}
			}
		}
	}
}

func TestJP2Tree(t *testing.T) {
	// 2×1 numbers 1 and 2: the root is 1, told by 0 1; the first is then told by 1, the second by 0 1.
	r := jp2Bits{data: []byte{0b01_1_01_000}}
	tree := jp2NewTree(2, 1)
	for _, tt := range []struct {
		x     int
		limit int32
		want  bool
	}{{0, 1, false}, {0, 2, true}, {1, 2, false}, {1, 3, true}, {0, 2, true}} {
		if got := tree.below(&r, tt.x, 0, tt.limit); got != tt.want {
			t.Errorf("number %d below %d: got %v, want %v", tt.x, tt.limit, got, tt.want)
		}
	}
}

func FuzzDecodeJPEG2000(f *testing.F) { fuzzFolder(f, "jpeg2000", DecodeJPEG2000, ImageSize) }
