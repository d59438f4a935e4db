package image

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// vectors are lines of testdata/golden.txt.
func vectors(t testing.TB) [][]string {
	f, err := os.Open(filepath.Join("testdata", "golden.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all [][]string
	for s := bufio.NewScanner(f); s.Scan(); {
		if fields := strings.SplitN(s.Text(), " ", 5); len(fields) == 5 && fields[0] != "#" {
			all = append(all, fields)
		}
	}
	if len(all) == 0 {
		t.Fatal("golden.txt lists nothing")
	}
	return all
}

// rgb gives three samples for each pixel.
func rgb(im *Image) []byte {
	if im.Channels == 3 {
		return im.Pix
	}
	out := make([]byte, 0, 3*len(im.Pix))
	for _, v := range im.Pix {
		out = append(out, v, v, v)
	}
	return out
}

// TestPillow compares decoded pictures with what Pillow makes of them, byte for byte.
func TestPillow(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v[0], func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", v[0]))
			if err != nil {
				t.Fatal(err)
			}
			im, err := DecodeImage(data)
			if err != nil {
				t.Fatalf("%v (%s)", err, v[4])
			}
			if got := strconv.Itoa(im.Width) + " " + strconv.Itoa(im.Height); got != v[1]+" "+v[2] {
				t.Errorf("size %s, want %s %s (%s)", got, v[1], v[2], v[4])
			}
			if w, h, err := ImageSize(data); w != im.Width || h != im.Height || err != nil {
				t.Errorf("ImageSize is %d, %d, %v, want %d, %d", w, h, err, im.Width, im.Height)
			}
			sum := sha256.Sum256(rgb(im))
			if got := hex.EncodeToString(sum[:]); got != v[3] {
				t.Errorf("pixels have sum %s, want %s (%s)", got, v[3], v[4])
			}
		})
	}
}

func ExampleDecodeImage() {
	im, err := DecodeImage([]byte("P6 2 1 255\n\x10\x20\x30\x40\x50\x60"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(im.Width, im.Height, im.Pix)
	// Output: 2 1 [16 32 48 64 80 96]
}

// TestRefused says what errors tell.
func TestRefused(t *testing.T) {
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	half := func(name string) []byte { data := read(name); return data[:len(data)/2] }
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"nothing", nil, "image: byte 0: unknown format"},
		{"text", []byte("hello, world"), "unknown format"},
		{"half a jpeg", half("jpeg/01.jpg"), "jpeg: byte "},
		{"arithmetic codes", []byte("\xff\xd8\xff\xc9\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00"), "arithmetic codes are not supported"},
		{"12 bits", []byte("\xff\xd8\xff\xc1\x00\x0b\x0c\x00\x08\x00\x08\x01\x01\x11\x00"), "samples do not have 8 bits"},
		{"a jpeg too large", []byte("\xff\xd8\xff\xc0\x00\x0b\x08\xff\xff\xff\xff\x01\x01\x11\x00"), "is above 89478485 pixels"},
		{"too many scans", manyScans(), "too many scans"},
		{"half a png", half("png/01.png"), "png: byte "},
		{"half a bitmap", half("bmp/01.bmp"), "bmp: byte "},
		{"a bitmap of an unknown kind", append([]byte("BM"), make([]byte, 40)...), "unknown kind of header"},
		{"half a pnm", half("pnm/01.pnm"), "pnm: byte "},
		{"a pnm without pixels", []byte("P6 0 4 255\n"), "want a number from 1 to"},
		{"a large pnm of few bytes", []byte("P6 9000 9000 255\n..."), "the file ends within the pixels"},
		{"a tiff without directory", []byte("II*\x00\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), "the directory is outside"},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			_, err := DecodeImage(c.data)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

// manyScans is a progressive picture of 8×8 in which scans of nothing follow each other.
func manyScans() []byte {
	data := "\xff\xd8\xff\xdb\x00\x43\x00" + strings.Repeat("\x01", 64) +
		"\xff\xc2\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00" +
		"\xff\xc4\x00\x14\x00\x01" + strings.Repeat("\x00", 15) + "\x00"
	return []byte(data + strings.Repeat("\xff\xda\x00\x08\x01\x01\x00\x00\x00\x00\x00", 501) + "\xff\xd9")
}

// TestTruncated decodes every beginning of every file: none panics, and what is decoded has its size.
func TestTruncated(t *testing.T) {
	for _, v := range vectors(t) {
		data, err := os.ReadFile(filepath.Join("testdata", v[0]))
		if err != nil {
			t.Fatal(err)
		}
		step := max(len(data)/50, 1)
		for n := 0; n < len(data); n += step {
			check(t, data[:n])
		}
	}
}

// check decodes what need not be a picture, unless it claims to be a large one.
func check(t *testing.T, data []byte) {
	w, h, err := ImageSize(data)
	if err == nil && w*h > 1<<20 {
		return
	}
	im, decodeErr := DecodeImage(data)
	if decodeErr != nil {
		return
	}
	if err != nil || im.Width != w || im.Height != h || len(im.Pix) != w*h*im.Channels {
		t.Errorf("%d×%d with %d bytes; ImageSize says %d×%d, %v", im.Width, im.Height, len(im.Pix), w, h, err)
	}
}

// seed adds the files of a folder to a fuzz target.
func seed(f *testing.F, folder string) {
	for _, v := range vectors(f) {
		if strings.HasPrefix(v[0], folder+"/") {
			data, err := os.ReadFile(filepath.Join("testdata", v[0]))
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(check)
}

func FuzzJPEG(f *testing.F) { seed(f, "jpeg") }
func FuzzPNG(f *testing.F)  { seed(f, "png") }
func FuzzBMP(f *testing.F)  { seed(f, "bmp") }
func FuzzPNM(f *testing.F)  { seed(f, "pnm") }
func FuzzTIFF(f *testing.F) { seed(f, "tiff") }
