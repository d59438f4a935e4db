package ir_test

import (
	"strings"
	"testing"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

func parse(t *testing.T, src string) *ir.Graph {
	t.Helper()
	g, err := ir.Parse(src, op.New)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestVerifyAccepts(t *testing.T) {
	for _, tt := range texts {
		t.Run(tt.name, func(t *testing.T) {
			if err := ir.Verify(parse(t, tt.src)); err != nil {
				t.Error(err)
			}
		})
	}
}

const sound = `
func f(c bool[], x f32[n]) (y f32[n]) {
  const one f32[] = 1
  a f32[n] = Add(x, one)
  b f32[n] = Mul(a, a)
  y = If{Then: func t() (u f32[n]) { u = Abs(b) } Else: func e() (v f32[n]) { v = Neg(b) }}(c)
}
`

func TestVerifyRefuses(t *testing.T) {
	tests := []struct {
		name   string
		damage func(g *ir.Graph)
		want   []string
	}{
		{"order", func(g *ir.Graph) { g.Nodes[0], g.Nodes[1] = g.Nodes[1], g.Nodes[0] }, []string{"a f32[n] is used before it is made"}},
		{"order seen by a subgraph", func(g *ir.Graph) { g.Nodes[1], g.Nodes[2] = g.Nodes[2], g.Nodes[1] }, []string{"t: node \"u\" (Abs): b f32[n] is used", "e: node \"v\" (Neg): b f32[n] is used"}},
		{"made twice", func(g *ir.Graph) { g.Nodes[1].Out[0] = g.Nodes[0].Out[0] }, []string{"a f32[n] is made twice"}},
		{"type", func(g *ir.Graph) { g.Nodes[0].Out[0].Type.DType = ir.Int32 }, []string{"output 0: inference gives f32[n], the value is i32[n]"}},
		{"dim", func(g *ir.Graph) { g.Nodes[1].Out[0].Type = ir.TensorType(ir.Float32, ir.Sym("n").Add(ir.Const(1))) }, []string{"the value is f32[n + 1]"}},
		{"symbol", func(g *ir.Graph) { delete(g.Symbols, "n") }, []string{"symbol n is unknown"}},
		{"constant", func(g *ir.Graph) { g.Nodes[0].In[1].Const.Data = nil }, []string{"0 bytes for f32[], want 4"}},
		{"output", func(g *ir.Graph) { g.Outputs = append(g.Outputs, nil, &ir.Value{Name: "z", Type: g.Inputs[1].Type}) }, []string{"output 1 is missing", "z f32[n] is used before"}},
		{"leaks from a subgraph", func(g *ir.Graph) { g.Outputs[0] = g.Nodes[2].Graphs()[0].Outputs[0] }, []string{"u f32[n] is used before"}},
		{"no op", func(g *ir.Graph) { g.Nodes[1].Op = nil }, []string{"node 1 has no op"}},
		{"inference", func(g *ir.Graph) { g.Nodes[1].Op, g.Nodes[1].In = op.Unary{Fn: "Abs"}, nil }, []string{"inference: "}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := parse(t, sound)
			if err := ir.Verify(g); err != nil {
				t.Fatal(err)
			}
			tt.damage(g)
			err := ir.Verify(g)
			for _, want := range tt.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("Verify() = %v, want an error with %q", err, want)
				}
			}
		})
	}
}
