package op

import "github.com/energeticc/energeticc/ir"

// moveElems copies n consecutive elements from src at si to dst at di; both have one element type. It is how the
// reference evaluators move data of every type without looking at it.
func moveElems(dst *ir.Tensor, di int, src *ir.Tensor, si, n int) {
	switch w := src.DType.Size(); {
	case src.DType == ir.String:
		copy(dst.Strings[di:di+n], src.Strings[si:si+n])
	case w > 0:
		copy(dst.Data[di*w:(di+n)*w], src.Data[si*w:(si+n)*w])
	case src.DType.IsFloat(): // packed: every pattern is a number
		for i := range n {
			dst.SetFloat(di+i, src.Float(si+i))
		}
	default:
		for i := range n {
			dst.SetInt(di+i, src.Int(si+i))
		}
	}
}

// layout says which element of a tensor each element of a row-major result is: the one at off + Σ index·stride.
type layout struct {
	off           int
	shape, stride []int
}

// read makes the tensor that the layout describes, run by run.
func (l layout) read(src *ir.Tensor) *ir.Tensor {
	dst := ir.NewTensor(src.DType, l.shape...)
	shape, stride := l.shape, l.stride
	run := 1
	for k := len(shape) - 1; k >= 0 && stride[k] == run; k-- {
		run *= shape[k]
		shape, stride = shape[:k], stride[:k]
	}
	if dst.Len() == 0 {
		return dst
	}
	at := make([]int, len(shape))
	from := l.off
	for to := 0; to < dst.Len(); to += run {
		moveElems(dst, to, src, from, run)
		for k := len(shape) - 1; k >= 0; k-- {
			at[k]++
			from += stride[k]
			if at[k] < shape[k] {
				break
			}
			from -= stride[k] * shape[k]
			at[k] = 0
		}
	}
	return dst
}
