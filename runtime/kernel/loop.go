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
