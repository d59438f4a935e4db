package kernel

// OptionalNone makes *dst none.
func OptionalNone[T any](dst **T) { *dst = nil }

// OptionalSome makes *dst hold a sequence or map.
func OptionalSome[T any](dst **T, v T) { *dst = &v }

// OptionalTensor makes *dst hold a copy of a tensor.
func OptionalTensor[T any](dst **Tensor[T], data []T, shape []int) {
	t := copyTensor(data, shape)
	*dst = &t
}

// OptionalHas writes whether there is a value.
func OptionalHas[T any](dst []bool, v *T) { dst[0] = v != nil }

// OptionalRank writes how many dims the tensor has that an optional holds. bad is 0 where it is none, else -1.
func OptionalRank[T any](dst []int64, v *Tensor[T]) (bad int) {
	if v == nil {
		return 0
	}
	dst[0] = int64(len(v.Shape))
	return -1
}

// OptionalGet makes *dst the sequence or map that an optional holds. bad is 0 where it is none, else -1.
func OptionalGet[T any](dst, v *T) (bad int) {
	if v == nil {
		return 0
	}
	*dst = *v
	return -1
}

// OptionalFits checks that an optional holds a tensor of the shape dims, of which those that are -1 may have any
// length. bad is 0 where that is not so, else -1.
func OptionalFits[T any](v *Tensor[T], dims []int) (bad int) {
	if v == nil || !fitsDims(v.Shape, dims) {
		return 0
	}
	return -1
}

// OptionalDim is a dim of the tensor that an optional holds, which OptionalFits has checked.
func OptionalDim[T any](v *Tensor[T], axis int) int { return v.Shape[axis] }

// OptionalCopy copies the tensor that an optional holds, which OptionalFits has checked, to dst, which is as long.
func OptionalCopy[T any](dst []T, v *Tensor[T]) { copy(dst, v.Data) }

// CopyOptionalTensor makes *dst an optional that shares no memory with v.
func CopyOptionalTensor[T any](dst **Tensor[T], v *Tensor[T]) {
	if *dst = nil; v != nil {
		OptionalTensor(dst, v.Data, v.Shape)
	}
}

// CopyOptionalSequence makes *dst an optional that shares no memory with v.
func CopyOptionalSequence[T any](dst **[]Tensor[T], v *[]Tensor[T]) {
	if *dst = nil; v != nil {
		*dst = new([]Tensor[T])
		CopySequence(*dst, *v)
	}
}
