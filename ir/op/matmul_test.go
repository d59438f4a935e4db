package op

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

func TestMatMulLowered(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	f := func(shape ...int) *ir.Tensor { return random(r, ir.Float32, shape...) }
	relu := Act{Fn: "Relu"}
	tests := []struct {
		name string
		op   MatMul
		in   []*testInput
	}{
		{"constant", MatMul{}, []*testInput{input(f(5, 7)), constant(f(7, 8))}},
		{"constant by batch", MatMul{}, []*testInput{input(f(2, 3, 5, 7)), constant(f(7, 50))}},
		{"constant narrow", MatMul{}, []*testInput{input(f(5, 70)), constant(f(70, 3))}},
		{"constant transposed", MatMul{TransB: true, Alpha: 0.5, Act: relu}, []*testInput{input(f(5, 7)), constant(f(50, 7)), constant(f(50))}},
		{"constant left plain", MatMul{TransB: true, Plain: true, Act: relu}, []*testInput{input(f(5, 7)), constant(f(50, 7)), constant(f(50))}},
		{"constant, a transposed", MatMul{TransA: true}, []*testInput{input(f(7, 5)), constant(f(7, 8))}},
		{"residual", MatMul{Act: relu}, []*testInput{input(f(2, 5, 7)), constant(f(7, 8)), nil, input(f(2, 5, 8))}},
		{"half", MatMul{}, []*testInput{input(f(5, 7)), constant(random(r, ir.Float16, 7, 8)), constant(f(8))}},
		{"int8", MatMul{Alpha: 0.25}, []*testInput{input(f(5, 7)), constant(random(r, ir.Int8, 7, 8)), constant(f(8)), nil, constant(f(8))}},
		{"uint8", MatMul{TransB: true}, []*testInput{input(f(5, 7)), constant(ir.FromInts(ir.Uint8, []int{3, 7}, spread(21, 200))), nil, nil,
			constant(f(1)), constant(ir.FromInts(ir.Uint8, []int{1}, []int64{100}))}},
		{"dynamic", MatMul{}, []*testInput{input(f(5, 7)), input(f(7, 9))}},
		{"dynamic epilogue", MatMul{Alpha: 2, Act: relu}, []*testInput{input(f(2, 5, 7)), input(f(7, 9)), input(f(9))}},
		{"dynamic transposed", MatMul{TransA: true, TransB: true}, []*testInput{input(f(7, 5)), input(f(9, 7))}},
		{"batch", MatMul{}, []*testInput{input(f(3, 2, 5, 7)), input(f(3, 2, 7, 4))}},
		{"batch broadcast", MatMul{TransB: true}, []*testInput{input(f(3, 1, 5, 7)), input(f(2, 4, 7))}},
		{"batch of one b", MatMul{}, []*testInput{input(f(3, 2, 5, 7)), constant(f(1, 7, 4))}},
		{"empty", MatMul{}, []*testInput{input(f(0, 7)), input(f(7, 4))}},
		{"no inner", MatMul{}, []*testInput{input(f(3, 0)), input(f(0, 4)), input(f(4))}},
		{"empty batch", MatMul{}, []*testInput{input(f(0, 3, 2)), input(f(1, 2, 4))}},
		{"f64", MatMul{}, []*testInput{input(random(r, ir.Float64, 2, 3, 4)), input(random(r, ir.Float64, 4, 5))}},
		{"i32", MatMul{TransA: true}, []*testInput{input(random(r, ir.Int32, 3, 4)), input(random(r, ir.Int32, 3, 5))}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { checkKernels(t, tt.op, 1e-5, tt.in...) })
	}
}

// spread gives n numbers below a limit.
func spread(n, limit int) []int64 {
	v := make([]int64, n)
	for i := range v {
		v[i] = int64(i * 37 % limit)
	}
	return v
}

func TestMatMulInferRefuses(t *testing.T) {
	f32 := func(shape ...ir.Dim) *ir.Value { return &ir.Value{Type: ir.TensorType(ir.Float32, shape...)} }
	c := func(v int64) ir.Dim { return ir.Const(v) }
	tests := []struct {
		name string
		op   MatMul
		in   []*ir.Value
		want string
	}{
		{"inner", MatMul{}, []*ir.Value{f32(c(2), c(3)), f32(c(4), c(5))}, "different inner sizes: 3 and 4"},
		{"vector", MatMul{}, []*ir.Value{f32(c(3)), f32(c(3), c(5))}, "want matrices"},
		{"batch", MatMul{}, []*ir.Value{f32(c(2), c(3), c(3)), f32(c(5), c(3), c(3))}, "do not broadcast"},
		{"bias", MatMul{}, []*ir.Value{f32(c(2), c(3)), f32(c(3), c(5)), f32(c(4))}, "the bias has another length"},
		{"residual", MatMul{}, []*ir.Value{f32(c(2), c(3)), f32(c(3), c(5)), nil, f32(c(2), c(5))}, "a residual wants a constant"},
		{"scale", MatMul{}, []*ir.Value{f32(c(2), c(3)), f32(c(3), c(5)), nil, nil, f32(c(1))}, "want a constant int8"},
		{"one input", MatMul{}, []*ir.Value{f32(c(2), c(3))}, "want 2 to 6"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ir.NewBuilder("test").Add("y", tt.op, tt.in...)
			if got := fmt.Sprint(err); !strings.Contains(got, tt.want) {
				t.Errorf("error %q, want one with %q", got, tt.want)
			}
		})
	}
}

func TestMatMulUnifiesInnerSizes(t *testing.T) {
	b := ir.NewBuilder("test")
	x := b.Input("x", ir.TensorType(ir.Float32, ir.Sym("n"), ir.Sym("k")))
	w := b.Const("w", ir.NewTensor(ir.Float32, 64, 10))
	y, err := b.Add1("y", MatMul{}, x, w)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := y.Type.String()+" "+x.Type.String(), "f32[n, 10] f32[n, 64]"; got != want {
		t.Errorf("types %s, want %s", got, want)
	}
}

func TestMatMulFusion(t *testing.T) {
	o, ok := MatMul{}.WithAct(Act{Fn: "Relu"})
	if !ok {
		t.Fatal("WithAct refuses the first activation")
	}
	m := o.(MatMul)
	if _, ok := m.WithAct(Act{Fn: "Relu"}); ok {
		t.Error("WithAct takes a second activation")
	}
	if _, ok := m.WithResidual(); ok {
		t.Error("WithResidual adds after the activation")
	}
}
