//go:build gc && !purego

package kernel

import "unsafe"

// treeCallRoots is how many trees a call of assembly walks, or one for 8 rows: it cannot be interrupted.
const treeCallRoots = 64

// treeTotalAVX2 walks for one row and puts the sum of the votes in front. Assembly sums eight trees' votes while the
// next eight are walked; those that are left over follow.
func treeTotalAVX2[T Float, K KeyBits](e *Trees[T, K], row []K) {
	var sum K
	whole := e.Count &^ (treeAbreast - 1)
	treeAVX2(e, row, 0, whole, 1, &sum)
	treeAVX2(e, row, whole, len(e.Roots), 1, nil)
	e.Leaves[0] = treeMore[T](sum, e.Leaves[whole:e.Count])
}

// treeAVX2 fills e.Leaves, of some roots, by walks over the keys of one row or of 8. One row's votes are added to sum, if
// that is not nil.
func treeAVX2[T Float, K KeyBits](e *Trees[T, K], row []K, first, end, abreast int, sum *K) {
	for i := first; i < end; i += treeCallRoots {
		roots := e.Roots[i:min(i+treeCallRoots, end)]
		leaves := e.Leaves[i*abreast:][:len(roots)*abreast]
		to, from, splits := unsafe.Pointer(unsafe.SliceData(leaves)), unsafe.Pointer(unsafe.SliceData(row)), unsafe.Pointer(unsafe.SliceData(e.Splits))
		nodes, root, n := unsafe.SliceData(e.Nodes), unsafe.SliceData(roots), len(roots)
		switch wide := unsafe.Sizeof(row[0]) == 8; {
		case abreast == 1 && wide:
			treeRowU64AVX2((*uint64)(to), (*uint64)(from), (*uint64)(splits), nodes, root, n, e.Levels, (*uint64)(unsafe.Pointer(sum)))
		case abreast == 1:
			treeRowU32AVX2((*uint32)(to), (*uint32)(from), (*uint32)(splits), nodes, root, n, e.Levels, (*uint32)(unsafe.Pointer(sum)))
		case wide:
			treeRowsU64AVX2((*uint64)(to), (*uint64)(from), (*uint64)(splits), nodes, root, n, e.Levels)
		default:
			treeRowsU32AVX2((*uint32)(to), (*uint32)(from), (*uint32)(splits), nodes, root, n, e.Levels)
		}
	}
}

// treeCallVotes is how many elements a call of assembly sums.
const treeCallVotes = 1 << 16

// treeRowsAddAVX2 is treeRowsAdd for one leaf at least, if the weights are float32 and not too many.
func treeRowsAddAVX2[T Float, K KeyBits](row, weights []T, leaves []K, abreast int) bool {
	count := (len(leaves) + abreast - 1) / abreast
	if unsafe.Sizeof(row[0]) != 4 || count*len(row) > treeCallVotes {
		return false
	}
	to, from := (*float32)(unsafe.Pointer(unsafe.SliceData(row))), (*float32)(unsafe.Pointer(unsafe.SliceData(weights)))
	treeVotesAVX2(to, from, (*uint32)(unsafe.Pointer(unsafe.SliceData(leaves))), count, abreast, len(row))
	return true
}

// treeTotalsAVX2 is treeTotals for 8 rows if votes are float32 and not too many.
func treeTotalsAVX2[K KeyBits](leaves []K) bool {
	if unsafe.Sizeof(leaves[0]) != 4 || len(leaves) > treeCallVotes {
		return false
	}
	treeTotalsU32AVX2((*uint32)(unsafe.Pointer(unsafe.SliceData(leaves))), len(leaves)/treeAbreast)
	return true
}

// treeKeysAVX2 fills row with the keys of one row of x or of 8 if these are float32, of the first columns and not too many.
func treeKeysAVX2[T Float, K KeyBits](row []K, x []T, columns []int32, features, abreast int) bool {
	n := len(row)/abreast - 1
	if unsafe.Sizeof(row[0]) != 4 || columns != nil || n == 0 || len(row) > treeCallVotes {
		return false
	}
	for i := range abreast {
		row[i] = ^K(0)
	}
	_ = x[(abreast-1)*features+n-1]
	to, from := (*uint32)(unsafe.Pointer(unsafe.SliceData(row[abreast:]))), (*float32)(unsafe.Pointer(unsafe.SliceData(x)))
	if abreast == 1 {
		treeKeysU32AVX2(to, from, n)
	} else {
		treeKeysRowsU32AVX2(to, from, n, features)
	}
	return true
}
