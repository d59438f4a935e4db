package op

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

func TestQuantLowered(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	f := func(shape ...int) *testInput { return input(random(r, ir.Float32, shape...)) }
	i8 := func(shape ...int) *testInput { return input(random(r, ir.Int8, shape...)) }
	u8 := func(shape ...int) *testInput { return input(random(r, ir.Uint8, shape...)) }
	step := func(shape ...int) *testInput {
		s := ir.NewTensor(ir.Float32, shape...)
		for i := range s.Len() {
			s.SetFloat(i, 0.01+r.Float64()/50)
		}
		return constant(s)
	}
	tests := []struct {
		name string
		op   ir.Op
		in   []*testInput
	}{
		{"quantize", Quantize{Axis: -1, To: ir.Uint8}, []*testInput{f(4, 9), step(), constant(ir.FromInts(ir.Uint8, nil, []int64{100}))}},
		{"quantize 4 bits", Quantize{Axis: -1, To: ir.Int8, Bits: 4}, []*testInput{f(4, 9), step(1)}},
		{"quantize columns", Quantize{Axis: 1, To: ir.Int8}, []*testInput{f(4, 9), step(9)}},
		{"quantize channels", Quantize{Axis: 1, To: ir.Int8}, []*testInput{f(2, 3, 5), step(3), constant(random(r, ir.Int8, 3))}},
		{"quantize blocks", Quantize{Axis: 0, Block: 2, To: ir.Int8}, []*testInput{f(5, 3), step(3, 3)}},
		{"quantize nothing", Quantize{Axis: 1, To: ir.Int8}, []*testInput{f(2, 0, 5), step(0)}},
		{"dequantize", Dequantize{Axis: -1}, []*testInput{i8(4, 9), step(), constant(ir.FromInts(ir.Int8, nil, []int64{-3}))}},
		{"dequantize rows", Dequantize{Axis: 0}, []*testInput{i8(4, 9), step(4), constant(random(r, ir.Int8, 4))}},
		{"dequantize columns", Dequantize{Axis: 1}, []*testInput{i8(4, 9), step(9), constant(random(r, ir.Int8, 9))}},
		{"dequantize blocks", Dequantize{Axis: 1, Block: 4}, []*testInput{i8(2, 7, 3), step(2, 2, 3)}},
		{"dequantize i32", Dequantize{Axis: -1}, []*testInput{input(random(r, ir.Int32, 5)), step()}},
		{"product", MatMulInteger{}, []*testInput{u8(2, 3, 9), i8(9, 4), constant(random(r, ir.Uint8, 1)), constant(random(r, ir.Int8, 4))}},
		{"product by rows", MatMulInteger{}, []*testInput{i8(3, 2), u8(2, 4), constant(random(r, ir.Int8, 3))}},
		{"product of batches", MatMulInteger{}, []*testInput{i8(2, 1, 3, 5), u8(4, 5, 2)}},
		{"product by weights", MatMulInteger{}, []*testInput{u8(2, 3, 9), constant(random(r, ir.Uint8, 9, 4)), constant(random(r, ir.Uint8, 3)), constant(random(r, ir.Uint8, 4))}},
		{"product of nothing", MatMulInteger{}, []*testInput{i8(2, 0), u8(0, 3), nil, constant(random(r, ir.Uint8, 1))}},
		{"scaled", ScaledMatMul{}, []*testInput{u8(2, 3, 9), constant(random(r, ir.Int8, 9, 5)), nil, nil, step(1)}},
		{"scaled columns", ScaledMatMul{TransB: true, Act: Act{Fn: "Relu"}}, []*testInput{i8(7, 9), constant(random(r, ir.Uint8, 5, 9)), f(5), f(7, 5), step(5), constant(random(r, ir.Uint8, 5)), constant(random(r, ir.Int8))}},
		{"scaled unsigned", ScaledMatMul{}, []*testInput{u8(200, 3), constant(random(r, ir.Uint8, 3, 50)), nil, f(200, 50), step(), nil, constant(random(r, ir.Uint8, 1))}},
		{"scaled convolution", ScaledConv{Strides: []int{2, 1}, Pads: []int{1, 1, 1, 1}}, []*testInput{u8(2, 3, 9, 8), constant(random(r, ir.Int8, 5, 3, 3, 3)), nil, nil, step(1), nil, constant(random(r, ir.Uint8))}},
		{"scaled filters", ScaledConv{Same: "upper", Group: 2, Dilations: []int{2, 1}, Act: Act{Fn: "Relu"}}, []*testInput{i8(1, 4, 7, 9), constant(random(r, ir.Uint8, 6, 2, 3, 2)), f(6), f(1, 6, 7, 9), step(6), constant(random(r, ir.Uint8, 6))}},
		{"scaled line", ScaledConv{Strides: []int{3}, Dilations: []int{2}}, []*testInput{i8(2, 1, 40), constant(random(r, ir.Int8, 2, 1, 4)), nil, nil, step(1)}},
		{"scaled codes", ScaledConv{Pads: []int{1, 1, 1, 1}, To: ir.Uint8, Act: Act{Fn: "Relu"}}, []*testInput{u8(2, 9, 9, 8), constant(random(r, ir.Int8, 17, 9, 3, 3)), f(17), nil, step(17), nil, constant(random(r, ir.Uint8)), step(), constant(random(r, ir.Uint8))}},
		{"scaled signed codes", ScaledConv{To: ir.Int8}, []*testInput{i8(1, 4, 3, 2), constant(random(r, ir.Int8, 8, 4, 2, 2)), nil, nil, step(1), nil, nil, step(1)}},
		{"scaled nothing", ScaledMatMul{}, []*testInput{u8(2, 0), constant(random(r, ir.Int8, 0, 3)), f(3), nil, step(1)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { checkKernels(t, tt.op, 1e-6, tt.in...) })
	}
}

func TestQuantizeSaturates(t *testing.T) {
	x := ir.FromFloats(ir.Float32, []int{6}, []float64{-1000, 1000, 0.5, 1.5, math.NaN(), math.Inf(1)})
	in := []*ir.Tensor{x, ir.Scalar(ir.Float32, 1)}
	out, err := Quantize{Axis: -1, To: ir.Int8}.Eval(in)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int64{-128, 127, 0, 2, -128, 127} {
		if got := out[0].Int(i); got != want {
			t.Errorf("element %d = %d, want %d", i, got, want)
		}
	}
	checkKernels(t, Quantize{Axis: -1, To: ir.Int8}, 0, input(x), constant(in[1]))
}
