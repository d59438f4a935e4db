package op

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/energeticc/energeticc/ir"
)

var stringOps = []Def{
	{Name: "StringConcat", Doc: "StringConcat is a followed by b, by NumPy's rule of broadcasting. Source: ONNX StringConcat.", New: func() ir.Op { return StringConcat{} }, DTypes: []ir.DType{ir.String}},
	{Name: "StringSplit", Doc: "StringSplit cuts texts at a delimiter or at white space, and counts the parts. Source: ONNX StringSplit.", New: func() ir.Op { return StringSplit{} }, DTypes: []ir.DType{ir.String}},
	{Name: "ChangeCase", Doc: "ChangeCase makes all characters lower or upper case. Source: ONNX StringNormalizer.", New: func() ir.Op { return ChangeCase{} }, DTypes: []ir.DType{ir.String}},
	{Name: "DropWords", Doc: "DropWords leaves out the texts that are in a list. Source: ONNX StringNormalizer.", New: func() ir.Op { return DropWords{} }, DTypes: []ir.DType{ir.String}},
}

// StringConcat is a followed by b; shapes broadcast by NumPy's rule.
type StringConcat struct{}

// OpName is StringConcat.
func (StringConcat) OpName() string { return "StringConcat" }

// Allocates says that a run makes new strings.
func (StringConcat) Allocates() bool { return true }

// Infer broadcasts the shapes.
func (StringConcat) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 2); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, ir.String); err != nil {
		return nil, err
	}
	if err := wantSame(x, 0, 1); err != nil {
		return nil, err
	}
	shape, err := x.Broadcast(x.Type(0).Shape, x.Type(1).Shape)
	if err != nil {
		return nil, err
	}
	return one(ir.TensorType(ir.String, shape...))
}

// Eval joins text by text.
func (StringConcat) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	shape, err := broadcastInts(in[0].Shape, in[1].Shape)
	if err != nil {
		return nil, err
	}
	out := ir.NewTensor(ir.String, shape...)
	a, b := newOdometer(shape, in[0].Shape), newOdometer(shape, in[1].Shape)
	for i := range out.Strings {
		out.Strings[i] = in[0].Strings[a.next()] + in[1].Strings[b.next()]
	}
	return result(out)
}

// Lower broadcasts as elementwise functions do.
func (StringConcat) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return []ir.Call{broadcastCall(in, out, "kernel.StringConcatRow", nil)}, nil
}

// StringSplit cuts each text at Delimiter or, where that is empty, at white space of any length, which at the ends is
// left out. With Most ≥ 0 it cuts that often at most. The parts stand along a new last axis, filled with "" to the most
// that a text has; the second output is how many each text has, none for an empty text.
type StringSplit struct {
	Delimiter string
	Most      int
}

// OpName is StringSplit.
func (StringSplit) OpName() string { return "StringSplit" }

// Infer binds the number of parts at run time.
func (o StringSplit) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantText(x); err != nil {
		return nil, err
	}
	if types, ok := evalWhole(x, o); ok {
		return types, nil
	}
	shape := x.Type(0).Shape
	return []ir.Type{ir.TensorType(ir.String, append(append([]ir.Dim{}, shape...), x.Fresh("parts"))...), ir.TensorType(ir.Int64, shape...)}, nil
}

// parts cuts one text.
func (o StringSplit) parts(s string) []string {
	most := o.Most
	if most < 0 || most > len(s) {
		most = len(s)
	}
	if o.Delimiter != "" {
		if s == "" {
			return nil
		}
		return strings.SplitN(s, o.Delimiter, most+1)
	}
	var parts []string
	for s = strings.TrimSpace(s); s != ""; {
		end := strings.IndexFunc(s, unicode.IsSpace)
		if end < 0 || len(parts) == most {
			end = len(s)
		}
		parts = append(parts, s[:end])
		s = strings.TrimSpace(s[end:])
	}
	return parts
}

// Eval cuts text by text.
func (o StringSplit) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	counts := ir.NewTensor(ir.Int64, in[0].Shape...)
	rows, width := make([][]string, in[0].Len()), 0
	for i, s := range in[0].Strings {
		rows[i] = o.parts(s)
		width = max(width, len(rows[i]))
		counts.SetInt(i, int64(len(rows[i])))
	}
	out := ir.NewTensor(ir.String, append(append([]int{}, in[0].Shape...), width)...)
	for i, row := range rows {
		copy(out.Strings[i*width:], row)
	}
	return []*ir.Tensor{out, counts}, nil
}

