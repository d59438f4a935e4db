package op

import (
	"math"

	"github.com/energeticc/energeticc/ir"
)

// The flags beside a feature in a packed node, see kernel.TreeSum.
const (
	packedMissing = 1 << iota // NaN goes the way of a lower value
	packedMember              // a member test
	packedShift   = iota
)

// packedTrees is an ensemble whose nodes all ask "is x below the split", but for member tests.
type packedTrees struct {
	roots, nodes []int64
	splits       []float64
}

// args are the arguments that the kernels share, after the results and x: sizes and tables.
func (e *ensemble) args(in []*ir.Value) []ir.Arg {
	p := e.pack()
	i32 := func(v []int64) ir.Arg { return ir.Weights(ir.FromInts(ir.Int32, []int{len(v)}, v)) }
	args := []ir.Arg{
		ir.Int(in[treeX].Type.Shape[1]), ir.IntC(e.outputs),
		i32(p.roots), i32(p.nodes), ir.Weights(ir.FromFloats(e.dtype, []int{len(p.splits)}, p.splits)), optionalIn(in, treeMembers),
	}
	if e.dense() {
		args = append(args, ir.Nil(), ir.Nil())
	} else {
		args = append(args, ir.In(treeStarts), ir.In(treeTargets))
	}
	return append(args, ir.In(treeWeights), optionalIn(in, treeBase))
}

// optionalIn is an input, nil where it is absent.
func optionalIn(in []*ir.Value, i int) ir.Arg {
	if i >= len(in) || in[i] == nil {
		return ir.Nil()
	}
	return ir.In(i)
}

// leafScratch holds the leaf that a row reaches in each tree.
func (e *ensemble) leafScratch() ir.Arg {
	return ir.Scratch(0, ir.Int32, ir.Const(int64(len(e.roots))))
}

// dense reports whether each leaf votes once for each target, in order, so that the weights are a matrix.
func (e *ensemble) dense() bool {
	for i, s := range e.starts {
		if s != int64(i*e.outputs) {
			return false
		}
	}
	for i, t := range e.targets {
		if t != int64(i%e.outputs) {
			return false
		}
	}
	return true
}

// pack brings every comparison to "x < split", which is exact: x ≤ t is x < the float after t, and the others are
// these with the branches exchanged. Equality takes two nodes. A packed node is feature<<2 | flags, where to go if
// lower, where to go if not.
func (e *ensemble) pack() packedTrees {
	at := make([]int64, len(e.nodes)) // of a node in the packed table
	count := int64(0)
	for i, n := range e.nodes {
		at[i] = count
		count += n.packedSize()
	}
	to := func(next int64) int64 {
		if next < 0 {
			return next
		}
		return at[next]
	}
	var p packedTrees
	for _, r := range e.roots {
		p.roots = append(p.roots, to(r))
	}
	for i, n := range e.nodes {
		yes, no := to(n.yes), to(n.no)
		switch mode := n.mode; {
		case mode != TreeMember && n.split != n.split: // nothing compares with NaN, everything differs from it
			if mode == TreeNotEqual {
				yes, no = no, yes
			}
			p.add(n.feature, n.split, yes, no, mode != TreeNotEqual && n.missing)
		case mode == TreeLess:
			p.add(n.feature, n.split, yes, no, n.missing)
		case mode == TreeLessOrEqual:
			e.addNotAbove(&p, n, yes, no, n.missing)
		case mode == TreeGreaterOrEqual:
			p.add(n.feature, n.split, no, yes, !n.missing)
		case mode == TreeGreater:
			e.addNotAbove(&p, n, no, yes, !n.missing)
		case mode == TreeEqual:
			p.add(n.feature, n.split, no, at[i]+1, !n.missing)
			e.addNotAbove(&p, n, yes, no, n.missing)
		case mode == TreeNotEqual: // NaN differs from everything
			p.add(n.feature, n.split, yes, at[i]+1, true)
			e.addNotAbove(&p, n, no, yes, false)
		case mode == TreeMember:
			p.add(n.feature, n.split, yes, no, n.missing)
			p.nodes[len(p.nodes)-3] |= packedMember
		}
	}
	return p
}

// packedSize is how many packed nodes a node becomes.
func (n treeNode) packedSize() int64 {
	if (n.mode == TreeEqual || n.mode == TreeNotEqual) && n.split == n.split {
		return 2
	}
	return 1
}

// add appends a node; missing says that NaN goes with the lower values.
func (p *packedTrees) add(feature int, split float64, less, other int64, missing bool) {
	flags := int64(0)
	if missing {
		flags = packedMissing
	}
	p.nodes = append(p.nodes, int64(feature)<<packedShift|flags, less, other)
	p.splits = append(p.splits, split)
}

// addNotAbove appends "x ≤ split". No float lies after +Inf: there nothing is above, which comparing with NaN, always
// false, says with the branches exchanged.
func (e *ensemble) addNotAbove(p *packedTrees, n treeNode, yes, no int64, missing bool) {
	switch {
	case math.IsInf(n.split, 1):
		p.add(n.feature, math.NaN(), no, yes, !missing)
	case e.dtype == ir.Float32:
		p.add(n.feature, float64(math.Nextafter32(float32(n.split), float32(math.Inf(1)))), yes, no, missing)
	default:
		p.add(n.feature, math.Nextafter(n.split, math.Inf(1)), yes, no, missing)
	}
}
