package kernel

import (
	"math"
	"unsafe"
)

// treeAbreast is how many walks go in step: they are independent, so that one does not wait for another's loads.
const treeAbreast = 8

// treeLeaves walks every tree for the first of some rows, or for the first 8 at once, and returns how many it took.
// e.Leaves is then [trees][abreast], what the leaves' Splits hold; with total, where that is votes, the first tree's
// have become the sums.
func treeLeaves[T Float, K KeyBits](e *Trees[T, K], x []T, features, rows int, total bool) int {
	abreast := 1
	if rows >= treeAbreast {
		abreast = treeAbreast
	}
	row := e.Row[:len(e.Row)/treeAbreast*abreast]
	if !hasAVX2 || !treeKeysAVX2(row, x, e.Columns, features, abreast) {
		for lane := range abreast {
			treeKeys(row[lane:], x[lane*features:][:features], e.Columns, abreast)
		}
	}
	total = total && e.Weights == nil && e.Count > 0
	switch {
	case e.Members != nil:
		for i := range e.Count * abreast {
			e.Leaves[i] = e.Splits[treeOne(e, e.Roots[i/abreast], row[i%abreast:], abreast)]
		}
	case hasAVX2 && abreast == 1 && total:
		treeTotalAVX2(e, row)
		return abreast
	case hasAVX2:
		treeAVX2(e, row, 0, len(e.Roots), abreast, nil)
	case abreast == 1:
		for i := 0; i < len(e.Roots); i += 4 {
			r := e.Roots[i:][:4]
			treeFour(e.Leaves[i:][:4], e, r[0], r[1], r[2], r[3], row, 0)
		}
	default:
		for i, r := range e.Roots[:e.Count] {
			leaves := e.Leaves[i*treeAbreast:][:treeAbreast]
			treeFour(leaves[:4], e, r, r, r, r, row, 1)
			treeFour(leaves[4:], e, r, r, r, r, row[4:], 1)
		}
	}
	if total {
		treeTotals[T](e.Leaves[:e.Count*abreast], abreast)
	}
	return abreast
}

// treeKeys writes what walks read of a row to every abreast-th element of dst.
func treeKeys[T Float, K KeyBits](dst []K, x []T, columns []int32, abreast int) {
	dst[0] = ^K(0)
	if columns == nil {
		for i, v := range x[:(len(dst)-1)/abreast] {
			dst[(1+i)*abreast] = treeKeyOf[T, K](v)
		}
		return
	}
	for i, c := range columns {
		if c >= 0 {
			dst[(1+i)*abreast] = treeKeyOf[T, K](x[c])
		} else {
			dst[(1+i)*abreast] = treeKeyOf[T, K](-x[^c])
		}
	}
}

// treeKeyOf is a number that is above another where v is above the other's float, but for -0, which is before 0; NaN is
// above all. Floats with a sign are in the opposite order of their bits.
func treeKeyOf[T Float, K KeyBits](v T) K {
	if v != v {
		return ^K(0)
	}
	if unsafe.Sizeof(v) == 4 {
		b := math.Float32bits(float32(v))
		return K(b ^ (uint32(int32(b)>>31) | 1<<31))
	}
	b := math.Float64bits(float64(v))
	return K(b ^ (uint64(int64(b)>>63) | 1<<63))
}

// treeFour walks four trees in step, or one for four rows: walk i reads element apart·i of every 8, or each element
// where apart is 0.
func treeFour[T Float, K KeyBits](leaves []K, e *Trees[T, K], a, b, c, d int32, row []K, apart int) {
	shift := 3 * apart
	for e.Nodes[2*a]&e.Nodes[2*b]&e.Nodes[2*c]&e.Nodes[2*d] != -1 {
		a = treeStep(a, e.Nodes, e.Splits, row, shift, 0)
		b = treeStep(b, e.Nodes, e.Splits, row, shift, apart)
		c = treeStep(c, e.Nodes, e.Splits, row, shift, 2*apart)
		d = treeStep(d, e.Nodes, e.Splits, row, shift, 3*apart)
	}
	leaves[0], leaves[1], leaves[2], leaves[3] = e.Splits[a], e.Splits[b], e.Splits[c], e.Splits[d]
}

// treeStep is where a walk goes from node at, reading every 1<<shift-th element of row from lane on.
func treeStep[K KeyBits](at int32, nodes []int32, splits, row []K, shift, lane int) int32 {
	node := nodes[2*int(at):][:2]
	above := int32(0)
	if row[int(node[1]>>2)<<shift+lane] > splits[at] { // compiled without a jump, whose way no processor foresees
		above = 1
	}
	return at + node[0] + above
}

// treeOne walks a tree whose nodes may test for members, from node at to its leaf.
func treeOne[T Float, K KeyBits](e *Trees[T, K], at int32, row []K, abreast int) int32 {
	for {
		node := e.Nodes[2*int(at):][:2]
		if node[0] == -1 {
			return at
		}
		key, split, flags := row[int(node[1]>>2)*abreast], e.Splits[at], node[1]
		at += node[0]
		if flags&1 != 0 && !treeMember(key, e.Members[split:], flags&2 != 0) || flags&1 == 0 && key > split {
			at++
		}
	}
}

// treeMember reports whether a key is in the set that members begin with, NaN being in it or not.
func treeMember[K KeyBits](key K, members []K, nan bool) bool {
	if key == ^K(0)>>1 { // -0 is 0
		key++
	}
	for _, m := range members {
		if m == key {
			return true
		}
		if m == 0 {
			break
		}
	}
	return nan && key == ^K(0)
}
