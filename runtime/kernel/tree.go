package kernel

// TreeSum sums, for each row of x, [rows, features], the votes of the leaves that it reaches in every tree, divides by
// divisor and adds base, which may be nil. dst is [rows, targets]. voted is scratch for each target, or nil: with it, a
// target without votes stays 0.
//
// The tree at roots[i] starts at that node, or is the leaf ^roots[i]. Node n is three numbers from nodes[3n] on:
// feature<<2 | flags, where to go if x[feature] < splits[n], and where to go if not. Flag 1 sends NaN with the lower
// values; flag 2 asks instead whether x[feature] is among the members from splits[n] on to the first NaN. Leaf l has
// votes starts[l] to starts[l+1] of targets and weights; with starts nil it has one for each target, in order.
// leaves is scratch for a number each tree.
func TreeSum[T Float](dst, x []T, features, count int, roots, nodes []int32, splits, members []T, starts, targets []int32, weights, base []T, divisor T, voted []bool, leaves []int32) {
	for len(dst) > 0 {
		row := dst[:count]
		clear(row)
		treeLeaves(leaves, x[:features], roots, nodes, splits, members)
		treeAdd(row, leaves, starts, targets, weights)
		if divisor != 1 {
			for k := range row {
				row[k] /= divisor
			}
		}
		treeBase(row, base)
		if voted != nil {
			treeVoted(voted, leaves, starts, targets, false)
			treeSilent(row, voted)
		}
		dst, x = dst[count:], x[features:]
	}
}

// TreeExtreme is TreeSum with the greatest or smallest vote in place of the sum; a target without votes is 0, but for
// base where it is the only one. voted is scratch for each target.
func TreeExtreme[T Float](dst, x []T, features, count int, roots, nodes []int32, splits, members []T, starts, targets []int32, weights, base []T, greatest bool, voted []bool, leaves []int32) {
	for len(dst) > 0 {
		row := dst[:count]
		clear(row)
		clear(voted)
		treeLeaves(leaves, x[:features], roots, nodes, splits, members)
		for _, leaf := range leaves {
			from, to := treeVotes(leaf, starts, count)
			for v := from; v < to; v++ {
				k := v - from
				if starts != nil {
					k = int(targets[v])
				}
				w := weights[v]
				if !voted[k] || greatest && w > row[k] || !greatest && w < row[k] {
					row[k], voted[k] = w, true
				}
			}
		}
		treeBase(row, base)
		if count > 1 {
			treeSilent(row, voted)
		}
		dst, x = dst[count:], x[features:]
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

// treeLeaves finds the leaf that a row reaches in each tree. Without NaN and member tests it walks four trees at a
// time, whose loads overlap: a walk alone waits for every node.
func treeLeaves[T Float](leaves []int32, x []T, roots, nodes []int32, splits, members []T) {
	first := 0
	if members == nil && !treeHasNaN(x) {
		for ; first+4 <= len(leaves); first += 4 {
			treeFour(leaves[first:][:4], roots[first:][:4], x, nodes, splits)
		}
	}
	for i := first; i < len(leaves); i++ {
		at := roots[i]
		for at >= 0 {
			n := nodes[3*int(at):][:3]
			v, s := x[n[0]>>2], splits[at]
			at = n[2]
			if v < s {
				at = n[1]
			}
			if n[0]&2 != 0 || v != v {
				at = treeRare(n, v, s, members)
			}
		}
		leaves[i] = ^at
	}
}

// treeHasNaN reports whether a row has NaN.
func treeHasNaN[T Float](x []T) bool {
	for _, v := range x {
		if v != v {
			return true
		}
	}
	return false
}

// treeFour walks four trees together; a tree that is at its leaf waits for the others.
func treeFour[T Float](leaves, roots []int32, x []T, nodes []int32, splits []T) {
	a, b, c, d := roots[0], roots[1], roots[2], roots[3]
	for a|b|c|d >= 0 {
		a = treeStep(a, x, nodes, splits)
		b = treeStep(b, x, nodes, splits)
		c = treeStep(c, x, nodes, splits)
		d = treeStep(d, x, nodes, splits)
	}
	for a&b&c&d >= 0 {
		if a >= 0 {
			a = treeStep(a, x, nodes, splits)
		}
		if b >= 0 {
			b = treeStep(b, x, nodes, splits)
		}
		if c >= 0 {
			c = treeStep(c, x, nodes, splits)
		}
		if d >= 0 {
			d = treeStep(d, x, nodes, splits)
		}
	}
	leaves[0], leaves[1], leaves[2], leaves[3] = ^a, ^b, ^c, ^d
}

// treeStep is where a row goes from node at.
func treeStep[T Float](at int32, x []T, nodes []int32, splits []T) int32 {
	i, less := 3*int(at), 0
	if x[nodes[i]>>2] < splits[at] { // compiled without a jump, whose way no processor foresees
		less = 1
	}
	return nodes[i+2-less]
}

// treeRare is where NaN goes on, and what a member test decides.
func treeRare[T Float](n []int32, v, s T, members []T) int32 {
	if n[0]&2 != 0 {
		for _, m := range members[int(s):] {
			if m == v {
				return n[1]
			}
			if m != m {
				break
			}
		}
	}
	if v != v && n[0]&1 != 0 {
		return n[1]
	}
	return n[2]
}

// treeVotes is where a leaf's votes are.
func treeVotes(leaf int32, starts []int32, count int) (from, to int) {
	if starts == nil {
		return int(leaf) * count, int(leaf)*count + count
	}
	return int(starts[leaf]), int(starts[leaf+1])
}

// treeAdd adds the leaves' votes to a row, in the trees' order.
func treeAdd[T Float](row []T, leaves, starts, targets []int32, weights []T) {
	if starts == nil && len(row) == 1 {
		sum := row[0]
		for _, leaf := range leaves {
			sum += weights[leaf]
		}
		row[0] = sum
		return
	}
	for _, leaf := range leaves {
		from, to := treeVotes(leaf, starts, len(row))
		if starts == nil {
			for k, w := range weights[from:to][:len(row)] {
				row[k] += w
			}
			continue
		}
		for v, k := range targets[from:to] {
			row[k] += weights[from+v]
		}
	}
}

// treeBase adds the base values, if there are any.
func treeBase[T Float](row, base []T) {
	for k, b := range base {
		row[k] += b
	}
}
