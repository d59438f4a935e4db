package op

import (
	"fmt"
	"sort"
	"sync"

	"github.com/energeticc/energeticc/ir"
)

// Def is a row of a family's table: what is known of an op beyond its methods.
type Def struct {
	Name   string
	New    func() ir.Op // the op with zero attributes
	Doc    string       // one sentence, with the source of the definition
	DTypes []ir.DType   // the element types of the first input that the op takes
	ULP    float64      // how far a float32 kernel may be from Eval, in units of the last place; 0 is exact
	// Moves is set where Lower takes storage types as they are: elements are moved, not computed with.
	Moves bool
}

// families are the tables; a new op is a row in one of them.
var families = [][]Def{
	reduceOps, argOps, cumulativeOps, detOps,
	unaryOps, binaryOps, controlOps, shapeOps, movementOps, gatherOps, scatterOps, selectOps, fillOps, castOps,
	matmulOps, normOps, rnnOps, quantOps, attentionOps, trainOps,
	convOps, poolOps, roiOps, resizeOps, gridOps,
	signalOps, randomOps, lossOps, einsumOps, nmsOps, cacheOps, roiMaxOps, deformOps,
	textOps, stringOps, ngramOps, sequenceOps, optionalOps, imageOps,
	blockOps, inverseOps, tokenOps,
	mlTreeOps, mlScoreOps, mlSVMOps, mlFeatureOps, mlLabelOps, mlMapOps,
}

var index = sync.OnceValue(func() map[string]*Def {
	m := map[string]*Def{}
	for _, f := range families {
		for i := range f {
			if m[f[i].Name] != nil {
				panic("op: BUG: two rows named " + f[i].Name)
			}
			m[f[i].Name] = &f[i]
		}
	}
	return m
})

// Lookup finds an op's row by name, nil if there is none.
func Lookup(name string) *Def { return index()[name] }

// All lists the rows by name.
func All() []*Def {
	var all []*Def
	for _, d := range index() {
		all = append(all, d)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all
}

// New makes an op with zero attributes by its name, for ir.Parse.
func New(name string) (ir.Op, bool) {
	d := Lookup(name)
	if d == nil {
		return nil, false
	}
	return d.New(), true
}

// Moves reports whether an op's Lower takes storage types as they are. An op whose attributes decide that says so
// itself.
func Moves(o ir.Op) bool {
	if c, ok := o.(interface{ computes() bool }); ok && c.computes() {
		return false
	}
	d := Lookup(o.OpName())
	return d != nil && d.Moves
}

// Sets of element types that rows name.
var (
	floats = []ir.DType{ir.Float32, ir.Float64, ir.Float16, ir.BFloat16}
	// anyFloat adds the types of eight bits.
	anyFloat = append([]ir.DType{ir.Float8E4M3FN, ir.Float8E4M3FNUZ, ir.Float8E5M2, ir.Float8E5M2FNUZ}, floats...)
	unsigned = []ir.DType{ir.Uint8, ir.Uint16, ir.Uint32, ir.Uint64}
	signed   = []ir.DType{ir.Int8, ir.Int16, ir.Int32, ir.Int64}
	ints     = append(append([]ir.DType{}, unsigned...), signed...)
	number   = append(append([]ir.DType{}, floats...), ints...)
	bools    = []ir.DType{ir.Bool}
	// whole are the types whose elements have a width of whole bytes: those that movement ops take.
	whole = append(append([]ir.DType{ir.Bool, ir.Complex64, ir.Complex128, ir.Float8E4M3FN, ir.Float8E4M3FNUZ,
		ir.Float8E5M2, ir.Float8E5M2FNUZ, ir.Float8E8M0}, number...), ir.String)
)

// suffix is how a kernel's name ends for a float type that Go computes with.
func suffix(d ir.DType) (string, error) {
	switch d {
	case ir.Float32:
		return "F32", nil
	case ir.Float64:
		return "F64", nil
	}
	return "", unsupported(d)
}

func unsupported(d ir.DType) error { return fmt.Errorf("element type %s is not supported here", d) }

// want checks how many inputs there are; optional ones at the end may be missing.
func want(x *ir.Inference, least, most int) error {
	n := len(x.In)
	if n < least || n > most {
		if least == most {
			return fmt.Errorf("%d inputs, want %d", n, least)
		}
		return fmt.Errorf("%d inputs, want %d to %d", n, least, most)
	}
	for i := range least {
		if !x.Has(i) {
			return fmt.Errorf("input %d is missing", i)
		}
	}
	return nil
}

// wantTensors is want for ops whose inputs are all tensors.
func wantTensors(x *ir.Inference, least, most int) error {
	if err := want(x, least, most); err != nil {
		return err
	}
	for i := range x.In {
		if x.Has(i) && !x.Type(i).IsTensor() {
			return fmt.Errorf("input %d is %s, want a tensor", i, x.Type(i))
		}
	}
	return nil
}

// wantDType checks an input's element type.
func wantDType(x *ir.Inference, i int, allowed ...ir.DType) error {
	got := x.Type(i).DType
	for _, d := range allowed {
		if d == got {
			return nil
		}
	}
	return fmt.Errorf("input %d has element type %s, want one of %v", i, got, allowed)
}

// wantSame checks that two inputs have the same element type.
func wantSame(x *ir.Inference, i, j int) error {
	if a, b := x.Type(i).DType, x.Type(j).DType; a != b {
		return fmt.Errorf("inputs %d and %d have element types %s and %s, want the same", i, j, a, b)
	}
	return nil
}

// one wraps the single result of an op.
func one(t ir.Type) ([]ir.Type, error) { return []ir.Type{t}, nil }

// result wraps the single tensor of an evaluation.
func result(t *ir.Tensor) ([]*ir.Tensor, error) { return []*ir.Tensor{t}, nil }

// call wraps the single kernel call of a lowering.
func call(kernel string, args ...ir.Arg) ([]ir.Call, error) {
	return []ir.Call{{Kernel: kernel, Args: args}}, nil
}

// callEach is call for a kernel that computes element by element.
func callEach(kernel string, args ...ir.Arg) ([]ir.Call, error) {
	return []ir.Call{{Kernel: kernel, Args: args, Each: true}}, nil
}
