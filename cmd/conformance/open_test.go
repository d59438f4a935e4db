package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/importer/onnx"
)

// list reads a list from a text.
func list(t *testing.T, text string) (*openList, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "open.txt")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return readOpen(file)
}

// TestReadOpen refuses lines that are neither a case nor an operator, and those that stand twice.
func TestReadOpen(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"empty", "\n# nothing is open\n\n", ""},
		{"whole", "s/node/a value one ulp off\ns op ai.onnx.Foo\n", ""},
		{"no reason", "s/a value\n", `open.txt:1: "s/a value" is not a line of the list`},
		{"no stage", "# cases\ns/a does not work\n", "open.txt:2:"},
		{"no suite", "a value of another kind\n", "is not a line"},
		{"operator with more", "s op ai.onnx.Foo why\n", "is not a line"},
		{"case twice", "s/a run x\ns/a run x\n", "open.txt:2: case s/a stands here a second time"},
		{"operator twice", "s op d.F\ns op d.F\n", "operator d.F of s stands here a second time"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := list(t, tt.text)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("readOpen(%q) gives the error %v, want %q", tt.text, err, tt.want)
			}
		})
	}
}

// TestDiffer holds runs of a case s/a against lists.
func TestDiffer(t *testing.T) {
	without := func(ops ...string) *result {
		all := &onnx.UnsupportedError{}
		for _, o := range ops {
			d, op, _ := strings.Cut(o, ":")
			all.Errs = append(all.Errs, &onnx.NodeError{Domain: d, Op: op, Err: errors.New("unknown operator")})
		}
		r := &result{}
		r.fail(stageCompile, all)
		return r
	}
	failed := func(stage string) *result { return &result{Stage: stage, Reason: "so"} }
	tests := []struct {
		name   string
		open   string
		result *result
		want   string // "" where nothing differs
	}{
		{"holds", "", &result{}, ""},
		{"fails", "", failed(stageValue), "s/a: value: so"},
		{"fails as listed", "s/a value why", failed(stageValue), ""},
		{"listed and holds", "s/a value why", &result{}, "s/a holds now"},
		{"refused before, wrong now", "s/a compile why", failed(stageValue), "has it fail at compile"},
		{"the reference evaluator's", "s/a reference why", &result{}, ""},
		{"the reference evaluator's and ours", "s/a reference why", failed(stageValue), "s/a: value: so"},
		{"another suite's line", "t/a value why", failed(stageValue), "s/a: value: so"},
		{"another suite's case is gone", "t/b value why", &result{}, ""},
		{"a case that is gone", "s/b value why", &result{}, "s/b is no case"},
		{"operator", "s op com.x.Foo", without("com.x:Foo"), ""},
		{"operators", "s op com.x.Foo\ns op ai.onnx.Bar", without("com.x:Foo", ":Bar", "com.x:Foo"), ""},
		{"one of the operators", "s op com.x.Foo", without("com.x:Foo", ":Bar"), "s/a: compile"},
		{"another domain's operator", "s op com.y.Foo", without("com.x:Foo"), "s/a: compile"},
		{"another fault beside", "s op com.x.Foo", without("com.x:Foo", ":Relu"), "s/a: compile"},
		{"operator that came", "s op ai.onnx.Relu", &result{}, "ai.onnx.Relu is an operator now"},
		{"operator and case", "s op com.x.Foo\ns/a compile why", without("com.x:Foo"), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			open, err := list(t, tt.open)
			if err != nil {
				t.Fatal(err)
			}
			tt.result.Suite, tt.result.Case = "s", "a"
			r := &report{Results: []*result{tt.result}, known: []*testCase{{suite: &suite{name: "s"}, name: "a"}}}
			got := strings.Join(open.differ(r), "\n")
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("differ says %q, want %q", got, tt.want)
			}
		})
	}
}
