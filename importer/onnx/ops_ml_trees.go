package onnx

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var mlTreeRows = []row{
	{"TreeEnsembleClassifier", 1, treeClassifier},
	{"TreeEnsembleRegressor", 1, treeRegressor},
	{"TreeEnsemble", 5, treeEnsemble},
}

// treeTables are an ensemble's tables as op.TreeEnsemble has them.
type treeTables struct {
	dtype   ir.DType // of x, splits and weights
	roots   []int64
	nodes   []int64
	splits  []float64
	starts  []int64
	targets []int64
	weights []float64
	base    []float64
	members []float64
}

// inputs makes constants of the tables, after x.
func (t *treeTables) inputs(n *node, x *ir.Value) []*ir.Value {
	i32 := func(name string, v []int64, shape ...int) *ir.Value {
		return n.Const(n.name+"/"+name, ir.FromInts(ir.Int32, shape, v))
	}
	num := func(name string, v []float64) *ir.Value {
		if v == nil {
			return nil
		}
		return n.Const(n.name+"/"+name, ir.FromFloats(t.dtype, []int{len(v)}, v))
	}
	return []*ir.Value{
		x, i32("roots", t.roots, len(t.roots)), i32("nodes", t.nodes, len(t.nodes)/4, 4), num("splits", t.splits),
		i32("leaves", t.starts, len(t.starts)), i32("targets", t.targets, len(t.targets)), num("weights", t.weights),
		num("base", t.base), num("members", t.members),
	}
}

// numbers reads a list of floats, or the tensor that may stand in its place. It reports whether they are doubles.
func (n *node) numbers(name string) (v []float64, double bool) {
	t := n.tensor(name + "_as_tensor")
	if t == nil {
		if !n.has(name) {
			return nil, false
		}
		v = make([]float64, 0, len(n.floats(name)))
		for _, f := range n.floats(name) {
			v = append(v, float64(f))
		}
		return v, false
	}
	switch {
	case n.has(name) && len(n.floats(name)) > 0:
		n.fail("attributes %s and %s_as_tensor are both there, want one", name, name)
	case t.DType != ir.Float32 && t.DType != ir.Float64:
		n.fail("attribute %s_as_tensor has element type %s, want f32 or f64", name, t.DType)
		return nil, false
	}
	return t.Floats(), t.DType == ir.Float64
}

// nodeTables reads the nodes_* attributes and the leaves' votes, whose attributes start with prefix.
func (n *node) nodeTables(prefix string) (*treeTables, error) {
	t := &treeTables{dtype: ir.Float32}
	splits, double := n.numbers("nodes_values")
	weights, doubleToo := n.numbers(prefix + "_weights")
	base, doubleThree := n.numbers("base_values")
	if double || doubleToo || doubleThree || n.in[0].Type.DType == ir.Float64 {
		t.dtype = ir.Float64
	}
	if len(base) > 0 {
		t.base = base
	}
	t.weights, t.splits = []float64{}, []float64{}
	f := &treeForest{modes: n.texts("nodes_modes"), splits: splits, missing: n.integers("nodes_missing_value_tracks_true"), table: t}
	for _, list := range []struct {
		name string
		to   *[]int64
	}{
		{"nodes_treeids", &f.trees}, {"nodes_nodeids", &f.ids}, {"nodes_featureids", &f.features},
		{"nodes_truenodeids", &f.yes}, {"nodes_falsenodeids", &f.no},
	} {
		*list.to = n.integers(list.name)
		if len(*list.to) != len(f.modes) {
			n.fail("attribute %s has %d values and nodes_modes %d, want as many", list.name, len(*list.to), len(f.modes))
		}
	}
	if len(splits) != len(f.modes) {
		n.fail("attribute nodes_values has %d values and nodes_modes %d, want as many", len(splits), len(f.modes))
	}
	if m := len(f.missing); m != 0 && m != len(f.modes) {
		n.fail("attribute nodes_missing_value_tracks_true has %d values and nodes_modes %d, want as many or none", m, len(f.modes))
	}
	f.voteTrees, f.voteNodes, f.voteTargets = n.integers(prefix+"_treeids"), n.integers(prefix+"_nodeids"), n.integers(prefix+"_ids")
	if v := len(f.voteTargets); len(weights) != v || len(f.voteTrees) != v || len(f.voteNodes) != v {
		n.fail("attributes %s_* have %d ids, %d treeids, %d nodeids and %d weights, want as many", prefix, v, len(f.voteTrees), len(f.voteNodes), len(weights))
	}
	if n.err != nil {
		return nil, n.err
	}
	f.weights = weights
	return t, f.build()
}

