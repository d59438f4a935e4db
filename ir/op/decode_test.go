package op

import (
	"math/rand/v2"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

// TestDecodeLowered holds Decode, and convolutions of codes, against their kernels.
func TestDecodeLowered(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 20))
	f := func(shape ...int) *testInput { return input(random(r, ir.Float32, shape...)) }
	stored := func(d ir.DType, shape ...int) *testInput { return constant(random(r, d, shape...)) }
	codes := Decode{Step: 0.0123456789012345, Least: -1.57}
	fine := Decode{Step: 0.0000456789012345, Least: -1.57}
	for _, tt := range []struct {
		name string
		op   ir.Op
		in   []*testInput
	}{
		{"bytes", codes, []*testInput{input(random(r, ir.Uint8, 3, 7))}},
		{"words", fine, []*testInput{input(random(r, ir.Uint16, 3, 7))}},
		{"convolution", Conv{Codes: codes, Pads: []int{1, 1, 1, 1}}, []*testInput{f(1, 3, 5, 6), stored(ir.Uint8, 5, 3, 3, 3), f(5), nil, stored(ir.Float32, 5)}},
		{"convolution of words", Conv{Codes: fine}, []*testInput{f(2, 3, 5, 6), stored(ir.Uint16, 4, 3, 1, 1)}},
		{"groups", Conv{Codes: codes, Group: 2}, []*testInput{f(1, 4, 7), stored(ir.Uint8, 10, 2, 3), nil, nil, stored(ir.Float32, 1)}},
		{"depthwise", Conv{Codes: codes, Group: 3}, []*testInput{f(1, 3, 5, 6), stored(ir.Uint8, 3, 1, 3, 3), nil, nil, stored(ir.Float32, 3)}},
		{"zero points", Conv{}, []*testInput{f(1, 3, 5, 6), stored(ir.Int8, 6, 3, 3, 3), nil, nil, stored(ir.Float32, 6), stored(ir.Int8, 6)}},
	} {
		t.Run(tt.name, func(t *testing.T) { checkKernels(t, tt.op, 1e-5, tt.in...) })
	}
	t.Run("a zero point beside codes", func(t *testing.T) {
		b := ir.NewBuilder("test")
		x := b.Input("x", ir.TensorType(ir.Float32, ir.Const(1), ir.Const(1), ir.Const(4)))
		w, one := b.Const("w", random(r, ir.Uint8, 2, 1, 3)), b.Const("one", ir.FromFloats(ir.Float32, []int{1}, []float64{1}))
		if _, err := b.Add("y", Conv{Codes: codes}, x, w, nil, nil, one, b.Const("zero", random(r, ir.Uint8, 1))); err == nil {
			t.Error("codes that are decoded take a zero point, too")
		}
	})
}
