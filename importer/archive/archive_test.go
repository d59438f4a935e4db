package archive

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// entry is a file of an archive that a test makes.
type entry struct {
	name, data string
	link       bool
}

func zipped(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		if e.link {
			h.SetMode(fs.ModeSymlink | 0o777)
		}
		w, err := z.CreateHeader(h)
		if err == nil {
			_, err = w.Write([]byte(e.data))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tarred(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Mode: 0o644, Size: int64(len(e.data)), Format: tar.FormatUSTAR}
		switch {
		case e.link:
			h.Typeflag, h.Linkname, h.Size, e.data = tar.TypeSymlink, e.data, 0, ""
		case strings.HasSuffix(e.name, "/"):
			h.Typeflag = tar.TypeDir
		}
		err := w.WriteHeader(h)
		if err == nil {
			_, err = w.Write([]byte(e.data))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(data)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// kinds are an archive's entries in every format.
func kinds(t testing.TB, entries ...entry) map[string][]byte {
	bare := tarred(t, entries...)
	return map[string][]byte{"zip": zipped(t, entries...), "tar": bare, "tar.gz": gzipped(t, bare)}
}

func TestArchive(t *testing.T) {
	for kind, data := range kinds(t, entry{name: "a/"}, entry{name: "./a/b", data: "text"}, entry{name: "c", data: "more"}, entry{name: "l", data: "c", link: true}) {
		t.Run(kind, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "some.file")
			if err := os.WriteFile(name, data, 0o644); err != nil {
				t.Fatal(err)
			}
			if !Is(name) {
				t.Error("it is not recognised")
			}
			a, err := Open(name, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			if got := a.Names(); !slices.Equal(got, []string{"a/b", "c"}) {
				t.Errorf("the names are %q", got)
			}
			for range 2 { // the second time from memory
				if got, err := fs.ReadFile(a.Sub("a"), "b"); err != nil || string(got) != "text" {
					t.Errorf("a/b is %q, %v", got, err)
				}
			}
			if got, err := fs.ReadFile(a.Sub("."), "c"); err != nil || string(got) != "more" {
				t.Errorf("c is %q, %v", got, err)
			}
			if info, err := fs.Stat(a, "l"); err != nil || info.Mode().IsRegular() {
				t.Errorf("the link is %v, %v", info, err)
			}
			for _, out := range []string{"../c", "/c", "d"} {
				if _, err := a.Sub("a").Open(out); err == nil {
					t.Errorf("%s is there", out)
				}
			}
		})
	}
}

func TestHostile(t *testing.T) {
	zeros := strings.Repeat("\x00", 1<<16)
	for _, tt := range []struct {
		name    string
		entries []entry
		want    string
	}{
		{"a path out", []entry{{name: "../x", data: "a"}}, `member "../x": want a path inside the archive`},
		{"a path out in the middle", []entry{{name: "a/../../x", data: "a"}}, "want a path inside"},
		{"from the root", []entry{{name: "/etc/x", data: "a"}}, `member "/etc/x": want`},
		{"a drive", []entry{{name: "C:/x", data: "a"}}, "want a path inside"},
		{"backslashes", []entry{{name: `a\x`, data: "a"}}, "want a path inside"},
		{"twice", []entry{{name: "x", data: "a"}, {name: "./x", data: "b"}}, `member "./x" stands in it twice`},
		{"a bomb", []entry{{name: "x", data: zeros}, {name: "y", data: zeros}}, "more bytes than the limit"},
	} {
		for kind, data := range kinds(t, tt.entries...) {
			t.Run(tt.name+"/"+kind, func(t *testing.T) {
				a, err := New(data, 100_000)
				for _, e := range tt.entries {
					if err == nil {
						_, err = fs.ReadFile(a, e.name)
					}
				}
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("got %v, want an error with %q", err, tt.want)
				}
			})
		}
	}
	for _, data := range []string{"", "text", "PK\x03\x04", "\x1f\x8b", "\x1f\x8b\x08\x00"} {
		if _, err := New([]byte(data), 1<<20); err == nil {
			t.Errorf("%q is opened", data)
		}
	}
}

// FuzzNew opens any bytes without a panic and without taking more memory than it may.
func FuzzNew(f *testing.F) {
	for _, data := range kinds(f, entry{name: "a/model.json", data: "{}"}, entry{name: "l", data: "c", link: true}) {
		f.Add(data)
	}
	const limit = 1 << 16
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := New(data, limit)
		if err != nil {
			return
		}
		sum := 0
		for _, name := range a.Names() {
			if !fs.ValidPath(name) {
				t.Errorf("a member is called %q", name)
			}
			data, _ := fs.ReadFile(a, name)
			sum += len(data)
		}
		if sum > limit {
			t.Errorf("%d bytes are unpacked, want at most %d", sum, limit)
		}
	})
}
