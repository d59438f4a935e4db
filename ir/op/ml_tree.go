package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

var mlTreeOps = []Def{
	{Name: "TreeEnsemble", Doc: "TreeEnsemble aggregates, for each row and target, the votes of the leaves that the row reaches in the trees. Source: ONNX TreeEnsemble, TreeEnsembleRegressor.", New: func() ir.Op { return TreeEnsemble{} }, DTypes: native},
	{Name: "TreeClassifier", Doc: "TreeClassifier finds each row's class and its classes' scores by the votes of trees. Source: ONNX TreeEnsembleClassifier, as ONNX Runtime reads it.", New: func() ir.Op { return TreeClassifier{} }, DTypes: native, ULP: 8},
}

// native are the floats that scores are summed in.
var native = []ir.DType{ir.Float32, ir.Float64}

// The inputs of TreeEnsemble and TreeClassifier by name. T is float32 or float64; all but the first are constants.
const (
	treeX       = iota // T [rows, features]
	treeRoots          // int32 [trees]: a node, or ^leaf
	treeNodes          // int32 [nodes, 4]: mode, feature, next if true, next if false; next is a node, or ^leaf
	treeSplits         // T [nodes]: the threshold; of a member test, where its set starts among the members
	treeStarts         // int32 [leaves + 1]: leaf l has the votes from starts[l] to starts[l+1]
	treeTargets        // int32 [votes]
	treeWeights        // T [votes]
	treeBase           // T, optional: added to the scores
	treeMembers        // T, optional: sets, each ended by NaN
	treeInputs
)

// TreeMode is what a node compares.
type TreeMode int32

// The modes of nodes: the true branch is taken where x ≤ split and so on. MissingTrue, added to a mode, sends NaN to
// the true branch.
const (
	TreeLessOrEqual TreeMode = iota
	TreeLess
	TreeGreaterOrEqual
	TreeGreater
	TreeEqual
	TreeNotEqual
	TreeMember
	treeModes
	MissingTrue TreeMode = 8
)

// TreeEnsemble aggregates the votes of the leaves that a row of x reaches: Aggregate is SUM, AVERAGE, MIN or MAX.
// Base values, if given, are added last; a target of several that no leaf votes for is 0 even so. Sums are taken in
// the trees' order and in x's element type, so that scores near a tie come out as the trainers' own runtimes have them.
type TreeEnsemble struct {
	Targets   int
	Aggregate string
}

// OpName is TreeEnsemble.
func (TreeEnsemble) OpName() string { return "TreeEnsemble" }

// maxTargets bounds the columns of the result, which a hostile model could ask for without any data.
const maxTargets = 1 << 20

// Infer checks the tables and gives a column for each target.
func (o TreeEnsemble) Infer(x *ir.Inference) ([]ir.Type, error) {
	switch o.Aggregate {
	case "SUM", "AVERAGE", "MIN", "MAX":
	default:
		return nil, fmt.Errorf("aggregate is %q, want SUM, AVERAGE, MIN or MAX", o.Aggregate)
	}
	e, err := inferTrees(x, o.Targets)
	if err != nil {
		return nil, err
	}
	if n := len(e.base); n != 0 && n != o.Targets {
		return nil, fmt.Errorf("%d base values, want none or one for each of %d targets", n, o.Targets)
	}
	t := x.Type(treeX)
	return one(ir.TensorType(t.DType, t.Shape[0], ir.Const(int64(o.Targets))))
}

// inferTrees checks the inputs that both ops share.
func inferTrees(x *ir.Inference, targets int) (*ensemble, error) {
	if err := wantTensors(x, treeBase, treeInputs); err != nil {
		return nil, err
	}
	if err := wantDType(x, treeX, native...); err != nil {
		return nil, err
	}
	t := x.Type(treeX)
	if t.Rank() != 2 {
		return nil, fmt.Errorf("x is %s, want [rows, features]", t)
	}
	if targets < 1 || targets > maxTargets {
		return nil, fmt.Errorf("%d targets, want 1 to %d", targets, maxTargets)
	}
	in := make([]*ir.Tensor, len(x.In))
	for i := treeRoots; i < len(x.In); i++ {
		if in[i] = x.Const(i); in[i] == nil && x.Has(i) {
			return nil, fmt.Errorf("input %d is no constant", i)
		}
	}
	e, err := readTrees(t.DType, in, targets)
	if err != nil {
		return nil, err
	}
	// A row must have every feature that a node reads; it may have more.
	need := ir.Const(int64(e.features))
	_, err = x.Equal(t.Shape[1].Min(need), need, fmt.Sprintf("the trees read feature %d, which the rows do not have", e.features-1))
	return e, err
}

