package pass

import (
	"math"
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// foldScale takes factors and summands by channel into the constant weights and bias of the product or convolution
// that they follow (batch normalisation after a convolution), and those before one into its weights and bias (a
// scaler's). Arithmetic is in float64 and rounds once. Normalisations and activations must have been found, whose
// scales are theirs.
//
// Weights that other nodes read too stay, since a scaled copy would be stored beside them. A convolution's weights that
// are codes stay, too, and what they stand for is scaled.
func foldScale(top *ir.Graph) error {
	return eachNode(top, func(e *editor, n *ir.Node) {
		if len(n.Out) != 1 || n.Out[0].Type.DType != ir.Float32 {
			return
		}
		for i := range min(2, len(n.In)) {
			m := e.by[n.In[i]]
			if m == nil || e.uses[n.In[i]] != 1 || !e.scalable(m) && !codedConv(m) {
				continue
			}
			if axis, ok := channelAxis(m); ok && e.scaleAfter(n, i, m, axis) {
				return
			}
		}
		if e.scalable(n) {
			e.scaleBefore(n)
		}
		e.scaleProduct(n)
		e.scaleOperands(n)
	})
}

// scaleProduct takes a factor behind a product of two computed matrices (attention's 1/√d) as the product's own.
func (e *editor) scaleProduct(n *ir.Node) {
	fn := n.Op.OpName()
	if fn != "Mul" && fn != "Div" {
		return
	}
	for i := range 2 {
		m := e.sole(n.In[i], "MatMul")
		c, ok := scalar(n.In[1-i], n.Out[0].Type.Rank())
		if m == nil || !ok || len(m.In) > 2 || fn == "Div" && i == 1 || m.In[inputWeights].Type.DType != ir.Float32 {
			continue
		}
		if fn == "Div" {
			c = 1 / c
		}
		o := m.Op.(op.MatMul)
		if o.Alpha != 0 {
			c *= o.Alpha
		}
		if o.Alpha = float64(float32(c)); o.Act.Fn == "" && o.Alpha != 0 && !math.IsInf(c, 0) && c == c && e.rewrite(n, o, m.In...) {
			n.Name = m.Name
			return
		}
	}
}

// scalable reports whether a node's weights and bias are constants that it alone reads, in float32.
func (e *editor) scalable(n *ir.Node) bool {
	if _, ok := channelAxis(n); !ok || input(n, inputResidual) != nil || len(n.In) > inputResidual+1 {
		return false
	}
	w, b := n.In[inputWeights], input(n, inputBias)
	return w.Const != nil && w.Const.DType == ir.Float32 && e.uses[w] == 1 && (b == nil || b.Const != nil && b.Const.DType == ir.Float32)
}

// scaleOperands takes factors before a product of two computed matrices (exporters scale queries and keys by ⁴√d each)
// as the product's own.
func (e *editor) scaleOperands(n *ir.Node) {
	o, ok := n.Op.(op.MatMul)
	if !ok || len(n.In) > 2 || o.Act.Fn != "" || n.In[inputWeights].Const != nil {
		return
	}
	in, c := append([]*ir.Value{}, n.In...), 1.0
	for i, v := range in {
		if m := e.sole(v, "Mul"); m != nil {
			x, number := operands(m, func(v *ir.Value) bool { _, ok := scalar(v, m.Out[0].Type.Rank()); return ok })
			if f, ok := uniform(number); ok && f != 0 && !math.IsInf(f, 0) {
				in[i], c = x, c*f
			}
		}
	}
	if c == 1 || c != c || math.IsInf(float64(float32(c)), 0) || float32(c) == 0 {
		return
	}
	if o.Alpha == 0 {
		o.Alpha = 1
	}
	o.Alpha = float64(float32(o.Alpha * c))
	e.rewrite(n, o, in...)
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
	bias := ir.NewTensor(ir.Float32, int(count))
	for k := range l.shift {
		b := l.shift[k]
		if v := input(m, inputBias); v != nil {
			b += float64(v.Const.Float(k) * l.scale[k])
		}
		bias.SetFloat(k, b)
	}
	in := append([]*ir.Value{}, m.In...)
	if codedConv(m) {
		return e.putScale(n, m, in, l.scale, bias)
	}
	w, channel := m.In[inputWeights].Const, outputChannel(m)
	scaled := ir.NewTensor(w.DType, w.Shape...)
	for k, v := range w.Floats() {
		scaled.SetFloat(k, v*l.scale[channel(k)])
	}
	return e.putWeights(n, m, in, scaled, bias)
}

// codedConv reports whether a node is a convolution whose weights are codes, without a residual, that may take factors.
func codedConv(m *ir.Node) bool {
	o, ok := m.Op.(op.Conv)
	if !ok || input(m, inputResidual) != nil || input(m, inputScale) == nil && o.Codes == (op.Decode{}) {
		return false
	}
	b := input(m, inputBias)
	return b == nil || b.Const != nil && b.Const.DType == ir.Float32
}

// putScale makes node n the convolution m of codes that stand for scale times as much, a factor for each filter, with
// another bias, if all of them are finite.
func (e *editor) putScale(n, m *ir.Node, in []*ir.Value, scale []float64, b *ir.Tensor) bool {
	all := ir.NewTensor(ir.Float32, len(scale))
	for k, v := range scale {
		if old := input(m, inputScale); old != nil {
			v *= old.Const.Float(k % old.Const.Len())
		}
		all.SetFloat(k, v)
	}
	if !isFinite(all) {
		return false
	}
	in = with(in, inputScale, ir.ConstValue(in[inputWeights].Name+".scale", all))
	return e.putBias(n, m, in, b)
}

// putWeights makes node n the product m with other weights and bias, if all of them are finite.
func (e *editor) putWeights(n, m *ir.Node, in []*ir.Value, w, b *ir.Tensor) bool {
	if !isFinite(w) {
		return false
	}
	return e.putBias(n, m, with(in, inputWeights, ir.ConstValue(in[inputWeights].Name, w)), b)
}

// putBias makes node n the product m of these inputs and a bias, if that is finite.
func (e *editor) putBias(n, m *ir.Node, in []*ir.Value, b *ir.Tensor) bool {
	if !isFinite(b) {
		return false
	}
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

// scaleBefore takes what is linear in a product's first input, by column, or in a convolution's, by channel, into its
// weights and bias. Where a convolution pads with zeros, only a factor may pass.
func (e *editor) scaleBefore(n *ir.Node) {
	axis, padded := 1, false
	switch o := n.Op.(type) {
	case op.MatMul:
		if o.TransA || len(n.In[inputWeights].Const.Shape) != 2 || o.Alpha != 0 && o.Alpha != 1 {
			return
		}
		axis = n.In[inputX].Type.Rank() - 1
	case op.Conv:
		padded = o.Same != "" || slices.ContainsFunc(o.Pads, func(p int) bool { return p != 0 })
	default:
		return
	}
	count, ok := n.In[inputX].Type.Shape[axis].IsConst()
	if !ok || count > 1<<24 {
		return
	}
	total := e.linearBefore(n.In[inputX], axis, int(count))
	if total.x == n.In[inputX] || padded && !isFilled(total.shift, 0) {
		return
	}
	for _, v := range total.shift {
		if !(math.Abs(v) <= shiftLimit) {
			return
		}
	}
	w := n.In[inputWeights].Const
	from, to := inputChannel(n), outputChannel(n)
	scaled := ir.NewTensor(w.DType, w.Shape...)
	outs, _ := channelAxis(n)
	width, ok := n.Out[0].Type.Shape[outs].IsConst()
	if !ok {
		return
	}
	sums := make([]float64, width)
	if v := input(n, inputBias); v != nil {
		sums = v.Const.Floats()
	}
	for k, v := range w.Floats() {
		scaled.SetFloat(k, v*total.scale[from(k)])
		sums[to(k)] += float64(v * total.shift[from(k)])
	}
	in := with(append([]*ir.Value{}, n.In...), inputX, total.x)
	e.putWeights(n, n, in, scaled, ir.FromFloats(w.DType, []int{len(sums)}, sums))
}

// linearBefore reads what a value is by a few linear nodes, each with no other reader.
func (e *editor) linearBefore(v *ir.Value, axis, count int) linear {
	total := linear{v, filled(count, 1), filled(count, 0)}
	for range 4 {
		l, ok := e.linearMaker(total.x, axis, count)
		if !ok {
			break
		}
		next := linear{l.x, filled(count, 0), filled(count, 0)}
		for k := range count {
			next.scale[k] = l.scale[k] * total.scale[k]
			next.shift[k] = float64(l.shift[k]*total.scale[k]) + total.shift[k]
		}
		total = next
	}
	return total
}

// inputChannel gives, for a place in the weights, the column or channel of the input that it meets.
func inputChannel(n *ir.Node) func(k int) int {
	shape := n.In[inputWeights].Const.Shape
	switch o := n.Op.(type) {
	case op.Conv: // [m, c/group, kernel…]
		inner := ir.NumElements(shape[2:])
		group := max(shape[0]/max(o.Group, 1), 1) // output channels of a group
		return func(k int) int { return k/inner/shape[1]/group*shape[1] + k/inner%shape[1] }
	case op.MatMul:
		if o.TransB {
			return func(k int) int { return k % shape[1] }
		}
		return func(k int) int { return k / shape[1] }
	}
	panic("pass: BUG: no weights in " + n.Op.OpName())
}

// linearMaker reads a value that only one node reads as linear along an axis.
func (e *editor) linearMaker(v *ir.Value, axis, count int) (linear, bool) {
	n := e.by[v]
	if n == nil || e.uses[v] != 1 || len(n.Out) != 1 {
		return linear{}, false
	}
	for i := range min(2, len(n.In)) {
		if x := n.In[i]; x != nil && x.Const == nil {
			if l, ok := e.linear(n, i, axis, count); ok {
				return l, true
			}
		}
	}
	return linear{}, false
}
