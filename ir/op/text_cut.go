package op

import (
	"github.com/energeticc/energeticc/ir"
)

// CutText cuts texts, [rows], at each byte that is among Delimiters or, where there are none, between all bytes, so that
// pieces need not be UTF-8. The outputs are, for each piece of all texts, the number of its text and its own within the
// text, int32 [pieces, 2]; the pieces, [pieces]; and how many texts there are and how many pieces one has at most, int32
// [2]. An empty text has no pieces; where SkipEmpty is set, no piece is empty.
type CutText struct {
	Delimiters string
	SkipEmpty  bool
}

// OpName is CutText.
func (CutText) OpName() string { return "CutText" }

// Infer binds the number of pieces at run time.
func (o CutText) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantText(x); err != nil {
		return nil, err
	}
	if err := wantVector(x, 0); err != nil {
		return nil, err
	}
	if types, ok := evalWhole(x, o); ok {
		return types, nil
	}
	n := x.Fresh("pieces")
	return []ir.Type{ir.TensorType(ir.Int32, n, ir.Const(2)), ir.TensorType(ir.String, n), ir.TensorType(ir.Int32, ir.Const(2))}, nil
}

// pieces cuts one text.
func (o CutText) pieces(s string) []string {
	var out []string
	from := 0
	for i := 0; i <= len(s) && s != ""; i++ {
		switch {
		case o.Delimiters == "":
			if i < len(s) {
				out = append(out, s[i:i+1])
			}
		case i == len(s) || isAmong(s[i], o.Delimiters):
			if i > from || !o.SkipEmpty {
				out = append(out, s[from:i])
			}
			from = i + 1
		}
	}
	return out
}

// isAmong reports whether a byte is one of a text's.
func isAmong(b byte, s string) bool {
	for i := range len(s) {
		if s[i] == b {
			return true
		}
	}
	return false
}

// Eval cuts text by text.
func (o CutText) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	var pieces []string
	var places []int64
	most := 0
	for i, s := range in[0].Strings {
		own := o.pieces(s)
		for k := range own {
			places = append(places, int64(i), int64(k))
		}
		pieces, most = append(pieces, own...), max(most, len(own))
	}
	n := len(pieces)
	return []*ir.Tensor{
		ir.FromInts(ir.Int32, []int{n, 2}, places), ir.OfStrings([]int{n}, pieces),
		ir.FromInts(ir.Int32, []int{2}, []int64{int64(in[0].Len()), int64(most)}),
	}, nil
}

// Lower counts pieces, then writes them.
func (o CutText) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	delimiters, skip := ir.Text(o.Delimiters), ir.Flag(o.SkipEmpty)
	calls := bindSymbol(ir.Call{Kernel: "kernel.CountPieces", Args: []ir.Arg{ir.In(0), delimiters, skip}}, out[1].Type.Shape[0])
	return append(calls, ir.Call{Kernel: "kernel.CutText", Args: []ir.Arg{ir.Out(1), ir.Out(0), ir.Out(2), ir.In(0), delimiters, skip}}), nil
}
