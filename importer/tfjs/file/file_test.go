package file

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/energeticc/energeticc/ir"
)

// graph is a model.json around a weights manifest.
func graph(manifest string) []byte {
	return []byte(`{"format": "graph-model", "modelTopology": {"node": []}, "weightsManifest": ` + manifest + `}`)
}

func floats(v ...float32) []byte {
	var b []byte
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

// text is a string weight's bytes.
func text(v ...string) []byte {
	var b []byte
	for _, s := range v {
		b = append(binary.LittleEndian.AppendUint32(b, uint32(len(s))), s...)
	}
	return b
}

func folder(files map[string][]byte) fstest.MapFS {
	f := fstest.MapFS{}
	for name, data := range files {
		f[name] = &fstest.MapFile{Data: data}
	}
	return f
}

// TestWeights reads weights of every type, from shards and groups of every form.
func TestWeights(t *testing.T) {
	tests := []struct {
		name     string
		manifest string
		files    map[string][]byte
		want     string // name, type, shape and contents of each weight
	}{
		{"no weights", `[]`, nil, ""},
		{"float32", `[{"paths": ["a"], "weights": [{"name": "w", "shape": [2], "dtype": "float32"}]}]`,
			map[string][]byte{"a": floats(1, 2)}, "w f32[2] [1 2]"},
		{"a shard's border within a number", `[{"paths": ["a", "b"], "weights": [{"name": "w", "shape": [2], "dtype": "float32"}]}]`,
			map[string][]byte{"a": floats(1, 2)[:3], "b": floats(1, 2)[3:]}, "w f32[2] [1 2]"},
		{"two groups", `[{"paths": ["a"], "weights": [{"name": "v", "shape": [], "dtype": "float32"}]},
			{"paths": ["b"], "weights": [{"name": "w", "shape": [1], "dtype": "int32"}]}]`,
			map[string][]byte{"a": floats(3), "b": {7, 0, 0, 0}}, "v f32[] [3]\nw i32[1] [7]"},
		{"bool", `[{"paths": ["a"], "weights": [{"name": "w", "shape": [3], "dtype": "bool"}]}]`,
			map[string][]byte{"a": {0, 1, 7}}, "w bool[3] [0 1 1]"},
		{"string", `[{"paths": ["a"], "weights": [{"name": "w", "shape": [2], "dtype": "string"}]}]`,
			map[string][]byte{"a": text("", "añb")}, `w string[2] ["" "añb"]`},
		{"complex64", `[{"paths": ["a"], "weights": [{"name": "w", "shape": [1], "dtype": "complex64"}]}]`,
			map[string][]byte{"a": floats(1, -2)}, "w c64[1] [(1-2i)]"},
		{"uint8 stays so", `[{"paths": ["a"], "weights": [{"name": "w", "shape": [2], "dtype": "float32", "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1}}]}]`,
			map[string][]byte{"a": {2, 4}}, "w u8[2] [2 4] 0.5 -1"},
		{"uint16 stays so", `[{"paths": ["a"], "weights": [{"name": "w", "shape": [1], "dtype": "int32", "quantization": {"dtype": "uint16", "scale": 1, "min": 0}}]}]`,
			map[string][]byte{"a": {1, 1}}, "w u16[1] [257] 1 0"},
		{"float16 stays so", `[{"paths": ["a"], "weights": [{"name": "w", "shape": [1], "dtype": "float32", "quantization": {"dtype": "float16"}}]}]`,
			map[string][]byte{"a": {0, 0x3c}}, "w f16[1] [1]"},
		{"nothing in a weight", `[{"paths": ["a"], "weights": [{"name": "w", "shape": [0, 3], "dtype": "float32"}]}]`,
			map[string][]byte{"a": {}}, "w f32[0, 3] []"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := Decode(graph(tt.manifest), folder(tt.files), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if got := describe(m); got != tt.want {
				t.Errorf("weights are\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func describe(m *Model) string {
	var lines []string
	for _, w := range m.Weights {
		var values any
		switch w.Stored.DType {
		case ir.String:
			values = fmt.Sprintf("%q", w.Stored.Strings)
		case ir.Complex64:
			values = []complex128{w.Stored.Complex(0)}
		default:
			values = w.Stored.Floats()
		}
		line := fmt.Sprintf("%s %s %v", w.Name, w.Stored.TypeOf(), values)
		if w.Quantized() {
			line += fmt.Sprintf(" %g %g", w.Scale, w.Min)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// TestFaults names what is wrong with a file.
func TestFaults(t *testing.T) {
	weight := func(spec string) []byte {
		return graph(`[{"paths": ["a"], "weights": [{"name": "w", ` + spec + `}]}]`)
	}
	four := map[string][]byte{"a": make([]byte, 4)}
	tests := []struct {
		name  string
		json  []byte
		files map[string][]byte
		want  string
	}{
		{"no JSON", []byte(`{"format": `), nil, "byte 11: unexpected end of JSON input"},
		{"a manifest alone", []byte(`{"weightsManifest": []}`), nil, "modelTopology is missing"},
		{"another format", []byte(`{"format": "x", "modelTopology": {}}`), nil, `format is "x", want "graph-model" or "layers-model"`},
		{"a node that is a number", []byte(`{"modelTopology": {"node": [3]}}`), nil, "is a number, want an object"},
		{"missing shard", weight(`"shape": [1], "dtype": "float32"`), nil, `shard "a" is missing; want it beside model.json`},
		{"short shard", weight(`"shape": [2], "dtype": "float32"`), four, `weight "w": the shards of group 1 (a) end before it does`},
		{"long shard", weight(`"shape": [], "dtype": "bool"`), four, "the shards of group 1 (a) have 3 bytes more than its weights need"},
		{"shard named twice", graph(`[{"paths": ["a", "a"], "weights": []}]`), four, `shard "a" is named twice`},
		{"shard outside", graph(`[{"paths": ["../a"], "weights": []}]`), four, "want a slash-separated path inside the model's folder"},
		{"weight named twice", graph(`[{"paths": ["a"], "weights": [{"name": "w", "shape": [0], "dtype": "bool"}, {"name": "w", "shape": [4], "dtype": "bool"}]}]`), four, `weight "w" stands in the manifest twice`},
		{"unknown type", weight(`"shape": [1], "dtype": "float64"`), four, `element type "float64" is unknown`},
		{"unknown codes", weight(`"shape": [1], "dtype": "float32", "quantization": {"dtype": "uint4"}`), four, `quantisation to "uint4" is unknown`},
		{"codes without scale", weight(`"shape": [4], "dtype": "float32", "quantization": {"dtype": "uint8", "min": 0}`), four, "lacks scale or min"},
		{"codes of bools", weight(`"shape": [4], "dtype": "bool", "quantization": {"dtype": "uint8", "min": 0, "scale": 1}`), four, "bool quantised to uint8 is not supported"},
		{"negative size", weight(`"shape": [-1], "dtype": "bool"`), four, "dim -1 of its shape"},
		{"huge sizes", weight(`"shape": [1000000, 1000000], "dtype": "bool"`), four, "fewer than 2^31 elements"},
		{"a string beyond the end", weight(`"shape": [1], "dtype": "string"`), map[string][]byte{"a": {9, 0, 0, 0}}, "end before it does"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Decode(tt.json, folder(tt.files), Limits{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Decode says %v, want %q", err, tt.want)
			}
		})
	}
}

// TestLimits refuses what is larger than the caller wants.
func TestLimits(t *testing.T) {
	json := graph(`[{"paths": ["a"], "weights": [{"name": "w", "shape": [4], "dtype": "bool"}]}]`)
	_, err := Decode(json, folder(map[string][]byte{"a": make([]byte, 4)}), Limits{MaxBytes: 3})
	if err == nil || !strings.Contains(err.Error(), "exceed the limit") {
		t.Errorf("Decode says %v, want that a shard exceeds the limit", err)
	}
}

// TestGraph reads a graph's spellings: numbers as text and as numbers, names of types and their codes.
func TestGraph(t *testing.T) {
	m, err := Decode([]byte(`{"signature": {"inputs": {"z": {"name": "x:0", "dtype": "DT_INT64", "tensorShape": {"dim": [{"size": "-1"}, {"size": 3}]}}, "a": {"name": "y:0"}}},
		"modelTopology": {"node": [{"name": "x", "op": "Foo", "input": ["y", "^c"], "attr": {
			"i": {"i": "7"}, "f": {"f": "NaN"}, "t": {"type": 9}, "u": {"type": "DT_HALF"}, "s": {"s": "SGk="}, "b": {"s": [72, 105]},
			"l": {"list": {"i": ["1", 2], "s": ["SGk="]}}, "q": {"shape": {"unknownRank": true}}, "g": {"func": {"name": "f"}}}}]}}`), nil, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	in := m.Signature.Inputs
	if len(in) != 2 || in[0].Key != "z" || in[1].Key != "a" || !slices.Equal(in[0].TensorShape.Dims(), []int64{-1, 3}) || in[0].DType.IR != ir.Int32 {
		t.Errorf("inputs are %+v, want z before a, [-1 3] of i32", in)
	}
	a := m.Graph.Node[0].Attr
	if *a["i"].I != 7 || !math.IsNaN(float64(*a["f"].F)) || a["t"].Type.IR != ir.Int32 || a["u"].Type.IR != ir.Float32 ||
		string(*a["s"].S) != "Hi" || !bytes.Equal(*a["b"].S, *a["s"].S) || a["l"].List.I[1] != 2 || a["q"].Shape.Dims() != nil || a["g"].Func.Name != "f" {
		t.Errorf("attributes are not read as they are written")
	}
}

// FuzzDecode reads whatever comes without a panic and without taking more memory than it may.
func FuzzDecode(f *testing.F) {
	f.Add(graph(`[{"paths": ["a"], "weights": [{"name": "w", "shape": [2], "dtype": "float32", "quantization": {"dtype": "uint8", "scale": 1, "min": 0}}]}]`), []byte{1, 2})
	f.Add([]byte(`{"modelTopology": {"class_name": "Sequential", "config": []}}`), []byte{})
	f.Add([]byte(`{"modelTopology": {"node": [{"name": "x", "op": "Const", "attr": {"dtype": {"type": 1}}}], "library": {"function": [{"signature": {"name": "f"}}]}}}`), []byte{})
	f.Fuzz(func(t *testing.T, json, shard []byte) {
		m, err := Decode(json, folder(map[string][]byte{"a": shard}), Limits{MaxBytes: 1 << 20})
		if err != nil {
			return
		}
		for _, w := range m.Weights {
			if w.Stored.DType != ir.String && len(w.Stored.Data) != w.Stored.DType.Bytes(w.Stored.Len()) {
				t.Errorf("weight %q has %d bytes for %s", w.Name, len(w.Stored.Data), w.Stored.TypeOf())
			}
		}
	})
}
