//go:build gc && !purego && linux

package kernel

import "testing"

// TestTreesFenced walks tables between fences.
func TestTreesFenced(t *testing.T) {
	needAVX2(t)
	for _, atEnd := range []bool{false, true} {
		f := newFence(t)
		checkTrees(t, func(e *Trees[float32, uint32]) {
			f.close()
			e.Roots, e.Nodes, e.Splits = fencedCopy(f, e.Roots, atEnd), fencedCopy(f, e.Nodes, atEnd), fencedCopy(f, e.Splits, atEnd)
			e.Weights, e.Row, e.Leaves = fencedCopy(f, e.Weights, atEnd), fencedCopy(f, e.Row, atEnd), fencedCopy(f, e.Leaves, atEnd)
		})
		checkTrees(t, func(e *Trees[float64, uint64]) {
			f.close()
			e.Roots, e.Nodes, e.Splits = fencedCopy(f, e.Roots, atEnd), fencedCopy(f, e.Nodes, atEnd), fencedCopy(f, e.Splits, atEnd)
			e.Row, e.Leaves = fencedCopy(f, e.Row, atEnd), fencedCopy(f, e.Leaves, atEnd)
		})
	}
}
