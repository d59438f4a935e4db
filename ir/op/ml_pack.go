package op

import (
	"math"
	"slices"

	"github.com/energeticc/energeticc/ir"
)

// The flags beside a column in a packed node, see kernel.Trees.
const (
	packedMember  = 1 << iota // a member test
	packedMissing             // that NaN passes
	packedShift   = iota
)

// args are the arguments that the kernels share, after the results: x, sizes and tables.
func (e *ensemble) args(in []*ir.Value) []ir.Arg {
	p := e.pack()
	i32 := func(v []int64) ir.Arg {
		if v == nil {
			return ir.Nil()
		}
		return ir.Weights(ir.FromInts(ir.Int32, []int{len(v)}, v))
	}
	starts, targets, weights, target := ir.Nil(), ir.Nil(), ir.Nil(), 0
	switch e.held() {
	case holdsVote:
		target = int(e.targets[0])
	case holdsPlace:
		behind := make([]float64, kernelBehind)
		weights = ir.Weights(ir.FromFloats(e.dtype, []int{len(p.weights) + kernelBehind}, append(p.weights, behind...)))
	case holdsNumber:
		starts, targets, weights = ir.In(treeStarts), ir.In(treeTargets), ir.In(treeWeights)
	}
	key := e.keyType()
	keys := func(v []int64) ir.Arg {
		if v == nil {
			return ir.Nil()
		}
		return ir.Weights(ir.FromInts(key, []int{len(v)}, v))
	}
	trees := ir.Struct("kernel.Trees",
		ir.IntC(len(e.roots)), ir.IntC(p.levels),
		i32(p.columns), i32(p.roots), i32(p.nodes), keys(p.splits), keys(e.memberKeys()),
		ir.IntC(target), starts, targets, weights, optionalIn(in, treeBase),
		ir.Scratch(0, key, ir.Const(int64(treesAbreast*(1+p.width)))), ir.Scratch(1, key, ir.Const(int64(treesAbreast*len(p.roots)))))
	trees.Types = []ir.DType{e.dtype, key}
	return []ir.Arg{ir.In(treeX), ir.Int(in[treeX].Type.Shape[1]), ir.IntC(e.outputs), trees}
}

// kernelBehind is how many weights the kernels may read behind a leaf's.
const kernelBehind = 15

// treesAbreast is how many rows the kernels walk in step, and by how many trees for one row.
const treesAbreast = 8

// optionalIn is an input, nil where it is absent.
func optionalIn(in []*ir.Value, i int) ir.Arg {
	if i >= len(in) || in[i] == nil {
		return ir.Nil()
	}
	return ir.In(i)
}

// leafHolds is what a packed leaf holds.
type leafHolds int

const (
	holdsVote   leafHolds = iota // its only vote, where all are for one target
	holdsPlace                   // where its votes for all targets begin
	holdsNumber                  // its number
)

func (e *ensemble) held() leafHolds {
	switch {
	case e.single():
		return holdsVote
	case e.dense():
		return holdsPlace
	}
	return holdsNumber
}

