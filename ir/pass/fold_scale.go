package pass

import (
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// foldScale takes factors and summands by channel into the constant weights and bias of the product or convolution
// that they follow (batch normalisation after a convolution), and those before a product into its weights and bias (a
// scaler's). Arithmetic is in float64 and rounds once. Normalisations and activations must have been found, whose
// scales are theirs.
//
// Weights that other nodes read too stay, since a scaled copy would be stored beside them.
func foldScale(top *ir.Graph) error {
	return eachNode(top, func(e *editor, n *ir.Node) {
		if len(n.Out) != 1 || n.Out[0].Type.DType != ir.Float32 {
			return
		}
		for i := range min(2, len(n.In)) {
			if m := e.by[n.In[i]]; m != nil && e.uses[n.In[i]] == 1 && e.scalable(m) {
				if axis, ok := channelAxis(m); ok && e.scaleAfter(n, i, m, axis) {
					return
				}
			}
		}
		if _, ok := n.Op.(op.MatMul); ok && e.scalable(n) {
			e.scaleBefore(n)
		}
	})
}

// scalable reports whether a node's weights and bias are constants that it alone reads, in float32.
func (e *editor) scalable(n *ir.Node) bool {
	if _, ok := channelAxis(n); !ok || input(n, inputResidual) != nil || len(n.In) > inputResidual+1 {
		return false
	}
	w, b := n.In[inputWeights], input(n, inputBias)
	return w.Const != nil && w.Const.DType == ir.Float32 && e.uses[w] == 1 && (b == nil || b.Const != nil && b.Const.DType == ir.Float32)
}

// linear is scale·x + shift, both by channel.
type linear struct {
	x            *ir.Value
	scale, shift []float64
}

// linear reads a node as a linear function of its input i with constants by channel, count of them along an axis.
func (e *editor) linear(n *ir.Node, i, axis, count int) (linear, bool) {
	l := linear{x: n.In[i], scale: filled(count, 1), shift: filled(count, 0)}
	if !l.x.Type.Equal(n.Out[0].Type) || len(n.Checks) > 0 {
		return l, false
	}
	if o, ok := n.Op.(op.Affine); ok {
		if i != 0 || o.Axis != axis || o.Act.Fn != "" || n.In[1].Const == nil || n.In[2].Const == nil {
			return l, false
		}
		l.scale, l.shift = n.In[1].Const.Floats(), n.In[2].Const.Floats()
		return l, len(l.scale) == count && len(l.shift) == count
	}
	if _, ok := n.Op.(op.Binary); !ok || len(n.In) != 2 {
		return l, false
	}
	v, ok := e.channelFloats(n.In[1-i], n.Out[0].Type, axis, count)
	if !ok {
		return l, false
	}
	switch fn := n.Op.OpName(); {
	case fn == "Mul":
		l.scale = v
	case fn == "Add":
		l.shift = v
	case fn == "Div" && i == 0:
		for k := range v {
			l.scale[k] = 1 / v[k]
		}
	case fn == "Sub" && i == 0:
		for k := range v {
			l.shift[k] = -v[k]
		}
	case fn == "Sub":
		l.scale, l.shift = filled(count, -1), v
	default:
		return l, false
	}
	return l, true
}

func filled(n int, v float64) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = v
	}
	return s
}

func isFilled(s []float64, v float64) bool {
	for _, x := range s {
		if x != v {
			return false
		}
	}
	return true
}

// channelFloats reads a constant operand as numbers by channel.
func (e *editor) channelFloats(v *ir.Value, out ir.Type, axis, count int) ([]float64, bool) {
	if v == nil || v.Const == nil {
		return nil, false
	}
	if x, ok := scalar(v, out.Rank()); ok {
		return filled(count, x), true
	}
	c := e.channelVector(v, out, axis)
	if c == nil || c.Const.Len() != count {
		return nil, false
	}
	return c.Const.Floats(), true
}

// scaleAfter makes node n, linear in the result of m, compute m's product with scaled weights.
func (e *editor) scaleAfter(n *ir.Node, i int, m *ir.Node, axis int) bool {
	count, ok := m.Out[0].Type.Shape[axis].IsConst()
	if !ok || count > 1<<24 {
		return false
	}
	l, ok := e.linear(n, i, axis, int(count))
	if !ok {
		return false
	}
	if input(m, inputBias) == nil && isFilled(l.scale, 1) {
		return false // fuse_bias takes the constant as it is
	}
	w := m.In[inputWeights].Const
	channel := outputChannel(m)
	scaled := ir.NewTensor(w.DType, w.Shape...)
	for k, v := range w.Floats() {
		scaled.SetFloat(k, v*l.scale[channel(k)])
	}
	bias := ir.NewTensor(w.DType, int(count))
	for k := range l.shift {
		b := l.shift[k]
		if v := input(m, inputBias); v != nil {
			b += v.Const.Float(k) * l.scale[k]
		}
		bias.SetFloat(k, b)
	}
	in := append([]*ir.Value{}, m.In...)
	return e.putWeights(n, m, in, scaled, bias)
}

