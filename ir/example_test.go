package ir_test

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

func ExampleParse() {
	g, err := ir.Parse(`
func relu(x f32[n, 3]) (y f32[n, 3]) {
  const half f32[] = 0.5
  h = Mul(x, half)
  y = Relu(h)
}`, op.New)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(g)
	out, err := g.Eval([]*ir.Tensor{ir.FromFloats(ir.Float32, []int{1, 3}, []float64{-2, 0, 3})})
	fmt.Println(out[0].Floats(), err)
	// Output:
	// func relu(x f32[n, 3]) (y f32[n, 3]) {
	//   const half f32[] = 0.5
	//   h f32[n, 3] = Mul(x, half)
	//   y = Relu(h)
	// }
	// [0 0 1.5] <nil>
}