// single reports whether each leaf votes once, all for the same target.
func (e *ensemble) single() bool {
	for i, s := range e.starts {
		if s != int64(i) {
			return false
		}
	}
	return e.oneClass
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

// packedTrees are the tables of kernel.Trees.
type packedTrees struct {
	columns      []int64 // nil for the first width features
	width        int
	roots, nodes []int64
	splits       []int64   // keys, and what leaves hold
	weights      []float64 // each leaf's votes, once where several have the same
	levels       int
}

// pack lays the trees out.
func (e *ensemble) pack() packedTrees {
	tests, roots := e.tests()
	l := treeLayout{ensemble: e, places: map[uint64]int64{}, holds: e.held(), tests: tests, slots: make([]int64, len(tests)), share: make([]float64, len(tests))}
	l.chooseColumns()
	for i := range l.slots {
		l.slots[i] = -1
	}
	for _, r := range roots {
		at := l.room(1)
		l.packed.roots = append(l.packed.roots, at)
		l.put(r, at, 1)
		l.grow()
	}
	if len(roots)%treesAbreast != 0 {
		at := l.room(1)
		l.leaf(at, 0)
		for len(l.packed.roots)%treesAbreast != 0 {
			l.packed.roots = append(l.packed.roots, at)
		}
	}
	l.packed.levels = int(math.Ceil(l.levels / float64(max(1, len(roots)))))
	return l.packed
}

// treeLayout places tests among the packed nodes.
type treeLayout struct {
	*ensemble
	holds   leafHolds
	tests   []treeTest
	slots   []int64   // of the tests that have a place
	share   []float64 // of the walks that come by there, if half of them go either way
	levels  float64   // that walks have, added up over the trees
	todo    []int64   // tests with a place whose ways have none yet
	plain   []int64   // the column of each feature, and of its opposite; 0 for none
	negated []int64
	packed  packedTrees
	places  map[uint64]int64 // of votes among the packed weights, by votesKey or the next free number
}

// chooseColumns numbers what walks read: features in a row's order up to the last one used, unless half of these are
// not used or some opposites are.
func (l *treeLayout) chooseColumns() {
	l.plain, l.negated = make([]int64, l.features), make([]int64, l.features)
	used, opposites := 0, 0
	for _, t := range l.tests {
		switch {
		case t.negated && l.negated[t.feature] == 0:
			l.negated[t.feature] = 1
			opposites++
		case !t.negated && l.plain[t.feature] == 0:
			l.plain[t.feature] = 1
			used++
		}
	}
	if opposites == 0 && 2*used >= l.features {
		l.packed.width = l.features
		for f := range l.plain {
			l.plain[f] = int64(1 + f)
		}
		return
	}
	number := func(columns []int64, value func(f int) int64) {
		for f, u := range columns {
			if u != 0 {
				l.packed.columns = append(l.packed.columns, value(f))
				columns[f] = int64(len(l.packed.columns))
			}
		}
	}
	number(l.plain, func(f int) int64 { return int64(f) })
	number(l.negated, func(f int) int64 { return ^int64(f) })
	l.packed.width = len(l.packed.columns)
}

// room makes place for so many nodes.
func (l *treeLayout) room(n int) (at int64) {
	at = int64(len(l.packed.splits))
	l.packed.nodes = append(l.packed.nodes, make([]int64, 2*n)...)
	l.packed.splits = append(l.packed.splits, make([]int64, n)...)
	return at
}

// blockTests is how many tests stand together before others do: their ways are 14 nodes of 8 bytes, so that a walk goes
// three levels in two cache lines.
const blockTests = 7

// grow places the ways of all tests to do, block by block: a test, and what is below it breadth first.
func (l *treeLayout) grow() {
	var block []int64
	for len(l.todo) > 0 {
		last := len(l.todo) - 1
		block = append(block[:0], l.todo[last])
		l.todo = l.todo[:last]
		for i := 0; i < len(block) && i < blockTests; i++ {
			l.place(block[i])
			block = append(block, l.todo[last:]...)
			l.todo = l.todo[:last]
		}
		if len(block) > blockTests {
			rest := block[blockTests:]
			slices.Reverse(rest)
			l.todo = append(l.todo, rest...)
		}
	}
}

// place writes a test's node and makes place for its ways, side by side.
func (l *treeLayout) place(test int64) {
	t, at, ways := l.tests[test], l.slots[test], l.room(2)
	column := l.plain[t.feature]
	if t.negated {
		column = l.negated[t.feature]
	}
	flags := int64(0)
	if t.member {
		flags = packedMember
	}
	if t.missing {
		flags |= packedMissing
	}
	l.packed.nodes[2*at], l.packed.nodes[2*at+1] = ways-at, column<<packedShift|flags
	l.packed.splits[at] = int64(t.split)
	if !t.member {
		l.packed.splits[at] = l.key(t.split)
	}
	l.levels += l.share[test]
	l.put(t.low, ways, l.share[test]/2)
	l.put(t.high, ways+1, l.share[test]/2)
}

// put makes node at a leaf, or a test's place. A test that has one already is gone to by a test of the NaN in front.
func (l *treeLayout) put(way, at int64, share float64) {
	switch {
	case way < 0:
		l.leaf(at, ^way)
	case l.slots[way] >= 0:
		l.packed.nodes[2*at] = l.slots[way] - at - 1
	default:
		l.slots[way], l.share[way] = at, share
		l.todo = append(l.todo, way)
	}
}

// leaf makes node at a leaf, which holds its vote, or says where its votes are.
func (l *treeLayout) leaf(at, leaf int64) {
	l.packed.nodes[2*at] = -1
	switch l.holds {
	case holdsVote:
		l.packed.splits[at] = l.bits(l.weights[leaf])
	case holdsPlace:
		l.packed.splits[at] = l.votes(l.weights[leaf*int64(l.outputs):][:l.outputs])
	default:
		l.packed.splits[at] = leaf
	}
}

// votes finds the place of a leaf's votes. Many are the same where trees are grown until their leaves are of one class.
func (l *treeLayout) votes(votes []float64) int64 {
	for key := votesKey(votes); ; key++ {
		place, ok := l.places[key]
		if !ok {
			place = int64(len(l.packed.weights))
			l.places[key] = place
			l.packed.weights = append(l.packed.weights, votes...)
		}
		if !ok || sameBits(l.packed.weights[place:][:len(votes)], votes) {
			return place
		}
	}
}

// votesKey is a number that different votes seldom share.
func votesKey(votes []float64) uint64 {
	const odd = 0x9e3779b97f4a7c15 // the golden ratio's
	key := uint64(0)
	for _, v := range votes {
		key = (key ^ math.Float64bits(v)) * odd
		key ^= key >> 29
	}
	return key
}

// sameBits reports whether two lists, as long as each other, have the same numbers, zeros with their sign.
func sameBits(a, b []float64) bool {
	for i, v := range a {
		if math.Float64bits(v) != math.Float64bits(b[i]) {
			return false
		}
	}
	return true
}