// Eval walks every tree for every row.
func (o TreeEnsemble) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	e, err := readTrees(in[treeX].DType, in, o.Targets)
	if err != nil {
		return nil, err
	}
	rows, features := in[treeX].Shape[0], in[treeX].Shape[1]
	out := ir.NewTensor(in[treeX].DType, rows, o.Targets)
	x := in[treeX].Floats()
	for r := range rows {
		scores, voted := e.votes(x[r*features:(r+1)*features], o.Targets, o.Aggregate)
		for k, s := range scores {
			if o.Aggregate == "AVERAGE" {
				s = e.round(s / float64(len(e.roots)))
			}
			if len(e.base) > 0 && (voted[k] || o.Targets == 1) {
				s = e.round(s + e.base[k])
			}
			out.SetFloat(r*o.Targets+k, s)
		}
	}
	return result(out)
}

// Lower walks packed tables.
func (o TreeEnsemble) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	e, err := treesOf(in, o.Targets)
	if err != nil {
		return nil, err
	}
	args := append([]ir.Arg{ir.Out(0)}, e.args(in)...)
	voted := ir.Scratch(2, ir.Bool, ir.Const(int64(o.Targets)))
	if o.Aggregate == "MIN" || o.Aggregate == "MAX" {
		return call("kernel.TreeExtreme", append(args, ir.Flag(o.Aggregate == "MAX"), voted)...)
	}
	divisor := 1.0
	if o.Aggregate == "AVERAGE" {
		divisor = float64(len(e.roots))
	}
	if len(e.base) == 0 || o.Targets == 1 { // votes need not be told from zeros
		voted = ir.Nil()
	}
	return call("kernel.TreeSum", append(args, ir.Num(e.dtype, divisor), voted)...)
}

// TreeClassifier sums the votes of the leaves that a row of x reaches. Its outputs are the class's position,
// int64 [rows], and the scores, float32 [rows, Classes], after Post: NONE, LOGISTIC, SOFTMAX, SOFTMAX_ZERO or PROBIT.
// A base value for each class is added to the scores.
//
// Where all votes are for one of two classes, its score s decides alone: by s > 1/2 if no weight is negative, else by
// s > 0. If that is the first class, the scores are (1-s, s) or (-s, s), and Post is LOGISTIC of the latter or nothing.
type TreeClassifier struct {
	Classes int
	Post    string
}

// OpName is TreeClassifier.
func (TreeClassifier) OpName() string { return "TreeClassifier" }

// Infer checks the tables and gives a class for each row and a score for each class.
func (o TreeClassifier) Infer(x *ir.Inference) ([]ir.Type, error) {
	if !isPost(o.Post) {
		return nil, errPost(o.Post)
	}
	e, err := inferTrees(x, o.Classes)
	if err != nil {
		return nil, err
	}
	if n := len(e.base); n != 0 && n != o.Classes && (n != 1 || o.Classes != 2) {
		return nil, fmt.Errorf("%d base values, want none or one for each of %d classes", n, o.Classes)
	}
	rows := x.Type(treeX).Shape[0]
	return []ir.Type{ir.TensorType(ir.Int64, rows), ir.TensorType(ir.Float32, rows, ir.Const(int64(o.Classes)))}, nil
}

