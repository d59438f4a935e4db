package kernel

import (
	"math"
	"math/bits"
	"sort"
	"strconv"

	"example.com/sample/par"
)

// Number is what trees hold.
type Number interface {
	~int32 | ~float32 | ~float64
}

// A Mode says how leaves combine.
type Mode uint8

// The modes. They stay together: iota counts them.
const (
	Sum Mode = iota
	// Largest takes the largest.
	Largest
	modes
)

// String is reached through fmt.Stringer only, which nothing here mentions.
func (m Mode) String() string { return [...]string{"sum", "max"}[m] }

var (
	// ErrEmpty is what an empty tree gives.
	ErrEmpty = sizeless("empty tree")
	unused   = 3
)

const (
	// Depth bounds a tree.
	Depth = 32
	half  = 0.5 // of anything
)

// Node is a node.
type Node[T Number] struct {
	Left, Right int
	Leaf        T
}

// Tree is a tree of T with a counter of its visits.
type Tree[T Number] struct {
	par.Counter
	*Stats
	Nodes []Node[T]
	mode  Mode
}

// Stats are kept per tree.
type Stats struct{ Visits int }

// Walk adds up the leaves below node i.
func (t *Tree[T]) Walk(i int) T {
	t.Counter.Add()
	t.Stats.Visits++
	n := &t.Nodes[i]
	if n.Left == 0 {
		return n.Leaf
	}
	a, b := t.Walk(n.Left), t.Walk(n.Right)
	if t.mode == Largest {
		return max(a, b)
	}
	return a + b
}

// Deep is not used.
func (t *Tree[T]) Deep() int { return bits.Len(uint(len(t.Nodes))) }

// SumTree computes the sum of a tree, halved.
func SumTree(nodes []Node[float32]) float32 {
	t := Tree[float32]{Nodes: nodes, Stats: &Stats{}}
	return Halve(t.Walk(0))
}

// Halve halves.
func Halve[T float32 | float64](x T) T { return T(math.Floor(float64(x))) * half }

// ByLeaf sorts nodes by leaf.
type ByLeaf[T Number] []Node[T]

func (s ByLeaf[T]) Len() int           { return len(s) }
func (s ByLeaf[T]) Less(i, j int) bool { return s[i].Leaf < s[j].Leaf }
func (s ByLeaf[T]) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }

// First is not part of any interface.
func (s ByLeaf[T]) First() Node[T] { return s[0] }

// SortTree sorts nodes by leaf.
func SortTree(nodes []Node[float32]) error {
	if len(nodes) == 0 {
		return &SizeError{Depth}
	}
	sort.Sort(ByLeaf[float32](nodes))
	return nil
}

// sizeless is an error that costs nothing at start.
type sizeless string

func (e sizeless) Error() string { return string(e) }

// A SizeError says how many nodes there may be.
type SizeError struct{ Limit int }

func (e *SizeError) Error() string { return "want at most " + strconv.Itoa(e.Limit) }

// Unwrap is what errors.Is looks for.
func (e *SizeError) Unwrap() error { return ErrEmpty }

var _ error = (*SizeError)(nil)
