package tfjs

import (
	"slices"
	"unicode/utf8"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var textRows = []row{{"StringSplit", stringSplit}}

// stringSplit cuts texts at each of a delimiter's characters. It gives the pieces of all texts behind each other, with the
// number of the text and of the piece in it for each, and how many texts and pieces there are at most.
func stringSplit(n *node) []*ir.Value {
	x, delimiter := n.tensor(0, 1, 1), n.arg(1).Const
	if n.err != nil {
		return nil
	}
	if delimiter == nil || delimiter.DType != ir.String || delimiter.Len() != 1 || delimiter.Strings[0] == "" || !utf8.ValidString(delimiter.Strings[0]) {
		n.fail("the delimiter (input 1) is not known at compile time, or it is empty, which cuts texts into bytes; want one or more characters")
		return nil
	}
	pieces, counts := n.splitBy(x, slices.Compact(sortedRunes(delimiter.Strings[0])))
	if n.flag("skip_empty") && n.err == nil {
		counts = n.unary("Not", n.binary("Equal", pieces, n.Const("nothing", ir.OfStrings(nil, []string{""}))))
	}
	if n.err != nil {
		return nil
	}
	rows, width := pieces.Type.Shape[0], pieces.Type.Shape[1]
	number := n.cast(counts, ir.Int32)
	place := n.binary("Sub", n.do(op.Cumulative{Fn: "CumSum", Axis: 1}, number), n.constant(ir.Int32, 1))
	found := n.do(op.NonZero{}, counts)
	flat := n.reshape(place, rows.Mul(width))
	if n.err != nil {
		return nil
	}
	total := found.Type.Shape[1]
	row := n.part(found, 0, ir.Const(0), ir.Const(1))
	at := n.binary("Add", n.binary("Mul", row, n.size64(width)), n.part(found, 0, ir.Const(1), ir.Const(1)))
	at = n.reshape(at, total)
	index := n.do(op.Concat{Axis: 1}, n.reshape(n.cast(row, ir.Int32), total, ir.Const(1)), n.reshape(n.gather(flat, at, 0), total, ir.Const(1)))
	most := n.do(op.Reduce{Fn: "ReduceMax", Axes: []int{0}, KeepDims: true}, n.do(op.Concat{Axis: 0}, n.cast(n.vector(0), ir.Int32), n.do(op.Reduce{Fn: "ReduceSum", Axes: []int{1}}, number)))
	shape := n.do(op.Concat{Axis: 0}, n.cast(n.reshape(n.size64(rows), ir.Const(1)), ir.Int32), most)
	return []*ir.Value{index, n.gather(n.reshape(pieces, rows.Mul(width)), at, 0), shape}
}

func sortedRunes(s string) []rune {
	r := []rune(s)
	slices.Sort(r)
	return r
}

// size64 is a size as a scalar.
func (n *node) size64(d ir.Dim) *ir.Value {
	return n.do(op.Sizes{Values: []ir.Dim{d}, DType: ir.Int64})
}

// splitBy cuts texts, [rows], at characters: pieces and which of them are some, [rows, width]. An empty text has none.
func (n *node) splitBy(x *ir.Value, characters []rune) (pieces, some *ir.Value) {
	pieces = n.reshape(x, x.Type.Shape[0], ir.Const(1))
	nothing := n.Const("nothing", ir.OfStrings(nil, []string{""}))
	some = n.unary("Not", n.binary("Equal", pieces, nothing))
	for _, c := range characters {
		parts := n.all(op.StringSplit{Delimiter: string(c), Most: -1}, pieces)
		if n.err != nil {
			return hole(), hole()
		}
		s := parts[0].Type.Shape // [rows, width, of each]
		blank := n.do(op.Expand{Shape: []ir.Dim{s[0], s[1], ir.Const(1)}}, nothing)
		next := n.do(op.Concat{Axis: 2}, parts[0], blank) // of nothing there is one piece: nothing
		if n.err != nil {
			return hole(), hole()
		}
		width := next.Type.Shape[2]
		count := n.binary("Max", n.cast(parts[1], ir.Int64), n.constant(ir.Int64, 1))
		place := n.do(op.Range{}, n.constant(ir.Int64, 0), n.size64(width), n.constant(ir.Int64, 1))
		own := n.binary("Less", place, n.reshape(count, s[0], s[1], ir.Const(1)))
		own = n.binary("And", own, n.reshape(some, s[0], s[1], ir.Const(1)))
		pieces, some = n.reshape(next, s[0], s[1].Mul(width)), n.reshape(own, s[0], s[1].Mul(width))
	}
	return pieces, some
}