// treeForest turns nodes that refer to each other by tree and node id into tables.
type treeForest struct {
	trees, ids, features, yes, no     []int64
	modes                             []string
	splits                            []float64
	missing                           []int64
	voteTrees, voteNodes, voteTargets []int64
	weights                           []float64
	place                             []int64 // of each node: its index, or ^leaf
	names                             nodeNames
	table                             *treeTables
}

var treeModes = map[string]op.TreeMode{
	"BRANCH_LEQ": op.TreeLessOrEqual, "BRANCH_LT": op.TreeLess, "BRANCH_GTE": op.TreeGreaterOrEqual,
	"BRANCH_GT": op.TreeGreater, "BRANCH_EQ": op.TreeEqual, "BRANCH_NEQ": op.TreeNotEqual,
}

func (f *treeForest) build() error {
	var err error
	if f.names, err = nameNodes(f.trees, f.ids); err != nil {
		return err
	}
	f.place = make([]int64, len(f.modes))
	nodes, leaves := int64(0), int64(0)
	for i, mode := range f.modes {
		if mode == "LEAF" {
			f.place[i] = ^leaves
			leaves++
		} else {
			f.place[i] = nodes
			nodes++
		}
		if i == 0 || f.trees[i] != f.trees[i-1] { // a tree starts with its root
			f.table.roots = append(f.table.roots, f.place[i])
		}
	}
	f.table.nodes, f.table.splits = make([]int64, 0, 4*nodes), make([]float64, 0, nodes)
	for i, name := range f.modes {
		if name == "LEAF" {
			continue
		}
		if err := f.branch(i, name); err != nil {
			return err
		}
	}
	return f.votes(int(leaves))
}

// branch appends a node that is no leaf.
func (f *treeForest) branch(i int, name string) error {
	mode, ok := treeModes[name]
	if !ok {
		return fmt.Errorf("node %d of tree %d has mode %q, want LEAF or BRANCH_ and one of LEQ, LT, GTE, GT, EQ, NEQ", f.ids[i], f.trees[i], name)
	}
	if f.missing != nil && f.missing[i] != 0 {
		mode |= op.MissingTrue
	}
	yes, okYes := f.names.find(f.trees[i], f.yes[i])
	no, okNo := f.names.find(f.trees[i], f.no[i])
	if !okYes || !okNo {
		return fmt.Errorf("node %d of tree %d leads to nodes %d and %d, which the tree does not have", f.ids[i], f.trees[i], f.yes[i], f.no[i])
	}
	if f.features[i] < 0 || f.features[i] > maxFeature {
		return fmt.Errorf("node %d of tree %d reads feature %d, want 0 to %d", f.ids[i], f.trees[i], f.features[i], maxFeature)
	}
	f.table.nodes = append(f.table.nodes, int64(mode), f.features[i], f.place[yes], f.place[no])
	f.table.splits = append(f.table.splits, f.splits[i])
	return nil
}

// maxFeature is the largest position of a column that a table of trees holds.
const maxFeature = 1<<29 - 1

// votes sorts the votes by leaf. Some exporters give votes to nodes that are no leaves: they have no effect.
func (f *treeForest) votes(leaves int) error {
	t := f.table
	t.starts = make([]int64, leaves+1)
	leafOf := make([]int64, len(f.voteTargets))
	for v := range leafOf {
		node, ok := f.names.find(f.voteTrees[v], f.voteNodes[v])
		if !ok {
			return fmt.Errorf("vote %d is for node %d of tree %d, which is not there", v, f.voteNodes[v], f.voteTrees[v])
		}
		at := f.place[node]
		leafOf[v] = ^at
		if at < 0 {
			t.starts[^at+1]++
		}
	}
	for l := range leaves {
		t.starts[l+1] += t.starts[l]
	}
	next := append([]int64{}, t.starts...)
	t.targets, t.weights = make([]int64, t.starts[leaves]), make([]float64, t.starts[leaves])
	for v, l := range leafOf {
		if l < 0 {
			continue
		}
		t.targets[next[l]], t.weights[next[l]] = f.voteTargets[v], f.weights[v]
		next[l]++
	}
	return nil
}

