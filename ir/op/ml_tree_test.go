package op

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

// splitValues are thresholds and features that meet at the edges of comparisons.
var splitValues = []float64{0, math.Copysign(0, -1), 1, -1, 0.5, 3, math.Inf(1), math.Inf(-1), math.NaN(), math.SmallestNonzeroFloat32, math.MaxFloat32}

// allOnes is the NaN whose bits are all set.
func allOnes(d ir.DType) float64 {
	if d == ir.Float32 {
		return float64(math.Float32frombits(math.MaxUint32))
	}
	return math.Float64frombits(math.MaxUint64)
}

// randomTrees are the tables of trees, and x, for a number of targets.
func randomTrees(r *rand.Rand, d ir.DType, targets, base int, dense bool) []*ir.Tensor {
	const features = 3
	trees, modes, members := 1+r.IntN(10), int(treeModes), []float64{1, 3, math.NaN(), 0.5, math.NaN()}
	if r.IntN(4) > 0 {
		modes, members = int(TreeMember), nil
	}
	only := -1 // the target of every leaf's one vote
	if r.IntN(3) == 0 {
		only = r.IntN(targets)
	}
	var roots, nodes, starts, ids []int64
	var splits, weights []float64
	leaf := func() int64 {
		starts = append(starts, int64(len(ids)))
		count := r.IntN(targets + 1)
		if dense {
			count = targets
		}
		if only >= 0 {
			count = 1
		}
		for k := range count {
			switch {
			case only >= 0:
				k = only
			case !dense:
				k = r.IntN(targets)
			}
			ids, weights = append(ids, int64(k)), append(weights, []float64{-1, -0.75, -0.25, 0, 0.25, 0.5, 1, math.Inf(1), allOnes(d)}[r.IntN(9)])
		}
		return ^int64(len(starts) - 1)
	}
	var grow func(depth int) int64
	grow = func(depth int) int64 {
		if depth == 0 || r.IntN(6) == 0 {
			return leaf()
		}
		yes, no := grow(depth-1), grow(depth-1)
		mode, split := TreeMode(r.IntN(modes)), splitValues[r.IntN(len(splitValues))]
		if mode == TreeMember {
			split = float64(3 * r.IntN(2))
		}
		if r.IntN(2) == 0 {
			mode |= MissingTrue
		}
		nodes, splits = append(nodes, int64(mode), int64(r.IntN(features)), yes, no), append(splits, split)
		return int64(len(splits) - 1)
	}
	for range trees {
		roots = append(roots, grow(r.IntN(7)))
	}
	starts = append(starts, int64(len(ids)))
	x := ir.NewTensor(d, 1+r.IntN(20), features)
	for i := range x.Len() {
		x.SetFloat(i, splitValues[r.IntN(len(splitValues))])
	}
	i32 := func(v []int64, shape ...int) *ir.Tensor { return ir.FromInts(ir.Int32, shape, v) }
	num := func(v []float64) *ir.Tensor { return ir.FromFloats(d, []int{len(v)}, v) }
	in := []*ir.Tensor{x, i32(roots, trees), i32(nodes, len(splits), 4), num(splits), i32(starts, len(starts)), i32(ids, len(ids)), num(weights), nil, nil}
	if members != nil {
		in[treeMembers] = num(members)
	}
	if base > 0 {
		in[treeBase] = floatTensor(d, []int{base}, r)
	}
	return in
}

func TestTreesLower(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 60 {
		for _, d := range native {
			for _, targets := range []int{1, 2, 3} {
				base, dense := targets*r.IntN(2), r.IntN(2) == 0
				for _, a := range []string{"SUM", "AVERAGE", "MIN", "MAX"} {
					checkLowered(t, TreeEnsemble{Targets: targets, Aggregate: a}, randomTrees(r, d, targets, base, dense), 1, 0)
				}
				if targets == 2 {
					base = r.IntN(3)
				}
				for _, post := range []string{"NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT"} {
					in := randomTrees(r, d, targets, base, dense)
					if targets == 2 && r.IntN(2) == 0 { // all votes for one class
						in[treeTargets] = ir.NewTensor(ir.Int32, in[treeTargets].Len())
					}
					checkLowered(t, TreeClassifier{Classes: targets, Post: post}, in, 1, 1e-5)
				}
			}
		}
	}
}

func TestTreesInfer(t *testing.T) {
	good := func() []*ir.Tensor { return randomTrees(rand.New(rand.NewPCG(7, 8)), ir.Float32, 2, 0, false) }
	set := func(input, at int, v int64) func([]*ir.Tensor) {
		return func(in []*ir.Tensor) { in[input].SetInt(at, v) }
	}
	for _, tt := range []struct {
		name  string
		spoil func(in []*ir.Tensor)
		want  string
	}{
		{"mode", set(treeNodes, 0, 7), "has mode 7"},
		{"feature", set(treeNodes, 1, -1), "reads feature -1"},
		{"far feature", set(treeNodes, 1, 99), "the trees read feature 99"},
		{"child", set(treeNodes, 2, 1<<20), "want nodes or leaves"},
		{"leaf", set(treeNodes, 2, -1<<20), "want nodes or leaves"},
		{"root", set(treeRoots, 0, 1<<20), "is no node"},
		{"cycle", func(in []*ir.Tensor) { in[treeNodes].SetInt(2, 0) }, "leads back"},
		{"target", set(treeTargets, 0, 2), "is for target 2 of 2"},
		{"starts", set(treeStarts, 0, 1), "do not cover"},
		{"members", func(in []*ir.Tensor) { in[treeMembers] = ir.FromFloats(ir.Float32, []int{1}, []float64{1}) }, "does not end in NaN"},
	} {
		in := good()
		tt.spoil(in)
		b := ir.NewBuilder("test")
		vals := []*ir.Value{b.Input("x", in[0].TypeOf())}
		for i, c := range in[1:] {
			if c == nil {
				vals = append(vals, nil)
				continue
			}
			vals = append(vals, b.Const(fmt.Sprint("c", i), c))
		}
		_, err := b.Add("y", TreeEnsemble{Targets: 2, Aggregate: "SUM"}, vals...)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", tt.name, err, tt.want)
		}
	}
}
