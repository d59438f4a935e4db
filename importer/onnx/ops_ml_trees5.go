package onnx

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// treeEnsemble reads TreeEnsemble, whose leaves have a table of their own.
func treeEnsemble(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	d := n.in[0].Type.DType
	t := &treeTables{dtype: d}
	if d == ir.Float16 {
		t.dtype = ir.Float32
	}
	t.roots, t.targets = n.integers("tree_roots"), n.integers("leaf_targetids")
	for i := range len(t.targets) + 1 {
		t.starts = append(t.starts, int64(i))
	}
	t.weights = n.tensorFloats("leaf_weights")
	if err := n.interior(t); err != nil {
		return nil, err
	}
	aggregates := []string{"AVERAGE", "SUM", "MIN", "MAX"}
	// The specification has SOFTMAX as 1 and LOGISTIC as 2. ONNX Runtime, which models are checked with before they
	// are published, computes the other way round; the answer that users know is right.
	posts := []string{"NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT"}
	a, p := n.integer("aggregate_function", 1), n.integer("post_transform", 0)
	if a < 0 || a >= int64(len(aggregates)) || p < 0 || p >= int64(len(posts)) {
		return nil, fmt.Errorf("attributes aggregate_function and post_transform are %d and %d, want 0 to 3 and 0 to 4", a, p)
	}
	if n.err != nil {
		return nil, n.err
	}
	return n.treeScores(t, n.integer("n_targets", 0), aggregates[a], posts[p], d)
}

// tensorFloats reads a tensor attribute as numbers, nil where it is absent.
func (n *node) tensorFloats(name string) []float64 {
	t := n.tensor(name)
	if t == nil {
		return nil
	}
	if !t.DType.IsFloat() {
		n.fail("attribute %s has element type %s, want floats", name, t.DType)
		return nil
	}
	return t.Floats()
}

// interior reads the nodes of a TreeEnsemble.
func (n *node) interior(t *treeTables) error {
	modes := n.tensor("nodes_modes")
	if n.err != nil {
		return n.err
	}
	if modes == nil || modes.DType != ir.Uint8 {
		return errors.New("attribute nodes_modes is missing or no tensor of uint8")
	}
	count := modes.Len()
	splits := n.tensorFloats("nodes_splits")
	lists := map[string][]int64{}
	for _, name := range []string{"nodes_featureids", "nodes_truenodeids", "nodes_falsenodeids", "nodes_trueleafs", "nodes_falseleafs"} {
		lists[name] = n.integers(name)
		if len(lists[name]) != count {
			n.fail("attribute %s has %d values and nodes_modes %d, want as many", name, len(lists[name]), count)
		}
	}
	missing := n.integers("nodes_missing_value_tracks_true")
	if len(splits) != count || len(missing) != 0 && len(missing) != count {
		n.fail("%d nodes_splits and %d nodes_missing_value_tracks_true for %d nodes, want as many", len(splits), len(missing), count)
	}
	t.members = n.tensorFloats("membership_values")
	if n.err != nil {
		return n.err
	}
	if m := len(t.members); m > 0 && t.members[m-1] == t.members[m-1] {
		t.members = append(t.members, nan) // the last set may stand open
	}
	next := func(id, leaf int64) int64 {
		if leaf != 0 {
			return ^id
		}
		return id
	}
	set := 0
	t.splits = splits
	for i := range count {
		mode := op.TreeMode(modes.Int(i))
		if mode > op.TreeMember {
			return fmt.Errorf("node %d has mode %d, want 0 to %d", i, mode, op.TreeMember)
		}
		yes, no := next(lists["nodes_truenodeids"][i], lists["nodes_trueleafs"][i]), next(lists["nodes_falsenodeids"][i], lists["nodes_falseleafs"][i])
		if !inTable(lists["nodes_truenodeids"][i], lists["nodes_falsenodeids"][i], lists["nodes_featureids"][i]) {
			return fmt.Errorf("node %d reads feature %d and leads to %d and %d, want 0 to %d", i, lists["nodes_featureids"][i], lists["nodes_truenodeids"][i], lists["nodes_falsenodeids"][i], maxFeature)
		}
		if mode == op.TreeMember {
			if set >= len(t.members) || t.dtype == ir.Float32 && set > 1<<24 {
				return fmt.Errorf("node %d has no set in membership_values, which holds %d", i, len(t.members))
			}
			t.splits[i] = float64(set)
			set = afterSet(t.members, set)
		}
		if missing != nil && missing[i] != 0 {
			mode |= op.MissingTrue
		}
		t.nodes = append(t.nodes, int64(mode), lists["nodes_featureids"][i], yes, no)
	}
	return nil
}

// inTable reports whether positions fit a table's element type.
func inTable(positions ...int64) bool {
	for _, p := range positions {
		if p < 0 || p > maxFeature {
			return false
		}
	}
	return true
}

// afterSet finds where the next set of members starts.
func afterSet(members []float64, at int) int {
	for members[at] == members[at] {
		at++
	}
	return at + 1
}
