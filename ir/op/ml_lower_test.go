package op

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/runtime/kernel"
)

// mlKernels are the kernels that the ops of ai.onnx.ml name, with every type that a test runs them with.
var mlKernels = map[string][]any{
	"TreeSum":             {kernel.TreeSum[float32, uint32], kernel.TreeSum[float64, uint64]},
	"TreeExtreme":         {kernel.TreeExtreme[float32, uint32], kernel.TreeExtreme[float64, uint64]},
	"TreeClassify":        {kernel.TreeClassify[float32, uint32], kernel.TreeClassify[float64, uint64]},
	"TreeClassifyTwo":     {kernel.TreeClassifyTwo[float32, uint32], kernel.TreeClassifyTwo[float64, uint64]},
	"ScoresComplement":    {kernel.ScoresComplement[float32], kernel.ScoresComplement[float64]},
	"ScoresNegate":        {kernel.ScoresNegate[float32], kernel.ScoresNegate[float64]},
	"ScoresLogistic":      {kernel.ScoresLogistic},
	"ScoresSoftmax":       {kernel.ScoresSoftmax},
	"ScoresSoftmaxZero":   {kernel.ScoresSoftmaxZero},
	"ScoresProbit":        {kernel.ScoresProbit},
	"ScoresProbitFirst":   {kernel.ScoresProbitFirst},
	"MapRows":             {kernel.MapRows},
	"TwoScores":           {kernel.TwoScores},
	"TopClass":            {kernel.TopClass},
	"TopClassFrom":        {kernel.TopClassFrom},
	"RBF":                 {kernel.RBF},
	"PairVotes":           {kernel.PairVotes},
	"PairProbabilities":   {kernel.PairProbabilities},
	"NormalizeMax":        {kernel.NormalizeMax},
	"NormalizeL1":         {kernel.NormalizeL1},
	"NormalizeL2":         {kernel.NormalizeL2},
	"Impute":              {kernel.Impute[float32], kernel.Impute[int64]},
	"ImputeNaN":           {kernel.ImputeNaN[float32]},
	"Binarize":            {kernel.Binarize[float32], kernel.Binarize[int64]},
	"FeatureColumns":      {kernel.FeatureColumns},
	"Relabel":             {kernel.Relabel[string, int64], kernel.Relabel[int64, string], kernel.Relabel[float32, float32], kernel.Relabel[uint64, float64]},
	"OneHotEncoder":       {kernel.OneHotEncoder[string], kernel.OneHotEncoder[int64]},
	"OneHotEncoderStrict": {kernel.OneHotEncoderStrict[string], kernel.OneHotEncoderStrict[int64]},
	"ZipMap":              {kernel.ZipMap[string], kernel.ZipMap[int64]},
	"DictVectorizer":      {kernel.DictVectorizer[string, float32], kernel.DictVectorizer[int64, string]},
	"MapLen":              {kernel.MapLen[int64, float32], kernel.MapLen[int64, string]},
	"CastMapDense":        {kernel.CastMapDense[float32, float32], kernel.CastMapDense[float32, int64], kernel.CastMapDense[float32, string], kernel.CastMapDense[string, float32], kernel.CastMapDense[string, int64], kernel.CastMapDense[string, string]},
	"CastMapSparse":       {kernel.CastMapSparse[float32, float32], kernel.CastMapSparse[float32, int64], kernel.CastMapSparse[float32, string], kernel.CastMapSparse[string, float32], kernel.CastMapSparse[string, int64], kernel.CastMapSparse[string, string]},
	"EntryKeep":           {kernel.EntryKeep[float32], kernel.EntryKeep[string]},
	"EntryCut":            {kernel.EntryCut},
	"EntryText":           {kernel.EntryText},
	"EntryFloat":          {kernel.EntryFloat},
	"EntryInt":            {kernel.EntryInt},
	"RegexFullMatch":      {kernel.RegexFullMatch},
	"TokenWidth":          {kernel.TokenWidth},
	"Tokenize":            {kernel.Tokenize},
	"CountPieces":         {kernel.CountPieces},
	"CutText":             {kernel.CutText},
	"CountTextNGrams":     {kernel.CountTextNGrams},
	"JoinTextNGrams":      {kernel.JoinTextNGrams},
	"HashBuckets":         {kernel.HashBuckets},
	"ReplaceRegex":        {kernel.ReplaceRegex},
	"DecodeUTF8":          {kernel.DecodeUTF8},
	"StringConcatRow":     {kernel.StringConcatRow},
	"CountParts":          {kernel.CountParts},
	"StringSplit":         {kernel.StringSplit},
	"LowerCase":           {kernel.LowerCase},
	"UpperCase":           {kernel.UpperCase},
	"CountKept":           {kernel.CountKept},
	"CountKeptUTF8":       {kernel.CountKeptUTF8},
	"DropWords":           {kernel.DropWords},
	"RuneLower":           {kernel.RuneLower},
	"RuneUpper":           {kernel.RuneUpper},
	"NGrams":              {kernel.NGrams[int32], kernel.NGrams[int64], kernel.NGrams[string]},
}

