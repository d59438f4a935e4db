package kernel

import (
	"math"
	"unsafe"
)

// Trees are the tables of an ensemble of Count trees, and memory for walks. T is the type of features and votes, K the
// integers of its width, whose order takes less time to find than that of floats: see treeKeyOf.
//
// A walk goes over the keys of a row that Row holds: the greatest K, and then the keys of the numbers that Columns
// tells, x[c] for c ≥ 0 and -x[^c] else, or of the first ones of x where Columns is nil. Node n asks whether the key at
// Nodes[2n+1]>>2 is at most Splits[n]. If so the walk goes to node n + Nodes[2n], and else, or for NaN, to the node
// after that one. A leaf asks for the key at the front and comes back to itself, by -1, so that several trees can be
// walked in step. Its Splits, below that key, has the bits of its vote for Target if there are no Weights. Else, if
// Starts is nil, it says where in Weights its votes for every target begin, with 15 weights or more behind them; if
// not, it is the leaf's number l, and it has the votes Starts[l] to Starts[l+1] of Targets and Weights. Tree i begins
// at node Roots[i]; leaves fill Roots up to a multiple of 8.
//
// Where Members is not nil, a node with flag 1 in Nodes[2n+1] asks instead whether the key is among Members from
// Splits[n] on to the first 0, and so does NaN where it has flag 2, too.
//
// Base, which may be nil, is added to the sums. After Levels levels many walks are at their leaf.
type Trees[T Float, K KeyBits] struct {
	Count, Levels   int
	Columns         []int32
	Roots, Nodes    []int32
	Splits, Members []K
	Target          int
	Starts, Targets []int32
	Weights, Base   []T
	Row             []K // memory for the keys of 8 rows
	Leaves          []K // memory for 8 numbers each root
}

// KeyBits are the integers that stand for floats of their width in the same order.
type KeyBits interface{ uint32 | uint64 }

// TreeSum sums, for each row of x, [rows, features], the votes of the leaves that it reaches in every tree, divides by
// divisor and adds the base. dst is [rows, targets]. voted is scratch for each target, or nil: with it, a target
// without votes stays 0.
func TreeSum[T Float, K KeyBits](dst, x []T, features, targets int, e Trees[T, K], divisor T, voted []bool) {
	for len(dst) > 0 {
		abreast := treeLeaves(&e, x, features, len(dst)/targets, true)
		for lane := range abreast {
			row := dst[:targets]
			treeAdd(row, &e, lane, abreast)
			if divisor != 1 {
				for k := range row {
					row[k] /= divisor
				}
			}
			treeBase(row, e.Base)
			if voted != nil {
				treeVoted(voted, &e, lane, abreast)
				treeSilent(row, voted)
			}
			dst, x = dst[targets:], x[features:]
		}
	}
}

// TreeExtreme is TreeSum with the greatest or smallest vote in place of the sum; a target without votes is 0, but for
// the base where it is the only one. voted is scratch for each target.
func TreeExtreme[T Float, K KeyBits](dst, x []T, features, targets int, e Trees[T, K], greatest bool, voted []bool) {
	for len(dst) > 0 {
		abreast := treeLeaves(&e, x, features, len(dst)/targets, false)
		for lane := range abreast {
			row := dst[:targets]
			treeOutermost(row, voted, &e, lane, abreast, greatest)
			treeBase(row, e.Base)
			if targets > 1 {
				treeSilent(row, voted)
			}
			dst, x = dst[targets:], x[features:]
		}
	}
}

// treeOutermost finds the greatest or the smallest votes of a row, and the targets that have any.
func treeOutermost[T Float, K KeyBits](row []T, voted []bool, e *Trees[T, K], lane, abreast int, greatest bool) {
	clear(row)
	clear(voted)
	better := func(k int, w T) {
		if !voted[k] || greatest && w > row[k] || !greatest && w < row[k] {
			row[k], voted[k] = w, true
		}
	}
	for i := lane; i < e.Count*abreast; i += abreast {
		if e.Weights == nil {
			better(e.Target, treeVote[T](e.Leaves[i]))
			continue
		}
		from, to := treeVotes(e, e.Leaves[i], len(row))
		for v := from; v < to; v++ {
			k := v - from
			if e.Starts != nil {
				k = int(e.Targets[v])
			}
			better(k, e.Weights[v])
		}
	}
}

