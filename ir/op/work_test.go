package op

import (
	"testing"

	"github.com/energeticc/energeticc/ir"
)

// TestWork counts multiply-adds as the shapes say.
func TestWork(t *testing.T) {
	f32 := func(shape ...any) ir.Type {
		dims := make([]ir.Dim, len(shape))
		for i, d := range shape {
			switch d := d.(type) {
			case int:
				dims[i] = ir.Const(int64(d))
			case string:
				dims[i] = ir.Sym(d)
			}
		}
		return ir.TensorType(ir.Float32, dims...)
	}
	for _, tt := range []struct {
		name    string
		op      ir.Op
		in, out []ir.Type
		want    string
	}{
		{"product", MatMul{}, []ir.Type{f32("n", 4), f32(4, 5)}, []ir.Type{f32("n", 5)}, "20*n"},
		{"transposed product", MatMul{TransB: true}, []ir.Type{f32(2, 3, 4), f32(5, 4)}, []ir.Type{f32(2, 3, 5)}, "120"},
		{"integer product", MatMulInteger{}, []ir.Type{f32(3, 4), f32(4, 5)}, []ir.Type{f32(3, 5)}, "60"},
		{"grouped convolution", Conv{Group: 2}, []ir.Type{f32(1, 4, 8, 8), f32(6, 2, 3, 3)}, []ir.Type{f32(1, 6, 8, 8)}, "6912"},
		{"transposed convolution", ConvTranspose{}, []ir.Type{f32(1, 4, 8, 8), f32(4, 6, 2, 2)}, []ir.Type{f32(1, 6, 16, 16)}, "6144"},
		{"attention", Attention{Heads: 2, KVHeads: 2}, []ir.Type{f32(1, "s", 8), f32(1, "t", 8), f32(1, "t", 8)}, []ir.Type{f32(1, "s", 8)}, "16*s*t"},
		{"LSTM", Recurrent{Fn: "LSTM"}, []ir.Type{f32("t", 1, 3), f32(2, 20, 3), f32(2, 20, 5)}, []ir.Type{f32("t", 2, 1, 5)}, "320*t"},
		{"no product", Softmax{}, []ir.Type{f32("n", 4)}, []ir.Type{f32("n", 4)}, "0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := &ir.Node{Op: tt.op}
			for _, x := range tt.in {
				n.In = append(n.In, &ir.Value{Type: x})
			}
			for _, x := range tt.out {
				n.Out = append(n.Out, &ir.Value{Type: x})
			}
			if got := Work(n).String(); got != tt.want {
				t.Errorf("Work = %s, want %s", got, tt.want)
			}
		})
	}
}
