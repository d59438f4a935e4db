package onnx

import (
	"errors"
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var mlLinearRows = []row{
	{"LinearClassifier", 1, linearClassifier},
	{"LinearRegressor", 1, linearRegressor},
	{"SVMClassifier", 1, svmClassifier},
	{"SVMRegressor", 1, svmRegressor},
}

// above0 is the smallest score that is above 0.
const above0 = math.SmallestNonzeroFloat32

// table makes a constant of a list of floats, which must fill a shape.
func (n *node) table(name string, v []float32, shape ...int) (*ir.Value, error) {
	if ir.NumElements(shape) != len(v) {
		return nil, fmt.Errorf("attribute %s has %d values, want %d", name, len(v), ir.NumElements(shape))
	}
	return n.Const(n.name+"/"+name, ir.OfFloat32s(shape, v)), nil
}

// linear is x·aᵀ + b: a, float32 [rows, len(a)/rows], has a row for each of as many results, b an offset for each, or
// is nil.
func (n *node) linear(x *ir.Value, name string, a []float32, rows int, b []float32) (*ir.Value, error) {
	if rows < 1 || len(a) == 0 || len(a)%rows != 0 {
		return nil, fmt.Errorf("attribute %s has %d values, want a multiple of %d", name, len(a), rows)
	}
	w, err := n.table(name, a, rows, len(a)/rows)
	if err != nil {
		return nil, err
	}
	in := []*ir.Value{x, w}
	if b != nil {
		bias, err := n.table("offsets", b, rows)
		if err != nil {
			return nil, err
		}
		in = append(in, bias)
	}
	return n.one(op.MatMul{TransB: true}, in...)
}

// linearClassifier reads LinearClassifier. One row of coefficients stands for two classes.
func linearClassifier(n *node) ([]*ir.Value, error) {
	x, err := n.features()
	if err != nil {
		return nil, err
	}
	labels, err := n.labels("classlabels_ints")
	if err != nil {
		return nil, err
	}
	coefficients, offsets, post := n.floats("coefficients"), n.floats("intercepts"), n.postTransform()
	rows := len(offsets)
	if rows == 0 {
		offsets = nil
		rows = labels.Len()
		if f, ok := x.Type.Shape[1].IsConst(); ok && f > 0 {
			rows = len(coefficients) / int(f)
		}
	}
	if n.err != nil {
		return nil, n.err
	}
	scores, err := n.linear(x, "coefficients", coefficients, rows, offsets)
	if err != nil {
		return nil, err
	}
	if rows > 1 {
		if rows > labels.Len() {
			return nil, fmt.Errorf("%d rows of coefficients for %d labels", rows, labels.Len())
		}
		return n.classified(labels, op.TopClass{}, scores, post)
	}
	two := labels.Len() == 2
	if !two { // the score tells one label from all else
		labels = otherLabels(labels)
	}
	class, err := n.one(op.TopClass{OneFrom: above0}, scores)
	if err != nil {
		return nil, err
	}
	switch {
	case two:
		scores, err = n.twoScores(scores, post, false)
	case post == "PROBIT":
		scores, err = n.post(scores, post)
	}
	if err != nil {
		return nil, err
	}
	label, err := n.pickLabel(labels, class)
	return []*ir.Value{label, scores}, err
}

// otherLabels are the labels where a model names none for each outcome.
func otherLabels(labels *ir.Tensor) *ir.Tensor {
	if labels.DType == ir.String {
		return ir.OfStrings([]int{2}, []string{"0", "1"})
	}
	return ir.OfInts(0, 1)
}

// classified gives the labels of the classes and the mapped scores.
func (n *node) classified(labels *ir.Tensor, top ir.Op, scores *ir.Value, post string) ([]*ir.Value, error) {
	class, err := n.one(top, scores)
	if err != nil {
		return nil, err
	}
	label, err := n.pickLabel(labels, class)
	if err != nil {
		return nil, err
	}
	scores, err = n.post(scores, post)
	return []*ir.Value{label, scores}, err
}

// twoScores makes the scores of two classes of one score: (1-s, s), or (-s, s) if opposite or mapped by LOGISTIC,
// the only post transform that has an effect beside PROBIT.
func (n *node) twoScores(s *ir.Value, post string, opposite bool) (*ir.Value, error) {
	fn := "COMPLEMENT"
	if opposite || post == "LOGISTIC" {
		fn = "NEGATE"
	}
	if post == "PROBIT" {
		p, err := n.post(s, post)
		if err != nil {
			return nil, err
		}
		s = p
	}
	two, err := n.one(op.TwoScores{Fn: fn}, s)
	if err != nil || post != "LOGISTIC" {
		return two, err
	}
	return n.post(two, post)
}

// features reads the only input as float32 [rows, features].
func (n *node) features() (*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	return n.matrix(n.in[0], ir.Float32)
}

// linearRegressor reads LinearRegressor.
func linearRegressor(n *node) ([]*ir.Value, error) {
	x, err := n.features()
	if err != nil {
		return nil, err
	}
	targets, coefficients, offsets, post := n.integer("targets", 1), n.floats("coefficients"), n.floats("intercepts"), n.postTransform()
	switch {
	case n.err != nil:
		return nil, n.err
	case targets < 1 || targets > int64(len(coefficients)):
		return nil, fmt.Errorf("attribute targets is %d with %d coefficients", targets, len(coefficients))
	case len(offsets) != int(targets):
		offsets = nil
	}
	y, err := n.linear(x, "coefficients", coefficients, int(targets), offsets)
	if err != nil || targets == 1 && post != "PROBIT" {
		return values(y, err)
	}
	return values(n.post(y, post))
}

// kernelFunction is a support vector machine's: of every row of x with every support vector.
func (n *node) kernelFunction(x *ir.Value, vectors int) (*ir.Value, error) {
	kind := n.oneOf("kernel_type", "LINEAR", "POLY", "RBF", "SIGMOID")
	p, sv := n.floats("kernel_params"), n.floats("support_vectors")
	if len(p) == 0 {
		p = make([]float32, 3)
	}
	switch {
	case n.err != nil:
		return nil, n.err
	case len(p) != 3:
		return nil, fmt.Errorf("attribute kernel_params has %d values, want gamma, coef0 and degree", len(p))
	case len(sv) == 0 || len(sv)%vectors != 0:
		return nil, fmt.Errorf("attribute support_vectors has %d values, want a multiple of %d", len(sv), vectors)
	}
	gamma, coef0, degree := float64(p[0]), float64(p[1]), float64(p[2])
	if kind == "RBF" {
		v, err := n.table("support_vectors", sv, vectors, len(sv)/vectors)
		if err != nil {
			return nil, err
		}
		return n.one(op.RBF{Gamma: gamma}, x, v)
	}
	k, err := n.linear(x, "support_vectors", sv, vectors, nil)
	if err != nil || kind == "LINEAR" {
		return k, err
	}
	steps := []struct {
		fn    string
		value float64
		skip  bool
	}{{"Mul", gamma, gamma == 1}, {"Add", coef0, coef0 == 0}, {"Pow", degree, kind != "POLY"}}
	for _, s := range steps {
		if s.skip {
			continue
		}
		if k, err = n.one(op.Binary{Fn: s.fn}, k, n.Const("const", ir.Scalar(ir.Float32, s.value))); err != nil {
			return nil, err
		}
	}
	if kind == "SIGMOID" {
		return n.one(op.Unary{Fn: "Tanh"}, k)
	}
	return k, nil
}

// svmRegressor reads SVMRegressor; like ONNX Runtime it ignores post_transform.
func svmRegressor(n *node) ([]*ir.Value, error) {
	x, err := n.features()
	if err != nil {
		return nil, err
	}
	vectors, coefficients, rho := n.integer("n_supports", 0), n.floats("coefficients"), n.floats("rho")
	n.postTransform()
	switch {
	case n.err != nil:
		return nil, n.err
	case len(rho) == 0:
		return nil, errEmpty("rho")
	case vectors < 0 || vectors > 0 && vectors != int64(len(coefficients)):
		return nil, fmt.Errorf("attribute n_supports is %d with %d coefficients", vectors, len(coefficients))
	case vectors > 0:
		if x, err = n.kernelFunction(x, int(vectors)); err != nil {
			return nil, err
		}
	}
	y, err := n.linear(x, "coefficients", coefficients, 1, rho[:1])
	if err != nil || n.integer("one_class", 0) == 0 {
		return values(y, err)
	}
	return n.add(op.Binarize{Threshold: 0, Above: 1, Else: -1}, y)
}

// svmClassifier reads SVMClassifier: with support vectors, classes are compared two by two.
func svmClassifier(n *node) ([]*ir.Value, error) {
	x, err := n.features()
	if err != nil {
		return nil, err
	}
	labels, err := n.labels("classlabels_ints")
	if err != nil {
		return nil, err
	}
	perClass, coefficients, rho, post := ints(n.integers("vectors_per_class")), n.floats("coefficients"), n.floats("rho"), n.postTransform()
	vectors, classes := 0, labels.Len()
	for _, v := range perClass {
		if v < 0 || v > len(n.floats("support_vectors")) {
			return nil, fmt.Errorf("attribute vectors_per_class has %d, want a number of support vectors", v)
		}
		vectors += v
	}
	if n.err != nil {
		return nil, n.err
	}
	if len(rho) == 0 {
		return nil, errEmpty("rho")
	}
	if vectors == 0 {
		return n.linearSVM(x, labels, coefficients, rho[0], post)
	}
	if len(perClass) != classes || classes < 2 {
		return nil, fmt.Errorf("%d vectors_per_class for %d labels, want one for each of at least two", len(perClass), classes)
	}
	k, err := n.kernelFunction(x, vectors)
	if err != nil {
		return nil, err
	}
	class, scores, err := n.pairVotes(k, perClass, coefficients, rho)
	if err != nil {
		return nil, err
	}
	switch {
	case len(n.floats("prob_a")) > 0 || len(n.floats("prob_b")) > 0:
		if scores, err = n.pairProbabilities(scores, classes); err == nil {
			scores, err = n.post(scores, post)
		}
	case classes == 2:
		scores, err = n.twoScores(scores, post, post == "NONE")
	default:
		scores, err = n.post(scores, post)
	}
	if err != nil {
		return nil, err
	}
	label, err := n.pickLabel(labels, class)
	return []*ir.Value{label, scores}, err
}

// linearSVM is a classifier without support vectors: a row of coefficients for each class. Of two classes the second
// wins by a limit.
func (n *node) linearSVM(x *ir.Value, labels *ir.Tensor, coefficients []float32, rho float32, post string) ([]*ir.Value, error) {
	classes := labels.Len()
	offsets := make([]float32, classes)
	positive := true
	for i := range offsets {
		offsets[i] = rho
	}
	for _, c := range coefficients {
		positive = positive && c >= 0
	}
	scores, err := n.linear(x, "coefficients", coefficients, classes, offsets)
	if err != nil {
		return nil, err
	}
	top := op.TopClass{}
	if classes == 2 && len(n.floats("prob_a")) == 0 {
		top.OneFrom = above0
		if positive {
			top.OneFrom = 0.5
		}
	}
	if classes == 1 { // a single score is mapped by PROBIT only, and its label always holds
		class, err := n.one(top, scores)
		if err != nil {
			return nil, err
		}
		if post == "PROBIT" {
			if scores, err = n.post(scores, post); err != nil {
				return nil, err
			}
		}
		label, err := n.one(op.Gather{Axis: 0}, n.Const(n.name+"/labels", labels), class)
		return []*ir.Value{label, scores}, err
	}
	return n.classified(labels, top, scores, post)
}

// pairVotes decides between every two classes.
func (n *node) pairVotes(k *ir.Value, perClass []int, coefficients, rho []float32) (class, scores *ir.Value, err error) {
	classes, vectors := len(perClass), 0
	for _, v := range perClass {
		vectors += v
	}
	pairs := classes * (classes - 1) / 2
	if len(coefficients) < (classes-1)*vectors || len(rho) < pairs {
		return nil, nil, fmt.Errorf("%d coefficients and %d rho for %d classes and %d vectors, want %d and %d", len(coefficients), len(rho), classes, vectors, (classes-1)*vectors, pairs)
	}
	c, err := n.table("coefficients", coefficients[:(classes-1)*vectors], classes-1, vectors)
	if err != nil {
		return nil, nil, err
	}
	r, err := n.table("rho", rho[:pairs], pairs)
	if err != nil {
		return nil, nil, err
	}
	out, err := n.add(op.PairVotes{Vectors: perClass}, k, c, r)
	if err != nil {
		return nil, nil, err
	}
	return out[0], out[1], nil
}

// pairProbabilities turns the scores of pairs into a probability for each class.
func (n *node) pairProbabilities(scores *ir.Value, classes int) (*ir.Value, error) {
	a, b, pairs := n.floats("prob_a"), n.floats("prob_b"), classes*(classes-1)/2
	if len(a) < pairs || len(a) != len(b) {
		return nil, errors.New("attributes prob_a and prob_b want a value for each pair of classes")
	}
	ta, err := n.table("prob_a", a[:pairs], pairs)
	if err != nil {
		return nil, err
	}
	tb, err := n.table("prob_b", b[:pairs], pairs)
	if err != nil {
		return nil, err
	}
	return n.one(op.PairProbabilities{Classes: classes}, scores, ta, tb)
}
