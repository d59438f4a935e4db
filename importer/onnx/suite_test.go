package onnx

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/importer/onnx/file"
	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
	"google.golang.org/protobuf/proto"
)

// suiteFolder is where the ONNX backend test suite lies: testdata/conformance, or what ENERGETICC_SUITE names.
func suiteFolder(t *testing.T) string {
	dir := os.Getenv("ENERGETICC_SUITE")
	if dir == "" {
		dir = filepath.Join("..", "..", "testdata", "conformance")
	}
	if _, err := os.Stat(filepath.Join(dir, "node")); err != nil {
		t.Skip("the ONNX backend suite is not here; set ENERGETICC_SUITE to its folder")
	}
	return dir
}

// TestSuite imports each model of the suite and compares what the graph evaluates to with the suite's answers.
func TestSuite(t *testing.T) {
	dir := suiteFolder(t)
	tolerances := readTolerances(t, dir)
	for _, category := range []string{"node", "simple", "pytorch-converted", "pytorch-operator"} {
		entries, err := os.ReadDir(filepath.Join(dir, category))
		if err != nil {
			continue
		}
		for _, e := range entries {
			name := category + "/" + e.Name()
			t.Run(name, func(t *testing.T) {
				tol := tolerance{Rtol: 1e-3, Atol: 1e-7}
				if o, ok := tolerances[name]; ok {
					tol = o
				}
				if o, ok := noise[name]; ok {
					tol = o
				}
				if strings.HasPrefix(name, "node/test_bernoulli") {
					tol.Atol = 1 // a draw of zeros and ones
				}
				runSuiteCase(t, filepath.Join(dir, name), tol)
			})
		}
	}
}

// noise are the cases whose answers hold numbers that are rounding error alone: zeros, but for float32.
var noise = map[string]tolerance{
	"node/test_dft_inverse": {Rtol: 1e-3, Atol: 1e-6}, "node/test_dft_inverse_opset19": {Rtol: 1e-3, Atol: 1e-6},
}

type tolerance struct{ Rtol, Atol float64 }

