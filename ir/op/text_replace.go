package op

import (
	"unicode/utf8"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/jsregex"
)

// RegexReplace puts Rewrite in place of the first match of Pattern in each text or, where All is set, of every one.
// Both are read as JavaScript reads them, and texts are UTF-16 to it: see package jsregex.
type RegexReplace struct {
	Pattern, Rewrite string
	All              bool
}

// OpName is RegexReplace.
func (RegexReplace) OpName() string { return "RegexReplace" }

// Allocates says that a run makes new strings.
func (RegexReplace) Allocates() bool { return true }

// Infer keeps the shape.
func (o RegexReplace) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantText(x); err != nil {
		return nil, err
	}
	if _, _, err := o.tables(); err != nil {
		return nil, err
	}
	return one(x.Type(0))
}

// tables are pattern and rewrite as the kernel reads them.
func (o RegexReplace) tables() (program, rewrite []uint16, err error) {
	p, err := jsregex.Parse(o.Pattern)
	if err != nil {
		return nil, nil, err
	}
	if program, err = p.Program(); err != nil {
		return nil, nil, err
	}
	rewrite, err = jsregex.RewriteTable(p.Rewrite(o.Rewrite))
	return program, rewrite, err
}

// Eval goes back over its choices, as JavaScript's standard describes it.
func (o RegexReplace) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	p, err := jsregex.Parse(o.Pattern)
	if err != nil {
		return nil, err
	}
	rewrite := p.Rewrite(o.Rewrite)
	out := ir.NewTensor(ir.String, in[0].Shape...)
	for i, s := range in[0].Strings {
		if out.Strings[i], err = p.Replace(s, rewrite, o.All); err != nil {
			return nil, err
		}
	}
	return result(out)
}

// Lower runs a program, compiled here.
func (o RegexReplace) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	program, rewrite, err := o.tables()
	if err != nil {
		return nil, err
	}
	return call("kernel.ReplaceRegex", ir.Out(0), ir.In(0), unitTable(program), unitTable(rewrite), ir.Flag(o.All))
}

// unitTable is a table that a kernel reads.
func unitTable(v []uint16) ir.Arg {
	t := ir.NewTensor(ir.Uint16, len(v))
	for i, u := range v {
		t.SetInt(i, int64(u))
	}
	return ir.Weights(t)
}

// DecodeUTF8 puts U+FFFD in place of what is not UTF-8: of each part that no character can have, or of each beginning of
// a character whose rest is not there. So WHATWG's decoder has it, which JavaScript uses.
type DecodeUTF8 struct{}

// OpName is DecodeUTF8.
func (DecodeUTF8) OpName() string { return "DecodeUTF8" }

// Allocates says that a run makes new strings.
func (DecodeUTF8) Allocates() bool { return true }

// Infer keeps the type.
func (DecodeUTF8) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantText(x); err != nil {
		return nil, err
	}
	return one(x.Type(0))
}

// Eval decodes character by character.
func (DecodeUTF8) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	out := ir.NewTensor(ir.String, in[0].Shape...)
	for i, s := range in[0].Strings {
		var made []rune
		for s != "" {
			r, n := utf8.DecodeRuneInString(s)
			if r == utf8.RuneError && n == 1 {
				n = begun(s)
			}
			made, s = append(made, r), s[n:]
		}
		out.Strings[i] = string(made)
	}
	return result(out)
}

// begun is how many bytes of a text could begin a character that the text does not go on with, at least 1.
func begun(s string) int {
	for n := min(3, len(s)); n > 1; n-- {
		for _, rest := range []string{"\x80", "\x90", "\xbf", "\x80\x80", "\x90\x80", "\xbf\xbf"} {
			if utf8.ValidString(s[:n] + rest) {
				return n
			}
		}
	}
	return 1
}

// Lower decodes text by text.
func (DecodeUTF8) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return call("kernel.DecodeUTF8", ir.Out(0), ir.In(0))
}
