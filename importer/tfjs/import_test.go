package tfjs

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/energeticc/energeticc/importer/tfjs/file"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// def is a node: its name, operator, inputs and attributes.
func def(name, op string, inputs []string, attrs map[string]any) map[string]any {
	return map[string]any{"name": name, "op": op, "input": inputs, "attr": attrs}
}

// in is a placeholder of floats; sizes below 0 are open.
func in(name string, sizes ...int) map[string]any {
	dims := []any{}
	for _, s := range sizes {
		dims = append(dims, map[string]any{"size": s})
	}
	return def(name, "Placeholder", nil, map[string]any{"dtype": map[string]any{"type": "DT_FLOAT"}, "shape": map[string]any{"shape": map[string]any{"dim": dims}}})
}

func text(s string) map[string]any {
	return map[string]any{"s": base64.StdEncoding.EncodeToString([]byte(s))}
}

func numbers(v ...int) map[string]any { return map[string]any{"list": map[string]any{"i": v}} }

// weights are constants of a graph by the names of their nodes.
type weights map[string]*ir.Tensor

// model makes a model of nodes, functions and weights, as a file has it.
func model(t *testing.T, nodes []map[string]any, functions []any, consts weights, outputs ...string) *file.Model {
	t.Helper()
	var names []string
	for name := range consts {
		names = append(names, name)
	}
	slices.Sort(names)
	var data []byte
	var specs []any
	for _, name := range names {
		w := consts[name]
		specs = append(specs, map[string]any{"name": name, "shape": w.Shape, "dtype": map[ir.DType]string{ir.Float32: "float32", ir.Int32: "int32", ir.Bool: "bool"}[w.DType]})
		data = append(data, w.Data...)
		if !strings.Contains(name, "/") {
			nodes = append(nodes, def(name, "Const", nil, nil))
		}
	}
	ports := map[string]any{}
	for i, o := range outputs {
		ports[fmt.Sprintf("out%d", i)] = map[string]any{"name": o}
	}
	raw, err := json.Marshal(map[string]any{
		"modelTopology":   map[string]any{"node": nodes, "library": map[string]any{"function": functions}},
		"signature":       map[string]any{"outputs": ports},
		"weightsManifest": []any{map[string]any{"paths": []string{"w"}, "weights": specs}},
	})
	if err != nil {
		t.Fatal(err)
	}
	m, err := file.Decode(raw, fstest.MapFS{"w": &fstest.MapFile{Data: data}}, file.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	m.Name = "model"
	return m
}

func floats(v ...float32) *ir.Tensor { return ir.OfFloat32s([]int{len(v)}, v) }

func scalar(d ir.DType, v float64) *ir.Tensor { return ir.Scalar(d, v) }

// eval imports a model, verifies it and computes its first output.
func eval(t *testing.T, m *file.Model, in ...*ir.Tensor) []float64 {
	t.Helper()
	g, err := Import(m, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := ir.Verify(g); err != nil {
		t.Fatal(err)
	}
	out, err := g.Eval(in)
	if err != nil {
		t.Fatal(err)
	}
	return out[0].Floats()
}

// TestLayout keeps a chain of convolutions in the kernels' layout: only the first and the last value are moved.
func TestLayout(t *testing.T) {
	attrs := map[string]any{"strides": numbers(1, 1, 1, 1), "dilations": numbers(1, 1, 1, 1), "padding": text("SAME")}
	w := ir.NewTensor(ir.Float32, 3, 3, 2, 2)
	m := model(t, []map[string]any{
		in("x", -1, 8, 8, 2),
		def("a", "Conv2D", []string{"x", "w"}, attrs), def("b", "BiasAdd", []string{"a", "bias"}, nil), def("c", "Relu6", []string{"b"}, nil),
		def("d", "Conv2D", []string{"c", "w"}, attrs), def("e", "AddV2", []string{"d", "c"}, nil), def("y", "MaxPool", []string{"e"}, map[string]any{"ksize": numbers(1, 2, 2, 1), "strides": numbers(1, 2, 2, 1), "padding": text("VALID")}),
	}, nil, weights{"w": w, "bias": floats(1, 2)}, "y")
	g, err := Import(m, Options{})
	if err != nil {
		t.Fatal(err)
	}
	needed, moves := map[*ir.Value]bool{g.Outputs[0]: true}, 0
	for _, n := range slices.Backward(g.Nodes) {
		if !slices.ContainsFunc(n.Out, func(v *ir.Value) bool { return needed[v] }) {
			continue
		}
		for _, v := range n.In {
			needed[v] = true
		}
		if _, ok := n.Op.(op.Transpose); ok {
			moves++
		}
	}
	if moves != 2 {
		t.Errorf("%d values are moved, want 2:\n%s", moves, g)
	}
}

// TestQuantised keeps codes as they are stored.
func TestQuantised(t *testing.T) {
	raw := `{"modelTopology": {"node": [{"name": "w", "op": "Const"}, {"name": "y", "op": "Transpose", "input": ["w", "p"]}, {"name": "p", "op": "Const"}]},
		"weightsManifest": [{"paths": ["a"], "weights": [{"name": "w", "shape": [200, 200], "dtype": "float32", "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1}}, {"name": "p", "shape": [2], "dtype": "int32"}]}]}`
	data := append(make([]byte, 40_000), 1, 0, 0, 0, 0, 0, 0, 0)
	data[1] = 6
	m, err := file.Decode([]byte(raw), fstest.MapFS{"a": &fstest.MapFile{Data: data}}, file.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	g, err := Import(m, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if size := g.ConstBytes(); size > 41_000 {
		t.Errorf("the constants take %d bytes, want about 40,000", size)
	}
	out, err := g.Eval(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := out[0].Float(200); got != 2 {
		t.Errorf("element [1, 0] is %g, want 6·0.5 - 1", got)
	}
}

// TestUnsupported names everything that stands in the way.
func TestUnsupported(t *testing.T) {
	w, functions := whileNodes()
	twice := []any{map[string]any{"signature": map[string]any{"name": "b", "inputArg": []any{map[string]any{"name": "a"}}, "outputArg": []any{map[string]any{"name": "o"}}},
		"nodeDef": []any{def("r", "If", []string{"a", "a"}, map[string]any{"then_branch": map[string]any{"func": map[string]any{"name": "b"}}, "else_branch": map[string]any{"func": map[string]any{"name": "b"}}})}, "ret": map[string]string{"o": "r:output:0"}}}
	tests := []struct {
		name      string
		nodes     []map[string]any
		functions []any
		consts    weights
		output    string
		want      []string
	}{
		{"unknown operators, all of them", []map[string]any{in("x", 1), def("a", "Foo", []string{"x"}, nil), def("y", "Bar", []string{"a"}, nil), def("unused", "Baz", nil, nil)}, nil, nil, "y",
			[]string{"2 of 4 nodes", "a (Foo): unknown operator", "y (Bar): unknown operator"}},
		{"a cycle", []map[string]any{def("a", "Neg", []string{"b"}, nil), def("b", "Neg", []string{"a"}, nil)}, nil, nil, "a", []string{"the graph has a cycle"}},
		{"no such node", []map[string]any{def("a", "Neg", []string{"b"}, nil)}, nil, nil, "a", []string{`a (Neg): input "b": there is no such node`}},
		{"no such output", []map[string]any{in("x", 1), def("a", "Neg", []string{"x"}, nil)}, nil, nil, "a:1", []string{`Neg has no output 1`}},
		{"a weight that is missing", []map[string]any{def("a", "Const", nil, nil)}, nil, nil, "a", []string{`a (Const): the weights manifest has no "a"`}},
		{"two ranks that are not known", []map[string]any{anyRankIn("x"), anyRankIn("z"), def("a", "Sub", []string{"x", "z"}, nil)}, nil, nil, "a", []string{"does not say how many dims it has, nor those of another input"}},
		{"an attribute out of range", []map[string]any{in("x", 1, 4, 4, 1), def("a", "MaxPool", []string{"x"}, map[string]any{"ksize": numbers(1, 0, 2, 1), "strides": numbers(1, 1, 1, 1), "padding": text("SAME")})}, nil, nil, "a", []string{"attribute ksize is [0 2], want numbers from 1"}},
		{"a function that is missing", []map[string]any{in("x", 2), w}, functions[:1], nil, "w", []string{`the body "b" does not take and give 1 values`}},
		{"functions without end", []map[string]any{in("x"), def("w", "If", []string{"x", "x"}, map[string]any{"then_branch": map[string]any{"func": map[string]any{"name": "b"}}, "else_branch": map[string]any{"func": map[string]any{"name": "b"}}})}, twice, nil, "w", []string{"does one call itself?"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Import(model(t, tt.nodes, tt.functions, tt.consts, tt.output), Options{})
			if err == nil {
				t.Fatal("the model is read, want an error")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("Import says\n%v\nwant %q", err, want)
				}
			}
		})
	}
}

// anyRankIn is a placeholder of floats whose rank is open.
func anyRankIn(name string) map[string]any {
	return def(name, "Placeholder", nil, map[string]any{"dtype": map[string]any{"type": 1}, "shape": map[string]any{"shape": map[string]any{"unknownRank": true}}})
}

// TestOpenRank reads a graph once for every rank that its input may have.
func TestOpenRank(t *testing.T) {
	g, err := Import(model(t, []map[string]any{anyRankIn("x"), def("y", "Neg", []string{"x"}, nil), def("z", "Tile", []string{"y", "twice"}, nil)}, nil, weights{"twice": {DType: ir.Int32, Shape: []int{1}, Data: []byte{2, 0, 0, 0}}}, "y", "z"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	held := func(v *ir.Tensor) *ir.Tensor {
		return &ir.Tensor{Type: &g.Inputs[0].Type, Elems: []*ir.Tensor{v}}
	}
	out, err := g.Eval([]*ir.Tensor{held(floats(1, 2))})
	if err != nil {
		t.Fatal(err)
	}
	if y, z := out[0].Floats(), out[1].Floats(); !slices.Equal(y, []float64{-1, -2}) || !slices.Equal(z, []float64{-1, -2, -1, -2}) {
		t.Errorf("the answers are %v and %v, want [-1 -2], once and twice", y, z)
	}
	if _, err := g.Eval([]*ir.Tensor{held(scalar(ir.Float32, 1))}); err == nil || !strings.Contains(err.Error(), "1 repeats for f32[]") {
		t.Errorf("a scalar gives %v, want what is wrong with it", err)
	}
}

// TestPorts takes the names and the order of inputs and outputs from the signature.
func TestPorts(t *testing.T) {
	raw := `{"signature": {"inputs": {"second": {"name": "b:0", "dtype": "DT_FLOAT"}, "first": {"name": "a:0", "dtype": "DT_FLOAT"}}, "outputs": {"z": {"name": "y:0"}, "again": {"name": "y:0"}}},
		"modelTopology": {"node": [
			{"name": "a", "op": "Placeholder", "attr": {"dtype": {"type": 1}, "shape": {"shape": {"dim": [{"size": "-1"}]}}}},
			{"name": "b", "op": "Placeholder", "attr": {"dtype": {"type": 1}, "shape": {"shape": {"dim": [{"size": "-1"}]}}}},
			{"name": "y", "op": "Sub", "input": ["a", "b"]}]}}`
	m, err := file.Decode([]byte(raw), nil, file.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	g, err := Import(m, Options{Dims: map[string]ir.Range{"batch": {Lo: 1, Hi: 9}}})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, v := range append(slices.Clone(g.Inputs), g.Outputs...) {
		names = append(names, v.Name)
	}
	if want := []string{"b", "a", "z", "again"}; !slices.Equal(names, want) {
		t.Errorf("inputs and outputs are %v, want %v", names, want)
	}
	if got := FreeDims(m); !slices.Equal(got, []string{"a_dim0", "batch"}) {
		t.Errorf("free dims are %v, want a_dim0 and batch", got)
	}
	if r := g.Symbols["batch"].Range; r.Hi != 9 {
		t.Errorf("batch is bounded by %d, want 9", r.Hi)
	}
}

// TestLayers reads a small Sequential.
func TestLayers(t *testing.T) {
	raw := `{"format": "layers-model", "modelTopology": {"class_name": "Sequential", "config": {"name": "s", "layers": [
			{"class_name": "Dense", "config": {"name": "d", "units": 1, "activation": "relu", "batch_input_shape": [null, 2]}},
			{"class_name": "Rescaling", "config": {"name": "r", "scale": 2, "offset": 1}}]}},
		"weightsManifest": [{"paths": ["w"], "weights": [{"name": "d/kernel", "shape": [2, 1], "dtype": "float32"}, {"name": "d/bias", "shape": [1], "dtype": "float32"}]}]}`
	data := floats(1, 2, -4).Data
	m, err := file.Decode([]byte(raw), fstest.MapFS{"w": &fstest.MapFile{Data: data}}, file.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got := eval(t, m, ir.OfFloat32s([]int{2, 2}, []float32{1, 1, 1, 2})); !slices.Equal(got, []float64{1, 3}) {
		t.Errorf("the answer is %v, want [1 3]", got)
	}
	if got := FreeDims(m); !slices.Equal(got, []string{"batch"}) {
		t.Errorf("free dims are %v, want batch", got)
	}
}

// TestLayerFaults names what is wrong with a layer.
func TestLayerFaults(t *testing.T) {
	for _, tt := range []struct{ layers, want string }{
		{`{"class_name": "Foo", "config": {"name": "f"}}, {"class_name": "Bar", "config": {"name": "b"}}`, "b (Bar): unknown class of layers"},
		{`{"class_name": "Dense", "config": {"name": "d"}}`, `batch_input_shape is missing`},
		{`{"class_name": "Dense", "config": {"name": "d", "batch_input_shape": [null, 3]}}`, `d (Dense): the weights manifest has no "d/kernel"`},
		{`{"class_name": "Activation", "config": {"name": "a", "activation": "foo", "batch_input_shape": [null, 3]}}`, `activation "foo" is unknown`},
		{`{"class_name": "MaxPooling2D", "config": {"name": "p", "pool_size": [0, 1], "batch_input_shape": [null, 4, 4, 1]}}`, "pool_size is [0 1], want numbers from 1"},
	} {
		m, err := file.Decode([]byte(`{"format": "layers-model", "modelTopology": {"class_name": "Sequential", "config": [`+tt.layers+`]}}`), nil, file.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Import(m, Options{}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: Import says %v, want %q", tt.layers, err, tt.want)
		}
	}
}

// TestSpellings lists every row once.
func TestSpellings(t *testing.T) {
	seen := map[string]bool{}
	for _, table := range rows {
		for _, r := range table {
			if seen[r.name] || r.make == nil {
				t.Errorf("operator %s has two rows, or one that does nothing", r.name)
			}
			seen[r.name] = true
		}
	}
	if got := len(Spellings()); got != len(seen) || got < 200 {
		t.Errorf("%d operators are listed, want all %d", got, len(seen))
	}
	if got := len(Layers()); got < 60 {
		t.Errorf("%d classes of layers are listed, want 60 or more", got)
	}
}

// FuzzImport reads whatever graph comes without a panic and without end.
func FuzzImport(f *testing.F) {
	add := func(nodes []map[string]any, functions []any) {
		raw, err := json.Marshal(map[string]any{"modelTopology": map[string]any{"node": nodes, "library": map[string]any{"function": functions}},
			"weightsManifest": []any{map[string]any{"paths": []string{"w"}, "weights": []any{map[string]any{"name": "one", "shape": []int{2}, "dtype": "int32"}}}}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	w, functions := whileNodes()
	add([]map[string]any{in("x", 2), w}, functions)
	add(loopNodes(), nil)
	for name := range spellings() { // every operator with too few inputs, and with some
		add([]map[string]any{in("x", -1, 2), def("y", name, nil, nil)}, nil)
		add([]map[string]any{in("x", 1, 2, 2, 1), def("one", "Const", nil, nil), def("y", name, []string{"x", "one", "one", "x"}, map[string]any{"strides": numbers(1, 1, 1, 1), "ksize": numbers(1, 2, 2, 1), "padding": text("SAME"), "axis": map[string]any{"i": 1}})}, nil)
		add([]map[string]any{in("x", -1, 3), def("y", name, []string{"x", "x", "x", "x"}, nil)}, nil)
	}
	for name := range layerSpellings() {
		f.Add([]byte(`{"modelTopology": {"class_name": "Sequential", "config": [{"class_name": "` + name + `", "config": {"name": "a", "batch_input_shape": [null, 2, 2, 1]}}]}}`))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := file.Decode(raw, fstest.MapFS{"w": &fstest.MapFile{Data: []byte{1, 0, 0, 0, 0, 0, 0, 0}}}, file.Limits{})
		if err != nil {
			return
		}
		g, err := Import(m, Options{MaxNodes: 1000})
		if err != nil {
			return
		}
		if err := ir.Verify(g); err != nil {
			t.Errorf("the graph is not sound: %v\n%s", err, g)
		}
	})
}