// putWeights makes node n the product m with other weights and bias, if all of them are finite.
func (e *editor) putWeights(n, m *ir.Node, in []*ir.Value, w, b *ir.Tensor) bool {
	if !isFinite(w) || !isFinite(b) {
		return false
	}
	in = with(in, inputWeights, ir.ConstValue(in[inputWeights].Name, w))
	if old := input(m, inputBias); old != nil || !isZero(b) {
		name := in[inputWeights].Name + ".bias"
		if old != nil {
			name = old.Name
		}
		in = with(in, inputBias, ir.ConstValue(name, b))
	}
	if !e.rewrite(n, m.Op, in...) {
		return false
	}
	n.Name = m.Name
	return true
}

func isFinite(t *ir.Tensor) bool {
	for _, v := range t.Floats() {
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return false
		}
	}
	return true
}

func isZero(t *ir.Tensor) bool {
	for _, v := range t.Floats() {
		if v != 0 {
			return false
		}
	}
	return true
}

// outputChannel gives, for a place in the weights, the channel of the result that it adds to.
func outputChannel(m *ir.Node) func(k int) int {
	shape := m.In[inputWeights].Const.Shape
	switch o := m.Op.(type) {
	case op.Conv: // [m, c/group, kernel…]
		inner := ir.NumElements(shape[1:])
		return func(k int) int { return k / inner }
	case op.ConvTranspose: // [c, m/group, kernel…]
		inner := ir.NumElements(shape[2:])
		group := max(shape[0]/max(o.Group, 1), 1) // input channels of a group
		return func(k int) int {
			return k/inner/shape[1]/group*shape[1] + k/inner%shape[1]
		}
	case op.MatMul:
		cols, rows := shape[len(shape)-1], shape[len(shape)-2]
		if o.TransB {
			return func(k int) int { return k / cols % rows }
		}
		return func(k int) int { return k % cols }
	}
	panic("pass: BUG: no weights in " + m.Op.OpName())
}

// shiftLimit bounds the summands that are taken through a product: (x - mean)·s is exact for x near a large mean,
// x·s - mean·s would round away what differs.
const shiftLimit = 32

// scaleBefore takes what is linear in a product's first input, by column, into its weights and bias.
func (e *editor) scaleBefore(n *ir.Node) {
	o := n.Op.(op.MatMul)
	w := n.In[inputWeights].Const
	if o.TransA || len(w.Shape) != 2 || o.Alpha != 0 && o.Alpha != 1 {
		return
	}
	rows, cols := w.Shape[0], w.Shape[1]
	if o.TransB {
		rows, cols = cols, rows
	}
	total := linear{n.In[inputX], filled(rows, 1), filled(rows, 0)}
	for range 4 {
		l, ok := e.columnLinear(total.x, rows)
		if !ok {
			break
		}
		next := linear{l.x, filled(rows, 0), filled(rows, 0)}
		for k := range rows {
			next.scale[k] = l.scale[k] * total.scale[k]
			next.shift[k] = l.shift[k]*total.scale[k] + total.shift[k]
		}
		total = next
	}
	if total.x == n.In[inputX] {
		return
	}
	scaled := ir.NewTensor(w.DType, w.Shape...)
	sums := make([]float64, cols)
	if v := input(n, inputBias); v != nil {
		sums = v.Const.Floats()
	}
	for k, v := range w.Floats() {
		row, col := k/max(cols, 1), k%max(cols, 1)
		if o.TransB {
			row, col = k%max(rows, 1), k/max(rows, 1)
		}
		if math.Abs(total.shift[row]) > shiftLimit {
			return
		}
		scaled.SetFloat(k, v*total.scale[row])
		sums[col] += v * total.shift[row]
	}
	in := with(append([]*ir.Value{}, n.In...), inputX, total.x)
	e.putWeights(n, n, in, scaled, ir.FromFloats(w.DType, []int{cols}, sums))
}

// columnLinear reads a value that only one node reads as linear along its last axis.
func (e *editor) columnLinear(v *ir.Value, count int) (linear, bool) {
	n := e.by[v]
	if n == nil || e.uses[v] != 1 || len(n.Out) != 1 {
		return linear{}, false
	}
	for i := range min(2, len(n.In)) {
		if x := n.In[i]; x != nil && x.Const == nil {
			if l, ok := e.linear(n, i, v.Type.Rank()-1, count); ok {
				return l, true
			}
		}
	}
	return linear{}, false
}
