package op

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/runtime/kernel"
)

func init() {
	for name, f := range map[string]any{
		"kernel.GemmBlocks": kernel.GemmBlocks, "kernel.UnpackCodes": kernel.UnpackCodes, "kernel.SuffixMatch": kernel.SuffixMatch,
		"kernel.Inverse[f32]": kernel.Inverse[float32], "kernel.Inverse[f64]": kernel.Inverse[float64],
	} {
		kernelsByName[name] = f
	}
}

func TestBlocksLowered(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	codes := func(shape ...int) *testInput { return constant(bytesOf(r, shape...)) }
	for _, bits := range []int{2, 4, 8} {
		for _, size := range [][4]int{{1, 1, 16, 16}, {3, 50, 64, 16}, {40, 5, 130, 32}, {2, 49, 300, 64}, {1, 3, 20, 256}, {0, 4, 32, 16}} {
			m, n, k, block := size[0], size[1], size[2], size[3]
			blocks := (k + block - 1) / block
			a, scale := input(random(r, ir.Float32, m, k)), constant(random(r, ir.Float32, n, blocks))
			a.last = true
			o := MatMulBlocks{Bits: bits, Block: block}
			w := codes(n, blocks, block*bits/8)
			name := fmt.Sprintf("%d bits %v", bits, size)
			t.Run(name, func(t *testing.T) { checkKernels(t, o, 1e-3, a, w, scale) })
			t.Run(name+" packed zeros", func(t *testing.T) {
				checkKernels(t, o, 1e-3, a, w, scale, codes(n, (blocks*bits+7)/8), constant(random(r, ir.Float32, n)))
			})
			t.Run(name+" zeros", func(t *testing.T) {
				checkKernels(t, o, 1e-3, a, w, scale, constant(random(r, ir.Float32, n, blocks)))
			})
		}
	}
	for _, bits := range []int{1, 2, 4} {
		for _, highest := range []bool{false, true} {
			checkKernels(t, UnpackCodes{Bits: bits, Highest: highest}, 0, input(bytesOf(r, 3, 5)))
		}
	}
}

// bytesOf makes a tensor of bytes of all values.
func bytesOf(r *rand.Rand, shape ...int) *ir.Tensor {
	t := ir.NewTensor(ir.Uint8, shape...)
	for i := range t.Data {
		t.Data[i] = byte(r.IntN(256))
	}
	return t
}

func TestInverse(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for _, d := range []ir.DType{ir.Float32, ir.Float64} {
		for _, n := range []int{0, 1, 2, 3, 8, 17} {
			checkKernels(t, Inverse{}, 1e-3, input(random(r, d, 2, n, n)))
		}
	}
	a := ir.FromFloats(ir.Float64, []int{2, 2}, []float64{0, 2, 4, 0})
	out, err := Inverse{}.Eval([]*ir.Tensor{a})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{0, 0.25, 0.5, 0} {
		if got := out[0].Float(i); got != want {
			t.Errorf("element %d is %v, want %v", i, got, want)
		}
	}
}

func TestMurmurHash(t *testing.T) {
	tests := []struct {
		text string
		seed int
		want int64
	}{
		{"", 0, 0}, {"", 1, 0x514e28b7}, {"test", 0, 0xba6bd213}, {"Hello, world!", 0, 0xc0363e43},
		{"The quick brown fox jumps over the lazy dog", 0, 0x2e4ff723},
	}
	for _, tt := range tests {
		out, err := MurmurHash{Seed: tt.seed}.Eval([]*ir.Tensor{ir.OfStrings(nil, []string{tt.text})})
		if err != nil {
			t.Fatal(err)
		}
		if got := out[0].Int(0); got != tt.want {
			t.Errorf("hash of %q is %#x, want %#x", tt.text, got, tt.want)
		}
		hash := make([]uint32, 1)
		if kernel.MurmurText(hash, []string{tt.text}, uint32(tt.seed)); int64(hash[0]) != tt.want {
			t.Errorf("the kernel's hash of %q is %#x, want %#x", tt.text, hash[0], tt.want)
		}
	}
	for _, v := range []uint64{0, 1, 0x0123456789abcdef, 1<<64 - 1} {
		word, long := make([]uint32, 1), make([]uint32, 1)
		kernel.Murmur32(word, []uint32{uint32(v)}, 42)
		kernel.Murmur64(long, []uint64{v}, 42)
		for i, c := range []struct {
			in  *ir.Tensor
			got uint32
		}{{ir.FromInts(ir.Uint32, nil, []int64{int64(uint32(v))}), word[0]}, {ir.FromInts(ir.Uint64, nil, []int64{int64(v)}), long[0]}} {
			out, err := MurmurHash{Seed: 42}.Eval([]*ir.Tensor{c.in})
			if err != nil {
				t.Fatal(err)
			}
			if want := uint32(out[0].Int(0)); c.got != want {
				t.Errorf("the kernel's hash %d of %#x is %#x, want %#x", i, v, c.got, want)
			}
		}
	}
}

func TestWarpPath(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	for _, size := range [][2]int{{1, 1}, {1, 5}, {5, 1}, {4, 7}, {9, 3}, {0, 3}, {3, 0}} {
		m, n := size[0], size[1]
		costs := random(r, ir.Float32, m, n)
		if m == 4 { // many ways that cost the same
			costs = ir.NewTensor(ir.Float32, m, n)
		}
		out, err := WarpPath{}.Eval([]*ir.Tensor{costs})
		if err != nil {
			t.Fatal(err)
		}
		steps := make([]uint8, m*n)
		count := kernel.WarpSteps(steps, make([]float32, n+1), costs.Float32s(), m, n)
		if want := out[0].Shape[1]; count != want {
			t.Fatalf("%v: %d steps, want %d", size, count, want)
		}
		path := make([]int32, 2*count)
		kernel.WarpPath(path, steps, m, n, count)
		for i, got := range path {
			if want := out[0].Int(i); int64(got) != want {
				t.Errorf("%v: element %d is %d, want %d", size, i, got, want)
			}
		}
	}
}

func TestSuffixMatch(t *testing.T) {
	tests := []struct {
		source, tokens []int64
		least, most    int
		want           int64
	}{
		{[]int64{1, 2, 3, 4}, []int64{9, 2}, 1, 3, 2},
		{[]int64{1, 2, 1, 2, 3}, []int64{1, 2}, 1, 3, -1},
		{[]int64{1, 2, 5, 2, 3}, []int64{5, 2}, 1, 3, 4},
		{[]int64{1, 2, 3}, []int64{3}, 1, 3, 3}, // at the end
		{[]int64{1, 2, 3}, []int64{7}, 1, 3, -1},
		{[]int64{1}, []int64{1}, 2, 3, -1},
		{nil, []int64{1}, 1, 1, -1},
		{[]int64{1}, nil, 1, 1, -1},
	}
	for _, tt := range tests {
		o := SuffixMatch{Least: tt.least, Most: tt.most}
		in := []*ir.Tensor{ir.OfInts(tt.source...), ir.OfInts(tt.tokens...)}
		out, err := o.Eval(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := out[0].Int(0); got != tt.want {
			t.Errorf("%v in %v at %d, want %d", tt.tokens, tt.source, got, tt.want)
		}
		checkKernels(t, o, 0, input(in[0]), input(in[1]))
	}
}
