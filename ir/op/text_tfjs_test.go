package op

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

// TestRegexReplaceLower holds the kernel against the reference, which package jsregex holds against JavaScript.
func TestRegexReplaceLower(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "jsregex", "testdata", "javascript.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all []struct {
		Pattern, Rewrite string
		All              bool
		Texts, Want      []string
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if len(e.Want) > 0 {
			checkLowered(t, RegexReplace{Pattern: e.Pattern, Rewrite: e.Rewrite, All: e.All}, []*ir.Tensor{textTensor(append(e.Texts, "\xe2\x82a\xff")...)}, 1, 0)
		}
	}
}

// fingerprints are those of FarmHash, as TensorFlow.js computes them (tf.util.fingerPrint64), of the first bytes of
// "abcdefghij" again and again.
var fingerprints = map[int]uint64{
	0: 0x9ae16a3b2f90404f, 1: 0xb3454265b6df75e3, 2: 0xaa8d6e5242ada51e, 3: 0x24a5b3a074e7f369,
	4: 0x1a5502de4a1f8101, 7: 0x3c40c92b1ccb7355, 8: 0xfee9d22990c82909, 15: 0xe0bd66b22f0c1eff,
	16: 0x434b165a86bf0e2e, 17: 0xf1e317a6c7edf601, 31: 0x4fd70ac15af4c393, 32: 0xb8d6b155b4ab7c73,
	33: 0xbc0972cb1a226b84, 63: 0xdfdaf105b3704b46, 64: 0x709ee62e81877c19, 65: 0xa7ca9a64cec63fb0,
	127: 0xfcc247bab4c8142f, 128: 0x9a6e471bfad6aa07, 129: 0xf4e138a79971e50e, 192: 0xde64e198caf97a73,
	193: 0x48f67f2bc3272819, 300: 0x54fa42d6c039923a,
}

func TestHashBuckets(t *testing.T) {
	long := strings.Repeat("abcdefghij", 30)
	for n, want := range fingerprints {
		if got := farmHash([]byte(long[:n])); got != want {
			t.Errorf("the fingerprint of %d bytes is %#x, want %#x", n, got, want)
		}
	}
	var texts []string
	for n := range len(long) {
		texts = append(texts, long[n/2:n])
	}
	for _, buckets := range []int64{1, 7, 1 << 31, 1 << 62} {
		checkLowered(t, HashBuckets{Buckets: buckets}, []*ir.Tensor{textTensor(texts...)}, 1, 0)
	}
}

func TestCutText(t *testing.T) {
	x := textTensor("a,b;;c", "", ";", "é", "ab,")
	for _, delimiters := range []string{"", ",", ",;", "\xc3", "xé"} {
		for _, skip := range []bool{false, true} {
			checkLowered(t, CutText{Delimiters: delimiters, SkipEmpty: skip}, []*ir.Tensor{x}, 1, 0)
		}
	}
	checkLowered(t, CutText{}, []*ir.Tensor{textTensor()}, 1, 0)
	out, err := CutText{Delimiters: ",;"}.Eval([]*ir.Tensor{x})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"a", "b", "", "c", "", "", "é", "ab", ""}; !slices.Equal(out[1].Strings, want) {
		t.Errorf("the pieces are %q, want %q", out[1].Strings, want)
	}
	if got, want := out[2].Ints(), []int64{5, 4}; !slices.Equal(got, want) {
		t.Errorf("the shape is %v, want %v", got, want)
	}
}

func TestTextNGrams(t *testing.T) {
	texts := textTensor("a", "b", "", "d", "e", "f")
	rows := func(v ...int64) *ir.Tensor { return ir.FromInts(ir.Int32, []int{len(v)}, v) }
	for _, o := range []TextNGrams{
		{Widths: []int{2}, Separator: "|"}, {Widths: []int{1, 3}, Pad: 1, Separator: " ", Left: "<", Right: ">"}, {Widths: []int{5}, Pad: -1, Left: "<"},
		{Widths: []int{4, 5}, Keep: true, Separator: "-"}, {Widths: []int{9}, Pad: 2, Keep: true, Left: "<", Right: ">"}, {Widths: []int{2, 2}, Pad: 7},
	} {
		for _, r := range []*ir.Tensor{rows(0, 6), rows(0, 0, 2, 2, 3, 6), rows(0, 4, 6, 6)} {
			checkLowered(t, o, []*ir.Tensor{texts, r}, 2, 0)
		}
		checkLowered(t, o, []*ir.Tensor{textTensor(), rows(0, 0)}, 2, 0)
		for _, bad := range []*ir.Tensor{rows(), rows(1, 6), rows(0, 5), rows(0, 7), rows(0, 4, 3, 6), rows(0, -1, 6)} {
			checkLowered(t, o, []*ir.Tensor{texts, bad}, 2, 0)
			if _, err := o.Eval([]*ir.Tensor{texts, bad}); err == nil {
				t.Errorf("the rows %v are accepted", bad.Ints())
			}
		}
	}
	for _, o := range []TextNGrams{{}, {Widths: []int{0}}, {Widths: []int{1 << 20}}, {Widths: []int{1}, Pad: 1 << 20}} {
		b := ir.NewBuilder("test")
		n := ir.Sym("n")
		if _, err := b.Add("y", o, b.Input("x", ir.TensorType(ir.String, n)), b.Input("r", ir.TensorType(ir.Int32, n))); err == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
}

func TestDecodeUTF8(t *testing.T) {
	for in, want := range map[string]string{
		"é": "é", "\xc3": "\ufffd", "\xe2\x82a": "\ufffda", "\xe2\x82": "\ufffd", "\xc0\xaf": "\ufffd\ufffd", "\xed\xa0\x80": "\ufffd\ufffd\ufffd",
		"\xf0\x9f\x98": "\ufffd", "\xf0\x9f\x98\x80": "😀", "\xf4\x90\x80\x80": "\ufffd\ufffd\ufffd\ufffd", "\xff": "\ufffd",
	} {
		out, err := DecodeUTF8{}.Eval([]*ir.Tensor{textTensor(in)})
		if err != nil || out[0].Strings[0] != want {
			t.Errorf("%q is decoded to %q, %v, want %q", in, out[0].Strings, err, want)
		}
	}
	r := rand.New(rand.NewPCG(5, 6))
	bytes := "a\x80\x90\xa0\xbf\xc0\xc2\xdf\xe0\xe2\xed\xef\xf0\xf3\xf4\xf5\xff\x9f\x8f"
	var texts []string
	for range 3000 {
		var b []byte
		for range r.IntN(6) {
			b = append(b, bytes[r.IntN(len(bytes))])
		}
		texts = append(texts, string(b))
	}
	checkLowered(t, DecodeUTF8{}, []*ir.Tensor{textTensor(texts...)}, 1, 0)
}
