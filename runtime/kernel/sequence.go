package kernel

// Tensor is a tensor that a sequence or an optional holds: Data is flat, row-major, Shape its dims. What a kernel has
// made of them is never changed again, so that several sequences may hold the same memory.
type Tensor[T any] struct {
	Data  []T
	Shape []int
}

// FirstMisfit finds the first tensor of a sequence whose data is not as long as its shape says, or whose shape is not
// as wanted: ranked says that it has one axis for each of dims, which are -1 where any length will do. It is -1 if all
// fit.
func FirstMisfit[T any](seq []Tensor[T], ranked bool, dims []int) int {
	for i, t := range seq {
		if tensorLen(t.Shape, len(t.Data)) != len(t.Data) || ranked && !fitsDims(t.Shape, dims) {
			return i
		}
	}
	return -1
}

// tensorLen is the number of elements that a shape has, -1 where a dim is negative or there are more than most.
func tensorLen(shape []int, most int) int {
	n, empty, more := 1, false, false
	for _, d := range shape {
		switch {
		case d < 0:
			return -1
		case d == 0:
			empty = true
		case n > most/d: // n·d could overflow
			more = true
		default:
			n *= d
		}
	}
	switch {
	case empty:
		return 0
	case more:
		return -1
	}
	return n
}

// fitsDims reports whether a shape is dims, where -1 stands for any length.
func fitsDims(shape, dims []int) bool {
	if len(shape) != len(dims) {
		return false
	}
	for i, d := range dims {
		if d >= 0 && shape[i] != d {
			return false
		}
	}
	return true
}

// copyTensor is a tensor with memory of its own.
func copyTensor[T any](data []T, shape []int) Tensor[T] {
	return Tensor[T]{append([]T{}, data...), append([]int{}, shape...)}
}

// CopySequence makes *dst a sequence that shares no memory with src.
func CopySequence[T any](dst *[]Tensor[T], src []Tensor[T]) {
	all := make([]Tensor[T], len(src))
	for i, t := range src {
		all[i] = copyTensor(t.Data, t.Shape)
	}
	*dst = all
}

// Assign makes *dst the same value as src.
func Assign[T any](dst *T, src T) { *dst = src }

// SequenceEmpty makes *dst a sequence of nothing.
func SequenceEmpty[T any](dst *[]Tensor[T]) { *dst = []Tensor[T]{} }

// SequenceAppend adds a copy of a tensor to a sequence that nobody else holds.
func SequenceAppend[T any](dst *[]Tensor[T], data []T, shape []int) {
	*dst = append(*dst, copyTensor(data, shape))
}

// sequencePlace is a place in a sequence that has n of them: a negative one counts from the end, and none is otherwise.
func sequencePlace(at []int64, n, otherwise int) (int, bool) {
	if len(at) == 0 {
		return otherwise, otherwise >= 0 && otherwise < n
	}
	i := at[0]
	if i < 0 {
		i += int64(n)
	}
	return int(i), i >= 0 && i < int64(n)
}

// SequenceInsert makes *dst seq with a copy of a tensor before the place at, at the end without one. bad is 0 where
// there is no such place, else -1.
func SequenceInsert[T any](dst *[]Tensor[T], seq []Tensor[T], data []T, shape []int, at []int64) (bad int) {
	i, ok := len(seq), true
	if len(at) > 0 && at[0] != int64(len(seq)) {
		i, ok = sequencePlace(at, len(seq), 0)
	}
	if !ok {
		return 0
	}
	all := make([]Tensor[T], 0, len(seq)+1)
	all = append(all, seq[:i]...)
	all = append(all, copyTensor(data, shape))
	*dst = append(all, seq[i:]...)
	return -1
}

// SequenceErase makes *dst seq without the tensor at a place, without the last if none is given. bad is 0 where there
// is no such place, else -1.
func SequenceErase[T any](dst *[]Tensor[T], seq []Tensor[T], at []int64) (bad int) {
	i, ok := sequencePlace(at, len(seq), len(seq)-1)
	if !ok {
		return 0
	}
	all := make([]Tensor[T], 0, len(seq)-1)
	all = append(all, seq[:i]...)
	*dst = append(all, seq[i+1:]...)
	return -1
}

// SequenceLength is the number of tensors in a sequence.
func SequenceLength[T any](seq []Tensor[T]) int { return len(seq) }

