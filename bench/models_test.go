package main

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"encoding/binary"

	"github.com/energeticc/energeticc/codegen/plan"
	"github.com/energeticc/energeticc/ir"
)

func TestTokenInput(t *testing.T) {
	for _, tt := range []struct {
		name string
		want []byte
	}{
		{"attention_mask", []byte{1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}},
		{"token_type_ids", make([]byte, 16)},
		{"input_ids", []byte{0xe8, 3, 0, 0, 0, 0, 0, 0, 0xd7, 0x22, 0, 0, 0, 0, 0, 0}},
	} {
		if got := tokenInput(tt.name, 2, 30522); !bytes.Equal(got, tt.want) {
			t.Errorf("tokenInput(%q) = %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestRepeat takes rows in turn; floats of later ones differ a little from those that they repeat.
func TestRepeat(t *testing.T) {
	got, err := repeat("string", [][]byte{[]byte(`["a"]`), []byte(`["b"]`)}, 3)
	if err != nil || string(got) != `["a","b","a"]` {
		t.Errorf("repeat of strings = %s (%v)", got, err)
	}
	if got, err = repeat("uint8", [][]byte{{1, 2}, {3, 4}}, 3); err != nil || !bytes.Equal(got, []byte{1, 2, 3, 4, 1, 2}) {
		t.Errorf("repeat of bytes = %v (%v)", got, err)
	}
	one := binary.LittleEndian.AppendUint32(nil, math.Float32bits(1))
	if got, err = repeat("float32", [][]byte{one}, 100); err != nil || len(got) != 400 || !bytes.Equal(got[:4], one) {
		t.Fatalf("repeat of floats gives %d bytes (%v), want 400, the first row as it is", len(got), err)
	}
	for i := 4; i < 400; i += 4 {
		if x := math.Float32frombits(binary.LittleEndian.Uint32(got[i:])); x < 0.8 || x > 1.2 || x == 1 {
			t.Errorf("row %d is %v, want another number from 0.8 to 1.2", i/4, x)
		}
	}
}

func TestBatched(t *testing.T) {
	value := func(shape ...ir.Dim) *ir.Value { return &ir.Value{Type: ir.TensorType(ir.Float32, shape...)} }
	n, three := ir.Sym("n"), ir.Const(3)
	for _, tt := range []struct {
		name   string
		inputs []*ir.Value
		want   bool
	}{
		{"rows", []*ir.Value{value(n, three), value(n)}, true},
		{"fixed", []*ir.Value{value(three)}, false},
		{"a scalar", []*ir.Value{value(n), value()}, false},
		{"a state", []*ir.Value{value(n), value(three, n)}, false},
		{"two sizes", []*ir.Value{value(n), value(ir.Sym("m"))}, false},
		{"no input", nil, false},
	} {
		if got := batched(&plan.Program{Inputs: tt.inputs}); got != tt.want {
			t.Errorf("batched of %s = %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		against, threads, tokens, batch string
		want                            string // of the error
	}{
		{"", "1", "", "", ""},
		{"openvino,tract", "1,2", "12,16", "1,1000", ""},
		{"abacus", "1", "", "", `there is no "abacus"`},
		{"", "", "", "", "a number of threads"},
		{"", "0", "", "", `-threads: want numbers from 1 up, got "0"`},
		{"", "1", "x", "", `-tokens: want numbers from 1 up, got "x"`},
		{"", "1", "", "-1", `-batch: want numbers from 1 up, got "-1"`},
	} {
		b := bench{rounds: 1}
		err := b.parse("a", tt.against, tt.threads, tt.tokens, tt.batch)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("parse(%+v) = %v, want %q", tt, err, tt.want)
		}
	}
}

// TestCompare counts what is beyond the tolerance.
func TestCompare(t *testing.T) {
	floats := func(x ...float32) []byte {
		var b []byte
		for _, v := range x {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
		return b
	}
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, tt := range []struct {
		name, dtype string
		got, want   []byte
		values, bad int
		largest     float64
	}{
		{"equal", "float32", floats(1, inf), floats(1, inf), 2, 0, 0},
		{"near", "float32", floats(100.5), floats(100), 1, 0, 0.5},
		{"far", "float32", floats(102, 1), floats(100, 1), 2, 1, 2},
		{"no number", "float32", floats(nan, 2), floats(1, 1), 2, 2, 1},
		{"infinite", "float32", floats(inf, inf), floats(1, -inf), 2, 2, 0},
		{"no numbers both", "float32", floats(nan), floats(nan), 1, 0, 0},
		{"strings", "string", []byte(`["a"]` + "\n"), []byte(`["a"]`), 1, 0, 0},
		{"other strings", "string", []byte(`["a"]`), []byte(`["b"]`), 1, 1, 0},
		{"sequences", "seq", []byte(`[1]`), []byte(`[2]`), 0, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var a apart
			if err := a.add(tolerance{Rtol: 0.01, Atol: 0}, tt.dtype, tt.got, tt.want); err != nil {
				t.Fatal(err)
			}
			if a.Values != tt.values || a.Beyond != tt.bad {
				t.Errorf("%d of %d beyond, want %d of %d", a.Beyond, a.Values, tt.bad, tt.values)
			}
			if a.Largest != tt.largest {
				t.Errorf("the largest difference is %v, want %v", a.Largest, tt.largest)
			}
		})
	}
	var a apart
	if err := a.add(tolerance{}, "float32", floats(1), floats(1, 2)); err == nil {
		t.Error("answers of another length are compared")
	}
}
