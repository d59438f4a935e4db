package rules

import (
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/energeticc/energeticc"

// layers says which folders of this module a folder's packages may import; the nearest rule holds, and a folder with a
// rule of its own is not meant by the one around it. Imports go one way, from what knows models to what knows numbers.
var layers = map[string][]string{
	"cmd":              {"cmd", "internal", "importer", "importer/onnx/pb", "ir", "ir/op", "ir/pass", "codegen/plan", "codegen/lift", "codegen/emit"},
	"internal":         {"codegen/plan", "codegen/emit", "ir", "ir/op"},
	"importer":         {"importer", "importer/onnx/pb", "ir", "ir/op"},
	"importer/onnx/pb": {},
	"ir":               {},
	"ir/exact":         {},
	"ir/op":            {"ir", "ir/exact", "runtime"}, // runtime: only Lower, see TestOracle
	"ir/pass":          {"ir", "ir/op", "ir/exact"},
	"codegen/plan":     {"ir", "ir/op"},
	"codegen/lift":     {"codegen/lift", "runtime"}, // runtime: the sources of the kernels, embedded
	"codegen/emit":     {"codegen/plan", "codegen/lift", "ir"},
	"runtime":          {"runtime"},
	"docs":             {},
	"generated":        {},
}

// outside says which folders may import other modules, and which; the others use the standard library alone.
var outside = map[string][]string{
	"cmd":          {"github.com/alecthomas/kong", "github.com/schollz/progressbar/v3", "golang.org/x/term", "google.golang.org/protobuf", "golang.org/x/tools"},
	"importer":     {"google.golang.org/protobuf"},
	"codegen/emit": {"github.com/dave/jennifer"},
	"codegen/lift": {"golang.org/x/tools"}, // indexer and typecheck, which run under go generate
}

type goPackage struct {
	ImportPath string
	Imports    []string
	Standard   bool
}

// TestImports holds every package's imports against layers and outside.
func TestImports(t *testing.T) {
	for _, p := range list(t, module+"/...") {
		folder := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		if p.Standard || !strings.HasPrefix(p.ImportPath, module) {
			continue
		}
		rule, ok := layers[nearest(layers, folder)]
		if !ok {
			t.Errorf("%s has no rule: say in this test what it may import", folder)
			continue
		}
		for _, imported := range p.Imports {
			inner, isOurs := strings.CutPrefix(imported, module+"/")
			switch {
			case isOurs && !slices.Contains(rule, nearest(layers, inner)):
				t.Errorf("%s imports %s; it may import %q", folder, inner, rule)
			case !isOurs && strings.Contains(strings.Split(imported, "/")[0], "."):
				if others := outside[nearest(outside, folder)]; !within(others, imported) {
					t.Errorf("%s imports %s; of other modules it may import %q", folder, imported, others)
				}
			}
		}
	}
}

// TestRuntimeImports demands of what is lifted into users' packages that it needs few packages of the standard
// library, none of which prints. What starts goroutines knows the cores and the clock; the machine's state is read where
// those who run it say which cores (par) and instructions (kernel) they leave to the program, by a package that time
// brings along anyway.
func TestRuntimeImports(t *testing.T) {
	allowed := []string{"math", "math/bits", "unsafe", "sync", "sync/atomic", "strings", "unicode", "unicode/utf8", "strconv", "cmp", "slices", "embed"}
	besides := map[string][]string{"par": {"runtime", "time", "syscall"}, "kernel": {"runtime", "syscall"}}
	for _, p := range list(t, module+"/runtime/...") {
		if p.Standard {
			continue
		}
		for _, imported := range p.Imports {
			switch {
			case slices.Contains(allowed, imported), strings.HasPrefix(imported, module+"/runtime"):
			case slices.Contains(besides[path.Base(p.ImportPath)], imported):
			default:
				t.Errorf("%s imports %s", p.ImportPath, imported)
			}
		}
	}
}

// list asks the go command for packages.
func list(t *testing.T, pattern string) []goPackage {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Standard", pattern).Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// nearest finds the folder itself or the one around it that has a rule.
func nearest(rules map[string][]string, folder string) string {
	for ; folder != "." && folder != ""; folder = path.Dir(folder) {
		if _, ok := rules[folder]; ok {
			return folder
		}
	}
	return ""
}

// within reports whether a package is one of the modules' or their packages'.
func within(modules []string, pkg string) bool {
	return slices.ContainsFunc(modules, func(m string) bool { return pkg == m || strings.HasPrefix(pkg, m+"/") })
}

// TestOracle demands that the reference evaluators compute by themselves: of ir/op only the files that lower ops and
// pack weights know the kernels, since a packed layout is the kernel's to say. image.go is the exception: what its
// decoders give is defined by another library's pictures, against which their own tests hold them.
func TestOracle(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "ir", "op", "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, im := range f.Imports {
			if strings.Contains(im.Path.Value, module+"/runtime") && !strings.HasSuffix(name, "_lower.go") && !strings.HasSuffix(name, "_test.go") && filepath.Base(name) != "image.go" {
				t.Errorf("%s imports %s; only *_lower.go and image.go may", name, im.Path.Value)
			}
		}
	}
}
