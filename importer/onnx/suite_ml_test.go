package onnx

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/energeticc/energeticc/importer/onnx/file"
	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
	"google.golang.org/protobuf/proto"
)

// TestSuiteML compares what the graphs of the ai.onnx.ml suite evaluate to with ONNX Runtime's answers. The suite lies
// in testdata/conformance/ml, or where ENERGETICC_SUITE_ML says.
func TestSuiteML(t *testing.T) {
	dir := os.Getenv("ENERGETICC_SUITE_ML")
	if dir == "" {
		dir = filepath.Join("..", "..", "testdata", "conformance", "ml")
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Skip("the ai.onnx.ml suite is not here; set ENERGETICC_SUITE_ML to its folder")
	}
	tolerances := readTolerances(t, dir)
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		t.Run(e.Name(), func(t *testing.T) {
			tol := tolerance{Rtol: 1e-3, Atol: 1e-5}
			if o, ok := tolerances[e.Name()]; ok {
				tol = o
			}
			runSuiteCase(t, filepath.Join(dir, e.Name()), tol)
		})
	}
}

// suiteMap reads a map: its keys are a vector, its values scalars.
func suiteMap(m *file.Model, data []byte) (*ir.Tensor, error) {
	p := new(pb.MapProto)
	if err := proto.Unmarshal(data, p); err != nil {
		return nil, err
	}
	return mapValue(m, p)
}

func mapValue(m *file.Model, p *pb.MapProto) (*ir.Tensor, error) {
	keys := ir.OfInts(p.GetKeys()...)
	if len(p.GetStringKeys()) > 0 {
		s := make([]string, len(p.GetStringKeys()))
		for i, k := range p.GetStringKeys() {
			s[i] = string(k)
		}
		keys = ir.OfStrings([]int{len(s)}, s)
	}
	values, err := suiteSequence(m, p.GetValues())
	if err != nil {
		return nil, err
	}
	elem := ir.TensorType(ir.Float32)
	if len(values.Elems) > 0 {
		elem = values.Elems[0].TypeOf()
	}
	t := ir.MapType(keys.DType, elem)
	return &ir.Tensor{Keys: keys, Elems: values.Elems, Type: &t}, nil
}

// similarMaps compares key by key, in whatever order.
func similarMaps(got, want *ir.Tensor, tol tolerance) error {
	if got.Keys == nil || len(got.Elems) != len(want.Elems) {
		return fmt.Errorf("%d entries, want %d", len(got.Elems), len(want.Elems))
	}
	values := map[any]*ir.Tensor{}
	for i, v := range got.Elems {
		values[showElem(got.Keys, i)] = v
	}
	for i, v := range want.Elems {
		key := showElem(want.Keys, i)
		if err := similar(values[key], v, tol); err != nil {
			return fmt.Errorf("key %v: %w", key, err)
		}
	}
	return nil
}
