package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/codegen/plan"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

func TestWiden(t *testing.T) {
	tests := []struct {
		name, src string
		want      []string
	}{
		{"what is computed", `
func f(x f16[n], y f16[n]) (z f16[n]) {
  z = Mul(x, y)
}
`, []string{
			"WidenF16(scratch0:f32, in0)",
			"WidenF16(scratch1:f32, in1)",
			"MulRow(scratch0:f32, scratch0:f32, scratch1:f32)",
			"NarrowF16(out0, scratch0:f32)",
		}},
		{"one value read twice", `
func f(x bf16[n]) (z bf16[n]) {
  z = Mul(x, x)
}
`, []string{
			"WidenBF16(scratch0:f32, in0)",
			"MulRow(scratch0:f32, scratch0:f32, scratch0:f32)",
			"NarrowBF16(out0, scratch0:f32)",
		}},
		{"other types are left alone", `
func f(x f16[n]) (b bool[n]) {
  b = IsNaN(x)
}
`, []string{
			"WidenF16(scratch0:f32, in0)",
			"IsNaN(out0, scratch0:f32)",
		}},
		{"a cast that only widens", `
func f(x f8e4m3fn[n]) (y f32[n]) {
  y = Cast{To: f32}(x)
}
`, []string{"WidenF8E4M3FN(out0, in0)"}},
		{"a cast that only narrows", `
func f(x f32[n]) (y f4e2m1[n]) {
  y = Cast{To: f4e2m1}(x)
}
`, []string{"NarrowF4E2M1(out0, in0)"}},
		{"what is moved", `
func f(x f16[2, 3]) (y f16[3, 2]) {
  y = Transpose{Perm: [1, 0]}(x)
}
`, []string{"Transpose(out0, in0, [2], [1])"}},
		{"packed elements that are moved", `
func f(x i4[2, 3]) (y i4[3, 2]) {
  y = Transpose{Perm: [1, 0]}(x)
}
`, []string{
			"UnpackBits(scratch0:u8, in0, 4)",
			"Transpose(scratch1:u8, scratch0:u8)",
			"PackBits(out0, scratch1:u8, 4)",
		}},
		{"packed elements that stay where they are", `
func f(x u2[2, 3]) (y u2[6]) {
  y = Reshape{Shape: [6]}(x)
}
`, []string{"Move(out0, in0)"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := calls(program(t, tt.src))
			if len(got) != len(tt.want) {
				t.Fatalf("calls are %q, want %q", got, tt.want)
			}
			for i, w := range tt.want {
				if name, _, _ := strings.Cut(w, "("); name == "Transpose" {
					w = w[:strings.IndexByte(w, ' ')] // how it walks is the op's own
					got[i] = got[i][:min(len(w), len(got[i]))]
				}
				if got[i] != w {
					t.Errorf("call %d is %s, want %s", i, got[i], w)
				}
			}
		})
	}
}

// TestWidenInPlace checks that what is between the steps of a chain takes the room of a part, once.
func TestWidenInPlace(t *testing.T) {
	p := program(t, `
func f(x f16[n]) (y f16[n]) {
  a = Exp(x)
  b = Exp(a)
  y = Exp(b)
}
`)
	if len(p.Slots) != 1 || p.Slots[0].Bytes[0].String() != "4096" { // a and b are where y is
		t.Errorf("slots are %v, want one of 4096 bytes", p.Slots)
	}
}

// TestWidenConstants checks that weights are stored as the model has them.
func TestWidenConstants(t *testing.T) {
	w := ir.NewTensor(ir.Float16, 64, 64)
	for i := range w.Len() {
		w.SetFloat(i, float64(i%17)-8)
	}
	for _, name := range []string{"MatMul", "Add"} {
		o, _ := op.New(name)
		b := ir.NewBuilder("f")
		x := b.Input("x", ir.TensorType(ir.Float16, ir.Sym("n"), ir.Const(64)))
		y, err := b.Add1(name, o, x, b.Const("w", w))
		if err != nil {
			t.Fatal(err)
		}
		b.Output(y)
		p, err := plan.New(b.Graph, plan.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := p.Weights.Len(), w.ByteSize(); got != want {
			t.Errorf("%s: weights.bin has %d bytes, want %d", name, got, want)
		}
	}
}

func TestPackedRows(t *testing.T) {
	g, err := ir.Parse(`
func f(n i64[], x i4[3]) (last i4[3], rows i4[runs, 3]) {
  sym runs data
  last, rows = Loop{
    Body: func body(i i64[], go bool[], v i4[3]) (go bool[], v i4[3], v i4[3]) {
    }
  }(n, _, x)
}
`, op.New)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = plan.New(g, plan.Options{}); err == nil || !strings.Contains(err.Error(), "packed") {
		t.Errorf("New = %v, want an error on packed rows", err)
	}
}

func program(t *testing.T, src string) *plan.Program {
	t.Helper()
	g, err := ir.Parse(src, op.New)
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.New(g, plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// calls spells a program's calls, their arguments by what they are to the item.
func calls(p *plan.Program) []string {
	var all []string
	for _, l := range p.Layers {
		for _, it := range l.Items {
			for _, c := range it.Calls {
				var args []string
				for _, a := range c.Args {
					args = append(args, spell(a))
				}
				all = append(all, strings.TrimPrefix(c.Kernel, "kernel.")+"("+strings.Join(args, ", ")+")")
			}
		}
	}
	return all
}

func spell(a ir.Arg) string {
	switch a.Kind {
	case ir.ArgIn:
		return fmt.Sprintf("in%d", a.Index)
	case ir.ArgOut:
		return fmt.Sprintf("out%d", a.Index)
	case ir.ArgScratch:
		return fmt.Sprintf("scratch%d:%s", a.Index, a.DType)
	case ir.ArgInt:
		return a.Dim.String()
	}
	return "…"
}
