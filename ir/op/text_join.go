package op

import (
	"errors"
	"fmt"
	"strings"

	"github.com/energeticc/energeticc/ir"
)

// TextNGrams makes n-grams of rows of texts: of texts that follow each other, Separator between them. Of the texts
// (input 0), [items], row i has those from rows[i] to rows[i+1] (input 1, int32 [rows + 1], which ascends from 0 to
// items). A row's n-grams have as many texts as Widths says, those of each width together. Before a row stand Pad times
// Left, behind it Right, but no more than an n-gram has texts but one; with Pad < 0 that many. Where Keep is set, a row
// that is too short for every width makes one n-gram of all that it has. The outputs are the n-grams, [n-grams], and
// which of them are whose, as rows says it of texts. Without any text there are no n-grams, of padding neither.
type TextNGrams struct {
	Widths                 []int
	Pad                    int
	Keep                   bool
	Separator, Left, Right string
}

// maxTextNGram bounds how many texts an n-gram has.
const maxTextNGram = 1 << 12

// OpName is TextNGrams.
func (TextNGrams) OpName() string { return "TextNGrams" }

// Allocates says that a run makes new strings.
func (TextNGrams) Allocates() bool { return true }

// Infer binds the number of n-grams at run time.
func (o TextNGrams) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 2); err != nil {
		return nil, err
	}
	if err := errors.Join(wantDType(x, 0, ir.String), wantDType(x, 1, ir.Int32), wantVector(x, 0), wantVector(x, 1)); err != nil {
		return nil, err
	}
	if len(o.Widths) == 0 || len(o.Widths) > maxTextNGram || o.Pad > maxTextNGram {
		return nil, fmt.Errorf("%d widths and a padding of %d, want 1 to %d widths and at most that much padding", len(o.Widths), o.Pad, maxTextNGram)
	}
	for _, w := range o.Widths {
		if w < 1 || w > maxTextNGram {
			return nil, fmt.Errorf("width %d, want 1 to %d", w, maxTextNGram)
		}
	}
	if types, ok := evalWhole(x, o); ok {
		return types, nil
	}
	return []ir.Type{ir.TensorType(ir.String, x.Fresh("ngrams")), x.Type(1)}, nil
}

// errRows is Eval's word for what the kernel says by a Fault.
var errRows = errors.New(rowsText)

const rowsText = "the rows do not ascend from 0 to the number of texts"

// Eval puts the padding there and goes over each row.
func (o TextNGrams) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	texts, rows := in[0].Strings, in[1].Ints()
	if len(rows) == 0 || rows[0] != 0 || rows[len(rows)-1] != int64(len(texts)) {
		return nil, errRows
	}
	var grams []string
	splits := make([]int64, len(rows))
	for i := range len(rows) - 1 {
		if rows[i+1] < rows[i] || rows[i+1] > int64(len(texts)) {
			return nil, errRows
		}
		if len(texts) > 0 {
			grams = append(grams, o.row(texts[rows[i]:rows[i+1]])...)
		}
		splits[i+1] = int64(len(grams))
	}
	return []*ir.Tensor{ir.OfStrings([]int{len(grams)}, grams), ir.FromInts(ir.Int32, []int{len(splits)}, splits)}, nil
}

// row makes the n-grams of one row.
func (o TextNGrams) row(texts []string) []string {
	var out []string
	for _, w := range o.Widths {
		pad := w - 1
		if o.Pad >= 0 {
			pad = min(pad, o.Pad)
		}
		padded := o.padded(texts, pad)
		for k := 0; k+w <= len(padded); k++ {
			out = append(out, strings.Join(padded[k:k+w], o.Separator))
		}
	}
	if out == nil && o.Keep && len(texts) > 0 {
		out = []string{strings.Join(o.padded(texts, max(o.Pad, 0)), o.Separator)}
	}
	return out
}

// padded is a row between its paddings.
func (o TextNGrams) padded(texts []string, pad int) []string {
	var all []string
	for range pad {
		all = append(all, o.Left)
	}
	all = append(all, texts...)
	for range pad {
		all = append(all, o.Right)
	}
	return all
}

// Lower counts n-grams, then writes them. Those of constants are counted too: the second output is made then.
func (o TextNGrams) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	grams := ir.Struct("kernel.TextNGrams", ir.IntsC(o.Widths...), ir.IntC(o.Pad), ir.Flag(o.Keep), ir.Text(o.Separator), ir.Text(o.Left), ir.Text(o.Right))
	count := ir.Call{Kernel: "kernel.CountTextNGrams", Args: []ir.Arg{ir.Out(1), ir.In(1), ir.Int(in[0].Type.Shape[0]), grams},
		Bind: []string{""}, Fault: &ir.Fault{Text: rowsText, Arg: -1}}
	if s, ok := out[0].Type.Shape[0].IsSym(); ok {
		count.Bind[0] = s
	}
	return []ir.Call{count, {Kernel: "kernel.JoinTextNGrams", Args: []ir.Arg{ir.Out(0), ir.In(0), ir.In(1), grams}}}, nil
}
