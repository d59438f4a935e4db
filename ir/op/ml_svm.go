package op

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/exact"
)

var mlSVMOps = []Def{
	{Name: "RBF", Doc: "RBF is e^(-Gamma·|x - v|²) of each row x of the first input with each row v of the second. Source: ONNX SVMClassifier, kernel_type RBF.", New: func() ir.Op { return RBF{} }, DTypes: []ir.DType{ir.Float32}, ULP: 64},
	{Name: "PairVotes", Doc: "PairVotes decides between every two classes by their support vectors and takes the class that wins most. Source: ONNX SVMClassifier.", New: func() ir.Op { return PairVotes{} }, DTypes: []ir.DType{ir.Float32}, ULP: 4},
	{Name: "PairProbabilities", Doc: "PairProbabilities couples the probabilities of every two classes to one for each class. Source: ONNX SVMClassifier; T.-F. Wu, C.-J. Lin, R. C. Weng, Probability Estimates for Multi-class Classification by Pairwise Coupling, 2004.", New: func() ir.Op { return PairProbabilities{} }, DTypes: []ir.DType{ir.Float32}, ULP: 64},
}

// RBF is the radial basis function e^(-Gamma·|x - v|²) of each row of x, float32 [rows, features], with each row of
// the second input, [vectors, features].
type RBF struct{ Gamma float64 }

// OpName is RBF.
func (RBF) OpName() string { return "RBF" }

// Infer gives a value for each row and vector.
func (o RBF) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantMatrices(x, 2); err != nil {
		return nil, err
	}
	a, b := x.Type(0), x.Type(1)
	if _, err := x.Equal(a.Shape[1], b.Shape[1], "rows and support vectors have different lengths"); err != nil {
		return nil, err
	}
	return one(ir.TensorType(ir.Float32, a.Shape[0], b.Shape[0]))
}

// wantMatrices checks that the first n inputs, all there are, are float32 matrices.
func wantMatrices(x *ir.Inference, n int) error {
	if err := wantTensors(x, n, n); err != nil {
		return err
	}
	for i := range n {
		if t := x.Type(i); t.Rank() != 2 || t.DType != ir.Float32 {
			return fmt.Errorf("input %d is %s, want a matrix of f32", i, t)
		}
	}
	return nil
}

// Eval computes pair by pair.
func (o RBF) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	rows, vectors, n := in[0].Shape[0], in[1].Shape[0], in[0].Shape[1]
	x, v := in[0].Floats(), in[1].Floats()
	out := ir.NewTensor(ir.Float32, rows, vectors)
	for r := range rows {
		for k := range vectors {
			sum := 0.0
			for i := range n {
				d := x[r*n+i] - v[k*n+i]
				sum += float64(d * d)
			}
			out.SetFloat(r*vectors+k, exact.Exp(-o.Gamma*sum))
		}
	}
	return result(out)
}

// Lower computes pair by pair.
func (o RBF) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return call("kernel.RBF", ir.Out(0), ir.In(0), ir.In(1), ir.Int(in[0].Type.Shape[0]), ir.Int(in[1].Type.Shape[0]), ir.Int(in[0].Type.Shape[1]), ir.Num(ir.Float64, o.Gamma))
}

// PairVotes decides between every two classes. Vectors are the support vectors of each class, which follow each
// other. Its inputs are the kernel function of rows and support vectors, float32 [rows, vectors], the coefficients,
// [classes-1, vectors], and an offset for each pair. Row j-1 of the coefficients weighs class i's vectors against
// class j > i, row i those of j against i. The outputs are the class that wins most, the first of equals, as int64
// [rows], and the scores of the pairs (0,1), (0,2) … float32 [rows, pairs]: the first of the two wins above 0.
type PairVotes struct{ Vectors []int }

// OpName is PairVotes.
func (PairVotes) OpName() string { return "PairVotes" }

// classPairs is how many pairs of classes there are.
func classPairs(classes int) int { return classes * (classes - 1) / 2 }

// maxClasses bounds what grows with the square of the classes.
const maxClasses = 4096

// Infer demands a coefficient for each class but one and vector, and an offset for each pair.
func (o PairVotes) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 3, 3); err != nil {
		return nil, err
	}
	classes, vectors := len(o.Vectors), 0
	for _, v := range o.Vectors {
		if v < 0 || v > math.MaxInt32-vectors {
			return nil, fmt.Errorf("a class has %d support vectors", v)
		}
		vectors += v
	}
	if classes < 2 || classes > maxClasses {
		return nil, fmt.Errorf("%d classes, want 2 to %d", classes, maxClasses)
	}
	k := x.Type(0)
	if k.Rank() != 2 {
		return nil, fmt.Errorf("input 0 is %s, want f32[rows, vectors]", k)
	}
	want := []ir.Type{
		ir.TensorType(ir.Float32, k.Shape[0], ir.Const(int64(vectors))),
		ir.TensorType(ir.Float32, ir.Const(int64(classes-1)), ir.Const(int64(vectors))),
		ir.TensorType(ir.Float32, ir.Const(int64(classPairs(classes)))),
	}
	for i, w := range want {
		if got := x.Type(i); !got.Equal(w) {
			return nil, fmt.Errorf("input %d is %s, want %s", i, got, w)
		}
	}
	return []ir.Type{ir.TensorType(ir.Int64, k.Shape[0]), ir.TensorType(ir.Float32, k.Shape[0], want[2].Shape[0])}, nil
}

