package op

import (
	"math"
	"reflect"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

func textTensor(s ...string) *ir.Tensor { return ir.OfStrings([]int{len(s)}, s) }

func TestRelabelLower(t *testing.T) {
	nan := math.NaN()
	for _, in := range [][]*ir.Tensor{
		{textTensor("b", "", "zz", "a"), textTensor("", "a", "b"), ir.OfInts(1, 2, 3), ir.OfInts(-1)},
		{ir.OfInts(7, -7, 0), ir.OfInts(-7, 7), textTensor("low", "high"), textTensor("none")},
		{ir.FromFloats(ir.Float32, []int{4}, []float64{nan, 1, math.Copysign(0, -1), 2}), ir.FromFloats(ir.Float32, []int{3}, []float64{0, 1, nan}), ir.FromFloats(ir.Float32, []int{3}, []float64{5, 6, 7}), ir.Scalar(ir.Float32, 9)},
		{ir.FromInts(ir.Uint64, []int{2}, []int64{-1, 1}), ir.FromInts(ir.Uint64, []int{2}, []int64{1, -1}), ir.FromFloats(ir.Float64, []int{2}, []float64{5, 6}), ir.Scalar(ir.Float64, 9)},
		{ir.OfInts(1), ir.OfInts(), textTensor(), textTensor("none")},
	} {
		checkLowered(t, Relabel{}, in, 1, 0)
	}
}

func TestRelabelInfer(t *testing.T) {
	for name, keys := range map[string]*ir.Tensor{"unordered": ir.OfInts(2, 1), "repeated": ir.OfInts(1, 1), "other type": textTensor("a", "b")} {
		b := ir.NewBuilder("test")
		x := b.Input("x", ir.TensorType(ir.Int64, ir.Sym("n")))
		if _, err := b.Add("y", Relabel{}, x, b.Const("k", keys), b.Const("v", ir.OfInts(1, 2)), b.Const("d", ir.OfInts(0))); err == nil {
			t.Errorf("%s keys are accepted", name)
		}
	}
}

func TestOneHotEncoderLower(t *testing.T) {
	columns := ir.FromInts(ir.Int32, []int{2}, []int64{2, 0})
	for _, strict := range []bool{false, true} {
		o := OneHotEncoder{Width: 3, Strict: strict}
		checkLowered(t, o, []*ir.Tensor{textTensor("b", "a", "b"), textTensor("a", "b"), columns}, 1, 0)
		checkLowered(t, o, []*ir.Tensor{ir.OfInts(4, 5, 6), ir.OfInts(4, 6), columns}, 1, 0)
	}
}

// mapTensor is a map from int64 or strings to scalars.
func mapTensor(keys, values *ir.Tensor) *ir.Tensor {
	t := ir.MapType(keys.DType, ir.TensorType(values.DType))
	m := &ir.Tensor{Type: &t, Keys: keys}
	for i := range values.Len() {
		e := ir.NewTensor(values.DType)
		moveElems(e, 0, values, i, 1)
		m.Elems = append(m.Elems, e)
	}
	return m
}

func TestMapsLower(t *testing.T) {
	floats := ir.FromFloats(ir.Float32, []int{3}, []float64{1.5, -2.75, 1e30})
	numbers, texts := textTensor("12", "-3", "7"), textTensor("x", "1", "")
	keys, negative := ir.OfInts(5, 0, 2), ir.OfInts(5, -1, 2)
	for _, to := range []ir.DType{ir.Float32, ir.Int64, ir.String} {
		for _, k := range []*ir.Tensor{keys, negative} {
			for _, v := range []*ir.Tensor{floats, numbers, texts} {
				m := mapTensor(k, v)
				checkLowered(t, CastMap{To: to}, []*ir.Tensor{m}, 1, 0)
				checkLowered(t, CastMap{To: to, Sparse: true, Width: 4}, []*ir.Tensor{m}, 1, 0)
			}
		}
	}
	checkLowered(t, DictVectorizer{}, []*ir.Tensor{mapTensor(textTensor("a", "b", "c"), floats), textTensor("c", "q", "a", "c")}, 1, 0)
	checkLowered(t, DictVectorizer{}, []*ir.Tensor{mapTensor(keys, texts), ir.OfInts(0, 9)}, 1, 0)
}

func TestZipMap(t *testing.T) {
	x := ir.FromFloats(ir.Float32, []int{2, 3}, []float64{1, 2, 3, 4, 5, 6})
	got, _ := runLowered(t, ZipMap{}, []*ir.Tensor{x, textTensor("a", "b", "a")}, 1)
	want := []map[string]float32{{"a": 3, "b": 2}, {"a": 6, "b": 5}}
	if maps := *got[0].(*[]map[string]float32); !reflect.DeepEqual(maps, want) {
		t.Errorf("ZipMap = %v, want %v", maps, want)
	}
	seq, err := ZipMap{}.Eval([]*ir.Tensor{x, textTensor("a", "b", "a")})
	if err != nil {
		t.Fatal(err)
	}
	for r, m := range seq[0].Elems {
		if got := goValue(m); !reflect.DeepEqual(got, want[r]) {
			t.Errorf("Eval row %d = %v, want %v", r, got, want[r])
		}
	}
}