func readTolerances(t *testing.T, dir string) map[string]tolerance {
	all := map[string]tolerance{}
	data, err := os.ReadFile(filepath.Join(dir, "tolerances.json"))
	if err != nil {
		return all
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func runSuiteCase(t *testing.T, dir string, tol tolerance) {
	m, err := file.Open(filepath.Join(dir, "model.onnx"), file.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	g, err := Import(m, Options{})
	if err != nil {
		if isUnknown(err) {
			t.Skip(err)
		}
		t.Fatal(err)
	}
	initialised := map[string]bool{}
	for _, c := range m.Proto.Graph.Initializer {
		initialised[c.GetName()] = true
	}
	var in []*ir.Tensor
	for _, v := range m.Proto.Graph.Input {
		if !initialised[v.GetName()] {
			in = append(in, readSuiteValue(t, m, fmt.Sprintf("%s/test_data_set_0/input_%d.pb", dir, len(in)), v.GetType()))
		}
	}
	got, err := g.Eval(in)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range m.Proto.Graph.Output {
		want := readSuiteValue(t, m, fmt.Sprintf("%s/test_data_set_0/output_%d.pb", dir, i), v.GetType())
		if want != nil && got[i] != nil && want.Type == nil && g.Outputs[i].Type.DType != got[i].DType {
			t.Errorf("output %d is inferred as %s and evaluates to %s", i, g.Outputs[i].Type, got[i].TypeOf())
		}
		if err := similar(got[i], want, tol); err != nil {
			t.Errorf("output %d: %v", i, err)
		}
	}
}

// isUnknown reports whether all that stands against a model is operators that have no row yet.
func isUnknown(err error) bool {
	var all *UnsupportedError
	if !errors.As(err, &all) {
		return false
	}
	for _, e := range all.Errs {
		if !strings.Contains(e.Error(), "unknown operator") {
			return false
		}
	}
	return true
}

func readSuiteValue(t *testing.T, m *file.Model, path string, typ *pb.TypeProto) *ir.Tensor {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	v, err := decodeSuiteValue(m, data, typ)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return v
}

func decodeSuiteValue(m *file.Model, data []byte, typ *pb.TypeProto) (*ir.Tensor, error) {
	switch {
	case typ.GetSequenceType() != nil:
		p := new(pb.SequenceProto)
		if err := proto.Unmarshal(data, p); err != nil {
			return nil, err
		}
		return suiteSequence(m, p)
	case typ.GetMapType() != nil:
		return suiteMap(m, data)
	case typ.GetOptionalType() != nil:
		p := new(pb.OptionalProto)
		if err := proto.Unmarshal(data, p); err != nil {
			return nil, err
		}
		opt := &ir.Tensor{Type: &ir.Type{Kind: ir.KindOptional}}
		var elem *ir.Tensor
		var err error
		switch {
		case p.GetTensorValue() != nil:
			elem, err = m.Tensor(p.GetTensorValue())
		case p.GetSequenceValue() != nil:
			elem, err = suiteSequence(m, p.GetSequenceValue())
		}
		if err != nil {
			return nil, err
		}
		if elem != nil {
			elemType := elem.TypeOf()
			opt.Elems, opt.Type.Elem = []*ir.Tensor{elem}, &elemType
		}
		return opt, nil
	}
	p := new(pb.TensorProto)
	if err := proto.Unmarshal(data, p); err != nil {
		return nil, err
	}
	return m.Tensor(p)
}

func suiteSequence(m *file.Model, p *pb.SequenceProto) (*ir.Tensor, error) {
	s := &ir.Tensor{Type: &ir.Type{Kind: ir.KindSequence}}
	for _, v := range p.GetTensorValues() {
		e, err := m.Tensor(v)
		if err != nil {
			return nil, err
		}
		s.Elems = append(s.Elems, e)
	}
	for _, v := range p.GetMapValues() {
		e, err := mapValue(m, v)
		if err != nil {
			return nil, err
		}
		s.Elems = append(s.Elems, e)
	}
	for _, v := range p.GetSequenceValues() {
		e, err := suiteSequence(m, v)
		if err != nil {
			return nil, err
		}
		s.Elems = append(s.Elems, e)
	}
	if len(s.Elems) > 0 {
		elemType := s.Elems[0].TypeOf()
		s.Type.Elem = &elemType
	}
	return s, nil
}

// similar compares by the suite's own rule.
func similar(got, want *ir.Tensor, tol tolerance) error {
	if got == nil || want == nil {
		if got != want {
			return fmt.Errorf("got %v, want %v", got, want)
		}
		return nil
	}
	if want.Type != nil {
		if want.Keys != nil {
			return similarMaps(got, want, tol)
		}
		if len(got.Elems) != len(want.Elems) {
			return fmt.Errorf("%d elements, want %d", len(got.Elems), len(want.Elems))
		}
		for i := range want.Elems {
			if err := similar(got.Elems[i], want.Elems[i], tol); err != nil {
				return fmt.Errorf("element %d: %w", i, err)
			}
		}
		return nil
	}
	if got.DType != want.DType || fmt.Sprint(got.Shape) != fmt.Sprint(want.Shape) {
		return fmt.Errorf("got %v, want %v", got.TypeOf(), want.TypeOf())
	}
	if got.DType == ir.BFloat16 {
		tol.Rtol = max(tol.Rtol, 1.0/64)
	}
	for i := range want.Len() {
		if !similarElem(got, want, i, tol) {
			return fmt.Errorf("element %d of %v is %v, want %v", i, want.Shape, showElem(got, i), showElem(want, i))
		}
	}
	return nil
}

func similarElem(got, want *ir.Tensor, i int, tol tolerance) bool {
	switch got.DType.Kind() {
	case ir.KindString:
		return got.Strings[i] == want.Strings[i]
	case ir.KindComplex:
		a, b := got.Complex(i), want.Complex(i)
		return near(real(a), real(b), tol) && near(imag(a), imag(b), tol)
	}
	return near(got.Float(i), want.Float(i), tol)
}

func near(a, b float64, tol tolerance) bool {
	return a == b || (a != a && b != b) || math.Abs(a-b) <= tol.Atol+tol.Rtol*math.Abs(b)
}

func showElem(t *ir.Tensor, i int) any {
	switch t.DType.Kind() {
	case ir.KindString:
		return t.Strings[i]
	case ir.KindComplex:
		return t.Complex(i)
	}
	return t.Float(i)
}
