package build

import (
	"math"

	"github.com/energeticc/energeticc/ir"
)

// variations is how many times what a rounding of the weights changes an answer may differ.
const variations = 8

// spread is how far the answers move when every weight moves by a rounding of float32: models that subtract large
// numbers from each other (a variance as E[x²] - E[x]², say) have answers that no two orders of summing share.
func spread(m *Model, opt Options, in, out []*ir.Tensor) float64 {
	g, err := m.File.Import(Options{Dims: opt.Dims})
	if err != nil {
		return 0
	}
	r, moved := &random{2}, map[*ir.Tensor]*ir.Tensor{}
	g.Walk(func(n *ir.Node) {
		for _, v := range n.In {
			if v == nil || v.Const == nil || v.Const.Type != nil || !v.Const.DType.IsFloat() || v.Const.DType.IsStorage() {
				continue
			}
			if moved[v.Const] == nil {
				t := r.nudged(v.Const)
				moved[v.Const], moved[t] = t, t
			}
			v.Const = moved[v.Const]
		}
	})
	other, err := g.EvalBounded(in, maxReference)
	if err != nil || len(other) != len(out) {
		return 0
	}
	top := 0.0
	for i, t := range out {
		if t.Type != nil || !t.DType.IsFloat() || other[i].Len() != t.Len() {
			continue
		}
		for k := range t.Len() {
			if d := math.Abs(t.Float(k) - other[i].Float(k)); d < math.MaxFloat32 {
				top = max(top, d)
			}
		}
	}
	return top
}

// nudged is a tensor whose elements are up to 2⁻²³ of themselves off.
func (r *random) nudged(t *ir.Tensor) *ir.Tensor {
	out := ir.NewTensor(t.DType, t.Shape...)
	for i := range t.Len() {
		share := float64(r.next()>>11)/(1<<52) - 1
		out.SetFloat(i, t.Float(i)*(1+share*0x1p-23))
	}
	return out
}
