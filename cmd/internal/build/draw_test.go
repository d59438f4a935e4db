package build

import (
	"testing"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// TestFullFirst leaves sizes that a pool's window does not fit into to the end, and keeps the order of the others.
func TestFullFirst(t *testing.T) {
	b := ir.NewBuilder("pool")
	x := b.Input("x", ir.TensorType(ir.Float32, ir.Const(1), ir.Const(3), ir.Sym("size")))
	y, err := b.Add1("pool", op.Pool{Fn: "MaxPool", Kernel: []int{3}, Strides: []int{3}, Pads: []int{0, 0}, Dilations: []int{1}}, x)
	if err != nil {
		t.Fatal(err)
	}
	b.Output(y)
	want := []int64{4, 8, 16, 32, 64, 128, 224, 512, 1024, 1, 2}
	got := fullFirst(b.Graph, assignments(b.Graph))
	if len(got) != len(want) {
		t.Fatalf("%d sizes, want %d", len(got), len(want))
	}
	for i, env := range got {
		if env["size"] != want[i] {
			t.Errorf("size %d is %d, want %d", i, env["size"], want[i])
		}
	}
}
