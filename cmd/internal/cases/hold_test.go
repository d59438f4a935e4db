package cases

import (
	"errors"
	"slices"
	"testing"

	"github.com/energeticc/energeticc/codegen/emit"
	"github.com/energeticc/energeticc/ir"
)

func TestHold(t *testing.T) {
	open := ir.OptionalType(ir.Type{DType: ir.Float32, Open: ir.OpenShape})
	g := &ir.Graph{Inputs: []*ir.Value{
		{Name: "x", Type: open},
		{Name: "y", Type: ir.TensorType(ir.Float32, ir.Const(2))},
	}}
	tensor := func() *ir.Tensor { return ir.FromFloats(ir.Float32, []int{2}, []float64{1, 2}) }
	s := &Suite{Cases: []Case{{In: []Value{{Name: "x", Tensor: tensor()}, {Name: "y", Tensor: tensor()}}}}}
	for range 2 { // what is held already stays as it is
		if err := s.Hold(g); err != nil {
			t.Fatal(err)
		}
	}
	in := s.Cases[0].In
	if got, want := string(in[0].Bytes()), `{"Data":[1,2],"Shape":[2]}`+"\n"; got != want {
		t.Errorf("x is %q, want %q", got, want)
	}
	if in[1].JSON != nil || in[1].Tensor.Type != nil {
		t.Errorf("y is %s, want a tensor", in[1].Tensor.TypeOf())
	}
	if err := in[0].Unhold(); err != nil || in[0].JSON != nil || !slices.Equal(in[0].Shape, []int{2}) {
		t.Errorf("Unhold: %v, shape %v", err, in[0].Shape)
	}
	none := Value{Name: "z", Tensor: holder(ir.KindOptional, nil)}
	if err := none.Unhold(); !errors.Is(err, ErrNoTensor) {
		t.Errorf("Unhold of none: %v, want %v", err, ErrNoTensor)
	}
}

// TestEncodeTexts writes what a map holds alone, not as a list of one.
func TestEncodeTexts(t *testing.T) {
	typ := ir.MapType(ir.Int64, ir.TensorType(ir.String))
	m := &ir.Tensor{Type: &typ, Keys: ir.OfInts(3), Elems: []*ir.Tensor{ir.OfStrings(nil, []string{"c"})}}
	got, err := emit.Encode(m)
	if want := `{"3":"c"}` + "\n"; err != nil || string(got) != want {
		t.Errorf("Encode = %q, %v, want %q", got, err, want)
	}
}
