//go:build unix

package file

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestNamedPipe refuses pipes, which block whoever opens them, as model and as data.
func TestNamedPipe(t *testing.T) {
	dir := folder(t)
	pipe := filepath.Join(dir, "pipe.onnx")
	if err := syscall.Mkfifo(pipe, 0o644); err != nil {
		t.Fatal(err)
	}
	const want = "is not a regular file"
	if _, err := Open(pipe, Limits{}); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Open: got %v, want %q", err, want)
	}
	m := &Model{Folder: dir}
	if _, err := m.Tensor(externally("location", "pipe.onnx")); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Tensor: got %v, want %q", err, want)
	}
}
