package pass

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// fold computes what depends on constants alone, and puts the branch that a constant condition takes in its If's
// place. It never makes the package larger: a result may take as much as the constants that fall away with its node,
// or draw on a small budget; a widened or dequantised weight, a transposed copy of a weight that is read elsewhere
// too, or a constant expanded to a large shape stays a step. Work is bounded by what the shapes say, before anything
// is computed.
//
// Weights behind their scales stay for the passes that read both; lateFold takes those that none of them did.
func fold(top *ir.Graph) error {
	return foldAll(top, func(n *ir.Node) bool { return !n.WidensWeights() })
}

// lateFold is fold after the products have their weights.
func lateFold(top *ir.Graph) error {
	return foldAll(top, func(*ir.Node) bool { return true })
}

// foldAll folds the nodes that may be.
func foldAll(top *ir.Graph, may func(*ir.Node) bool) error {
	b := &budget{bytes: max(4<<10, top.ConstBytes()/50), users: usersOf(top), split: map[*ir.Value]bool{}}
	return edit(top, func(e *editor) error {
		for i := 0; i < len(e.g.Nodes); i++ {
			n := e.g.Nodes[i]
			if e.dead[n] {
				continue
			}
			if o, ok := n.Op.(op.If); ok {
				taken, err := e.takeBranch(n, o)
				if err != nil {
					return err
				}
				if taken {
					i-- // the first of the branch's nodes stands here now
				}
				continue
			}
			if may(n) && e.foldable(n) && b.allows(e, n) {
				e.foldNode(n)
			}
		}
		return nil
	})
}

func (e *editor) foldable(n *ir.Node) bool {
	if len(n.Graphs()) > 0 || !isPure(n) || len(n.Out) == 0 {
		return false
	}
	for _, v := range n.In {
		if v != nil && v.Const == nil {
			return false
		}
	}
	for _, v := range n.Out {
		if !v.Type.IsTensor() || e.g != e.top && e.result[v] { // each run of a subgraph makes its outputs anew
			return false
		}
	}
	return true
}

// foldNode makes constants of a node's outputs. What cannot be computed (an index out of range) stays a step, whose
// error the user gets at run time.
func (e *editor) foldNode(n *ir.Node) {
	types := make([]ir.Type, len(n.Out))
	for i, v := range n.Out {
		types[i] = v.Type
	}
	if ir.FoldNode(n) != nil {
		return
	}
	for i, v := range n.Out {
		unify(e.top, types[i], v.Type)
		delete(e.by, v)
	}
	e.dead[n] = true
	e.release(n.In)
}

// takeBranch inlines the branch that a constant condition picks.
func (e *editor) takeBranch(n *ir.Node, o op.If) (bool, error) {
	cond, ok := n.In[0].KnownInts()
	if !ok || len(cond) != 1 {
		return false, nil
	}
	g := o.Else
	if cond[0] != 0 {
		g = o.Then
	}
	if len(g.Outputs) != len(n.Out) {
		return false, fmt.Errorf("node %q: the branch gives %d outputs, want %d", n.Name, len(g.Outputs), len(n.Out))
	}
	for _, v := range g.Outputs {
		delete(e.result, v)
	}
	nodes := g.Nodes
	o.Then.Nodes, o.Else.Nodes = nil, nil // neither is a graph of its own any more
	e.replace(n, nodes, append([]*ir.Value{}, g.Outputs...))
	return true, nil
}

// budget is what folding may add to the constants.
type budget struct {
	bytes int64
	users map[*ir.Value][]*ir.Node // of each constant, before anything was folded
	split map[*ir.Value]bool       // what parts said of a constant the first time
}

func usersOf(top *ir.Graph) map[*ir.Value][]*ir.Node {
	users := map[*ir.Value][]*ir.Node{}
	top.Walk(func(n *ir.Node) {
		for _, v := range n.In {
			if v != nil && v.Const != nil {
				users[v] = append(users[v], n)
			}
		}
	})
	return users
}

// parts reports whether all that reads a constant are steps that fold into parts of it, no larger together than it
// is: the gates that an exporter slices out of one recurrent weight.
func (b *budget) parts(e *editor, v *ir.Value) bool {
	known, ok := b.split[v]
	if !ok {
		known = b.isSplit(e, v)
		b.split[v] = known
	}
	return known
}

func (b *budget) isSplit(e *editor, v *ir.Value) bool {
	total := int64(0)
	for _, n := range b.users[v] {
		if !e.foldable(n) || len(n.In) == 0 || n.In[0] != v || !op.Moves(n.Op) {
			return false
		}
		for _, o := range n.Out {
			_, count := o.Type.Len().Bounds(nil)
			total += int64(o.Type.DType.Bytes(int(min(count, foldElems))))
		}
	}
	return len(b.users[v]) == e.uses[v] && total <= int64(v.Const.ByteSize())
}

// Bounds on one folded node.
const (
	foldElems = 1 << 26 // read and written
	foldWork  = 1 << 30 // multiplications
	// foldGrowth is what one node may add in bytes: enough for what models compute with shapes and scalars, too
	// little for any weight, whose widening is dequant's business.
	foldGrowth = 4 << 10
)

// allows reports whether a node's results pay for themselves, and draws on the budget where they do not.
func (b *budget) allows(e *editor, n *ir.Node) bool {
	freed, read := int64(0), int64(1)
	work := int64(1)
	for _, v := range n.In {
		if v == nil {
			continue
		}
		if read += int64(v.Const.Len()); v.Const.Len() > 0 {
			work = min(work, foldWork) * min(int64(v.Const.Len()), foldWork)
		}
		if e.uses[v] == 1 {
			freed += int64(v.Const.ByteSize())
		}
	}
	paid := len(n.In) > 0 && n.In[0] != nil && b.parts(e, n.In[0])
	size, written := int64(0), int64(0)
	for _, v := range n.Out {
		_, count := v.Type.Len().Bounds(e.top.Ranges())
		if count > foldElems {
			return false
		}
		written += count
		size += int64(v.Type.DType.Bytes(int(count)))
	}
	if read+written > foldElems || !isCheap(n) && work > foldWork {
		return false
	}
	if grows := size - freed; grows > 0 && !paid {
		if grows > min(b.bytes, foldGrowth) {
			return false
		}
		b.bytes -= grows
	}
	return true
}

// isCheap reports whether a node's work is about the elements that it reads and writes.
func isCheap(n *ir.Node) bool {
	switch n.Op.(type) {
	case op.Unary, op.Binary, op.Cast:
		return true
	}
	d := op.Lookup(n.Op.OpName())
	return d != nil && d.Moves
}
