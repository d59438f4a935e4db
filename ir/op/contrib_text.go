package op

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"

	"github.com/energeticc/energeticc/ir"
)

var tokenOps = []Def{
	{Name: "MurmurHash", Doc: "MurmurHash is the 32-bit MurmurHash3 of each element's bytes. Source: com.microsoft MurmurHash3; A. Appleby, MurmurHash3, 2011.", New: func() ir.Op { return MurmurHash{} }, DTypes: []ir.DType{ir.Uint32, ir.Uint64, ir.String}},
	{Name: "WarpPath", Doc: "WarpPath is the cheapest path through a matrix of costs. Source: com.microsoft DynamicTimeWarping.", New: func() ir.Op { return WarpPath{} }, DTypes: []ir.DType{ir.Float32}},
	{Name: "SuffixMatch", Doc: "SuffixMatch finds where what tokens end with goes on in a source. Source: com.microsoft BifurcationDetector.", New: func() ir.Op { return SuffixMatch{} }, DTypes: []ir.DType{ir.Int64}},
}

// MurmurHash is the hash MurmurHash3_x86_32 of the bytes of each element, the lowest first.
type MurmurHash struct{ Seed int }

// OpName is MurmurHash.
func (MurmurHash) OpName() string { return "MurmurHash" }

// Infer gives numbers of 32 bits.
func (MurmurHash) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, ir.Uint32, ir.Uint64, ir.String); err != nil {
		return nil, err
	}
	return one(ir.TensorType(ir.Uint32, x.Type(0).Shape...))
}

// Eval hashes byte by byte.
func (o MurmurHash) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x := in[0]
	y := ir.NewTensor(ir.Uint32, x.Shape...)
	for i := range x.Len() {
		var data []byte
		switch x.DType {
		case ir.String:
			data = []byte(x.Strings[i])
		case ir.Uint32:
			data = binary.LittleEndian.AppendUint32(nil, uint32(x.Int(i)))
		default:
			data = binary.LittleEndian.AppendUint64(nil, uint64(x.Int(i)))
		}
		y.SetInt(i, int64(murmur3(data, uint32(o.Seed))))
	}
	return result(y)
}

// murmur3 is the hash as its author describes it: four bytes at a time, then those left, then a last mixing.
func murmur3(data []byte, h uint32) uint32 {
	scramble := func(k uint32) uint32 { return bits.RotateLeft32(k*0xcc9e2d51, 15) * 0x1b873593 }
	length := uint32(len(data))
	for ; len(data) >= 4; data = data[4:] {
		h = bits.RotateLeft32(h^scramble(binary.LittleEndian.Uint32(data)), 13)*5 + 0xe6546b64
	}
	rest := uint32(0)
	for i, v := range data {
		rest |= uint32(v) << (8 * i)
	}
	h ^= scramble(rest) ^ length
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}

// Lower calls the kernel for the width.
func (o MurmurHash) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	name := map[ir.DType]string{ir.Uint32: "kernel.Murmur32", ir.Uint64: "kernel.Murmur64", ir.String: "kernel.MurmurText"}[in[0].Type.DType]
	seed := ir.Num(ir.Uint32, float64(o.Seed))
	return call(name, ir.Out(0), ir.In(0), seed)
}

// WarpPath is the path through a matrix of costs [m, n] from its first element to its last for which the sum of costs is
// least, of steps down, right or both. The result, int32 [2, steps], holds rows and columns. Of equals, a step right
// comes first.
type WarpPath struct{}

// OpName is WarpPath.
func (WarpPath) OpName() string { return "WarpPath" }

// Infer gives a matrix whose length a run binds.
func (o WarpPath) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, ir.Float32); err != nil {
		return nil, err
	}
	if t := x.Type(0); t.Rank() != 2 {
		return nil, fmt.Errorf("the costs are %s, want a matrix", t)
	}
	if types, ok := evalWhole(x, o); ok {
		return types, nil
	}
	return one(ir.TensorType(ir.Int32, ir.Const(2), x.Fresh("steps")))
}