// treeSilent clears the scores that have no votes.
func treeSilent[T Float](row []T, voted []bool) {
	for k := range row {
		if !voted[k] {
			row[k] = 0
		}
	}
}

// treeVotes is where the votes of a leaf are among the weights.
func treeVotes[T Float, K KeyBits](e *Trees[T, K], leaf K, targets int) (from, to int) {
	if e.Starts == nil {
		return int(leaf), int(leaf) + targets
	}
	return int(e.Starts[leaf]), int(e.Starts[leaf+1])
}

// treeVote is the float whose bits a leaf holds.
func treeVote[T Float, K KeyBits](bits K) T {
	if unsafe.Sizeof(bits) == 4 {
		return T(math.Float32frombits(uint32(bits)))
	}
	return T(math.Float64frombits(uint64(bits)))
}

// treeBits are the bits of a float.
func treeBits[T Float, K KeyBits](v T) K {
	if unsafe.Sizeof(v) == 4 {
		return K(math.Float32bits(float32(v)))
	}
	return K(math.Float64bits(float64(v)))
}

// treeAdd sums the leaves' votes for one of the rows abreast, in the trees' order.
func treeAdd[T Float, K KeyBits](row []T, e *Trees[T, K], lane, abreast int) {
	leaves := e.Leaves[:e.Count*abreast]
	switch {
	case len(leaves) == 0:
		clear(row)
	case e.Weights == nil:
		clear(row)
		row[e.Target] = treeVote[T](leaves[lane])
	case e.Starts == nil:
		treeRowsAdd(row, e.Weights, leaves[lane:], abreast)
	default:
		clear(row)
		for i := lane; i < len(leaves); i += abreast {
			from, to := treeVotes(e, leaves[i], len(row))
			for v, k := range e.Targets[from:to] {
				row[k] += e.Weights[from+v]
			}
		}
	}
}

// treeTotals puts the sum of each row's votes where its first tree's leaf is.
func treeTotals[T Float, K KeyBits](leaves []K, abreast int) {
	if abreast == 1 {
		leaves[0] = treeMore[T](0, leaves)
		return
	}
	if hasAVX2 && treeTotalsAVX2(leaves) {
		return
	}
	var sums [treeAbreast]T
	for l := leaves; len(l) >= treeAbreast; l = l[treeAbreast:] {
		for i := range sums {
			sums[i] += treeVote[T](l[i])
		}
	}
	for i, s := range sums {
		leaves[i] = treeBits[T, K](s)
	}
}

// treeMore adds votes to a sum, all as the bits that they are.
func treeMore[T Float, K KeyBits](sum K, leaves []K) K {
	s := treeVote[T](sum)
	for _, v := range leaves {
		s += treeVote[T](v)
	}
	return treeBits[T, K](s)
}

// treeRowsAdd sums the rows of weights that every abreast-th of leaves says the beginning of.
func treeRowsAdd[T Float, K KeyBits](row, weights []T, leaves []K, abreast int) {
	if hasAVX2 && treeRowsAddAVX2(row, weights, leaves, abreast) {
		return
	}
	clear(row)
	for i := 0; i < len(leaves); i += abreast {
		for k, w := range weights[leaves[i]:][:len(row)] {
			row[k] += w
		}
	}
}

// treeVoted finds the targets that have votes in a row.
func treeVoted[T Float, K KeyBits](voted []bool, e *Trees[T, K], lane, abreast int) {
	all := e.Weights != nil && e.Starts == nil && e.Count > 0
	for k := range voted {
		voted[k] = all
	}
	switch {
	case e.Weights == nil:
		voted[e.Target] = e.Count > 0
	case e.Starts != nil:
		for i := lane; i < e.Count*abreast; i += abreast {
			from, to := treeVotes(e, e.Leaves[i], len(voted))
			for _, k := range e.Targets[from:to] {
				voted[k] = true
			}
		}
	}
}

// treeBase adds the base values, if there are any.
func treeBase[T Float](row, base []T) {
	for k, b := range base {
		row[k] += b
	}
}
