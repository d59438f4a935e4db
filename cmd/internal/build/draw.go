package build

import (
	"errors"
	"fmt"
	"math"

	"github.com/energeticc/energeticc/codegen/emit"
	"github.com/energeticc/energeticc/ir"
)

// maxReference bounds the work of drawing golden answers, in elements that the reference evaluator makes or
// multiplies; it is plain, not quick.
const maxReference = 1e9

// Draw makes an input from a fixed seed and computes its answer with the reference evaluator on the graph as it was
// imported, so that the passes are tested as well. It gives none where the model is too large for that, or refuses
// every input that was tried.
func Draw(m *Model, opt Options) ([]emit.Case, error) {
	g, err := m.File.Import(Options{Dims: opt.Dims})
	if err != nil {
		return nil, err
	}
	for _, env := range fullFirst(g, assignments(g)) {
		if cost(g, env) > maxReference {
			continue
		}
		in, err := DrawInputs(g, env, 1)
		if err != nil {
			return nil, nil
		}
		out, err := g.EvalBounded(in, maxReference)
		if errors.Is(err, ir.ErrBudget) {
			return nil, nil
		}
		if err != nil || !agree(m, in) {
			continue // a size that the model's ops do not accept
		}
		for _, t := range out {
			if _, err := emit.Encode(t); err != nil {
				return nil, nil // a NaN within a sequence, which JSON does not have
			}
		}
		abs := 1e-5 * max(1, largest(out))
		if s := variations * spread(m, opt, in, out); s < 1e-2*largest(out) { // else a step decided otherwise, which says nothing
			abs = max(abs, s)
		}
		return []emit.Case{{Name: "drawn", In: in, Out: out, Abs: abs, Rel: 1e-3}}, nil
	}
	return nil, nil
}

// assignments are the sizes that are tried, small ones first: all free dims alike, then one of them larger than the
// others, as an input's length is beside a state's.
func assignments(g *ir.Graph) []map[string]int64 {
	var free []string
	for _, name := range g.SymbolNames() {
		if !g.Symbols[name].Data {
			free = append(free, name)
		}
	}
	var all []map[string]int64
	for _, size := range []int64{1, 2, 4, 8, 16, 32, 64, 128, 224, 512, 1024} {
		all = append(all, sizesOf(g, free, func(name string) int64 {
			if isBatch(name) {
				return 1
			}
			return size
		}))
		for _, long := range free {
			if len(free) > 1 {
				all = append(all, sizesOf(g, free, func(name string) int64 {
					if name == long {
						return size
					}
					return 1
				}))
			}
		}
	}
	return all
}

// fullFirst puts sizes at which some value has no elements last: a pool's window may be larger than the picture, and
// what is then answered says little of the model.
func fullFirst(g *ir.Graph, all []map[string]int64) []map[string]int64 {
	var full, hollow []map[string]int64
	for _, env := range all {
		if isHollow(g, env) {
			hollow = append(hollow, env)
		} else {
			full = append(full, env)
		}
	}
	return append(full, hollow...)
}

func isHollow(g *ir.Graph, env map[string]int64) bool {
	hollow := false
	g.Walk(func(n *ir.Node) {
		for _, v := range n.Out {
			if hollow || !v.Type.IsTensor() {
				continue
			}
			made, err := v.Type.Len().Eval(env)
			hollow = err == nil && made == 0
		}
	})
	return hollow
}

// sizesOf gives every free dim a size, held within its range.
func sizesOf(g *ir.Graph, free []string, size func(name string) int64) map[string]int64 {
	env := map[string]int64{}
	for _, name := range free {
		r := g.Symbols[name].Range
		env[name] = min(max(size(name), r.Lo), r.Hi)
	}
	return env
}

func isBatch(name string) bool {
	return name == "batch" || name == "batch_size" || name == "N" || name == "n"
}

// agree reports whether the improved graph accepts the inputs as well.
func agree(m *Model, in []*ir.Tensor) bool {
	for i, v := range m.Graph.Inputs {
		for a, d := range v.Type.Shape {
			if c, ok := d.IsConst(); ok && c != int64(in[i].Shape[a]) {
				return false
			}
		}
	}
	return true
}

