package lift

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/codegen/lift/indexer"
)

// TestRuntime lifts everything below runtime/ at once.
func TestRuntime(t *testing.T) {
	names := Names()
	if len(names) == 0 {
		_, err := embedded()
		t.Fatalf("Names() is empty; the index says %v", err)
	}
	for _, n := range names {
		if !Exists(n) {
			t.Errorf("Exists(%q) = false, want true", n)
		}
	}
	files, err := Files(Request{Package: "model", Names: names})
	if err != nil {
		t.Fatal(err)
	}
	checkTypes(t, files)
}

// TestAlone lifts each exported declaration by itself: nothing may be missing.
func TestAlone(t *testing.T) {
	lib, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range lib.names {
		files, err := lib.files(Request{Package: "model", Names: []string{n}})
		if err != nil {
			t.Fatal(err)
		}
		checkTypes(t, files)
		if t.Failed() {
			t.Fatalf("%s does not compile alone", n)
		}
	}
}

// TestSpecialise gives every kernel constant shapes, all parameters and each.
func TestSpecialise(t *testing.T) {
	for name, get := range map[string]func() (*library, error){"sample": sample, "runtime": embedded} {
		lib, err := get()
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []int64{0, 1, 3, 4, 7, 8, 16, 300} {
			t.Run(fmt.Sprintf("%s/%d", name, size), func(t *testing.T) {
				files, err := lib.files(Request{Package: "model", Specialise: everyShape(lib, size)})
				if err != nil {
					t.Fatal(err)
				}
				checkTypes(t, files)
			})
		}
	}
}

func everyShape(lib *library, size int64) []Specialisation {
	var list []Specialisation
	for _, n := range lib.names {
		d := lib.decls[n][0]
		all := map[string]int64{}
		for _, p := range d.Shape {
			all[p] = size
			one := Specialisation{Kernel: n, NewName: fmt.Sprintf("%s_%s%d", Local(n), p, size), Consts: map[string]int64{p: size}}
			list = append(list, one)
		}
		if len(all) > 1 {
			list = append(list, Specialisation{Kernel: n, NewName: fmt.Sprintf("%s_%d", Local(n), size), Consts: all})
		}
	}
	return list
}

func TestErrors(t *testing.T) {
	lib, err := sample()
	if err != nil {
		t.Fatal(err)
	}
	special := func(kernel, name, param string, v int64) Request {
		return Request{Package: "model", Specialise: []Specialisation{{kernel, name, map[string]int64{param: v}}}}
	}
	for _, tt := range []struct {
		name string
		r    Request
		want string
	}{
		{"package", Request{Package: "a-b"}, `"a-b" is no package name`},
		{"unknown", Request{Package: "model", Names: []string{"kernel.Nope", "kernel.No"}}, "no kernel.No below"},
		{"method", Request{Package: "model", Names: []string{"kernel.Tree.Walk"}}, "no kernel.Tree.Walk below"},
		{"assembly", Request{Package: "model", Names: []string{"kernel.dot_amd64.s"}}, "no kernel.dot_amd64.s below"},
		{"one platform", Request{Package: "model", Names: []string{"kernel.ScaleSSE"}}, "kernel.ScaleSSE is missing on purego"},
		{"no shape", special("kernel.Halve", "halve2", "x", 1), "x is no shape parameter of kernel.Halve"},
		{"type", special("kernel.Number", "number2", "x", 1), "kernel.Number has no body to specialise"},
		{"large", special("kernel.MatVec", "matVec_n", "n", 1<<31), "n = 2147483648 does not fit int on every platform"},
		{"taken", special("kernel.MatVec", "forEach", "n", 1), `"forEach" cannot be the name`},
		{"predeclared", special("kernel.MatVec", "len", "n", 1), `"len" cannot be the name`},
		{"identifier", special("kernel.MatVec", "mat vec", "n", 1), `"mat vec" cannot be the name`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := lib.files(tt.r); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("files: error %v, want one with %q", err, tt.want)
			}
		})
	}
}

// A source that changed since it was indexed must not be cut at old offsets,
// one that is not there must not pass for empty.
func TestStaleIndex(t *testing.T) {
	pkgs, _, err := indexer.Build(indexer.Tree{Dir: "testdata/sample", Path: "example.com/sample"})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range pkgs[0].Files {
		switch f.Name {
		case "dot.go":
			f.Sum = "0"
		case "tree.go":
			f.Name = "gone.go"
		}
	}
	lib := newLibrary(os.DirFS("testdata/sample"), pkgs)
	for _, tt := range []struct {
		r    Request
		want string
	}{
		{Request{Package: "model", Names: []string{"kernel.DotF32"}}, "run go generate"},
		{Request{Package: "model", Specialise: []Specialisation{{Kernel: "kernel.MatVec", NewName: "matVec2"}}}, "run go generate"},
		{Request{Package: "model", Names: []string{"kernel.SumTree"}}, "not embedded"},
	} {
		if _, err := lib.files(tt.r); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("files(%v): error %v, want one with %q", tt.r, err, tt.want)
		}
	}
	if _, err := lib.files(Request{Package: "model", Names: []string{"kernel.Axpy"}}); err != nil {
		t.Errorf("error = %v for a file that did not change", err)
	}
}

func TestDropItems(t *testing.T) {
	const text = "a, b, c"
	for drop, want := range map[string]string{"": "a, b, c", "a": "b, c", "b": "a, c", "c": "a, b", "ab": "c", "bc": "a", "ac": "b", "abc": ""} {
		var list []item
		for i := 0; i < len(text); i += 3 {
			list = append(list, item{i, i + 1, strings.Contains(drop, text[i:i+1])})
		}
		got, err := apply(text, dropItems(list))
		if err != nil || got != want {
			t.Errorf("without %q: %q, %v, want %q", drop, got, err, want)
		}
	}
}

// TestDoc checks the example in the package comment.
func TestDoc(t *testing.T) {
	lib, err := sample()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("testdata/sample/kernel/axpy.go")
	if err != nil {
		t.Fatal(err)
	}
	files, err := lib.files(Request{Package: "model", Names: []string{"kernel.Axpy"}})
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile(`(?m)(^//\t.*\n)+`).FindAllString(string(doc), -1)
	for i, whole := range [][]byte{source, files[0].Source} {
		example := regexp.MustCompile(`(?m)^//\t`).ReplaceAllString(examples[i], "")
		if !strings.Contains(string(whole), example) {
			t.Errorf("doc.go shows\n%s\nwhich is not in\n%s", example, whole)
		}
	}
}

func TestDeterministic(t *testing.T) {
	lib, err := sample()
	if err != nil {
		t.Fatal(err)
	}
	r := Request{Package: "model", Names: slices.Clone(lib.names)}
	first, err := lib.files(r)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(r.Names)
	second, err := lib.files(r)
	if err != nil || fmt.Sprint(first) != fmt.Sprint(second) {
		t.Errorf("the order of names changes the files (error %v)", err)
	}
}
