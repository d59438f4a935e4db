package tfjs

import (
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var textRows = []row{
	{"StringSplit", stringSplit}, {"StringToHashBucketFast", hashBuckets}, {"StringNGrams", textNGrams}, {"StaticRegexReplace", regexReplace},
}

// stringSplit cuts texts at each byte of a delimiter, or between all bytes where that is empty. What comes of it is
// bytes rather than text where characters are cut: outputs of the model are text again, as those of TensorFlow.js are.
func stringSplit(n *node) []*ir.Value {
	x, delimiter := n.tensor(0, 1, 1), n.arg(1).Const
	if n.err != nil {
		return nil
	}
	if delimiter == nil || delimiter.DType != ir.String || delimiter.Len() != 1 {
		n.fail("the delimiter (input 1) is not a text known at compile time; convert the model with a constant one")
		return nil
	}
	o := op.CutText{Delimiters: delimiter.Strings[0], SkipEmpty: n.flag("skip_empty")}
	n.im.bytes = n.im.bytes || o.Delimiters == "" || !isASCII(o.Delimiters)
	return n.all(o, x)
}

// decodedText makes text of what may be cut in the middle of characters, for operators that JavaScript computes with
// strings of its own.
func (n *node) decodedText(x *ir.Value) *ir.Value {
	if n.err != nil || !n.im.bytes || x.Type.DType != ir.String {
		return x
	}
	return n.do(op.DecodeUTF8{}, x)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] > 0x7f {
			return false
		}
	}
	return true
}

// hashBuckets reads StringToHashBucketFast.
func hashBuckets(n *node) []*ir.Value {
	buckets := n.value("num_buckets", 0)
	if !(buckets >= 1 && buckets < math.MaxInt64) {
		n.fail("attribute num_buckets is %g, want a number from 1", buckets)
		return nil
	}
	return one(n.do(op.HashBuckets{Buckets: int64(buckets)}, n.tensor(0, 0, anyRank)))
}

// textNGrams reads StringNGrams: texts, and where the rows of them begin and end.
func textNGrams(n *node) []*ir.Value {
	o := op.TextNGrams{
		Widths: n.values("ngram_widths"), Pad: int(n.value("pad_width", 0)), Keep: n.flag("preserve_short_sequences"),
		Separator: n.text("separator", ""), Left: n.text("left_pad", ""), Right: n.text("right_pad", ""),
	}
	x, rows := n.tensor(0, 1, 1), n.tensor(1, 1, 1)
	return n.all(o, x, n.cast(rows, ir.Int32))
}

// regexReplace reads StaticRegexReplace, whose pattern and rewrite JavaScript reads, in lower case.
func regexReplace(n *node) []*ir.Value {
	if n.attr("pattern").S == nil || n.attr("rewrite").S == nil {
		n.fail("an attribute is missing, want pattern and rewrite")
	}
	x := n.decodedText(n.tensor(0, 0, anyRank))
	return one(n.do(op.RegexReplace{Pattern: n.text("pattern", ""), Rewrite: n.text("rewrite", ""), All: n.flag("replace_global")}, x))
}