// nodeNames finds nodes by their tree and id. Exporters mostly number the nodes of each tree from 0 on, one after the
// other; where one does not, there is a map of all.
type nodeNames struct {
	trees  map[int64]nodeRange
	nodes  map[[2]int64]int
	tree   int64 // the last one asked for, and its range
	within nodeRange
}

// nodeRange is where a tree's nodes are.
type nodeRange struct{ first, count int }

func nameNodes(trees, ids []int64) (nodeNames, error) {
	n := nodeNames{trees: map[int64]nodeRange{}}
	for i, tree := range trees {
		r, known := n.trees[tree]
		if !known {
			r.first = i
		}
		if i != r.first+r.count || ids[i] != int64(r.count) {
			return nameEach(trees, ids)
		}
		r.count++
		n.trees[tree] = r
	}
	return n, nil
}

// nameEach maps every node.
func nameEach(trees, ids []int64) (nodeNames, error) {
	n := nodeNames{nodes: make(map[[2]int64]int, len(trees))}
	for i, tree := range trees {
		id := [2]int64{tree, ids[i]}
		if _, twice := n.nodes[id]; twice {
			return n, fmt.Errorf("node %d of tree %d stands twice", id[1], id[0])
		}
		n.nodes[id] = i
	}
	return n, nil
}

// find is the position of a node in the attributes' lists.
func (n *nodeNames) find(tree, id int64) (at int, ok bool) {
	if n.nodes != nil {
		at, ok = n.nodes[[2]int64{tree, id}]
		return at, ok
	}
	if tree != n.tree || n.within.count == 0 {
		n.tree, n.within = tree, n.trees[tree]
	}
	if id < 0 || id >= int64(n.within.count) {
		return 0, false
	}
	return n.within.first + int(id), true
}

// treeClassifier reads TreeEnsembleClassifier.
func treeClassifier(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	labels, err := n.labels("classlabels_int64s")
	if err != nil {
		return nil, err
	}
	post := n.postTransform()
	t, err := n.nodeTables("class")
	if err != nil {
		return nil, err
	}
	x, err := n.matrix(n.in[0], t.dtype)
	if err != nil {
		return nil, err
	}
	out, err := n.add(op.TreeClassifier{Classes: labels.Len(), Post: post}, t.inputs(n, x)...)
	if err != nil {
		return nil, err
	}
	label, err := n.pickLabel(labels, out[0])
	return []*ir.Value{label, out[1]}, err
}

// treeRegressor reads TreeEnsembleRegressor.
func treeRegressor(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	aggregate := n.oneOf("aggregate_function", "SUM", "AVERAGE", "MIN", "MAX")
	post := n.postTransform()
	t, err := n.nodeTables("target")
	if err != nil {
		return nil, err
	}
	return n.treeScores(t, n.integer("n_targets", 0), aggregate, post, ir.Float32)
}

// treeScores applies the op, the post transform and the result's element type.
func (n *node) treeScores(t *treeTables, targets int64, aggregate, post string, result ir.DType) ([]*ir.Value, error) {
	if targets < 1 || targets > maxFeature {
		return nil, fmt.Errorf("attribute n_targets is %d, want the number of result columns", targets)
	}
	x, err := n.matrix(n.in[0], t.dtype)
	if err != nil {
		return nil, err
	}
	y, err := n.one(op.TreeEnsemble{Targets: int(targets), Aggregate: aggregate}, t.inputs(n, x)...)
	if err != nil {
		return nil, err
	}
	if post == "NONE" || targets == 1 && post != "PROBIT" { // a single target is not mapped by the others
		return values(n.typed(y, result))
	}
	if y, err = n.typed(y, ir.Float32); err == nil {
		y, err = n.post(y, post)
	}
	if err != nil {
		return nil, err
	}
	return values(n.typed(y, result))
}