// Eval decides row by row.
func (o TreeClassifier) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	e, err := readTrees(in[treeX].DType, in, o.Classes)
	if err != nil {
		return nil, err
	}
	rows, features := in[treeX].Shape[0], in[treeX].Shape[1]
	class, out := ir.NewTensor(ir.Int64, rows), ir.NewTensor(ir.Float32, rows, o.Classes)
	x := in[treeX].Floats()
	for r := range rows {
		scores, voted := e.votes(x[r*features:(r+1)*features], o.Classes, "SUM")
		decide := e.decideMany
		if o.Classes <= 2 {
			decide = e.decideTwo
		}
		c, post := decide(scores, voted, o.Post)
		class.SetInt(r, int64(c))
		for k := range scores { // the scores leave the trees' precision before they are mapped
			scores[k] = float64(float32(scores[k]))
		}
		applyPost(post, scores)
		for k, s := range scores {
			out.SetFloat(r*o.Classes+k, s)
		}
	}
	return []*ir.Tensor{class, out}, nil
}

// decideMany takes the highest score among the classes that have one.
func (e *ensemble) decideMany(scores []float64, voted []bool, post string) (int, string) {
	best := -1
	for k := range scores {
		if len(e.base) > 0 {
			scores[k], voted[k] = e.round(scores[k]+e.base[k]), true
		}
		if voted[k] && (best < 0 || scores[k] > scores[best]) {
			best = k
		}
	}
	return max(best, 0), post
}

// decideTwo is the rule for two classes, or for one, where the class's position is 1 if it wins. It returns what is
// left to do to the scores.
func (e *ensemble) decideTwo(scores []float64, voted []bool, post string) (int, string) {
	second := len(scores) == 2 && voted[1]
	switch {
	case len(e.base) == 2 && second:
		scores[1] = e.round(e.base[1] + scores[0])
		scores[0] = -scores[1]
	default:
		for k, b := range e.base {
			scores[k] = e.round(scores[k] + b)
		}
	}
	for k := range scores {
		if !voted[k] {
			scores[k] = 0
		}
	}
	s, class := scores[0], 0
	if second {
		s = scores[1]
	}
	if s > e.limit() {
		class = 1
	}
	if second || len(e.base) == 2 {
		return class, post
	}
	fn, post := e.alone(post)
	switch s := scores[0]; fn {
	case "ScoresComplement":
		scores[0], scores[1] = e.round(1-s), s
	case "ScoresNegate":
		scores[0], scores[1] = -s, s
	}
	return class, post
}

// limit is the score above which the second of two classes wins.
func (e *ensemble) limit() float64 {
	if e.outputs == 2 && e.oneClass && e.positive {
		return 0.5
	}
	return 0
}

// alone says how two scores are made of the first one where the second class has no votes: the function that gives
// the other class its score, and the post transform after it.
func (e *ensemble) alone(post string) (fn, then string) {
	switch {
	case post == "PROBIT":
		return "", "PROBIT_FIRST"
	case e.outputs == 1 || !e.oneClass && len(e.base) > 0: // other rows have votes for the second class; here it keeps 0
		return "", "NONE"
	case post == "LOGISTIC":
		return "ScoresNegate", post
	case e.oneClass && e.positive:
		return "ScoresComplement", "NONE"
	}
	return "ScoresNegate", "NONE"
}

// Lower walks packed tables.
func (o TreeClassifier) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	e, err := treesOf(in, o.Classes)
	if err != nil {
		return nil, err
	}
	args := append([]ir.Arg{ir.Out(0), ir.Out(1)}, e.args(in)...)
	classes := ir.Const(int64(o.Classes))
	kernel := "kernel.TreeClassify"
	if o.Classes <= 2 {
		kernel = "kernel.TreeClassifyTwo"
		args = append(args, ir.Num(e.dtype, e.limit()))
	}
	args = append(args, postArg(o.Post))
	if o.Classes <= 2 {
		fn, then := e.alone(o.Post)
		alone := ir.Nil()
		if fn != "" {
			alone = ir.Func("kernel."+fn, e.dtype)
		}
		args = append(args, alone, postArg(then))
	}
	args = append(args, ir.Scratch(3, e.dtype, classes), ir.Scratch(2, ir.Bool, classes))
	return call(kernel, args...)
}