// lowered runs what an op lowers to, as generated code would.
type lowered struct {
	t       *testing.T
	in, out []any
	scratch map[int]reflect.Value
	sizes   map[string]int64
	fault   bool
}

// goValue is a tensor's contents, or a map, as generated code has it.
func goValue(t *ir.Tensor) any {
	switch {
	case t.Type != nil && t.Type.Kind == ir.KindMap:
		elem := goSlice(t.Type.Elem.DType, 0).Type().Elem()
		m := reflect.MakeMap(reflect.MapOf(goSlice(t.Keys.DType, 0).Type().Elem(), elem))
		keys := reflect.ValueOf(goValue(t.Keys))
		for i, e := range t.Elems {
			m.SetMapIndex(keys.Index(i), reflect.ValueOf(goValue(e)).Index(0))
		}
		return m.Interface()
	case t.DType == ir.String:
		return append([]string{}, t.Strings...)
	}
	s := goSlice(t.DType, t.Len())
	for i := range t.Len() {
		switch v := s.Index(i); t.DType.Kind() {
		case ir.KindFloat:
			v.SetFloat(t.Float(i))
		case ir.KindUint:
			v.SetUint(uint64(t.Int(i)))
		case ir.KindBool:
			v.SetBool(t.Int(i) != 0)
		default:
			v.SetInt(t.Int(i))
		}
	}
	return s.Interface()
}

// goSlice is memory for n elements.
func goSlice(d ir.DType, n int) reflect.Value {
	var zero any
	switch d {
	case ir.Float32:
		zero = []float32{}
	case ir.Float64:
		zero = []float64{}
	case ir.Uint8:
		zero = []uint8{}
	case ir.Uint16:
		zero = []uint16{}
	case ir.Int32:
		zero = []int32{}
	case ir.Int64:
		zero = []int64{}
	case ir.Uint32:
		zero = []uint32{}
	case ir.Uint64:
		zero = []uint64{}
	case ir.Bool:
		zero = []bool{}
	case ir.String:
		zero = []string{}
	default:
		panic("no Go type for " + d.String())
	}
	return reflect.MakeSlice(reflect.TypeOf(zero), n, n)
}

func (l *lowered) size(d ir.Dim) int {
	env := map[string]ir.Dim{}
	for s, n := range l.sizes {
		env[s] = ir.Const(n)
	}
	n, ok := d.Substitute(env).IsConst()
	if !ok {
		l.t.Fatalf("size %s is not bound", d)
	}
	return int(n)
}

// candidates are the values that an argument may be: several for a generic function.
func (l *lowered) candidates(a ir.Arg) []reflect.Value {
	one := func(v any) []reflect.Value { return []reflect.Value{reflect.ValueOf(v)} }
	switch a.Kind {
	case ir.ArgIn:
		return one(l.in[a.Index])
	case ir.ArgOut:
		return one(l.out[a.Index])
	case ir.ArgScratch:
		if _, ok := l.scratch[a.Index]; !ok {
			l.scratch[a.Index] = goSlice(a.DType, l.size(a.Dim))
		}
		return []reflect.Value{l.scratch[a.Index]}
	case ir.ArgInt:
		return one(l.size(a.Dim))
	case ir.ArgInts:
		v := make([]int, len(a.Dims))
		for i, d := range a.Dims {
			v[i] = l.size(d)
		}
		return one(v)
	case ir.ArgNum:
		v := goSlice(a.DType, 1).Index(0)
		if a.DType.IsFloat() {
			v.SetFloat(a.Num)
		} else {
			v.SetInt(a.Int)
		}
		return []reflect.Value{v}
	case ir.ArgBool:
		return one(a.Num != 0)
	case ir.ArgWeights:
		return one(goValue(a.Tensor))
	case ir.ArgText:
		return one(a.Name)
	case ir.ArgFunc:
		var all []reflect.Value
		for _, f := range mlKernels[strings.TrimPrefix(a.Name, "kernel.")] {
			all = append(all, reflect.ValueOf(f))
		}
		return all
	case ir.ArgNil:
		return []reflect.Value{{}}
	case ir.ArgStruct:
		return l.literals(a)
	case ir.ArgSlice:
		v := reflect.MakeSlice(reflect.SliceOf(goSlice(a.DType, 0).Type()), 0, len(a.Args))
		for _, x := range a.Args {
			v = reflect.Append(v, l.candidates(x)[0])
		}
		return []reflect.Value{v}
	}
	l.t.Fatalf("argument of kind %d", a.Kind)
	return nil
}

