package kernel

// Label are the types of labels and categories.
type Label interface{ Number | string }

// Relabel maps each element of src by a table: keys are in ascending order, NaN last, and values stand in their order;
// what is no key becomes otherwise[0]. Any NaN is equal to NaN.
func Relabel[K, V Label](dst []V, src, keys []K, values, otherwise []V) {
	for i, x := range src[:len(dst)] {
		dst[i] = otherwise[0]
		if k := findLabel(keys, x); k >= 0 {
			dst[i] = values[k]
		}
	}
}

// fewLabels are compared one by one: whether texts are equal, their lengths tell most of the time, and which comes first
// takes longer to find.
const fewLabels = 12

// findLabel is the position of x among keys, in ascending order and NaN last; -1 if it is not there.
func findLabel[K Label](keys []K, x K) int {
	if len(keys) <= fewLabels && x == x {
		for k, y := range keys {
			if y == x {
				return k
			}
		}
		return -1
	}
	lo, hi := 0, len(keys)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if keys[mid] < x || x != x && keys[mid] == keys[mid] {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(keys) && (keys[lo] == x || x != x && keys[lo] != keys[lo]) {
		return lo
	}
	return -1
}

// OneHotEncoder gives each element of src a row of width columns, with 1 in the column of the category that it is and
// 0 in the others. Categories are ordered as Relabel's keys.
func OneHotEncoder[K Label](dst []float32, src, categories []K, columns []int32, width int) {
	clear(dst)
	for i, x := range src {
		if k := findLabel(categories, x); k >= 0 {
			dst[i*width:][:width][columns[k]] = 1
		}
	}
}

// OneHotEncoderStrict is OneHotEncoder that returns the position of the first element of no category, -1 if there is
// none.
func OneHotEncoderStrict[K Label](dst []float32, src, categories []K, columns []int32, width int) int {
	clear(dst)
	for i, x := range src {
		k := findLabel(categories, x)
		if k < 0 {
			return i
		}
		dst[i*width:][:width][columns[k]] = 1
	}
	return -1
}
