// Tree writes what decision trees take: the walk to their leaves, eight in step, which is eight trees for a row or one
// for eight rows, without a jump that depends on a comparison, whose outcome no processor foresees; the
// keys that walks compare; and the sum of the leaves' votes.
package main

import (
	"flag"

	. "github.com/mmcloughlin/avo/build"
)

var (
	fn   = flag.String("fn", "walk", "walk, votes, totals or keys")
	bits = flag.Int("bits", 32, "width of the keys: 32 or 64")
	rows = flag.Bool("rows", false, "walk one tree for eight rows")
)

func main() {
	flag.Parse()
	ConstraintExpr("gc,!purego")
	switch *fn {
	case "walk":
		walks(*bits)
	case "votes":
		votes()
	case "totals":
		totals()
	case "keys":
		keys()
	}
	Generate()
}
