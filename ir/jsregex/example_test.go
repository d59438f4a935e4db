package jsregex_test

import (
	"fmt"

	"github.com/energeticc/energeticc/ir/jsregex"
)

// Example swaps letters, as the package's documentation shows.
func Example() {
	p, err := jsregex.Parse(`(\w)(\w)`)
	if err != nil {
		fmt.Println(err)
		return
	}
	r := p.Rewrite("$2$1")
	swapped, err := p.Replace("abc", r, true)
	fmt.Println(swapped, err)
	// Output: bac <nil>
}
