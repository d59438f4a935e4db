package op

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

// quantizedInputsOf draws inputs of a layer: weights of a type, given as constants or at run time.
func quantizedInputsOf(r *rand.Rand, d ir.DType, dirs, steps, batch, in, h int, weights func(*ir.Tensor) *testInput, full bool) []*testInput {
	f := func(shape ...int) *ir.Tensor { return random(r, ir.Float32, shape...) }
	codes := func(shape ...int) *ir.Tensor {
		t := ir.NewTensor(d, shape...)
		for i := range t.Len() {
			t.SetInt(i, int64(r.IntN(255)-127+map[ir.DType]int{ir.Uint8: 128}[d]))
		}
		return t
	}
	x := []*testInput{input(f(steps, batch, in)), weights(codes(dirs, in, 4*h)), weights(codes(dirs, h, 4*h)), nil, nil, nil, nil, nil}
	scale := func(shape ...int) *testInput {
		t := ir.NewTensor(ir.Float32, shape...)
		for i := range t.Len() {
			t.SetFloat(i, 0.002+0.002*r.Float64())
		}
		return weights(t)
	}
	if !full {
		return append(x, scale(dirs), weights(ir.NewTensor(d, dirs)), scale(dirs), weights(ir.NewTensor(d, dirs)))
	}
	lengths := make([]int64, batch)
	for i := range lengths {
		lengths[i] = int64((steps + i) % (steps + 1))
	}
	x[rnnBias], x[rnnLengths] = weights(f(dirs, 8*h)), input(ir.FromInts(ir.Int32, []int{batch}, lengths))
	x[rnnH0], x[rnnC0], x[rnnPeep] = input(f(dirs, batch, h)), input(f(dirs, batch, h)), weights(f(dirs, 3*h))
	return append(x, scale(dirs, 4*h), weights(codes(dirs, 4*h)), scale(dirs, 4*h), weights(codes(dirs, 4*h)))
}

func TestQuantizedLSTMLowered(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 7))
	for _, d := range []ir.DType{ir.Int8, ir.Uint8} {
		for _, dirs := range [][]bool{{false}, {true}, {false, true}} {
			for _, weights := range []func(*ir.Tensor) *testInput{constant, input} {
				for _, full := range []bool{false, true} {
					for _, size := range [][4]int{{4, 3, 5, 6}, {3, 1, 8, 16}, {0, 2, 3, 4}, {2, 0, 3, 4}} {
						plain := layer("LSTM", dirs...)
						o := QuantizedLSTM{Reverse: dirs, Acts: plain.Acts, ActA: plain.ActA, ActB: plain.ActB}
						if full {
							o.Clip, o.Coupled = 2, len(dirs) == 2
						}
						x := quantizedInputsOf(r, d, len(dirs), size[0], size[1], size[2], size[3], weights, full)
						name := fmt.Sprintf("%s%v %v constant=%v full=%v", d, dirs, size, x[1].constant, full)
						// a number on the edge between two codes may become the other one
						t.Run(name, func(t *testing.T) { checkKernels(t, o, 2e-3, x...) })
					}
				}
			}
		}
	}
}

func TestQuantizedLSTMInferRefuses(t *testing.T) {
	plain := layer("LSTM", false)
	o := QuantizedLSTM{Reverse: plain.Reverse, Acts: plain.Acts, ActA: plain.ActA, ActB: plain.ActB}
	b := ir.NewBuilder("test")
	v := func(d ir.DType, shape ...int) *ir.Value { return b.Const("w", ir.NewTensor(d, shape...)) }
	x, w, r := v(ir.Float32, 3, 2, 2), v(ir.Int8, 1, 2, 16), v(ir.Int8, 1, 4, 16)
	scale, zero := v(ir.Float32, 1), v(ir.Int8, 1)
	tests := []struct {
		name string
		in   []*ir.Value
		want string
	}{
		{"scale", []*ir.Value{x, w, r, nil, nil, nil, nil, nil, scale, zero}, "the scale of r is missing"},
		{"type", []*ir.Value{x, w, v(ir.Uint8, 1, 4, 16), nil, nil, nil, nil, nil, scale, zero, scale, zero}, "r is u8[1, 4, 16], want i8"},
		{"shape", []*ir.Value{x, w, v(ir.Int8, 1, 4, 12), nil, nil, nil, nil, nil, scale, zero, scale, zero}, "r has another shape"},
		{"columns", []*ir.Value{x, w, r, nil, nil, nil, nil, nil, v(ir.Float32, 1, 16), zero, scale, zero}, "the zero point of w"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := b.Add("y", o, tt.in...)
			if got := fmt.Sprint(err); !strings.Contains(got, tt.want) {
				t.Errorf("error %q, want one with %q", got, tt.want)
			}
		})
	}
}

func TestDynamicQuantizeLowered(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 7))
	for _, n := range []int{0, 1, 7, 40, 100} {
		checkKernels(t, DynamicQuantize{}, 0, input(random(r, ir.Float32, n)))
		checkKernels(t, DynamicQuantize{}, 0, input(ir.NewTensor(ir.Float32, n)))
	}
}
