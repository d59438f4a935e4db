package file

import (
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
)

// maxSparse bounds what all sparse tensors of a model may grow to, in bytes (16 a
// string): a dense size is a number in the file that no bytes stand behind.
const maxSparse = 256 << 20

// Sparse decodes t into a dense tensor, zero or the empty string where t has no value.
// Positions are linear (indices of shape [NNZ]) or one a dim ([NNZ, rank]), ascending.
func (m *Model) Sparse(t *pb.SparseTensorProto) (*ir.Tensor, error) {
	out, err := m.sparse(t)
	if err != nil {
		return nil, fmt.Errorf("sparse tensor %.100q: %w", t.GetValues().GetName(), err)
	}
	return out, nil
}

func (m *Model) sparse(t *pb.SparseTensorProto) (*ir.Tensor, error) {
	values, err := m.tensor(t.GetValues())
	if err != nil {
		return nil, fmt.Errorf("values: %w", err)
	}
	if len(values.Shape) != 1 {
		return nil, fmt.Errorf("values have shape %v; want [NNZ]", values.Shape)
	}
	s, err := specOf(values.DType, t.GetDims(), m.limits)
	if err != nil {
		return nil, err
	}
	size := int64(s.bytes)
	if values.DType == ir.String {
		size = 16 * int64(s.n)
	}
	at, err := m.positions(t.GetIndices(), values.Shape[0], s)
	if err != nil {
		return nil, err
	}
	limit := min(maxSparse, m.limits.Max())
	if int64(s.n) > limit || m.dense.Add(size) > limit {
		return nil, fmt.Errorf("%s: made dense, the model's sparse tensors exceed the limit of %d bytes", s, limit)
	}
	out := ir.NewTensor(values.DType, s.shape...)
	for i, p := range at {
		move(out, p, values, i)
	}
	return out, nil
}

// positions reads the linear position of each of count values.
func (m *Model) positions(t *pb.TensorProto, count int, s spec) ([]int, error) {
	idx, err := m.tensor(t)
	if err != nil {
		return nil, fmt.Errorf("indices: %w", err)
	}
	if idx.DType.Kind() != ir.KindInt || idx.DType.Bits() < 8 {
		return nil, fmt.Errorf("indices have type %v; want i64", idx.DType)
	}
	linear := slices.Equal(idx.Shape, []int{count})
	if !linear && !slices.Equal(idx.Shape, []int{count, len(s.shape)}) {
		return nil, fmt.Errorf("indices have shape %v; want [%d] or [%d %d]", idx.Shape, count, count, len(s.shape))
	}
	dims := s.shape
	if linear {
		dims = []int{s.n}
	}
	at := make([]int, count)
	for i := range at {
		for k, dim := range dims {
			v := idx.Int(i*len(dims) + k)
			if v < 0 || v >= int64(dim) {
				return nil, fmt.Errorf("index %d is %d; want 0 to %d", i, v, dim-1)
			}
			at[i] = at[i]*dim + int(v)
		}
		if i > 0 && at[i] <= at[i-1] {
			return nil, fmt.Errorf("index %d does not come after the one before; want them ascending, each once", i)
		}
	}
	return at, nil
}

// move copies element j of src to element i of dst, of the same type.
func move(dst *ir.Tensor, i int, src *ir.Tensor, j int) {
	bits := dst.DType.Bits()
	switch {
	case bits == 0:
		dst.Strings[i] = src.Strings[j]
	case bits%8 == 0:
		n := bits / 8
		copy(dst.Data[n*i:n*i+n], src.Data[n*j:])
	default:
		for k := range bits {
			to, from := bits*i+k, bits*j+k
			dst.Data[to/8] |= src.Data[from/8] >> (from % 8) & 1 << (to % 8) // dst is zero here
		}
	}
}
