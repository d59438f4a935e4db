package tfjs

import (
	"slices"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

// TestBranch joins the two sides of a Switch to an If.
func TestBranch(t *testing.T) {
	pred := def("p", "Placeholder", nil, map[string]any{"dtype": map[string]any{"type": "DT_BOOL"}, "shape": map[string]any{"shape": map[string]any{}}})
	m := model(t, []map[string]any{
		in("x", 2), pred,
		def("s", "Switch", []string{"x", "p"}, nil),
		def("no", "Neg", []string{"s"}, nil),
		def("yes", "Square", []string{"s:1"}, nil),
		def("m", "Merge", []string{"no", "yes"}, nil),
		def("y", "AddV2", []string{"m", "x"}, nil),
	}, nil, nil, "y")
	for _, tt := range []struct {
		pred bool
		want []float64
	}{{true, []float64{6, 12}}, {false, []float64{0, 0}}} {
		if got := eval(t, m, floats(2, 3), ir.FromBools(nil, []bool{tt.pred})); !slices.Equal(got, tt.want) {
			t.Errorf("with %v the answer is %v, want %v", tt.pred, got, tt.want)
		}
	}
}

// loopNodes are a loop of control flow v1 that doubles x until it has run n times.
func loopNodes() []map[string]any {
	frame := func(constant bool) map[string]any {
		return map[string]any{"frame_name": text("f"), "is_constant": map[string]any{"b": constant}}
	}
	return []map[string]any{
		in("x", 2), in("n"),
		def("ei", "Enter", []string{"zero"}, frame(false)), def("ex", "Enter", []string{"x"}, frame(false)), def("en", "Enter", []string{"n"}, frame(true)),
		def("mi", "Merge", []string{"ei", "ni"}, nil), def("mx", "Merge", []string{"ex", "nx"}, nil),
		def("less", "Less", []string{"mi", "en"}, nil), def("cond", "LoopCond", []string{"less"}, nil),
		def("si", "Switch", []string{"mi", "cond"}, nil), def("sx", "Switch", []string{"mx", "cond"}, nil),
		def("inc", "AddV2", []string{"si:1", "one"}, nil), def("twice", "AddV2", []string{"sx:1", "sx:1"}, nil),
		def("ni", "NextIteration", []string{"inc"}, nil), def("nx", "NextIteration", []string{"twice"}, nil),
		def("xx", "Exit", []string{"sx"}, nil),
	}
}

// TestLoop rebuilds a loop from Enter, Merge, Switch, NextIteration and Exit.
func TestLoop(t *testing.T) {
	m := model(t, loopNodes(), nil, weights{"zero": scalar(ir.Float32, 0), "one": scalar(ir.Float32, 1)}, "xx")
	for n, want := range map[float64][]float64{0: {1, 3}, 3: {8, 24}} {
		if got := eval(t, m, floats(1, 3), scalar(ir.Float32, n)); !slices.Equal(got, want) {
			t.Errorf("after %g runs x is %v, want %v", n, got, want)
		}
	}
}

// whileNodes are a While that adds x to itself while it is below a limit, and its functions.
func whileNodes() (node map[string]any, functions []any) {
	arg := []any{map[string]any{"name": "a", "type": "DT_FLOAT"}}
	function := func(name, ret string, nodes ...any) any {
		return map[string]any{"signature": map[string]any{"name": name, "inputArg": arg, "outputArg": []any{map[string]any{"name": "o"}}}, "nodeDef": nodes, "ret": map[string]string{"o": ret}}
	}
	node = def("w", "While", []string{"x"}, map[string]any{"cond": map[string]any{"func": map[string]any{"name": "c"}}, "body": map[string]any{"func": map[string]any{"name": "b"}}})
	limit, axis := def("c/limit", "Const", nil, nil), def("c/axis", "Const", nil, nil)
	return node, []any{
		function("c", "l:z:0", limit, axis, def("s", "Sum", []string{"a", "c/axis:output:0"}, nil), def("l", "Less", []string{"s:output:0", "c/limit:output:0"}, nil)),
		function("b", "d:z:0", def("d", "AddV2", []string{"a", "a"}, nil)),
	}
}

// TestWhile reads a loop of control flow v2.
func TestWhile(t *testing.T) {
	w, functions := whileNodes()
	m := model(t, []map[string]any{in("x", 2), w}, functions, weights{"c/limit": scalar(ir.Float32, 20), "c/axis": {DType: ir.Int32, Shape: []int{1}, Data: make([]byte, 4)}}, "w")
	if got := eval(t, m, floats(1, 3)); !slices.Equal(got, []float64{8, 24}) {
		t.Errorf("the answer is %v, want [8 24]", got)
	}
}
