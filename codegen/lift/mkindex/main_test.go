package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/codegen/lift/indexer"
)

var sample = indexer.Tree{Dir: "../testdata/sample", Path: "example.com/sample"}

// TestCurrent fails if someone edited runtime/ and did not generate, or broke a
// rule of liftable code.
func TestCurrent(t *testing.T) {
	tree := indexer.Tree{Dir: "../../../runtime", Path: "github.com/energeticc/energeticc/runtime"}
	if err := run(tree, "../table", true); err != nil {
		t.Error(err)
	}
}

func TestRun(t *testing.T) {
	out := t.TempDir()
	gone := filepath.Join(out, "gone.index")
	if err := os.WriteFile(gone, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	check := func(want string) {
		t.Helper()
		switch err := run(sample, out, true); {
		case want == "" && err != nil:
			t.Errorf("check: %v", err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("check: error %v, want one with %q", err, want)
		}
	}
	check("kernel.index is not current")
	check("gone.index describes no package")
	if err := run(sample, out, false); err != nil {
		t.Fatal(err)
	}
	check("")
	if _, err := os.Stat(gone); err == nil {
		t.Errorf("%s is still there", gone)
	}
	if err := os.WriteFile(filepath.Join(out, "par.index"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	check("par.index is not current")
}
