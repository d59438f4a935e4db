package vec

import (
	"flag"
	"log"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

// Lanes is how many float32 a register holds.
var Lanes = 8

// Wide says that AVX-512 is written, with the foundation and DQ, not AVX2.
var Wide bool

var set = flag.String("isa", "AVX2", "AVX2 or AVX512")

// Begin parses the flags and begins the file for the instructions that -isa names.
func Begin() {
	flag.Parse()
	switch *set {
	case "AVX2":
	case "AVX512":
		Wide, Lanes = true, 16
	default:
		log.Fatalf("-isa: there is no %q", *set)
	}
	ConstraintExpr("gc,!purego")
}

// Name gives a function's name in the instructions that are written.
func Name(function string) string { return function + *set }

// Register returns a register of Lanes float32.
func Register() reg.VecVirtual {
	if Wide {
		return ZMM()
	}
	return YMM()
}

// End leaves the function.
func End() {
	VZEROUPPER()
	RET()
}
