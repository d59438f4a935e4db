package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// lossOps are the rows of the family.
var lossOps = []Def{
	{Name: "NLLLoss", Doc: "NLLLoss is the negative log likelihood of classes. Source: ONNX NegativeLogLikelihoodLoss.", New: func() ir.Op { return NLLLoss{} }, DTypes: floats, ULP: 4},
	{Name: "CrossEntropyLoss", Doc: "CrossEntropyLoss is the NLLLoss of a softmax. Source: ONNX SoftmaxCrossEntropyLoss.", New: func() ir.Op { return CrossEntropyLoss{} }, DTypes: floats, ULP: 64},
}

// NLLLoss is, for each sample, minus the log-probability of its class. Inputs:
//
//	0 x       [n, classes, d…], log-probabilities
//	1 target  [n, d…], int32 or int64, the samples' classes
//	2 weight  [classes], of each class, optional
//
// Samples whose class is Ignore, where Ignores is set, count nothing. Reduction is "none", "sum", or "mean", which
// divides the sum by that of the weights.
type NLLLoss struct {
	Reduction string
	Ignores   bool
	Ignore    int
}

// OpName is NLLLoss.
func (NLLLoss) OpName() string { return "NLLLoss" }

// CrossEntropyLoss is the NLLLoss of LogSoftmax(x), which is its second output.
type CrossEntropyLoss struct {
	Reduction string
	Ignores   bool
	Ignore    int
}

// OpName is CrossEntropyLoss.
func (CrossEntropyLoss) OpName() string { return "CrossEntropyLoss" }

// Body is a LogSoftmax and the loss.
func (o CrossEntropyLoss) Body(b *ir.Builder, in []*ir.Value) ([]*ir.Value, error) {
	if len(in) < 2 || len(in) > 3 || in[0] == nil || in[1] == nil {
		return nil, fmt.Errorf("%d inputs, want scores, labels and perhaps weights", len(in))
	}
	log, err := b.Add1("logProbability", LogSoftmax{Axis: 1}, in[0])
	if err != nil {
		return nil, err
	}
	loss, err := NLLLoss(o).Body(b, append([]*ir.Value{log}, in[1:]...))
	return append(loss, log), err
}

// Body picks the classes' log-probabilities, weighs and sums them up.
func (o NLLLoss) Body(b *ir.Builder, in []*ir.Value) ([]*ir.Value, error) {
	if len(in) < 2 || len(in) > 3 || in[0] == nil || in[1] == nil {
		return nil, fmt.Errorf("%d inputs, want log-probabilities, targets and perhaps weights", len(in))
	}
	x, target := in[0].Type, in[1].Type
	if !x.DType.IsFloat() || x.Rank() < 2 || target.Rank() != x.Rank()-1 || target.DType != ir.Int32 && target.DType != ir.Int64 {
		return nil, fmt.Errorf("the inputs are %s and %s, want floats [n, classes, d…] and integers [n, d…]", x, target)
	}
	if o.Reduction != "none" && o.Reduction != "sum" && o.Reduction != "mean" {
		return nil, fmt.Errorf("reduction is %q, want none, sum or mean", o.Reduction)
	}
	l := &lossBody{steps: steps{b: b}, loss: o, x: in[0]}
	picked, class := l.pick(in[1])
	var weight *ir.Value
	if len(in) > 2 && in[2] != nil {
		weight = l.add(Gather{}, in[2], class)
		if l.keep != nil {
			weight = l.add(Where{}, l.keep, weight, l.zero())
		}
		picked = l.binary("Mul", picked, weight)
	} else if l.keep != nil {
		weight = l.add(Cast{To: x.DType}, l.keep)
	}
	loss := l.reduce(picked, weight)
	if l.err != nil {
		return nil, l.err
	}
	return []*ir.Value{loss}, nil
}

// lossBody is the state of NLLLoss's Body.
type lossBody struct {
	steps
	loss NLLLoss
	x    *ir.Value
	keep *ir.Value // which samples count; nil for all
}

func (l *lossBody) zero() *ir.Value {
	return l.b.Const("zero", ir.NewTensor(l.x.Type.DType))
}

// pick gives each sample's loss before it is weighed, and the classes, 0 where a sample does not count.
func (l *lossBody) pick(class *ir.Value) (picked, counted *ir.Value) {
	s := l.x.Type.Shape
	if l.loss.Ignores {
		d := class.Type.DType
		ignored := l.binary("Equal", class, l.b.Const("ignore", ir.FromInts(d, nil, []int64{int64(l.loss.Ignore)})))
		l.keep = l.unary("Not", ignored)
		class = l.add(Where{}, l.keep, class, l.b.Const("zero", ir.NewTensor(d)))
	}
	column := append([]ir.Dim{s[0], ir.Const(1)}, s[2:]...)
	row := append([]ir.Dim{s[0]}, s[2:]...)
	picked = l.add(GatherElements{Axis: 1}, l.x, l.add(Reshape{Shape: column}, class))
	picked = l.unary("Neg", l.add(Reshape{Shape: row}, picked))
	if l.keep != nil {
		picked = l.add(Where{}, l.keep, picked, l.zero())
	}
	return picked, class
}

// reduce sums up.
func (l *lossBody) reduce(loss, weight *ir.Value) *ir.Value {
	if l.err != nil || l.loss.Reduction == "none" {
		return loss
	}
	axes := make([]int, l.x.Type.Rank()-1)
	for i := range axes {
		axes[i] = i
	}
	switch {
	case l.loss.Reduction == "sum":
		return l.add(Reduce{Fn: "ReduceSum", Axes: axes}, loss)
	case weight == nil:
		return l.add(Reduce{Fn: "ReduceMean", Axes: axes}, loss)
	}
	sum := l.add(Reduce{Fn: "ReduceSum", Axes: axes}, loss)
	return l.binary("Div", sum, l.add(Reduce{Fn: "ReduceSum", Axes: axes}, weight))
}
