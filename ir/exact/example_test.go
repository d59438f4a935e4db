package exact_test

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir/exact"
)

func Example() {
	fmt.Println(exact.Exp(1))
	fmt.Println(exact.Log10(1000))
	fmt.Println(exact.Sin(1e22))
	fmt.Println(exact.Pow(2, 0.5))
	fmt.Println(exact.Erf(math.Inf(1)))
	// Output:
	// 2.718281828459045
	// 3
	// -0.8522008497671888
	// 1.4142135623730951
	// 1
}
