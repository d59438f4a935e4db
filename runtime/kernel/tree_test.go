package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"
)

// testTree is a tree as one would draw it: a leaf where low is nil. NaN goes high.
type testTree[T Float] struct {
	feature   int
	split     T
	low, high *testTree[T]
	leaf      int
}

// testForest makes trees of different depths, and the votes of their leaves for so many targets.
func testForest[T Float](rng *rand.Rand, count, features, targets int) (forest []*testTree[T], votes [][]T) {
	splits := []T{0, -1, 1, T(math.Inf(1)), T(math.Copysign(0, -1)), 0.5}
	var grow func(depth int) *testTree[T]
	grow = func(depth int) *testTree[T] {
		if depth == 0 || rng.IntN(8) == 0 {
			row := make([]T, targets)
			for k := range row {
				row[k] = T(rng.NormFloat64())
			}
			votes = append(votes, row)
			return &testTree[T]{leaf: len(votes) - 1}
		}
		return &testTree[T]{feature: rng.IntN(features), split: splits[rng.IntN(len(splits))], low: grow(depth - 1), high: grow(depth - 1)}
	}
	for range count {
		forest = append(forest, grow(rng.IntN(9)))
	}
	return forest, votes
}

// packTrees lays a forest out as Trees says, with votes in the leaves where there is one target and in rows else.
func packTrees[T Float, K KeyBits](forest []*testTree[T], votes [][]T, features, targets int) Trees[T, K] {
	e := Trees[T, K]{Count: len(forest), Levels: 2}
	room := func(n int) int32 {
		at := int32(len(e.Splits))
		e.Nodes, e.Splits = append(e.Nodes, make([]int32, 2*n)...), append(e.Splits, make([]K, n)...)
		return at
	}
	var put func(at int32, n *testTree[T])
	put = func(at int32, n *testTree[T]) {
		if n.low == nil {
			e.Nodes[2*at] = -1
			e.Splits[at] = K(n.leaf * targets)
			if targets == 1 {
				e.Splits[at] = treeBits[T, K](votes[n.leaf][0])
			}
			return
		}
		ways := room(2)
		split := treeKeyOf[T, K](n.split + 0)
		if n.split == 0 {
			split = treeKeyOf[T, K](0)
		}
		e.Nodes[2*at], e.Nodes[2*at+1], e.Splits[at] = ways-at, int32(1+n.feature)<<2, split
		put(ways, n.low)
		put(ways+1, n.high)
	}
	for len(e.Roots) < len(forest) || len(e.Roots)%8 != 0 {
		at := room(1)
		e.Roots = append(e.Roots, at)
		put(at, append(forest, &testTree[T]{})[min(len(e.Roots)-1, len(forest))])
	}
	if targets > 1 {
		e.Weights = append(slices.Concat(votes...), make([]T, 15)...)
	}
	e.Row, e.Leaves = make([]K, 8*(1+features)), make([]K, 8*len(e.Roots))
	return e
}

// sumTrees is TreeSum as one would write it down.
func sumTrees[T Float](forest []*testTree[T], votes [][]T, x []T, features, targets int) (sums []T) {
	for ; len(x) > 0; x = x[features:] {
		row := make([]T, targets)
		for _, n := range forest {
			for n.low != nil {
				if x[n.feature] <= n.split {
					n = n.low
				} else {
					n = n.high
				}
			}
			for k, w := range votes[n.leaf] {
				row[k] += w
			}
		}
		sums = append(sums, row...)
	}
	return sums
}

// testRows are rows with numbers at the edges of comparisons.
func testRows[T Float](rng *rand.Rand, n int) []T {
	edges := []T{0, T(math.Copysign(0, -1)), 1, T(math.Inf(1)), T(math.Inf(-1)), T(math.NaN()), -T(math.NaN()), math.SmallestNonzeroFloat32}
	x := make([]T, n)
	for i := range x {
		x[i] = T(rng.NormFloat64())
		if rng.IntN(2) == 0 {
			x[i] = edges[rng.IntN(len(edges))]
		}
	}
	return x
}

// checkTrees compares sums with those written down, exactly; fenced may move the tables.
func checkTrees[T Float, K KeyBits](t *testing.T, fenced func(e *Trees[T, K])) {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, uint64(unsafe.Sizeof(T(0)))))
	for _, count := range []int{0, 1, 3, 8, 19, 75} {
		for _, targets := range []int{1, 2, 10, 16, 17, 35} {
			for _, rows := range []int{0, 1, 7, 8, 19} {
				const features = 5
				forest, votes := testForest[T](rng, count, features, targets)
				x := testRows[T](rng, rows*features)
				want := sumTrees(forest, votes, x, features, targets)
				e := packTrees[T, K](forest, votes, features, targets)
				fenced(&e)
				got := make([]T, rows*targets)
				TreeSum(got, x, features, targets, e, 1, nil)
				if !slices.Equal(got, want) {
					t.Fatalf("%d trees, %d targets, %d rows: got %v, want %v", count, targets, rows, got, want)
				}
			}
		}
	}
}

func TestTrees(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		checkTrees(t, func(*Trees[float32, uint32]) {})
		checkTrees(t, func(*Trees[float64, uint64]) {})
	})
}

func TestTreeKeys(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	order := []float32{-inf, -math.MaxFloat32, -1, -math.SmallestNonzeroFloat32, float32(math.Copysign(0, -1)), 0, math.SmallestNonzeroFloat32, 1, math.MaxFloat32, inf, nan}
	for i := 1; i < len(order); i++ {
		below, above := order[i-1], order[i]
		if a, b := treeKeyOf[float32, uint32](below), treeKeyOf[float32, uint32](above); a >= b || a == 0 {
			t.Errorf("keys of %v and %v are %#x and %#x, want these in order and above 0", below, above, a, b)
		}
		if a, b := treeKeyOf[float64, uint64](float64(below)), treeKeyOf[float64, uint64](float64(above)); a >= b || a == 0 {
			t.Errorf("float64: keys of %v and %v are %#x and %#x, want these in order and above 0", below, above, a, b)
		}
	}
	if a, b := treeKeyOf[float32, uint32](-nan), treeKeyOf[float32, uint32](nan); a != b {
		t.Errorf("keys of -NaN and NaN are %#x and %#x, want one", a, b)
	}
}

func BenchmarkTrees(b *testing.B) {
	rng := rand.New(rand.NewPCG(5, 5))
	const trees, features = 64, 30
	forest, votes := testForest[float32](rng, trees, features, 1)
	e := packTrees[float32, uint32](forest, votes, features, 1)
	for _, rows := range []int{1, 64} {
		x, y := testRows[float32](rng, rows*features), make([]float32, rows)
		b.Run(map[bool]string{true: "row", false: "rows"}[rows == 1], func(b *testing.B) {
			for b.Loop() {
				TreeSum(y, x, features, 1, e, 1, nil)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows)/trees, "ns/tree")
		})
	}
}
