package op

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

func TestStringConcatLower(t *testing.T) {
	column, row := ir.OfStrings([]int{2, 1}, []string{"a", ""}), textTensor("x", "é", "")
	checkLowered(t, StringConcat{}, []*ir.Tensor{row, textTensor("1", "2", "3")}, 2, 0)
	checkLowered(t, StringConcat{}, []*ir.Tensor{row, ir.OfStrings(nil, []string{"!"})}, 2, 0)
	checkLowered(t, StringConcat{}, []*ir.Tensor{ir.OfStrings(nil, []string{"!"}), row}, 2, 0)
	checkLowered(t, StringConcat{}, []*ir.Tensor{ir.OfStrings([]int{0}, nil), ir.OfStrings([]int{0}, nil)}, 2, 0)
	out, err := StringConcat{}.Eval([]*ir.Tensor{column, row})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintf("%v %q", out[0].Shape, out[0].Strings), `[2 3] ["ax" "aé" "a" "x" "é" ""]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestStringSplit(t *testing.T) {
	tests := []struct {
		name string
		op   StringSplit
		in   string
		want string
	}{
		{"delimiter", StringSplit{",", -1}, "a,b,,c,", `["a" "b" "" "c" ""]`},
		{"no delimiter in it", StringSplit{",", -1}, "ab", `["ab"]`},
		{"empty text", StringSplit{",", -1}, "", `[]`},
		{"at most one cut", StringSplit{",", 1}, "a,b,c", `["a" "b,c"]`},
		{"no cut", StringSplit{",", 0}, "a,b", `["a,b"]`},
		{"long delimiter", StringSplit{"ab", -1}, "xaabbab", `["xa" "b" ""]`},
		{"white space", StringSplit{"", -1}, " \t a b\u00a0c\n", `["a" "b" "c"]`},
		{"white space, one cut", StringSplit{"", 1}, "  a  b c  ", `["a" "b c"]`},
		{"white space, no cut", StringSplit{"", 0}, "  a b  ", `["a b"]`},
		{"only white space", StringSplit{"", -1}, "  ", `[]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, err := tt.op.Eval([]*ir.Tensor{textTensor(tt.in)})
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprintf("%q", out[0].Strings); got != tt.want || out[1].Int(0) != int64(len(out[0].Strings)) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			checkLowered(t, tt.op, []*ir.Tensor{textTensor(tt.in, "", "a b", ",")}, 1, 0)
		})
	}
	checkLowered(t, StringSplit{}, []*ir.Tensor{ir.OfStrings([]int{0}, nil)}, 1, 0)
}

func TestChangeCaseLower(t *testing.T) {
	x := textSamples(rand.New(rand.NewPCG(5, 6)))
	for _, upper := range []bool{false, true} {
		checkLowered(t, ChangeCase{Upper: upper}, []*ir.Tensor{textTensor(x.Strings[8:]...)}, 1, 0)
		checkLowered(t, ChangeCase{Upper: upper}, []*ir.Tensor{x}, 1, 0) // not all is UTF-8
	}
}

func TestDropWordsLower(t *testing.T) {
	x := textSamples(rand.New(rand.NewPCG(7, 8)))
	valid := textTensor(x.Strings[8:]...)
	for kind, words := range map[string]*ir.Tensor{
		"":      textTensor("", "a", "abb", "a\xff", "\ufffd"),
		"lower": textTensor("a", "ab", "k", "straße", "éß"),
		"upper": textTensor("A", "AB", "K", "STRASSE"),
	} {
		checkLowered(t, DropWords{Case: kind}, []*ir.Tensor{x, words}, 1, 0)
		checkLowered(t, DropWords{Case: kind}, []*ir.Tensor{valid, words}, 1, 0)
		checkLowered(t, DropWords{Case: kind}, []*ir.Tensor{ir.OfStrings([]int{1, 2}, []string{"a", "A"}), words}, 1, 0)
	}
	out, err := DropWords{Case: "lower"}.Eval([]*ir.Tensor{ir.OfStrings([]int{1, 2}, []string{"The", "THE"}), textTensor("the")})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintf("%v %q", out[0].Shape, out[0].Strings), `[1 1] [""]`; got != want {
		t.Errorf("of stop words alone it leaves %s, want %s", got, want)
	}
}
