package op

import (
	"errors"
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
)

// ensemble is the tables of a TreeEnsemble, checked.
type ensemble struct {
	dtype    ir.DType
	roots    []int64
	nodes    []treeNode
	starts   []int64 // of a leaf's votes
	targets  []int64
	weights  []float64
	base     []float64
	members  []float64
	features int  // those that nodes read: the highest position + 1
	outputs  int  // targets or classes
	oneClass bool // all votes are for one target
	positive bool // no weight is negative
}

type treeNode struct {
	mode    TreeMode
	missing bool // NaN takes the true branch
	feature int
	yes, no int64 // a node, or ^leaf
	split   float64
}

// treesOf reads the tables of a node.
func treesOf(in []*ir.Value, outputs int) (*ensemble, error) {
	t := make([]*ir.Tensor, len(in))
	for i := treeRoots; i < len(in); i++ {
		if in[i] != nil {
			t[i] = in[i].Const
		}
	}
	return readTrees(in[treeX].Type.DType, t, outputs)
}

// readTrees checks the tables so that no walk can leave them or go on for ever.
func readTrees(d ir.DType, in []*ir.Tensor, outputs int) (*ensemble, error) {
	in = append(append([]*ir.Tensor{}, in...), make([]*ir.Tensor, treeInputs-len(in))...)
	for i, want := range [treeInputs]ir.DType{d, ir.Int32, ir.Int32, d, ir.Int32, ir.Int32, d, d, d} {
		if t := in[i]; i != treeX && t != nil && t.DType != want {
			return nil, fmt.Errorf("input %d has element type %s, want %s", i, t.DType, want)
		}
	}
	nodes, splits := in[treeNodes], in[treeSplits]
	if len(nodes.Shape) != 2 || nodes.Shape[1] != 4 || splits.Len() != nodes.Shape[0] {
		return nil, fmt.Errorf("nodes are %v and splits %v, want [nodes, 4] and [nodes]", nodes.Shape, splits.Shape)
	}
	e := &ensemble{dtype: d, outputs: outputs, roots: in[treeRoots].Ints(), starts: in[treeStarts].Ints(),
		targets: in[treeTargets].Ints(), weights: in[treeWeights].Floats()}
	if in[treeBase] != nil {
		e.base = in[treeBase].Floats()
	}
	if in[treeMembers] != nil {
		e.members = in[treeMembers].Floats()
	}
	if err := e.checkVotes(outputs); err != nil {
		return nil, err
	}
	e.nodes = make([]treeNode, nodes.Shape[0])
	numbers, at := nodes.Ints(), splits.Floats()
	for i := range e.nodes {
		n := numbers[4*i:][:4]
		mode := TreeMode(n[0])
		e.nodes[i] = treeNode{mode &^ MissingTrue, mode&MissingTrue != 0, int(n[1]), n[2], n[3], at[i]}
		if err := e.checkNode(i); err != nil {
			return nil, err
		}
		e.features = max(e.features, e.nodes[i].feature+1)
	}
	for _, r := range e.roots {
		if !e.holds(r) {
			return nil, fmt.Errorf("root %d is no node", r)
		}
	}
	return e, e.checkCycles()
}

func (e *ensemble) checkVotes(outputs int) error {
	if len(e.targets) != len(e.weights) {
		return fmt.Errorf("%d votes and %d weights, want as many", len(e.targets), len(e.weights))
	}
	n := len(e.starts)
	if n == 0 || e.starts[0] != 0 || e.starts[n-1] != int64(len(e.targets)) {
		return errors.New("the leaves do not cover the votes")
	}
	for i := range n - 1 {
		if e.starts[i] > e.starts[i+1] {
			return fmt.Errorf("leaf %d ends before it starts", i)
		}
	}
	e.oneClass, e.positive = len(e.targets) > 0, true
	for i, t := range e.targets {
		if t < 0 || t >= int64(outputs) {
			return fmt.Errorf("vote %d is for target %d of %d", i, t, outputs)
		}
		e.oneClass = e.oneClass && t == e.targets[0]
		e.positive = e.positive && !(e.weights[i] < 0)
	}
	if n := len(e.members); n > 0 && e.members[n-1] == e.members[n-1] {
		return errors.New("the last set of members does not end in NaN")
	}
	return nil
}

