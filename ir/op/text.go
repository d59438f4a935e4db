package op

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"unicode/utf8"

	"github.com/energeticc/energeticc/ir"
)

var textOps = []Def{
	{Name: "RegexFullMatch", Doc: "RegexFullMatch is true where a pattern in RE2's syntax matches the whole text. Source: ONNX RegexFullMatch.", New: func() ir.Op { return RegexFullMatch{} }, DTypes: []ir.DType{ir.String}},
	{Name: "CutText", Doc: "CutText cuts texts at bytes, or between all bytes. Source: TensorFlow.js StringSplit.", New: func() ir.Op { return CutText{} }, DTypes: []ir.DType{ir.String}},
	{Name: "DecodeUTF8", Doc: "DecodeUTF8 puts U+FFFD in place of what is not UTF-8. Source: WHATWG's Encoding Standard, UTF-8 decode.", New: func() ir.Op { return DecodeUTF8{} }, DTypes: []ir.DType{ir.String}},
	{Name: "HashBuckets", Doc: "HashBuckets is FarmHash's fingerprint modulo a number. Source: TensorFlow.js StringToHashBucketFast.", New: func() ir.Op { return HashBuckets{} }, DTypes: []ir.DType{ir.String}},
	{Name: "RegexReplace", Doc: "RegexReplace puts a text in place of what a pattern of JavaScript matches. Source: TensorFlow.js StaticRegexReplace.", New: func() ir.Op { return RegexReplace{} }, DTypes: []ir.DType{ir.String}},
	{Name: "TextNGrams", Doc: "TextNGrams joins texts that follow each other in a row. Source: TensorFlow.js StringNGrams.", New: func() ir.Op { return TextNGrams{} }, DTypes: []ir.DType{ir.String}},
	{Name: "Tokenize", Doc: "Tokenize cuts texts into tokens, by what they match or by what stands between them. Source: com.microsoft Tokenizer.", New: func() ir.Op { return Tokenize{} }, DTypes: []ir.DType{ir.String}},
}

// wantText checks that there is one input, of strings.
func wantText(x *ir.Inference) error {
	if err := wantTensors(x, 1, 1); err != nil {
		return err
	}
	return wantDType(x, 0, ir.String)
}

// wantVector checks that an input has one axis.
func wantVector(x *ir.Inference, i int) error {
	if t := x.Type(i); t.Rank() != 1 {
		return fmt.Errorf("input %d is %s, want [n]", i, t)
	}
	return nil
}

// errUTF8 is Eval's word for what kernels say by a Fault.
func errUTF8(i int) error { return fmt.Errorf("text %d is not UTF-8", i) }

// utf8Fault is what a kernel says of argument arg.
func utf8Fault(arg int) *ir.Fault { return &ir.Fault{Text: "the text is not UTF-8", Arg: arg} }

// RegexFullMatch is true where Pattern, in RE2's syntax, matches the whole text; never for what is not UTF-8.
type RegexFullMatch struct{ Pattern string }

// OpName is RegexFullMatch.
func (RegexFullMatch) OpName() string { return "RegexFullMatch" }

// Infer keeps the shape.
func (o RegexFullMatch) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantText(x); err != nil {
		return nil, err
	}
	if _, err := newAutomaton(o.Pattern); err != nil {
		return nil, err
	}
	return one(ir.TensorType(ir.Bool, x.Type(0).Shape...))
}

// Eval matches text by text.
func (o RegexFullMatch) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	re, err := regexp.Compile(o.Pattern)
	if err != nil {
		return nil, err
	}
	re.Longest()
	out := ir.NewTensor(ir.Bool, in[0].Shape...)
	for i, s := range in[0].Strings {
		m := re.FindStringIndex(s) // of all matches that begin at 0 the longest
		out.SetInt(i, truth(utf8.ValidString(s) && m != nil && m[0] == 0 && m[1] == len(s)))
	}
	return result(out)
}

// Lower walks an automaton, compiled here.
func (o RegexFullMatch) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	a, err := newAutomaton(o.Pattern)
	if err != nil {
		return nil, err
	}
	return call("kernel.RegexFullMatch", ir.Out(0), ir.In(0), ir.Weights(a.table()))
}

// Tokenize cuts each text into tokens, along a new last axis that is as long as the most tokens need: the leftmost and
// longest matches of Pattern or, where Split is set, what is left between the matches of each of Patterns, by one after
// the other. Tokens of less than Least characters are dropped. Where Mark is set, tokens are put between "\x02" and
// "\x03"; what is short of tokens is filled with Pad. Without any token the last dim is 0.
type Tokenize struct {
	Patterns []string // in RE2's syntax
	Split    bool
	Least    int
	Mark     bool
	Pad      string
}

// OpName is Tokenize.
func (Tokenize) OpName() string { return "Tokenize" }

