package kernel

import "math"

// LoopLimit is how often a loop may run: limit's first element, held within what an int counts, and without one as
// often as that.
func LoopLimit(limit []int64) int {
	n := int64(math.MaxInt)
	if len(limit) > 0 {
		n = min(max(limit[0], 0), n)
	}
	return int(n)
}

// RowSize is the size that every row of a loop's stacked result has along an axis: got in the first run, number 0,
// and after it have. bad is 0 where a later run's row has another, else -1.
func RowSize(run, have, got int) (size, bad int) {
	if run == 0 {
		return got, -1
	}
	if have != got {
		return have, 0
	}
	return have, -1
}