// Lower counts parts, then writes them.
func (o StringSplit) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	width := out[0].Type.Shape[in[0].Type.Rank()]
	delimiter, most := ir.Text(o.Delimiter), ir.IntC(o.Most)
	calls := []ir.Call{{Kernel: "kernel.CountParts", Args: []ir.Arg{ir.Out(1), ir.In(0), delimiter, most}}}
	if s, ok := width.IsSym(); ok {
		calls[0].Bind = []string{s}
	}
	return append(calls, ir.Call{Kernel: "kernel.StringSplit", Args: []ir.Arg{ir.Out(0), ir.In(0), delimiter, most, ir.Int(width)}}), nil
}

// ChangeCase makes every character lower or upper case by Unicode's simple mapping, one character for one.
type ChangeCase struct{ Upper bool }

// OpName is ChangeCase.
func (ChangeCase) OpName() string { return "ChangeCase" }

// Allocates says that a run makes new strings.
func (ChangeCase) Allocates() bool { return true }

// Infer keeps the type.
func (ChangeCase) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantText(x); err != nil {
		return nil, err
	}
	return one(x.Type(0))
}

// Eval maps character by character.
func (o ChangeCase) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	out := ir.NewTensor(ir.String, in[0].Shape...)
	for i, s := range in[0].Strings {
		if !utf8.ValidString(s) {
			return nil, errUTF8(i)
		}
		out.Strings[i] = mapCase(s, o.Upper)
	}
	return result(out)
}

func mapCase(s string, upper bool) string {
	if upper {
		return strings.Map(unicode.ToUpper, s)
	}
	return strings.Map(unicode.ToLower, s)
}

// Lower maps text by text.
func (o ChangeCase) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	kernel := "kernel.LowerCase"
	if o.Upper {
		kernel = "kernel.UpperCase"
	}
	return []ir.Call{{Kernel: kernel, Args: []ir.Arg{ir.Out(0), ir.In(0)}, Fault: utf8Fault(1)}}, nil
}

// DropWords leaves out, along the last axis of x, [n] or [1, n], the texts that are in the second input, a constant
// vector in ascending order without repetition. Case is "" to compare as is, or "lower" or "upper", the case that the
// words have, to compare without regard to case. Of no text at all one empty text is left.
type DropWords struct{ Case string }

// OpName is DropWords.
func (DropWords) OpName() string { return "DropWords" }

// Infer binds how many texts are kept at run time.
func (o DropWords) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 2); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, ir.String); err != nil {
		return nil, err
	}
	if err := wantKeys(x, 1); err != nil {
		return nil, err
	}
	if o.Case != "" && o.Case != "lower" && o.Case != "upper" {
		return nil, fmt.Errorf("case is %q, want none, lower or upper", o.Case)
	}
	shape := append([]ir.Dim{}, x.Type(0).Shape...)
	if n := len(shape); n != 1 && n != 2 {
		return nil, fmt.Errorf("the texts are %s, want [n] or [1, n]", x.Type(0))
	}
	if len(shape) == 2 {
		if _, err := x.Equal(shape[0], ir.Const(1), "the texts are more than one row"); err != nil {
			return nil, err
		}
		shape[0] = ir.Const(1)
	}
	if types, ok := evalWhole(x, o); ok {
		return types, nil
	}
	shape[len(shape)-1] = x.Fresh("kept")
	return one(ir.TensorType(ir.String, shape...))
}

// Eval compares with every word.
func (o DropWords) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	var kept []string
	for i, s := range in[0].Strings {
		compared := s
		if o.Case != "" {
			if !utf8.ValidString(s) {
				return nil, errUTF8(i)
			}
			compared = mapCase(s, o.Case == "upper")
		}
		if !slices.Contains(in[1].Strings, compared) {
			kept = append(kept, s)
		}
	}
	if kept == nil {
		kept = []string{""}
	}
	shape := append([]int{}, in[0].Shape...)
	shape[len(shape)-1] = len(kept)
	return result(ir.OfStrings(shape, kept))
}

// Lower counts, then copies.
func (o DropWords) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	count, mapping := ir.Call{Kernel: "kernel.CountKept"}, ir.Nil()
	if o.Case != "" {
		count.Kernel, count.Fault = "kernel.CountKeptUTF8", utf8Fault(0)
		mapping = ir.Func(map[string]string{"lower": "kernel.RuneLower", "upper": "kernel.RuneUpper"}[o.Case])
	}
	count.Args = []ir.Arg{ir.In(0), ir.In(1), mapping}
	shape := out[0].Type.Shape
	calls := bindSymbol(count, shape[len(shape)-1])
	return append(calls, ir.Call{Kernel: "kernel.DropWords", Args: []ir.Arg{ir.Out(0), ir.In(0), ir.In(1), mapping}}), nil
}
