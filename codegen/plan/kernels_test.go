package plan_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/codegen/lift"
	"github.com/energeticc/energeticc/ir"
)

// TestKernels checks that every kernel the planner names can be lifted.
func TestKernels(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`"(kernel\.\w+)"( \+)?`).FindAllStringSubmatch(string(src), -1) {
			if m[2] == "" {
				names = append(names, m[1])
				continue
			}
			for _, d := range ir.DTypes() { // a kernel for each storage type
				if d.IsStorage() {
					names = append(names, m[1]+strings.ToUpper(d.String()))
				}
			}
		}
	}
	if len(names) == 0 {
		t.Fatal("no kernels found")
	}
	known := lift.Names()
	for _, n := range names {
		if !slices.Contains(known, n) {
			t.Errorf("%s is no kernel", n)
		}
	}
}
