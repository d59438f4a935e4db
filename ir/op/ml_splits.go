package op

import (
	"math"

	"github.com/energeticc/energeticc/ir"
)

// treeTest is a node that asks whether its feature, or the opposite of it, is at most split. If so the way is low, and
// else, or for NaN, high. A way is a test's number, or ^leaf.
type treeTest struct {
	feature         int
	negated         bool
	member, missing bool // whether it is among the members from split on, which NaN is where missing says so
	split           float64
	low, high       int64
}

// keyType is the integer type as wide as the floats.
func (e *ensemble) keyType() ir.DType {
	if e.dtype == ir.Float32 {
		return ir.Uint32
	}
	return ir.Uint64
}

// key stands for a split as kernel.treeKeyOf does for what is compared with it: that of both zeros is 0's, which is above
// the key of -0, and 0 stands for NaN, as nothing is below or equal to it.
func (e *ensemble) key(v float64) int64 {
	b, sign, all := e.bits(v), int64(math.MinInt64), int64(-1)
	if e.dtype == ir.Float32 {
		sign, all = 1<<31, math.MaxUint32
	}
	switch {
	case v != v:
		return 0
	case v < 0:
		return b ^ all
	}
	return b | sign
}

// memberKeys are the keys of the sets' members.
func (e *ensemble) memberKeys() (keys []int64) {
	for _, m := range e.members {
		keys = append(keys, e.key(m))
	}
	return keys
}

// bits are those of a float, the same ones for every NaN: others could be taken for the greatest key.
func (e *ensemble) bits(v float64) int64 {
	if v != v {
		v = math.NaN()
	}
	if e.dtype == ir.Float32 {
		return int64(math.Float32bits(float32(v)))
	}
	return int64(math.Float64bits(v))
}

// tests brings every comparison to "x ≤ split", which is exact: x < t is x ≤ the float before t, and the others are
// these with the ways exchanged. Equality takes two tests. It returns where each tree begins, too.
func (e *ensemble) tests() (tests []treeTest, roots []int64) {
	at := make([]int64, len(e.nodes)) // of a node among the tests
	count := int64(0)
	for i, n := range e.nodes {
		at[i] = count
		count += n.tests()
	}
	to := func(next int64) int64 {
		if next < 0 {
			return next
		}
		return at[next]
	}
	for _, r := range e.roots {
		roots = append(roots, to(r))
	}
	tests = make([]treeTest, 0, count)
	add := func(n treeNode, split float64, low, high int64, missingLow bool) {
		tests = append(tests, e.test(n.feature, split, low, high, missingLow))
	}
	for i, n := range e.nodes {
		yes, no, before := to(n.yes), to(n.no), e.before(n.split)
		switch mode := n.mode; {
		case mode == TreeMember:
			tests = append(tests, treeTest{feature: n.feature, member: true, missing: n.missing, split: n.split, low: yes, high: no})
		case mode == TreeNotEqual && n.split != n.split: // everything differs from NaN
			add(n, n.split, no, yes, false)
		case n.split != n.split: // and nothing compares with it
			add(n, n.split, yes, no, n.missing)
		case mode == TreeLessOrEqual:
			add(n, n.split, yes, no, n.missing)
		case mode == TreeLess:
			add(n, before, yes, no, n.missing)
		case mode == TreeGreaterOrEqual:
			add(n, before, no, yes, !n.missing)
		case mode == TreeGreater:
			add(n, n.split, no, yes, !n.missing)
		case mode == TreeEqual:
			add(n, n.split, at[i]+1, no, n.missing)
			add(n, before, no, yes, false)
		case mode == TreeNotEqual: // NaN differs from everything
			add(n, n.split, at[i]+1, yes, false)
			add(n, before, yes, no, false)
		}
	}
	return tests, roots
}

// tests is how many tests a node becomes.
func (n treeNode) tests() int64 {
	if (n.mode == TreeEqual || n.mode == TreeNotEqual) && n.split == n.split {
		return 2
	}
	return 1
}

// test is x ≤ split, with NaN going the low way or the high one. Where it is to go low, the test is of -x: x ≤ t says
// that -x is not below -t, and what is not below, or NaN, goes high.
func (e *ensemble) test(feature int, split float64, low, high int64, missingLow bool) treeTest {
	switch {
	case !missingLow || low == high:
		return treeTest{feature: feature, split: split, low: low, high: high}
	case split != split: // NaN alone goes low, and it is all that is not at most infinite
		return treeTest{feature: feature, split: math.Inf(1), low: high, high: low}
	}
	return treeTest{feature: feature, negated: true, split: e.before(-split), low: high, high: low}
}

// before is the float before v: NaN, which nothing is below or equal to, before all others.
func (e *ensemble) before(v float64) float64 {
	switch {
	case math.IsInf(v, -1):
		return math.NaN()
	case e.dtype == ir.Float32:
		return float64(math.Nextafter32(float32(v), float32(math.Inf(-1))))
	}
	return math.Nextafter(v, math.Inf(-1))
}
