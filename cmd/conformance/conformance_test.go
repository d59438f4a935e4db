package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/energeticc/energeticc/cmd/internal/cases"
	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
)

// TestSample runs 200 cases of the official suite; those on the list do not hold yet.
func TestSample(t *testing.T) {
	open, err := readOpen(openFile)
	if err != nil {
		t.Fatal(err)
	}
	official := filepath.Join("..", "..", defaultData, "onnx-backend-1.23.2.zip")
	r, err := conform(t.Context(), options{data: []string{official}, sample: 200}, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range open.differ(r) {
		t.Error(line)
	}
	if len(r.Results) != 200 {
		t.Errorf("%d cases ran, want 200", len(r.Results))
	}
}

// writeCase puts a model Y = op(X) with X = {1, 2} and a wanted Y into a suite.
func writeCase(t *testing.T, suite, name, op string, want ...float32) {
	t.Helper()
	set := filepath.Join(suite, name, "test_data_set_0")
	if err := os.MkdirAll(set, 0o755); err != nil {
		t.Fatal(err)
	}
	tensor := func(v []float32) *pb.TensorProto {
		return &pb.TensorProto{DataType: proto.Int32(int32(pb.TensorProto_FLOAT)), Dims: []int64{int64(len(v))}, FloatData: v}
	}
	port := func(name string) []*pb.ValueInfoProto {
		dims := []*pb.TensorShapeProto_Dimension{{Value: &pb.TensorShapeProto_Dimension_DimValue{DimValue: 2}}}
		typ := &pb.TypeProto_Tensor{ElemType: proto.Int32(int32(pb.TensorProto_FLOAT)), Shape: &pb.TensorShapeProto{Dim: dims}}
		return []*pb.ValueInfoProto{{Name: proto.String(name), Type: &pb.TypeProto{Value: &pb.TypeProto_TensorType{TensorType: typ}}}}
	}
	model := &pb.ModelProto{
		IrVersion:   proto.Int64(8),
		OpsetImport: []*pb.OperatorSetIdProto{{Version: proto.Int64(17)}},
		Graph: &pb.GraphProto{
			Name: proto.String(name), Input: port("X"), Output: port("Y"),
			Node: []*pb.NodeProto{{OpType: proto.String(op), Input: []string{"X"}, Output: []string{"Y"}}},
		},
	}
	for file, m := range map[string]proto.Message{
		filepath.Join(suite, name, "model.onnx"): model,
		filepath.Join(set, "input_0.pb"):         tensor([]float32{1, 2}),
		filepath.Join(set, "output_0.pb"):        tensor(want),
	} {
		data, err := proto.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRun takes a small suite through the command: a case that holds, by its own tolerance too, one that does not, and
// one that cannot be compiled.
func TestRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "small")
	writeCase(t, dir, "node/neg", "Neg", -1, -2)
	writeCase(t, dir, "node/loose", "Neg", -1.05, -2)
	writeCase(t, dir, "node/wrong", "Abs", -1, -2)
	writeCase(t, dir, "odd", "Frobnicate", 1, 2)
	if err := os.WriteFile(filepath.Join(dir, "tolerances.json"), []byte(`{"node/loose": {"rtol": 0.1, "atol": 0}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	jsonFile, mdFile := filepath.Join(t.TempDir(), "r.json"), filepath.Join(t.TempDir(), "r.md")
	var out, errout bytes.Buffer
	if code := run(t.Context(), []string{"--data", dir, "--json", jsonFile, "--markdown", mdFile}, &out, &errout); code != 1 {
		t.Fatalf("exit code %d, want 1: %s", code, errout.String())
	}
	for _, want := range []string{
		`small node +3 +2 +0 +0 +0 +1\n`, `small operator +1 +0 +1 +0 +0 +0\n`, `ai.onnx Abs +1 +0`, `\(1 more hold whole\)`,
		`small/node/wrong: value: test_data_set_0 output Y \(f32\[2\]\): \[0\] = 1, want -1, and 1 more\n`,
		`small/odd: compile: .*\n.*unknown operator`, `\n2 of 4 cases\n$`,
	} {
		if !regexp.MustCompile(want).MatchString(out.String()) {
			t.Errorf("%q is not printed:\n%s", want, out.String())
		}
	}
	var report struct {
		Cases, Held int
		Results     []result
	}
	data, err := os.ReadFile(jsonFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &report); err != nil || report.Cases != 4 || report.Held != 2 || len(report.Results) != 4 {
		t.Errorf("JSON has %+v (%v)", report, err)
	}
	data, err = os.ReadFile(mdFile)
	if err != nil || !bytes.Contains(data, []byte("| small node | 3 | 2 |\n")) {
		t.Errorf("Markdown is\n%s(%v)", data, err)
	}
	if code := run(t.Context(), []string{"--data", dir, "--filter", "n(eg|ever)$"}, &out, &errout); code != 0 {
		t.Errorf("exit code %d for the case that holds, want 0", code)
	}

	list := filepath.Join(t.TempDir(), "open.txt")
	for _, tt := range []struct {
		open string
		code int
		want string
	}{
		{"small/node/wrong value it is wrong\nsmall op ai.onnx.Frobnicate\n", 0, "\n2 of 4 cases, the others as " + list + " has them\n"},
		{"small op ai.onnx.Frobnicate\n", 1, "\n2 of 4 cases, differences from " + list + ": 1\n"},
	} {
		if err := os.WriteFile(list, []byte(tt.open), 0o644); err != nil {
			t.Fatal(err)
		}
		out.Reset()
		if code := run(t.Context(), []string{"--data", dir, "--open", list}, &out, &errout); code != tt.code || !strings.HasSuffix(out.String(), tt.want) {
			t.Errorf("with the list\n%sexit code %d, want %d, and the output ends not with %q:\n%s", tt.open, code, tt.code, tt.want, out.String())
		}
	}
}

func TestRunRefuses(t *testing.T) {
	for _, args := range [][]string{{"--data", "nowhere"}, {"--filter", "("}, {"stray"}, {"--data", t.TempDir()}, {"--json"}, {"--open", "nowhere"}} {
		var out, errout bytes.Buffer
		if code := run(t.Context(), args, &out, &errout); code != 2 || errout.Len() == 0 {
			t.Errorf("%q: exit code %d, message %q; want 2 and a reason", args, code, errout.String())
		}
	}
}

// TestChoose keeps a sample's cases when another case comes.
func TestChoose(t *testing.T) {
	s := &suite{name: "s"}
	var all []*testCase
	for i := range 100 {
		all = append(all, &testCase{suite: s, name: fmt.Sprintf("case%d", i)})
	}
	first := choose(all[:99], options{sample: 10})
	more := choose(all, options{sample: 10})
	same := 0
	for _, c := range first {
		if slices.Contains(more, c) {
			same++
		}
	}
	if len(first) != 10 || same < 9 {
		t.Errorf("of %d chosen cases %d stay, want 10 and at least 9", len(first), same)
	}
	if got := choose(all, options{filter: regexp.MustCompile(`^s/case1\d$`)}); len(got) != 10 {
		t.Errorf("the filter chooses %d cases, want 10", len(got))
	}
}

func TestPackageNames(t *testing.T) {
	s := &suite{name: "S-1"}
	var all []*testCase
	for _, n := range []string{"node/a_b", "node/ab", "ü"} {
		all = append(all, &testCase{suite: s, name: n})
	}
	if got, want := packageNames(all), []string{"cs1nodeab", "cs1nodeabx2", "cs1"}; !slices.Equal(got, want) {
		t.Errorf("packageNames = %q, want %q", got, want)
	}
}

func TestSubjectOp(t *testing.T) {
	tests := []struct {
		ops        []string // domain:op
		domain, op string
	}{
		{[]string{":Relu"}, "ai.onnx", "Relu"},
		{[]string{":Constant"}, "ai.onnx", "Constant"},
		{[]string{":Constant", ":Relu", ":Relu"}, "ai.onnx", "Relu"},
		{[]string{":Relu", ":Exp"}, "ai.onnx", ""},
		{[]string{":Cast", "com.microsoft:QGemm", ":Cast"}, "com.microsoft", ""},
		{nil, "", ""},
	}
	for _, tt := range tests {
		if d, o := subjectOp(graphOf(tt.ops...)); d != tt.domain || o != tt.op {
			t.Errorf("subjectOp(%q) = %q %q, want %q %q", tt.ops, d, o, tt.domain, tt.op)
		}
	}
}

func graphOf(ops ...string) *pb.GraphProto {
	g := &pb.GraphProto{}
	for _, o := range ops {
		d, op, _ := strings.Cut(o, ":")
		g.Node = append(g.Node, &pb.NodeProto{Domain: proto.String(d), OpType: proto.String(op)})
	}
	return g
}

func TestDrawsOf(t *testing.T) {
	tests := []struct {
		ops  []string
		want draw
	}{
		{[]string{":Relu"}, noDraw},
		{[]string{":Greater"}, noDraw},
		{[]string{":Bernoulli"}, bernoulliDraw},
		{[]string{":RandomUniformLike", ":Greater", ":Cast"}, bernoulliDraw},
		{[]string{":RandomNormal", ":Mul"}, otherDraw},
	}
	for _, tt := range tests {
		if got := drawsOf(graphOf(tt.ops...)); got != tt.want {
			t.Errorf("drawsOf(%q) = %d, want %d", tt.ops, got, tt.want)
		}
	}
}

func TestJudgeDraw(t *testing.T) {
	ones := func(n int) []float64 {
		v := make([]float64, 100)
		for i := range n {
			v[i] = 1
		}
		return v
	}
	half := ones(0)
	for i := range half {
		half[i] = 0.5
	}
	odd := ones(50)
	odd[99] = 0.25
	nan := ones(50)
	nan[99] = math.NaN()
	tests := []struct {
		name   string
		p, got []float64
		bad    int
	}{
		{"half", half, ones(50), 0},
		{"all", half, ones(100), 1},
		{"none", half, ones(0), 1},
		{"sure", ones(40), ones(40), 0},
		{"a one that cannot be", ones(40), ones(41), 1},
		{"neither", half, odd, 1},
		{"no number", half, nan, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, got := ir.FromFloats(ir.Float32, []int{100}, tt.p), ir.FromFloats(ir.Float32, []int{100}, tt.got)
			s := &subject{testCase: &testCase{}, draws: bernoulliDraw}
			set := cases.Case{In: []cases.Value{{Tensor: p}}}
			if d := s.judgeDraw(set, cases.Value{Tensor: p}, []int{100}, got.Data); d.Bad != tt.bad {
				t.Errorf("judgeDraw = %+v, want %d bad", d, tt.bad)
			}
			if d := s.judgeDraw(set, cases.Value{Tensor: p}, []int{10, 10}, got.Data); d.Bad != 1 {
				t.Errorf("judgeDraw accepts shape [10 10] for [100]")
			}
		})
	}
}

func TestShorten(t *testing.T) {
	for in, want := range map[string]string{
		"model.go:12:3: x":             "model.go:#:#: x",
		`tensor "a12" has 3`:           `tensor "" has #`,
		"one line\nand another":        "one line",
		strings.Repeat("long ", 100):   strings.Repeat("long ", 28) + "l",
		"no kernel computes f16[2, 3]": "no kernel computes f#[#, #]",
	} {
		if got := shorten(in); got != want {
			t.Errorf("shorten(%q) = %q, want %q", in, got, want)
		}
	}
}