// Infer binds the number of tokens at run time.
func (o Tokenize) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantText(x); err != nil {
		return nil, err
	}
	if n := len(o.Patterns); n == 0 || n > 1 && !o.Split {
		return nil, fmt.Errorf("%d patterns, want one, or several to split by", n)
	}
	if o.Least < 1 {
		return nil, fmt.Errorf("tokens of at least %d characters, want at least 1", o.Least)
	}
	for _, p := range o.Patterns {
		if _, err := newAutomaton(p); err != nil {
			return nil, err
		}
	}
	if types, ok := evalWhole(x, o); ok {
		return types, nil
	}
	return one(ir.TensorType(ir.String, append(append([]ir.Dim{}, x.Type(0).Shape...), x.Fresh("tokens"))...))
}

// Eval searches by package regexp.
func (o Tokenize) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	var searches []search
	for _, p := range o.Patterns {
		s, err := newSearch(p)
		if err != nil {
			return nil, err
		}
		searches = append(searches, s)
	}
	rows, width := make([][]string, in[0].Len()), 0
	for i, s := range in[0].Strings {
		if !utf8.ValidString(s) {
			return nil, errUTF8(i)
		}
		if o.Split {
			rows[i] = o.between([]string{s}, searches)
		} else {
			rows[i] = o.matches(s, searches[0])
		}
		width = max(width, len(rows[i]))
	}
	if width > 0 && o.Mark {
		width += 2
		for i := range rows {
			rows[i] = append(append([]string{"\x02"}, rows[i]...), "\x03")
		}
	}
	out := ir.NewTensor(ir.String, append(append([]int{}, in[0].Shape...), width)...)
	for i := range out.Strings {
		if row := rows[i/width]; i%width < len(row) {
			out.Strings[i] = row[i%width]
		} else {
			out.Strings[i] = o.Pad
		}
	}
	return result(out)
}

// matches lists the tokens that a pattern matches. After one that is too short the search goes on a character later.
func (o Tokenize) matches(s string, re search) []string {
	var out []string
	for at := 0; at <= len(s); {
		from, to := re.find(s, at)
		if from < 0 {
			break
		}
		if utf8.RuneCountInString(s[from:to]) >= o.Least {
			out = append(out, s[from:to])
			at = to
		} else {
			at = after(s, from)
		}
	}
	return out
}

// between lists what the separators leave, one after the other.
func (o Tokenize) between(pieces []string, separators []search) []string {
	for _, re := range separators {
		var out []string
		keep := func(s string) {
			if utf8.RuneCountInString(s) >= o.Least {
				out = append(out, s)
			}
		}
		for _, s := range pieces {
			at := 0
			for at <= len(s) {
				from, to := re.find(s, at)
				if from < 0 {
					break
				}
				keep(s[at:from])
				if at = to; from == to { // an empty match takes a character with it
					at = after(s, from)
				}
			}
			keep(s[min(at, len(s)):])
		}
		pieces = out
	}
	return pieces
}

// after is where the character at a position ends.
func after(s string, at int) int {
	_, n := utf8.DecodeRuneInString(s[at:])
	return at + max(n, 1)
}

// search finds the leftmost and longest match from a position on, with what stands before in view.
type search struct{ begin, inside *regexp.Regexp }

func newSearch(pattern string) (search, error) {
	begin, err := regexp.Compile(pattern)
	if err != nil {
		return search{}, err
	}
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return search{}, err
	}
	inside, err := regexp.Compile(`(?s:.)(` + parsed.String() + `)`) // after the character before
	if err != nil {
		return search{}, err
	}
	begin.Longest()
	inside.Longest()
	return search{begin, inside}, nil
}

// find gives the bounds of a match, -1 if there is none.
func (r search) find(s string, at int) (from, to int) {
	if at == 0 {
		if m := r.begin.FindStringIndex(s); m != nil {
			return m[0], m[1]
		}
		return -1, -1
	}
	_, n := utf8.DecodeLastRuneInString(s[:at])
	if m := r.inside.FindStringSubmatchIndex(s[at-n:]); m != nil {
		return at - n + m[2], at - n + m[3]
	}
	return -1, -1
}

// Lower counts tokens, then writes them.
func (o Tokenize) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	var tables []ir.Arg
	for _, p := range o.Patterns {
		a, err := newAutomaton(p)
		if err != nil {
			return nil, err
		}
		tables = append(tables, ir.Weights(a.table()))
	}
	patterns := ir.Slices(ir.Uint16, tables...)
	width := out[0].Type.Shape[in[0].Type.Rank()]
	calls := bindSymbol(ir.Call{Kernel: "kernel.TokenWidth", Fault: utf8Fault(0),
		Args: []ir.Arg{ir.In(0), patterns, ir.Flag(o.Split), ir.IntC(o.Least), ir.Flag(o.Mark)}}, width)
	return append(calls, ir.Call{Kernel: "kernel.Tokenize",
		Args: []ir.Arg{ir.Out(0), ir.In(0), patterns, ir.Flag(o.Split), ir.IntC(o.Least), ir.Flag(o.Mark), ir.Text(o.Pad), ir.Int(width)}}), nil
}
