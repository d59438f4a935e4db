package pass

import (
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// fuseGelu finds the activations that exporters spell as products: Gelu by erf and by tanh, Silu, Mish, HardSwish. A
// tree of Mul and Div is read as one product of a number and other factors, so that their order does not matter.
// Constants must be folded and idle nodes dropped.
func fuseGelu(top *ir.Graph) error {
	return eachNode(top, func(e *editor, n *ir.Node) {
		fn := n.Op.OpName()
		if fn != "Mul" && fn != "Div" || !exactFloat(n.Out[0]) {
			return
		}
		p := e.product(n, 0)
		if len(p.factors) != 2 {
			return
		}
		for i := range 2 {
			x, gate := p.factors[i], p.factors[1-i]
			if u, ok := e.gated(x, gate, p.number); ok && e.rewrite(n, u, x) {
				return
			}
		}
	})
}

// product is a number times values.
type product struct {
	number  float64
	factors []*ir.Value
}

// productDepth bounds the tree that is read as one product.
const productDepth = 4

// product reads the tree of Mul and Div by numbers that ends in n; inner nodes have no other readers.
func (e *editor) product(n *ir.Node, depth int) product {
	p := product{number: 1}
	divide := n.Op.OpName() == "Div"
	for i, v := range n.In {
		rank := n.Out[0].Type.Rank()
		if x, ok := scalar(v, rank); ok {
			if divide && i == 1 {
				x = 1 / x
			}
			if !divide || i == 1 {
				p.number *= x
				continue
			}
		}
		if divide && i == 1 {
			return product{number: 1, factors: []*ir.Value{n.Out[0]}} // by no number: one factor as a whole
		}
		q := product{number: 1, factors: []*ir.Value{v}}
		for _, fn := range []string{"Mul", "Div"} {
			if m := e.sole(v, fn); m != nil && depth < productDepth {
				q = e.product(m, depth+1)
			}
		}
		p.number *= q.number
		p.factors = append(p.factors, q.factors...)
	}
	return p
}

// productOf reads a value as a product.
func (e *editor) productOf(v *ir.Value) product {
	for _, fn := range []string{"Mul", "Div"} {
		if m := e.maker(v, fn); m != nil {
			return e.product(m, 0)
		}
	}
	return product{number: 1, factors: []*ir.Value{v}}
}

// near compares numbers to what is left of them in float32.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-6*math.Abs(b) }

// is reports whether the product is a number times one value.
func (p product) is(number float64, v *ir.Value) bool {
	return len(p.factors) == 1 && p.factors[0] == v && near(p.number, number)
}

// gated gives the activation that number·x·gate is.
func (e *editor) gated(x, gate *ir.Value, number float64) (op.Unary, bool) {
	n := e.by[gate]
	if n == nil {
		return op.Unary{}, false
	}
	switch n.Op.OpName() {
	case "Sigmoid":
		return op.Unary{Fn: "Silu"}, near(number, 1) && n.In[0] == x
	case "Tanh":
		s := e.maker(n.In[0], "Softplus")
		return op.Unary{Fn: "Mish"}, near(number, 1) && s != nil && s.In[0] == x
	case "HardSigmoid":
		u := n.Op.(op.Unary)
		return op.Unary{Fn: "HardSwish", A: u.A, B: u.B}, near(number, 1) && n.In[0] == x
	case "Clip":
		u := n.Op.(op.Unary)
		a := e.maker(n.In[0], "Add")
		return op.Unary{Fn: "HardSwish", A: 1.0 / 6, B: 0.5}, near(number, 1.0/6) && u.A == 0 && u.B == 6 && withNumber(a, 3) == x
	case "Add":
		return e.gelu(x, withNumber(n, 1), number)
	}
	return op.Unary{}, false
}

// gelu tells x/2·(1 + gate) by erf from that by tanh.
func (e *editor) gelu(x, gate *ir.Value, number float64) (op.Unary, bool) {
	if !near(number, 0.5) || gate == nil {
		return op.Unary{}, false
	}
	if n := e.maker(gate, "Erf"); n != nil {
		return op.Unary{Fn: "Gelu"}, e.productOf(n.In[0]).is(1/math.Sqrt2, x)
	}
	if n := e.maker(gate, "Tanh"); n != nil {
		return op.Unary{Fn: "GeluTanh"}, e.isCubic(x, e.productOf(n.In[0]))
	}
	return op.Unary{}, false
}

// isCubic reports whether a product is √(2/π)·(x + 0.044715·x³), or x times √(2/π)·(1 + 0.044715·x²).
func (e *editor) isCubic(x *ir.Value, p product) bool {
	if !near(p.number, math.Sqrt(2/math.Pi)) {
		return false
	}
	switch {
	case len(p.factors) == 1:
		n := e.maker(p.factors[0], "Add")
		if n == nil {
			return false
		}
		return n.In[0] == x && e.isPower(x, n.In[1], 3) || n.In[1] == x && e.isPower(x, n.In[0], 3)
	case len(p.factors) == 2:
		for i := range 2 {
			if p.factors[i] == x && e.isPower(x, withNumber(e.maker(p.factors[1-i], "Add"), 1), 2) {
				return true
			}
		}
	}
	return false
}

// isPower reports whether a value is 0.044715 times a power of x, by Pow or by Mul.
func (e *editor) isPower(x, v *ir.Value, power int) bool {
	if v == nil {
		return false
	}
	p := e.productOf(v)
	if !near(p.number, 0.044715) {
		return false
	}
	degree := 0
	for _, f := range p.factors {
		n := e.maker(f, "Pow")
		if m := e.maker(f, "Mul"); f != x && m != nil && m.In[0] == x && m.In[1] == x { // x² with other readers
			degree += 2
			continue
		}
		switch {
		case f == x:
			degree++
		case n != nil && n.In[0] == x && isNumber(n.In[1], 2):
			degree += 2
		case n != nil && n.In[0] == x && isNumber(n.In[1], 3):
			degree += 3
		default:
			return false
		}
	}
	return degree == power
}
