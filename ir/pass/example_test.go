package pass_test

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
	"github.com/energeticc/energeticc/ir/pass"
)

func ExampleRun() {
	g, err := ir.Parse(`
func f(x f32[n]) (y f32[n]) {
  a = Identity(x)
  b = Sigmoid(a)
  y = Mul(x, b)
}`, op.New)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := pass.Run(g, pass.Options{Verify: true}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(g)
	// Output:
	// func f(x f32[n]) (y f32[n]) {
	//   y = Silu(x)
	// }
}
