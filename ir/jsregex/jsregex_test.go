package jsregex

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// example is what JavaScript makes of a pattern; testdata/javascript.js writes them.
type example struct {
	Pattern, Rewrite string
	All              bool
	Texts, Want      []string // Want is nil where JavaScript refuses the pattern
}

// examples reads what JavaScript said.
func examples(t testing.TB) []example {
	data, err := os.ReadFile(filepath.Join("testdata", "javascript.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all []example
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestJavaScript holds the reference against JavaScript itself.
func TestJavaScript(t *testing.T) {
	for _, e := range examples(t) {
		p, err := Parse(e.Pattern)
		if (err != nil) != (e.Want == nil) {
			t.Errorf("Parse(%q) = %v, JavaScript has %v", e.Pattern, err, e.Want)
			continue
		}
		if err != nil {
			continue
		}
		if _, err := p.Program(); err != nil {
			t.Errorf("%q: Program: %v", e.Pattern, err)
		}
		for i, text := range e.Texts {
			got, err := p.Replace(text, p.Rewrite(e.Rewrite), e.All)
			if err != nil || got != e.Want[i] {
				t.Errorf("%q in %q by %q, all %v: got %q, %v, want %q", e.Pattern, text, e.Rewrite, e.All, got, err, e.Want[i])
			}
		}
	}
}

func TestRefused(t *testing.T) {
	for _, tt := range []struct{ pattern, want string }{
		{"a(?=b)", "lookahead"}, {"(?<!a)b", "lookbehind"}, {`(a)\1`, `a backreference, \1`}, {`(?<n>a)\k<n>`, "backreference"},
		{"(?i)a", "flags such as (?i) are RE2's"}, {"[b-a]", "goes from U+0062 'b' back to U+0061 'a'"}, {strings.Repeat("(", 300) + strings.Repeat(")", 300), "200 deep"},
	} {
		if _, err := Parse(tt.pattern); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Parse(%.20q) = %v, want an error with %q", tt.pattern, err, tt.want)
		}
	}
}

// TestSize refuses, and soon, what would be too large a program.
func TestSize(t *testing.T) {
	for _, pattern := range []string{"a{99999999}", "(?:){99999999}", "(?:(?:(?:a{100}){100}){100}){100}", "(?:((((((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+){150}", "(?:a?){5000}"} {
		p, err := Parse(pattern)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Program(); !errors.Is(err, errSize) {
			t.Errorf("Program of %q: %v, want %v", pattern, err, errSize)
		}
	}
}

// FuzzParse reads any pattern without a panic, and what it makes of it stays small.
func FuzzParse(f *testing.F) {
	for i, e := range examples(f) {
		if i%10 == 0 {
			f.Add(e.Pattern, e.Rewrite)
		}
	}
	f.Fuzz(func(t *testing.T, pattern, rewrite string) {
		p, err := Parse(pattern)
		if err != nil {
			return
		}
		program, err := p.Program()
		if err == nil && len(program) > 1<<17 {
			t.Errorf("a program of %d words", len(program))
		}
		for _, r := range p.Rewrite(rewrite) {
			if r.Group > p.Groups || r.Group < After {
				t.Errorf("the rewrite names group %d of %d", r.Group, p.Groups)
			}
		}
	})
}