// Eval decides pair by pair.
func (o PairVotes) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	rows, vectors, classes := in[0].Shape[0], in[0].Shape[1], len(o.Vectors)
	start := make([]int, classes+1)
	for i, v := range o.Vectors {
		start[i+1] = start[i] + v
	}
	pairs := classPairs(classes)
	class, out := ir.NewTensor(ir.Int64, rows), ir.NewTensor(ir.Float32, rows, pairs)
	for r := range rows {
		votes, p := make([]int, classes), 0
		for i := range classes {
			for j := i + 1; j < classes; j++ {
				sum := in[2].Float(p)
				for v := start[i]; v < start[i+1]; v++ {
					sum += float64(in[1].Float((j-1)*vectors+v) * in[0].Float(r*vectors+v))
				}
				for v := start[j]; v < start[j+1]; v++ {
					sum += float64(in[1].Float(i*vectors+v) * in[0].Float(r*vectors+v))
				}
				out.SetFloat(r*pairs+p, sum)
				p++
				if sum > 0 {
					votes[i]++
				} else {
					votes[j]++
				}
			}
		}
		best := 0
		for k, n := range votes {
			if n > votes[best] {
				best = k
			}
		}
		class.SetInt(r, int64(best))
	}
	return []*ir.Tensor{class, out}, nil
}

// Lower decides pair by pair.
func (o PairVotes) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return call("kernel.PairVotes", ir.Out(0), ir.Out(1), ir.In(0), ir.In(1), ir.In(2), ir.IntsC(o.Vectors...), ir.Scratch(0, ir.Int32, ir.Const(int64(len(o.Vectors)))))
}

// PairProbabilities turns the scores of every two of Classes, float32 [rows, pairs], into a probability for each
// class: a pair's is 1 - 1/(1 + e^-(a·s + b)) for the first of the two, with a and b, [pairs], the other inputs; the
// classes' are those that agree with the pairs' best.
type PairProbabilities struct{ Classes int }

// OpName is PairProbabilities.
func (PairProbabilities) OpName() string { return "PairProbabilities" }

// Infer gives a probability for each class.
func (o PairProbabilities) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 3, 3); err != nil {
		return nil, err
	}
	if o.Classes < 2 || o.Classes > maxClasses {
		return nil, fmt.Errorf("%d classes, want 2 to %d", o.Classes, maxClasses)
	}
	pairs := ir.Const(int64(classPairs(o.Classes)))
	s := x.Type(0)
	if s.Rank() != 2 || s.DType != ir.Float32 || !s.Shape[1].Equal(pairs) {
		return nil, fmt.Errorf("the scores are %s, want f32[rows, %s]", s, pairs)
	}
	for i := 1; i < 3; i++ {
		if got, want := x.Type(i), ir.TensorType(ir.Float32, pairs); !got.Equal(want) {
			return nil, fmt.Errorf("input %d is %s, want %s", i, got, want)
		}
	}
	return one(ir.TensorType(ir.Float32, s.Shape[0], ir.Const(int64(o.Classes))))
}

// Eval couples row by row.
func (o PairProbabilities) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	rows, pairs, n := in[0].Shape[0], in[0].Shape[1], o.Classes
	out := ir.NewTensor(ir.Float32, rows, n)
	for r := range rows {
		p, at := make([][]float64, n), 0 // p[i][j]: i wins against j
		for i := range p {
			p[i] = make([]float64, n)
		}
		for i := range n {
			for j := i + 1; j < n; j++ {
				s := in[0].Float(r*pairs+at)*in[1].Float(at) + in[2].Float(at)
				p[i][j] = min(max(1-sigmoid(s), 1e-7), 1-1e-7)
				p[j][i] = 1 - p[i][j]
				at++
			}
		}
		for k, v := range couple(p) {
			out.SetFloat(r*n+k, v)
		}
	}
	return result(out)
}

// couple finds the probabilities of classes that agree best with those of pairs, by the iteration of the paper's
// second method, ended where libsvm ends it.
func couple(pair [][]float64) []float64 {
	n := len(pair)
	q, p := make([][]float64, n), make([]float64, n)
	for i := range q {
		q[i], p[i] = make([]float64, n), 1/float64(n)
		for j := range n {
			if i != j {
				q[i][i] += float64(pair[j][i] * pair[j][i])
				q[i][j] = -pair[j][i] * pair[i][j]
			}
		}
	}
	for range 100 {
		qp, total := make([]float64, n), 0.0
		for i := range n {
			for j := range n {
				qp[i] += float64(q[i][j] * p[j])
			}
			total += float64(p[i] * qp[i])
		}
		worst := 0.0
		for _, v := range qp {
			worst = max(worst, math.Abs(v-total))
		}
		if worst < 0.005/float64(n) {
			break
		}
		for i := range n {
			d := (total - qp[i]) / q[i][i]
			p[i] += d
			total = (total + float64(d*(float64(d*q[i][i])+2*qp[i]))) / (1 + d) / (1 + d)
			for j := range n {
				qp[j] = (qp[j] + float64(d*q[i][j])) / (1 + d)
				p[j] /= 1 + d
			}
		}
	}
	return p
}

// Lower couples row by row.
func (o PairProbabilities) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	n := int64(o.Classes)
	return call("kernel.PairProbabilities", ir.Out(0), ir.In(0), ir.In(1), ir.In(2), ir.IntC(o.Classes), ir.Scratch(0, ir.Float64, ir.Const(n*n+2*n)))
}