// maxFeature leaves room for two flags beside a feature's position in the packed table.
const maxFeature = math.MaxInt32 >> 2

func (e *ensemble) checkNode(i int) error {
	n := e.nodes[i]
	switch {
	case n.mode < 0 || n.mode >= treeModes:
		return fmt.Errorf("node %d has mode %d, want 0 to %d", i, n.mode, treeModes-1)
	case n.feature < 0 || n.feature > maxFeature:
		return fmt.Errorf("node %d reads feature %d, want 0 to %d", i, n.feature, maxFeature)
	case !e.holds(n.yes) || !e.holds(n.no):
		return fmt.Errorf("node %d leads to %d and %d, want nodes or leaves", i, n.yes, n.no)
	case n.mode == TreeMember && !(n.split >= 0 && n.split < float64(len(e.members)) && n.split == math.Floor(n.split)):
		return fmt.Errorf("node %d has its members at %v of %d", i, n.split, len(e.members))
	}
	return nil
}

// holds reports whether next is a node or ^leaf of the tables. Nodes are checked while they are read.
func (e *ensemble) holds(next int64) bool {
	if next < 0 {
		return ^next < int64(len(e.starts)-1)
	}
	return next < int64(len(e.nodes))
}

// checkCycles demands that every walk ends.
func (e *ensemble) checkCycles() error {
	const open, done = 1, 2
	state := make([]uint8, len(e.nodes))
	var path []int64 // nodes, ^node when the walk returns from it
	for start := range e.nodes {
		path = append(path[:0], int64(start))
		for len(path) > 0 {
			at := path[len(path)-1]
			path = path[:len(path)-1]
			if at < 0 {
				state[^at] = done
				continue
			}
			if state[at] == done {
				continue
			}
			state[at] = open
			path = append(path, ^at)
			for _, next := range []int64{e.nodes[at].yes, e.nodes[at].no} {
				if next < 0 || state[next] == done {
					continue
				}
				if state[next] == open {
					return fmt.Errorf("node %d leads back to node %d, want trees", at, next)
				}
				path = append(path, next)
			}
		}
	}
	return nil
}

// votes aggregates the leaves that a row reaches, without base values, and tells which targets had votes.
func (e *ensemble) votes(row []float64, outputs int, aggregate string) (scores []float64, voted []bool) {
	scores, voted = make([]float64, outputs), make([]bool, outputs)
	for _, at := range e.roots {
		for at >= 0 {
			at = e.nodes[at].next(row[e.nodes[at].feature], e.members)
		}
		for v := e.starts[^at]; v < e.starts[^at+1]; v++ {
			k, w := e.targets[v], e.weights[v]
			switch {
			case aggregate == "SUM" || aggregate == "AVERAGE":
				scores[k] = e.round(scores[k] + w)
			case !voted[k] || aggregate == "MIN" && w < scores[k] || aggregate == "MAX" && w > scores[k]:
				scores[k] = w
			}
			voted[k] = true
		}
	}
	return scores, voted
}

// next is where a row with that feature goes on.
func (n treeNode) next(x float64, members []float64) int64 {
	yes := false
	switch n.mode {
	case TreeLessOrEqual:
		yes = x <= n.split
	case TreeLess:
		yes = x < n.split
	case TreeGreaterOrEqual:
		yes = x >= n.split
	case TreeGreater:
		yes = x > n.split
	case TreeEqual:
		yes = x == n.split
	case TreeNotEqual:
		yes = x != n.split
	case TreeMember:
		for i := int(n.split); members[i] == members[i]; i++ {
			yes = yes || members[i] == x
		}
	}
	if yes || n.missing && x != x {
		return n.yes
	}
	return n.no
}

// round rounds to the element type that the scores are summed in.
func (e *ensemble) round(v float64) float64 {
	if e.dtype == ir.Float32 {
		return float64(float32(v))
	}
	return v
}
