package kernel

import "strconv"

// ZipMap makes a map of each row of src, which has as many elements as there are keys. It takes up the maps that *dst
// has already, so that repeated runs need no new ones.
func ZipMap[K string | int64](dst *[]map[K]float32, src []float32, keys []K) {
	maps := *dst
	rows := len(src) / len(keys)
	for len(maps) < rows {
		maps = append(maps, make(map[K]float32, len(keys)))
	}
	maps = maps[:rows]
	for r := range maps {
		m := maps[r]
		if m == nil {
			m = make(map[K]float32, len(keys))
			maps[r] = m
		}
		clear(m)
		row := src[r*len(keys):][:len(keys)]
		for k, key := range keys {
			m[key] = row[k]
		}
	}
	*dst = maps
}

// DictVectorizer gets the values of keys from a map, the zero value for those that it does not have.
func DictVectorizer[K comparable, V any](dst []V, m map[K]V, keys []K) {
	for i, k := range keys[:len(dst)] {
		dst[i] = m[k]
	}
}

// MapLen is the number of a map's entries.
func MapLen[K comparable, V any](m map[K]V) int { return len(m) }

// CastMapDense converts a map's values in ascending order of their keys; keys is scratch for each. It returns the
// position of the first value that cannot be converted, -1 if all can.
func CastMapDense[V, U any](dst []U, m map[int64]V, keys []int64, convert func(v V) (U, bool)) int {
	sortedKeys(keys, m)
	for i, k := range keys {
		u, ok := convert(m[k])
		if !ok {
			return i
		}
		dst[i] = u
	}
	return -1
}

// sortedKeys lists a map's keys in ascending order, by heap sort: in place and with no bad case.
func sortedKeys[V any](keys []int64, m map[int64]V) {
	n := 0
	for k := range m {
		keys[n] = k
		n++
	}
	for i := n/2 - 1; i >= 0; i-- {
		siftKeys(keys[:n], i)
	}
	for end := n - 1; end > 0; end-- {
		keys[0], keys[end] = keys[end], keys[0]
		siftKeys(keys[:end], 0)
	}
}

// siftKeys lets a key sink in a heap whose greatest key is the first.
func siftKeys(keys []int64, i int) {
	for {
		child := 2*i + 1
		if child >= len(keys) {
			return
		}
		if child+1 < len(keys) && keys[child+1] > keys[child] {
			child++
		}
		if keys[i] >= keys[child] {
			return
		}
		keys[i], keys[child] = keys[child], keys[i]
		i = child
	}
}

// CastMapSparse puts a map's converted values where their keys say and pad elsewhere; keys beyond dst are left out. It
// returns 0 if a key is negative or a value cannot be converted, else -1.
func CastMapSparse[V, U any](dst []U, m map[int64]V, pad U, convert func(v V) (U, bool)) int {
	for i := range dst {
		dst[i] = pad
	}
	for k, v := range m {
		if k < 0 {
			return 0
		}
		if k >= int64(len(dst)) {
			continue
		}
		u, ok := convert(v)
		if !ok {
			return 0
		}
		dst[k] = u
	}
	return -1
}

// EntryKeep is the value itself.
func EntryKeep[T any](v T) (T, bool) { return v, true }

// EntryCut cuts a number towards zero; what int64 does not hold is -2^63.
func EntryCut(v float32) (int64, bool) {
	if v >= -1<<63 && v < 1<<63 {
		return int64(v), true
	}
	return -1 << 63, true
}

// EntryText writes a number with six decimals.
func EntryText(v float32) (string, bool) { return strconv.FormatFloat(float64(v), 'f', 6, 64), true }

// EntryFloat reads a number.
func EntryFloat(s string) (float32, bool) {
	v, err := strconv.ParseFloat(s, 32)
	return float32(v), err == nil
}

// EntryInt reads an integer.
func EntryInt(s string) (int64, bool) {
	v, err := strconv.ParseInt(s, 10, 64)
	return v, err == nil
}
