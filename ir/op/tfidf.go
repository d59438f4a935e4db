package op

import (
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/ir"
)

var ngramOps = []Def{
	{Name: "NGrams", Doc: "NGrams counts in each row the n-grams of a list. Source: ONNX TfIdfVectorizer.", New: func() ir.Op { return NGrams{} }, DTypes: []ir.DType{ir.String, ir.Int32, ir.Int64}},
}

// NGrams counts the n-grams of a list in each row of x, [n] or [rows, n]; the answer has Width columns. The other
// inputs are constants: the pool, n-grams of one item, then of two and so on, Counts says how many of each, those of
// one length in ascending order without repetition; the column of each n-gram, int32; and, optionally, its weight,
// float32, which it adds instead of 1. The items of an n-gram may have up to Skip others between any two neighbours, as
// many between all. Where Once is set, an n-gram sets its column rather than to add to it.
type NGrams struct {
	Counts []int
	Skip   int
	Width  int
	Once   bool
}

// OpName is NGrams.
func (NGrams) OpName() string { return "NGrams" }

// Infer gives each row Width columns.
func (o NGrams) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 3, 4); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, ir.String, ir.Int32, ir.Int64); err != nil {
		return nil, err
	}
	if err := wantSame(x, 0, 1); err != nil {
		return nil, err
	}
	if o.Width < 1 || o.Width > maxTargets || o.Skip < 0 {
		return nil, fmt.Errorf("width %d and skip %d, want a width of 1 to %d and no negative skip", o.Width, o.Skip, maxTargets)
	}
	if err := o.inferPool(x); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if t.Rank() != 1 && t.Rank() != 2 {
		return nil, fmt.Errorf("the items are %s, want [n] or [rows, n]", t)
	}
	shape := append([]ir.Dim{}, t.Shape...)
	shape[t.Rank()-1] = ir.Const(int64(o.Width))
	return one(ir.TensorType(ir.Float32, shape...))
}

// inferPool checks the constants, so that the kernel need not.
func (o NGrams) inferPool(x *ir.Inference) error {
	pool, columns := x.Const(1), x.Const(2)
	if pool == nil || columns == nil || columns.DType != ir.Int32 {
		return fmt.Errorf("the pool is %s and the columns %s, want constants", x.Type(1), x.Type(2))
	}
	grams, items := 0, 0
	for k, n := range o.Counts {
		if n < 0 || n > pool.Len() {
			return fmt.Errorf("%d n-grams of length %d, want 0 to %d", n, k+1, pool.Len())
		}
		for g := 1; g < n && items+n*(k+1) <= pool.Len(); g++ {
			if compareItems(pool, items+(g-1)*(k+1), pool, items+g*(k+1), 1, k+1) >= 0 {
				return fmt.Errorf("the n-grams %d and %d of length %d are not in ascending order", g-1, g, k+1)
			}
		}
		grams, items = grams+n, items+n*(k+1)
	}
	if grams != columns.Len() || items != pool.Len() {
		return fmt.Errorf("%d items and %d columns, want %d and %d", pool.Len(), columns.Len(), items, grams)
	}
	for _, c := range columns.Ints() {
		if c < 0 || c >= int64(o.Width) {
			return fmt.Errorf("an n-gram has column %d of %d", c, o.Width)
		}
	}
	if w := x.Const(3); x.Has(3) && (w == nil || w.DType != ir.Float32 || w.Len() != grams) {
		return fmt.Errorf("the weights are %s, want %d constants of f32", x.Type(3), grams)
	}
	return nil
}

// compareItems orders n items of a, from i on and step apart, and of b, from j on.
func compareItems(a *ir.Tensor, i int, b *ir.Tensor, j, step, n int) int {
	for k := range n {
		switch at := i + k*step; {
		case a.DType == ir.String:
			if a.Strings[at] != b.Strings[j+k] {
				return int(2*truth(a.Strings[at] > b.Strings[j+k]) - 1)
			}
		case a.Int(at) != b.Int(j+k):
			return int(2*truth(a.Int(at) > b.Int(j+k)) - 1)
		}
	}
	return 0
}

// Eval compares what is at each place with every n-gram.
func (o NGrams) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	shape := slices.Clone(in[0].Shape)
	n := shape[len(shape)-1]
	shape[len(shape)-1] = o.Width
	out := ir.NewTensor(ir.Float32, shape...)
	for r := range out.Len() / o.Width {
		gram, item := 0, 0
		for k, count := range o.Counts {
			for step := 1; step <= min(o.Skip+1, n) && (k > 0 || step == 1); step++ {
				for at := 0; at+k*step < n; at++ {
					for g := range count {
						if compareItems(in[0], r*n+at, in[1], item+g*(k+1), step, k+1) == 0 {
							o.add(out, r*o.Width, in, gram+g)
						}
					}
				}
			}
			gram, item = gram+count, item+count*(k+1)
		}
	}
	return result(out)
}

// add notes that an n-gram was found in a row.
func (o NGrams) add(out *ir.Tensor, row int, in []*ir.Tensor, gram int) {
	at, weight := row+int(in[2].Int(gram)), 1.0
	if len(in) > 3 {
		weight = in[3].Float(gram)
	}
	if !o.Once {
		weight += out.Float(at)
	}
	out.SetFloat(at, weight)
}

// Lower searches for what is at each place.
func (o NGrams) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	weights := ir.Nil()
	if len(in) > 3 {
		weights = ir.In(3)
	}
	s := in[0].Type.Shape
	return call("kernel.NGrams", ir.Out(0), ir.In(0), ir.In(1), ir.In(2), weights,
		ir.IntsC(o.Counts...), ir.IntC(o.Skip), ir.Int(s[len(s)-1]), ir.IntC(o.Width), ir.Flag(o.Once))
}
