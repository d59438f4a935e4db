package op

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

// patterns use every part of RE2's syntax that an automaton has to know.
var patterns = []string{
	``, `a`, `a*`, `ab|a`, `a|ab|abc`, `(a|b)*abb`, `a{2,3}`, `[^a]+`, `[a-z0-9_]+`, `\w+`, `\W`, `\d{1,2}`, `.`, `(?s:.)`,
	`é+`, `\pL+`, `\p{Greek}|\pN`, `(?i)straße|k`, `[\x{80}-\x{7ff}]`, `[^\x00-\x{10ffff}]`, `x*`, `a+?b??`,
	`^a`, `a$`, `^$`, `\bab\b`, `\Bb`, `\b`, `(?m)^b`, `(?m)a$`, `a\b.`, `(^|\W)b(\W|$)`, `\Aa\z`, `a.*b|a`, `\Qab`,
}

// textSamples are texts over letters that the patterns tell apart.
func textSamples(r *rand.Rand) *ir.Tensor {
	letters := []string{"a", "b", "ab", "é", "ß", "ſ", "K", "K", "α", "7", "_", " ", "\n", "x", "😀", "\u007f", "\u0080"}
	texts := []string{"", "a", "abb", "STRASSE", "straße", "\ufffd", "a\xff", "\xe2\x82"}
	for range 200 {
		var b strings.Builder
		for range r.IntN(9) {
			b.WriteString(letters[r.IntN(len(letters))])
		}
		texts = append(texts, b.String())
	}
	return textTensor(texts...)
}

func TestRegexFullMatchLower(t *testing.T) {
	x := textSamples(rand.New(rand.NewPCG(1, 2)))
	for _, p := range append(patterns, `(a|b)*a(a|b){6}`, `www\.[\w.-]+\.\bcom\b`, `(\W|^)[\w.\-]{0,25}@(yahoo|gmail)\.com(\W|$)`) {
		checkLowered(t, RegexFullMatch{Pattern: p}, []*ir.Tensor{x}, 1, 0)
	}
}

func TestTokenizeLower(t *testing.T) {
	x := textSamples(rand.New(rand.NewPCG(3, 4)))
	valid := textTensor(x.Strings[8:]...)
	for i, p := range patterns {
		other := patterns[(i+5)%len(patterns)]
		for least := 1; least <= 2; least++ {
			checkLowered(t, Tokenize{Patterns: []string{p}, Least: least, Pad: "#"}, []*ir.Tensor{valid}, 1, 0)
			checkLowered(t, Tokenize{Patterns: []string{p, other}, Split: true, Least: least, Mark: true, Pad: "#"}, []*ir.Tensor{valid}, 1, 0)
		}
	}
	checkLowered(t, Tokenize{Patterns: []string{"a"}, Least: 1}, []*ir.Tensor{x}, 1, 0) // not all is UTF-8
	checkLowered(t, Tokenize{Patterns: []string{"a"}, Least: 1, Mark: true}, []*ir.Tensor{textTensor("b", "")}, 1, 0)
	checkLowered(t, Tokenize{Patterns: []string{"a"}, Least: 1}, []*ir.Tensor{ir.OfStrings([]int{0, 2}, nil)}, 1, 0)
}

func TestTokenizeEval(t *testing.T) {
	tests := []struct {
		name string
		op   Tokenize
		in   []string
		want string
	}{
		{"words", Tokenize{Patterns: []string{"[a-z]+"}, Least: 1, Pad: "-"}, []string{"hello, world", "", "one"}, `["hello" "world" "-" "-" "one" "-"]`},
		{"marks", Tokenize{Patterns: []string{"[a-z]+"}, Least: 1, Mark: true, Pad: "-"}, []string{"a b", ""}, `["\x02" "a" "b" "\x03" "\x02" "\x03" "-" "-"]`},
		{"only marks", Tokenize{Patterns: []string{"[a-z]+"}, Least: 1, Mark: true, Pad: "-"}, []string{"", "1"}, `[]`},
		{"leftmost longest", Tokenize{Patterns: []string{"a|ab"}, Least: 1}, []string{"abaab"}, `["ab" "a" "ab"]`},
		{"a longer token inside a short one", Tokenize{Patterns: []string{"a|[a-z]b1"}, Least: 2}, []string{"aab1"}, `["ab1"]`},
		{"separators in turn", Tokenize{Patterns: []string{"X", "XX"}, Split: true, Least: 1}, []string{"aXbXXc"}, `["a" "b" "c"]`},
		{"^ in what a separator leaves", Tokenize{Patterns: []string{" ", "^b"}, Split: true, Least: 1}, []string{"foo bar"}, `["foo" "ar"]`},
		{"empty separators take a character", Tokenize{Patterns: []string{"x*"}, Split: true, Least: 1}, []string{"abc"}, `[]`},
		{"short pieces", Tokenize{Patterns: []string{" ", ","}, Split: true, Least: 2}, []string{"ab c,d de"}, `["ab" "de"]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, err := tt.op.Eval([]*ir.Tensor{textTensor(tt.in...)})
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprintf("%q", out[0].Strings); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// TestAutomatonBounds demands a quick no of patterns whose automata are large, and small automata of the others.
func TestAutomatonBounds(t *testing.T) {
	for _, p := range []string{`(`, `a{1001}`, `\Z`, `(?=a)`, `(a|b)*a(a|b){20}`, `(\pL{100}\pN{10}|.*a.{300})*`, strings.Repeat(`[ab]{1000}c`, 40)} {
		if _, err := newAutomaton(p); err == nil || !strings.Contains(err.Error(), "pattern") {
			t.Errorf("%.40s: got %v, want an error that names the pattern", p, err)
		}
	}
	for p, most := range map[string]int{`[a-zA-Z0-9_]+`: 3, `(a|b)*abb`: 5, `(?s:.)`: 3, `a|b|c|d`: 3} {
		a, err := newAutomaton(p)
		if err != nil {
			t.Fatal(err)
		}
		if len(a.states) > most {
			t.Errorf("%s has %d states, want %d at most", p, len(a.states), most)
		}
	}
}

// FuzzPattern holds the automaton of any pattern against package regexp.
func FuzzPattern(f *testing.F) {
	for _, p := range patterns {
		f.Add(p, "ab é\na")
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if _, err := newAutomaton(pattern); err != nil {
			return
		}
		if _, err := regexp.Compile(pattern); err != nil {
			t.Fatalf("an automaton for what package regexp refuses: %v", err)
		}
		checkLowered(t, RegexFullMatch{Pattern: pattern}, []*ir.Tensor{textTensor(text)}, 1, 0)
		checkLowered(t, Tokenize{Patterns: []string{pattern}, Least: 1}, []*ir.Tensor{textTensor(text)}, 1, 0)
		checkLowered(t, Tokenize{Patterns: []string{pattern}, Split: true, Least: 1}, []*ir.Tensor{textTensor(text)}, 1, 0)
	})
}