// ElementRank writes how many dims the tensor at a place of a sequence has. bad is 0 where there is no such place, else
// -1.
func ElementRank[T any](dst []int64, seq []Tensor[T], at []int64) (bad int) {
	i, ok := sequencePlace(at, len(seq), 0)
	if !ok {
		return 0
	}
	dst[0] = int64(len(seq[i].Shape))
	return -1
}

// ElementFits checks that a sequence has a place and that the shape of the tensor there is dims, of which those that
// are -1 may have any length. bad is 0 where that is not so, else -1.
func ElementFits[T any](seq []Tensor[T], at []int64, dims []int) (bad int) {
	i, ok := sequencePlace(at, len(seq), 0)
	if !ok || !fitsDims(seq[i].Shape, dims) {
		return 0
	}
	return -1
}

// ElementDim is a dim of the tensor at a place that ElementFits has checked; the first tensor's where at is nil.
func ElementDim[T any](seq []Tensor[T], at []int64, axis int) int {
	i, _ := sequencePlace(at, len(seq), 0)
	return seq[i].Shape[axis]
}

// ElementCopy copies the tensor at a place that ElementFits has checked to dst, which is as long.
func ElementCopy[T any](dst []T, seq []Tensor[T], at []int64) {
	i, _ := sequencePlace(at, len(seq), 0)
	copy(dst, seq[i].Data)
}

// JoinedLength checks that a sequence holds tensors of the shape dims, of which those that are -1 may have any length;
// beyond that all have the same shape but along axis, where they are joined. It is what their lengths there add up
// to. With an axis of -1 they are stacked: they must be all the same, and it is how many they are. bad is the first
// tensor that does not fit, 0 where there is none at all, and else -1.
func JoinedLength[T any](seq []Tensor[T], dims []int, axis int) (length, bad int) {
	if len(seq) == 0 {
		return 0, 0
	}
	first := seq[0].Shape
	for i, t := range seq {
		if !fitsDims(t.Shape, dims) {
			return 0, i
		}
		for k, d := range t.Shape {
			if k != axis && d != first[k] {
				return 0, i
			}
		}
		if axis >= 0 {
			length += t.Shape[axis]
		}
	}
	if axis < 0 {
		length = len(seq)
	}
	return length, -1
}

// JoinSequence writes the tensors of a sequence that JoinedLength has checked one beside the other: outer times in
// turn a part of each, which is what lies behind one place of the axes before the one they are joined along.
func JoinSequence[T any](dst []T, seq []Tensor[T], outer int) {
	for o := range outer {
		for _, t := range seq {
			n := len(t.Data) / outer
			copy(dst, t.Data[o*n:(o+1)*n])
			dst = dst[n:]
		}
	}
}

// SplitSequence cuts src, of the given shape, along an axis into parts and makes *dst a sequence of copies of them.
// The parts are as long as sizes says; a scalar stands for parts of that length, the last of which may be shorter; and
// without sizes they have a length of 1, and not the axis itself where drop is set. bad is 0 where the sizes do not
// add up to the axis, else -1.
func SplitSequence[T any](dst *[]Tensor[T], src []T, shape []int, axis int, sizes []int64, scalar, drop bool) (bad int) {
	length, outer, inner := int64(shape[axis]), 1, 1
	for _, d := range shape[:axis] {
		outer *= d
	}
	for _, d := range shape[axis+1:] {
		inner *= d
	}
	part := int64(1)
	if scalar {
		part = sizes[0]
	}
	if part < 1 || !scalar && sizes != nil && !addsUp(sizes, length) {
		return 0
	}
	all := []Tensor[T]{}
	for at, i := int64(0), 0; at < length || !scalar && i < len(sizes); i++ {
		n := min(part, length-at)
		if !scalar && sizes != nil {
			n = sizes[i]
		}
		t := Tensor[T]{Data: make([]T, 0, outer*int(n)*inner), Shape: append([]int{}, shape...)}
		for o := range outer {
			from := (o*int(length) + int(at)) * inner
			t.Data = append(t.Data, src[from:from+int(n)*inner]...)
		}
		if t.Shape[axis] = int(n); drop {
			t.Shape = append(t.Shape[:axis], t.Shape[axis+1:]...)
		}
		all = append(all, t)
		at += n
	}
	*dst = all
	return -1
}

// addsUp reports whether sizes, none of them negative, have the given sum.
func addsUp(sizes []int64, sum int64) bool {
	for _, n := range sizes {
		if n < 0 || n > sum {
			return false
		}
		sum -= n
	}
	return sum == 0
}