// mlStructs are the types of composite literals, with every type that a test uses.
var mlStructs = map[string][]any{"kernel.Trees": {kernel.Trees[float32, uint32]{}, kernel.Trees[float64, uint64]{}}, "kernel.TextNGrams": {kernel.TextNGrams{}}}

// literals are the composite literals that an argument may be.
func (l *lowered) literals(a ir.Arg) (all []reflect.Value) {
	for _, s := range mlStructs[a.Name] {
		v := reflect.New(reflect.TypeOf(s)).Elem()
		set := 0
		for i, f := range a.Args {
			for _, x := range l.candidates(f) {
				if !x.IsValid() {
					x = reflect.Zero(v.Field(i).Type())
				}
				if x.Type() == v.Field(i).Type() {
					v.Field(i).Set(x)
					set++
					break
				}
			}
		}
		if set == v.NumField() && set == len(a.Args) {
			all = append(all, v)
		}
	}
	return all
}

// call finds the form of the kernel that takes the arguments.
func (l *lowered) call(c ir.Call) {
	for _, f := range mlKernels[strings.TrimPrefix(c.Kernel, "kernel.")] {
		fn := reflect.ValueOf(f)
		if fn.Type().NumIn() != len(c.Args) {
			l.t.Fatalf("%s takes %d arguments, the op gives %d", c.Kernel, fn.Type().NumIn(), len(c.Args))
		}
		var args []reflect.Value
		for i, a := range c.Args {
			want := fn.Type().In(i)
			for _, v := range l.candidates(a) {
				if !v.IsValid() {
					v = reflect.Zero(want)
				}
				if v.Type() == want {
					args = append(args, v)
					break
				}
			}
		}
		if len(args) != len(c.Args) {
			continue
		}
		results := fn.Call(args)
		for i, s := range c.Bind {
			l.sizes[s] = results[i].Int()
		}
		if c.Fault != nil && results[len(results)-1].Int() >= 0 {
			l.fault = true
		}
		return
	}
	l.t.Fatalf("%s has no form for these arguments", c.Kernel)
}

// runLowered infers, lowers and runs an op on tensors; inputs from constant on are constants. It returns the outputs
// as generated code has them, and whether a kernel found a fault.
func runLowered(t *testing.T, op ir.Op, in []*ir.Tensor, constant int) ([]any, bool) {
	t.Helper()
	b := ir.NewBuilder("test")
	vals := make([]*ir.Value, len(in))
	l := &lowered{t: t, scratch: map[int]reflect.Value{}, sizes: map[string]int64{}}
	for i, x := range in {
		switch {
		case x == nil:
			l.in = append(l.in, nil)
			continue
		case i >= constant:
			vals[i] = b.Const(fmt.Sprint("c", i), x)
		default:
			vals[i] = b.Input(fmt.Sprint("x", i), x.TypeOf())
		}
		l.in = append(l.in, goValue(x))
	}
	out, err := b.Add("y", op, vals...)
	if err != nil {
		t.Fatalf("%v: %v", op, err)
	}
	calls, err := op.(ir.Lowerer).Lower(vals, out)
	if err != nil {
		t.Fatalf("%v: %v", op, err)
	}
	for _, c := range calls {
		if l.fault {
			break
		}
		l.makeRoom(c, out)
		l.call(c)
	}
	return l.out, l.fault
}

// makeRoom makes memory for the outputs that a call writes.
func (l *lowered) makeRoom(c ir.Call, out []*ir.Value) {
	if l.out == nil {
		l.out = make([]any, len(out))
	}
	for i, v := range out {
		writes := slices.ContainsFunc(c.Args, func(a ir.Arg) bool { return a.Kind == ir.ArgOut && a.Index == i })
		if writes && l.out[i] == nil {
			l.out[i] = l.output(v.Type)
		}
	}
}

// output makes an output's memory, with rubbish in it.
func (l *lowered) output(t ir.Type) any {
	if t.Kind == ir.KindSequence {
		m := reflect.MapOf(goSlice(t.Elem.Key, 0).Type().Elem(), reflect.TypeOf(float32(0)))
		return reflect.New(reflect.SliceOf(m)).Interface()
	}
	s := goSlice(t.DType, l.size(t.Len()))
	for i := range s.Len() {
		if t.DType.IsFloat() {
			s.Index(i).SetFloat(math.NaN())
		}
	}
	return s.Interface()
}