// cost estimates the reference evaluator's work: what nodes make, times what a constant operand adds to each.
func cost(g *ir.Graph, env map[string]int64) float64 {
	total := 0.0
	g.Walk(func(n *ir.Node) {
		for _, v := range n.Out {
			if !v.Type.IsTensor() {
				continue
			}
			made, err := v.Type.Len().Eval(env)
			if err != nil {
				made = 1
			}
			total += float64(made) * reach(n, env)
		}
	})
	return total
}

// reach is how many numbers each result is made of.
func reach(n *ir.Node, env map[string]int64) float64 {
	switch n.Op.OpName() {
	case "MatMul", "Gemm", "Conv", "ConvTranspose":
	default:
		return 1
	}
	last := 1.0
	for _, v := range n.In[1:2] {
		t := v.Type
		k, err := t.Len().Eval(env)
		if err != nil || t.Rank() < 2 {
			continue
		}
		outer := t.Shape[t.Rank()-1]
		if n.Op.OpName() != "MatMul" {
			outer = t.Shape[0]
		}
		if o, err := outer.Eval(env); err == nil && o > 0 {
			last = float64(k) / float64(o)
		}
	}
	return last
}

func largest(out []*ir.Tensor) float64 {
	top := 0.0
	for _, t := range out {
		if t.Type != nil || !t.DType.IsFloat() {
			continue
		}
		for i := range t.Len() {
			if x := math.Abs(t.Float(i)); x < math.MaxFloat32 {
				top = max(top, x)
			}
		}
	}
	return top
}

// DrawInputs makes inputs of the given sizes: normal floats, small integers, which are valid as indices and masks
// alike, and short words.
func DrawInputs(g *ir.Graph, env map[string]int64, seed uint64) ([]*ir.Tensor, error) {
	r := &random{seed}
	var in []*ir.Tensor
	for _, v := range g.Inputs {
		if !v.Type.IsTensor() {
			t, err := r.held(v.Type)
			if err != nil {
				return nil, fmt.Errorf("input %s is %s: %w", v.Name, v.Type, err)
			}
			in = append(in, t)
			continue
		}
		shape := make([]int, v.Type.Rank())
		for i, d := range v.Type.Shape {
			n, err := d.Eval(env)
			if err != nil || n < 0 {
				return nil, fmt.Errorf("input %s: dim %s: %v", v.Name, d, err)
			}
			shape[i] = int(n)
		}
		in = append(in, r.tensor(v.Type.DType, shape))
	}
	return in, nil
}

// random is the splitmix64 generator (Steele, Lea, Flood 2014): the same numbers on every machine.
type random struct{ state uint64 }

func (r *random) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// normal is nearly normal: the sum of twelve uniform numbers less six.
func (r *random) normal() float64 {
	sum := 0.0
	for range 12 {
		sum += float64(r.next()>>11) / (1 << 53)
	}
	return sum - 6
}

// held makes a sequence of three tensors or an optional of one, whose open dims are 1 to 3.
func (r *random) held(t ir.Type) (*ir.Tensor, error) {
	if t.IsTensor() {
		shape := make([]int, len(t.Shape))
		if t.Open != ir.OpenDims {
			shape = make([]int, 2)
		}
		for i := range shape {
			shape[i] = 1 + int(r.next()%3)
			if i < len(t.Shape) && !t.Shape[i].IsAny() {
				c, _ := t.Shape[i].IsConst()
				shape[i] = int(c)
			}
		}
		return r.tensor(t.DType, shape), nil
	}
	n := 3
	switch t.Kind {
	case ir.KindOptional:
		n = 1
	case ir.KindMap:
		return nil, errors.New("maps are not drawn")
	}
	out := &ir.Tensor{Type: &t}
	for range n {
		e, err := r.held(*t.Elem)
		if err != nil {
			return nil, err
		}
		out.Elems = append(out.Elems, e)
	}
	return out, nil
}

func (r *random) tensor(d ir.DType, shape []int) *ir.Tensor {
	t := ir.NewTensor(d, shape...)
	for i := range t.Len() {
		switch {
		case d == ir.String:
			t.Strings[i] = []string{"a", "tree", "in the", "Garden"}[r.next()%4]
		case d.IsFloat():
			t.SetFloat(i, r.normal())
		case d.Kind() == ir.KindComplex:
			t.SetComplex(i, complex(r.normal(), r.normal()))
		default:
			t.SetInt(i, int64(r.next()%2))
		}
	}
	return t
}
