package image

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// testGolden decodes what folder/golden.txt below testdata lists, in golden.txt's own form.
func testGolden(t *testing.T, folder string, decode func([]byte) (*Image, error)) {
	list, err := os.ReadFile(filepath.Join("testdata", folder, "golden.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for s := bufio.NewScanner(bytes.NewReader(list)); s.Scan(); {
		f := strings.SplitN(s.Text(), " ", 5)
		if f[0] == "#" {
			continue
		}
		t.Run(f[0], func(t *testing.T) {
			im, err := decode(readTestFile(t, f[0]))
			if err != nil {
				t.Fatalf("%v (%s)", err, f[4])
			}
			if got, want := strconv.Itoa(im.Width)+" "+strconv.Itoa(im.Height), f[1]+" "+f[2]; got != want {
				t.Errorf("size %s, want %s (%s)", got, want, f[4])
			}
			sum := sha256.Sum256(rgb(im))
			if got := hex.EncodeToString(sum[:]); got != f[3] {
				t.Errorf("pixels have sum %s, want %s (%s)", got, f[3], f[4])
			}
		})
	}
}

func readTestFile(t testing.TB, name string) []byte {
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// testCut decodes the starts of a file: each must be refused with a place in it.
func testCut(t *testing.T, name string, decode func([]byte) (*Image, error)) {
	data := readTestFile(t, name)
	for n := range data {
		im, err := decode(data[:n:n])
		var bad *FormatError
		if im != nil || !errors.As(err, &bad) || bad.Offset > n {
			t.Errorf("%s: of %d bytes: got a picture %v, error %v; want a FormatError at most there", name, n, im != nil, err)
		}
	}
}

func TestDecodeWebP(t *testing.T) { testGolden(t, "webp", DecodeWebP) }

// webpFile wraps a chunk into a file.
func webpFile(name string, data []byte) []byte {
	size := func(n int) []byte { return []byte{byte(n), byte(n >> 8), byte(n >> 16), 0} }
	data = append(data, make([]byte, len(data)&1)...)
	out := append([]byte("RIFF"), size(12+len(data))...)
	out = append(append(out, "WEBP"+name...), size(len(data))...)
	return append(out, data...)
}

func TestWebPCut(t *testing.T) {
	testCut(t, "webp/01.webp", DecodeWebP)
	for _, name := range []string{"VP8 ", "VP8L"} {
		t.Run(name, func(t *testing.T) {
			chunk := testChunk(t, name)
			for n := range len(chunk) - 8 { // the coders may not need the last bytes
				im, err := DecodeWebP(webpFile(name, chunk[:n:n]))
				var bad *FormatError
				if im != nil || !errors.As(err, &bad) {
					t.Errorf("of %d of %d bytes: got a picture %v, error %v; want a FormatError", n, len(chunk), im != nil, err)
				}
			}
		})
	}
}

// testChunk is the first chunk of that name which starts one of the files.
func testChunk(t *testing.T, name string) []byte {
	files, _ := filepath.Glob("testdata/webp/*.webp")
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > 300 && string(data[12:16]) == name {
			return data[20:]
		}
	}
	t.Fatalf("no file starts with %s", name)
	return nil
}

func TestWebPRefused(t *testing.T) {
	riff := func(chunk string) string {
		size := len(chunk) + 4
		return "RIFF" + string([]byte{byte(size), byte(size >> 8), 0, 0}) + "WEBP" + chunk
	}
	for _, tt := range []struct{ name, data, want string }{
		{"empty", "", "webp: byte 0: want RIFF, a size and WEBP; the first twelve bytes are others"},
		{"long chunk", riff("VP8L\xff\x00\x00\x00abcd"), "webp: byte 12: a chunk is longer than the file"},
		{"no picture", riff("EXIF\x04\x00\x00\x00abcd"), "webp: byte 12: no picture; want a chunk VP8 or VP8L"},
		{"not lossless", riff("VP8L\x06\x00\x00\x00abcdef"), "webp: byte 20: a lossless picture does not start with 2f"},
		{"large", riff("VP8L\x06\x00\x00\x00\x2f\xff\xff\xff\x0f\x00"), "webp: byte 20: width 16384 times height 16384 is above 89478485 pixels"},
		{"not a key frame", riff("VP8 \x0a\x00\x00\x00\x01\x00\x00\x9d\x01\x2a\x01\x00\x01\x00"), "webp: byte 20: the first frame depends on another; want a key frame"},
		{"no frame", riff("VP8X\x0a\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00"), "webp: byte 20: an animation without a frame"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if im, err := DecodeWebP([]byte(tt.data)); im != nil || err == nil || err.Error() != tt.want {
				t.Errorf("got %v, %v, want %s", im, err, tt.want)
			}
		})
	}
}

// TestWebPCode gives prefix codes whose lengths do and do not make one.
func TestWebPCode(t *testing.T) {
	for _, tt := range []struct {
		lengths []uint8
		ok      bool
	}{
		{[]uint8{0, 0, 0}, false},
		{[]uint8{0, 7, 0}, true}, // a single symbol
		{[]uint8{1, 1}, true},
		{[]uint8{1, 2}, false},
		{[]uint8{1, 1, 1}, false},
		{[]uint8{2, 1, 3, 3}, true},
		{[]uint8{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15}, true},
	} {
		c, ok := vp8lNewCode(tt.lengths)
		if ok != tt.ok {
			t.Errorf("code of lengths %v: got %v, want %v", tt.lengths, ok, tt.ok)
		}
		if !ok {
			continue
		}
		// Zeros are the first symbol of the shortest code, ones the last of the longest.
		r := vp8lNewBits([]byte{0, 0, 0, 0}, 0)
		if got, want := r.symbol(&c), int(c.symbols[0]); got != want {
			t.Errorf("code of lengths %v: zeros are %d, want %d", tt.lengths, got, want)
		}
		r = vp8lNewBits([]byte{255, 255, 255, 255}, 0)
		if got, want := r.symbol(&c), int(c.symbols[len(c.symbols)-1]); got != want {
			t.Errorf("code of lengths %v: ones are %d, want %d", tt.lengths, got, want)
		}
	}
}

func FuzzDecodeWebP(f *testing.F) { fuzzFolder(f, "webp", DecodeWebP, ImageSize) }

// fuzzFolder decodes variations of the files in a folder. Those that claim large
// pictures are passed over, for the fuzzer's time.
func fuzzFolder(f *testing.F, folder string, decode func([]byte) (*Image, error), size func([]byte) (int, int, error)) {
	files, err := filepath.Glob(filepath.Join("testdata", folder, "[0-9]*"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds in testdata/%s: %v", folder, err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if w, h, err := size(data); err != nil || w*h > 1<<16 {
			return
		}
		im, err := decode(data)
		if (im == nil) == (err == nil) {
			t.Fatalf("got a picture %v, error %v; want one of them", im != nil, err)
		}
		if im != nil && len(im.Pix) != im.Width*im.Height*im.Channels {
			t.Fatalf("%d samples, want %d×%d×%d", len(im.Pix), im.Width, im.Height, im.Channels)
		}
	})
}
