package pass

import (
	"testing"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// twice is |x| + |x|, and deep a twice of itself so many times over.
type twice struct{ Deep int }

func (twice) OpName() string { return "Twice" }

func (o twice) Body(b *ir.Builder, in []*ir.Value) ([]*ir.Value, error) {
	x := in[0]
	if o.Deep > 0 {
		v, err := b.Add1("inner", twice{o.Deep - 1}, x)
		if err != nil {
			return nil, err
		}
		x = v
	}
	a, err := b.Add1("abs", op.Unary{Fn: "Abs"}, x)
	if err != nil {
		return nil, err
	}
	return b.Add("sum", op.Binary{Fn: "Add"}, a, a)
}

// same is its input: a body without nodes.
type same struct{}

func (same) OpName() string { return "Same" }

func (same) Body(_ *ir.Builder, in []*ir.Value) ([]*ir.Value, error) { return in, nil }

func TestExpand(t *testing.T) {
	newOp := func(name string) (ir.Op, bool) {
		switch name {
		case "Twice":
			return twice{}, true
		case "Same":
			return same{}, true
		}
		return op.New(name)
	}
	tests := []struct{ name, src, want string }{
		{"nested",
			"func f(x f32[n]) (y f32[n]) {\n  y = Twice{Deep: 1}(x)  # /t\n}\n",
			"func f(x f32[n]) (y f32[n]) {\n  abs f32[n] = Abs(x)  # /t\n  sum f32[n] = Add(abs, abs)  # /t\n  abs_2 f32[n] = Abs(sum)  # /t\n  y = Add(abs_2, abs_2)  # /t\n}\n"},
		{"output that is an input",
			"func f(x f32[n]) (y f32[n]) {\n  y = Same(x)\n}\n",
			"func f(x f32[n]) (y f32[n]) {\n  y = Identity(x)\n}\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g, err := ir.Parse(tt.src, newOp)
			if err != nil {
				t.Fatal(err)
			}
			if err := expand(g); err != nil {
				t.Fatal(err)
			}
			if err := ir.Verify(g); err != nil {
				t.Error(err)
			}
			if got := g.Text(); got != tt.want {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
		})
	}
	g, err := ir.Parse("func f(x f32[n]) (y f32[n]) {\n  y f32[n] = Twice{Deep: 40}(x)\n}\n", newOp)
	if err != nil {
		t.Fatal(err)
	}
	if err := expand(g); err == nil {
		t.Error("bodies 40 deep were expanded, want an error")
	}
}
