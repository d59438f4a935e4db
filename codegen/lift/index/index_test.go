package index

import (
	"reflect"
	"strings"
	"testing"
)

func TestLocal(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"kernel.GemmF32", "gemmF32"},
		{"kernel.RNNF32", "rnnF32"},
		{"kernel.GRUBF16", "gruBF16"},
		{"kernel.LSTM", "lstm"},
		{"kernel.LSTMCell", "lstmCell"},
		{"kernel.F32FromF16", "f32FromF16"},
		{"kernel.BF16Round", "bf16Round"},
		{"kernel.I8", "i8"},
		{"tokenizer.UTF8Len", "utf8Len"},
		{"kernel.NMS", "nms"},
		{"kernel.TopK", "topK"},
		{"kernel.X", "x"},
		{"kernel.gemm", "gemm"},
		{"par.ForEach", "forEach"},
		{"GemmF32", "gemmF32"},
		{"", ""},
	} {
		if got := Local(tt.name); got != tt.want {
			t.Errorf("Local(%q) = %q, want %q", tt.name, got, tt.want)
		}
	}
}

const example = `energeticc lift index 1
package kernel
file dot_amd64.go 5ffe02c1d0a8b7e3 amd64
 build gc && !purego
 func DotF32 213 188
  shape n
  std math/bits
  use kernel.DotF32 3 171
  use par.For 140
 const a,b 1 20
  insert 0
file dot_amd64.s 0123456789abcdef amd64
 asm dot_amd64.s 0 400
`

func TestTextRoundTrip(t *testing.T) {
	p, err := Parse([]byte(example))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(Format(p)); got != example {
		t.Errorf("Format(Parse(x)) =\n%s\nwant\n%s", got, example)
	}
	got := p.Files[0].Decls[1]
	want := &Decl{Kind: Const, Names: []string{"a", "b"}, Start: 213 + 188 + 1, Len: 20, Insert: 0}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("second declaration = %+v, want %+v", got, want)
	}
}

func TestParseErrors(t *testing.T) {
	head := magic + "\npackage p\n"
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", "line 1: want"},
		{"no package", magic, "no package line"},
		{"early file", magic + "\nfile a.go 00", "line 2"},
		{"early declaration", head + " func F 0 1", "line 3"},
		{"kind", head + "file a.go 00\n label F 0 1", "unknown kind"},
		{"offset", head + "file a.go 00\n func F -1 1", "not an offset"},
		{"property", head + "file a.go 00\n func F 0 1\n  color red", "unknown property"},
		{"early property", head + "file a.go 00\n  use p.F 1", "line 4"},
	} {
		if _, err := Parse([]byte(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", tt.name, err, tt.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(example))
	f.Fuzz(func(t *testing.T, text []byte) {
		if p, err := Parse(text); err == nil {
			if _, err := Parse(Format(p)); err != nil {
				t.Errorf("Parse(Format(p)) = %v", err)
			}
		}
	})
}