// checkLowered compares the kernels with Eval.
func checkLowered(t *testing.T, op ir.Op, in []*ir.Tensor, constant int, tolerance float64) {
	t.Helper()
	want, err := op.(ir.Evaluator).Eval(in)
	got, fault := runLowered(t, op, in, constant)
	if (err != nil) != fault {
		t.Fatalf("%v: fault %v, Eval says %v", op, fault, err)
	}
	for i, w := range want {
		if diff := differs(got[i], w, tolerance); diff != "" && !fault {
			t.Errorf("%s%+v: output %d: %s", op.OpName(), op, i, diff)
		}
	}
}

func differs(got any, want *ir.Tensor, tolerance float64) string {
	g, w := reflect.ValueOf(got), reflect.ValueOf(goValue(want))
	if g.Len() != w.Len() {
		return fmt.Sprintf("%d elements, want %d", g.Len(), w.Len())
	}
	for i := range g.Len() {
		a, b := g.Index(i), w.Index(i)
		same := a.Equal(b)
		if a.CanFloat() {
			x, y := a.Float(), b.Float()
			same = x == y || x != x && y != y || math.Abs(x-y) <= tolerance*max(math.Abs(y), 1e-30)
		}
		if !same {
			return fmt.Sprintf("element %d is %v, want %v", i, a, b)
		}
	}
	return ""
}

func floatTensor(d ir.DType, shape []int, r *rand.Rand) *ir.Tensor {
	t := ir.NewTensor(d, shape...)
	for i := range t.Len() {
		t.SetFloat(i, math.Round(r.NormFloat64()*8)/4)
	}
	return t
}

func TestScoresLower(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 5} {
		x := floatTensor(ir.Float32, []int{6, n}, r)
		for _, fn := range []string{"SOFTMAX_ZERO", "PROBIT"} {
			checkLowered(t, Scores{Fn: fn}, []*ir.Tensor{x}, 1, 1e-5)
		}
		checkLowered(t, TopClass{}, []*ir.Tensor{x}, 1, 0)
		checkLowered(t, TopClass{OneFrom: 0.5}, []*ir.Tensor{x}, 1, 0)
		for _, norm := range []string{"MAX", "L1", "L2"} {
			checkLowered(t, Normalizer{Norm: norm}, []*ir.Tensor{x}, 1, 1e-6)
		}
		checkLowered(t, RBF{Gamma: 0.3}, []*ir.Tensor{x, floatTensor(ir.Float32, []int{4, n}, r)}, 1, 1e-6)
	}
	one := floatTensor(ir.Float32, []int{5, 1}, r)
	checkLowered(t, TwoScores{Fn: "COMPLEMENT"}, []*ir.Tensor{one}, 1, 0)
	checkLowered(t, TwoScores{Fn: "NEGATE"}, []*ir.Tensor{one}, 1, 0)
}

func TestPairsLower(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, perClass := range [][]int{{2, 1}, {1, 0, 3}, {2, 2, 1, 1}} {
		n, vectors := len(perClass), 0
		for _, v := range perClass {
			vectors += v
		}
		k, coef := floatTensor(ir.Float32, []int{5, vectors}, r), floatTensor(ir.Float32, []int{n - 1, vectors}, r)
		checkLowered(t, PairVotes{Vectors: perClass}, []*ir.Tensor{k, coef, floatTensor(ir.Float32, []int{classPairs(n)}, r)}, 1, 1e-6)
		s, ab := floatTensor(ir.Float32, []int{5, classPairs(n)}, r), floatTensor(ir.Float32, []int{classPairs(n)}, r)
		checkLowered(t, PairProbabilities{Classes: n}, []*ir.Tensor{s, ab, ab}, 1, 1e-5)
	}
}

func TestFeaturesLower(t *testing.T) {
	nan := math.NaN()
	x := ir.FromFloats(ir.Float32, []int{2, 3}, []float64{1, nan, -2, 0, 1, nan})
	three, one := ir.FromFloats(ir.Float32, []int{3}, []float64{7, 8, 9}), ir.FromFloats(ir.Float32, []int{1}, []float64{5})
	for _, values := range []*ir.Tensor{three, one} {
		checkLowered(t, Imputer{NaN: true}, []*ir.Tensor{x, values}, 1, 0)
		checkLowered(t, Imputer{Replaced: 1}, []*ir.Tensor{x, values}, 1, 0)
	}
	whole := ir.OfInts(-1, 0, 1, 2)
	checkLowered(t, Imputer{Replaced: 1}, []*ir.Tensor{whole, ir.OfInts(9)}, 1, 0)
	checkLowered(t, Binarize{Threshold: 0.5, Above: 1}, []*ir.Tensor{x}, 1, 0)
	checkLowered(t, Binarize{Threshold: -0.5, Above: 1}, []*ir.Tensor{whole}, 1, 0)
	checkLowered(t, FeatureVectorizer{Widths: []int{2, 0, 5}}, []*ir.Tensor{x, x, x}, 3, 0)
}