// Eval fills a table of sums and goes back from its last element.
func (WarpPath) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x := in[0]
	m, n := x.Shape[0], x.Shape[1]
	sum := make([][]float32, m+1)
	step := make([][]int, m+1)
	for i := range sum {
		sum[i], step[i] = make([]float32, n+1), make([]int, n+1)
		for j := range sum[i] {
			sum[i][j] = float32(math.Inf(1))
		}
	}
	sum[0][0] = 0
	for i := 1; i <= m; i++ {
		for j := 1; j <= n; j++ {
			both, down, right := sum[i-1][j-1], sum[i-1][j], sum[i][j-1]
			best, which := right, 2
			if both < down && both < right {
				best, which = both, 0
			} else if down < both && down < right {
				best, which = down, 1
			}
			sum[i][j], step[i][j] = best+float32(x.Float((i-1)*n+j-1)), which
		}
	}
	var path [][2]int
	for i, j := m, n; i > 0 && j > 0; {
		path = append(path, [2]int{i - 1, j - 1})
		which := step[i][j]
		if which != 2 {
			i--
		}
		if which != 1 {
			j--
		}
	}
	y := ir.NewTensor(ir.Int32, 2, len(path))
	for k, p := range path {
		y.SetInt(len(path)-1-k, int64(p[0]))
		y.SetInt(2*len(path)-1-k, int64(p[1]))
	}
	return result(y)
}

// Lower fills the table, counts the path's steps, then writes them.
func (WarpPath) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	m, n := in[0].Type.Shape[0], in[0].Type.Shape[1]
	steps := ir.Scratch(0, ir.Uint8, m.Mul(n))
	row := ir.Scratch(1, ir.Float32, n.Add(ir.Const(1)))
	count := ir.Call{Kernel: "kernel.WarpSteps", Args: []ir.Arg{steps, row, ir.In(0), ir.Int(m), ir.Int(n)}}
	count.Bind = []string{""}
	if s, ok := out[0].Type.Shape[1].IsSym(); ok {
		count.Bind[0] = s
	}
	return []ir.Call{count, {Kernel: "kernel.WarpPath", Args: []ir.Arg{ir.Out(0), steps, ir.Int(m), ir.Int(n), ir.Int(out[0].Type.Shape[1])}}}, nil
}

// SuffixMatch looks for the last tokens of the second input in the first, a source: Least of them, then one more at a
// time up to Most. It gives the place behind the only match, of the longest that has one, and -1 where there is none or
// where the longest that was found has several. A match at the source's end ends the search, as does none.
type SuffixMatch struct{ Least, Most int }

// OpName is SuffixMatch.
func (SuffixMatch) OpName() string { return "SuffixMatch" }

// Infer gives one number.
func (o SuffixMatch) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 2); err != nil {
		return nil, err
	}
	for i := range 2 {
		if err := wantDType(x, i, ir.Int64); err != nil {
			return nil, err
		}
		if t := x.Type(i); t.Rank() != 1 {
			return nil, fmt.Errorf("input %d is %s, want a vector", i, t)
		}
	}
	if o.Least < 1 || o.Most < o.Least {
		return nil, fmt.Errorf("%d to %d tokens, want at least one", o.Least, o.Most)
	}
	return one(ir.TensorType(ir.Int64))
}

// Eval searches plainly.
func (o SuffixMatch) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	source, tokens := in[0].Ints(), in[1].Ints()
	found := -1
	for n := o.Least; n <= min(o.Most, len(tokens)); n++ {
		var at []int // where matches begin
		for i := range len(source) - n + 1 {
			same := true
			for k := range n {
				same = same && source[i+k] == tokens[len(tokens)-n+k]
			}
			if same {
				at = append(at, i)
			}
		}
		if len(at) == 0 {
			break
		}
		if found = at[0] + n; found >= len(source) {
			break
		}
		if len(at) > 1 {
			found = -1
		}
	}
	return result(ir.FromInts(ir.Int64, nil, []int64{int64(found)}))
}

// Lower calls the kernel.
func (o SuffixMatch) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return call("kernel.SuffixMatch", ir.Out(0), ir.In(0), ir.In(1), ir.IntC(o.Least), ir.IntC(o.Most))
}
