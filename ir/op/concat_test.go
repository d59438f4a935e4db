package op

import (
	"math/rand/v2"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

func TestConcatLowered(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	f := func(shape ...int) *testInput { return input(random(r, ir.Float32, shape...)) }
	for _, tt := range []struct {
		name string
		axis int
		in   []*testInput
	}{
		{"outermost", 0, []*testInput{f(2, 3), f(1, 3), f(0, 3)}},
		{"runs", 1, []*testInput{f(4, 2, 3), f(4, 1, 3), f(4, 5, 3)}},
		{"no runs", 1, []*testInput{f(0, 2, 3), f(0, 1, 3), f(0, 5, 3)}},
		{"empty runs", 1, []*testInput{f(4, 2, 0), f(4, 1, 0)}},
	} {
		t.Run(tt.name, func(t *testing.T) { checkKernels(t, Concat{Axis: tt.axis}, 0, tt.in...) })
	}
}
