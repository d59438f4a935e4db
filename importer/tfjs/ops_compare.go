package tfjs

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var compareRows = []row{
	{"Equal", equal}, {"NotEqual", notEqual},
	{"Greater", compare("Greater")}, {"GreaterEqual", compare("GreaterOrEqual")},
	{"Less", compare("Less")}, {"LessEqual", compare("LessOrEqual")},
	{"LogicalAnd", logical("And")}, {"LogicalOr", logical("Or")}, {"LogicalNot", not},
	{"Select", choose}, {"SelectV2", choose},
}

// compare is the row function of a comparison by order.
func compare(fn string) func(*node) []*ir.Value {
	return func(n *node) []*ir.Value {
		a, b := n.operands()
		return one(n.binary(fn, n.integral(a), n.integral(b)))
	}
}

func equal(n *node) []*ir.Value {
	a, b := n.operands()
	return one(n.binary("Equal", a, b))
}

func notEqual(n *node) []*ir.Value {
	a, b := n.operands()
	return one(n.unary("Not", n.binary("Equal", a, b)))
}

// logical is the row function of an operation on truth values.
func logical(fn string) func(*node) []*ir.Value {
	return func(n *node) []*ir.Value { return one(n.binary(fn, n.arg(0), n.arg(1))) }
}

func not(n *node) []*ir.Value { return one(n.unary("Not", n.arg(0))) }

// choose reads Select and SelectV2, whose three operands broadcast.
func choose(n *node) []*ir.Value {
	a, b := n.matched(n.tensor(1, 0, anyRank), n.tensor(2, 0, anyRank))
	return one(n.do(op.Where{}, n.tensor(0, 0, anyRank), a, b))
}
