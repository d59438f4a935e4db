// Package cases reads golden cases: cases.json with raw tensors, or folders test_data_set_K of TensorProto files.
package cases

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/energeticc/energeticc/codegen/emit"
	"github.com/energeticc/energeticc/ir"
)

// Case is a set of inputs with the answers that are wanted.
type Case struct {
	Name   string
	In     []Value
	Out    []Value
	Folder string // where relative paths start, for saved answers
}

// Value is an input of a case or an answer that is wanted.
type Value struct {
	Name   string
	Tensor *ir.Tensor // nil for what a cases.json has as JSON alone
	Shape  []int
	JSON   []byte // strings, sequences and maps as they stand in their file
	File   string // its path relative to the folder of cases
	Atol   float64
}

// Suite is the cases of a model and how they are compared: |got - want| ≤ Atol + Rtol·|want|.
type Suite struct {
	Cases      []Case
	Rtol, Atol float64
}

// Hold gives the cases the form that a package's inputs and outputs have: where a tensor's rank is open, an optional holds
// it, with its shape.
func (s *Suite) Hold(g *ir.Graph) error {
	for _, k := range s.Cases {
		if err := errors.Join(hold(k.In, g.Inputs), hold(k.Out, g.Outputs)); err != nil {
			return fmt.Errorf("%s: %w", k.Name, err)
		}
	}
	return nil
}

// ErrNoTensor is what a value has that is no tensor.
var ErrNoTensor = errors.New("no tensor")

// Unhold takes a tensor out of the optional that holds it. What is no tensor then is an error.
func (v *Value) Unhold() error {
	if t := v.Tensor; t.Type != nil && t.Type.Kind == ir.KindOptional && len(t.Elems) == 1 {
		v.Tensor, v.Shape, v.JSON = t.Elems[0], t.Elems[0].Shape, nil
	}
	switch {
	case v.Tensor.Type != nil:
		return fmt.Errorf("%s is %w", v.Name, ErrNoTensor)
	case v.Tensor.DType == ir.String:
		var err error
		v.JSON, err = emit.Encode(v.Tensor)
		return err
	}
	return nil
}

func hold(values []Value, ports []*ir.Value) error {
	for i := range min(len(values), len(ports)) {
		v := &values[i]
		if ports[i].Type.Kind != ir.KindOptional || v.Tensor == nil || v.Tensor.Type != nil {
			continue
		}
		v.Tensor = holder(ir.KindOptional, []*ir.Tensor{v.Tensor})
		var err error
		if v.JSON, err = emit.Encode(v.Tensor); err != nil {
			return fmt.Errorf("%s: %w", v.Name, err)
		}
	}
	return nil
}

// Defaults where a suite does not say: those of ONNX's own test runner.
const (
	DefaultRtol = 1e-3
	DefaultAtol = 1e-7
)

// Load reads a cases.json, or a folder that holds one or test_data_set_K folders.
func Load(path string) (*Suite, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return loadJSON(path)
	}
	if p := filepath.Join(path, "cases.json"); exists(p) {
		return loadJSON(p)
	}
	return loadProtos(path, nil, nil)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// listed is cases.json.
type listed struct {
	Tolerance struct{ Rtol, Atol float64 }
	Variation []struct {
		Name string
		Atol float64 `json:"suggested_atol"`
	} `json:"natural_variation"`
	Cases []struct {
		Name            string
		Inputs, Outputs []Listed
	}
}

// Listed is a value as a cases.json has it: its file lies in the case's folder.
type Listed struct {
	Name, DType, File string
	Shape             []int
}

func loadJSON(path string) (*Suite, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var l listed
	if err := json.Unmarshal(data, &l); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	s := &Suite{Rtol: l.Tolerance.Rtol, Atol: l.Tolerance.Atol}
	dir := filepath.Dir(path)
	for _, c := range l.Cases {
		x := Case{Name: c.Name, Folder: dir}
		for _, v := range c.Inputs {
			t, err := v.Read(dir)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: input %s: %w", path, c.Name, v.Name, err)
			}
			x.In = append(x.In, t)
		}
		for _, v := range c.Outputs {
			t, err := v.Read(dir)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: output %s: %w", path, c.Name, v.Name, err)
			}
			x.Out = append(x.Out, t)
		}
		s.Cases = append(s.Cases, x)
	}
	return s, nil
}

// dtypes are the names of element types in cases.json.
var dtypes = map[string]ir.DType{
	"float32": ir.Float32, "float64": ir.Float64, "float16": ir.Float16, "bfloat16": ir.BFloat16,
	"int8": ir.Int8, "int16": ir.Int16, "int32": ir.Int32, "int64": ir.Int64,
	"uint8": ir.Uint8, "uint16": ir.Uint16, "uint32": ir.Uint32, "uint64": ir.Uint64,
	"bool": ir.Bool, "string": ir.String, "complex64": ir.Complex64, "complex128": ir.Complex128,
}

// DTypeName is the name of an element type in cases.json, "" where it has none.
func DTypeName(d ir.DType) string {
	for name, t := range dtypes {
		if t == d {
			return name
		}
	}
	return ""
}

// Read reads the value from its folder.
func (v Listed) Read(dir string) (Value, error) {
	out := Value{Name: v.Name, File: v.File, Shape: v.Shape}
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(v.File)))
	if err != nil {
		return out, err
	}
	d, ok := dtypes[v.DType]
	switch {
	case v.DType == "json":
		out.JSON = data
		return out, nil
	case !ok:
		return out, fmt.Errorf("element type %q is unknown", v.DType)
	case d == ir.String:
		var s []string
		if err := json.Unmarshal(data, &s); err != nil {
			return out, err
		}
		out.Tensor, out.JSON = ir.OfStrings(v.Shape, s), data
		return out, nil
	}
	if want := d.Bytes(ir.NumElements(v.Shape)); want != len(data) {
		return out, fmt.Errorf("%s has %d bytes, want %d for %s %v", v.File, len(data), want, v.DType, v.Shape)
	}
	out.Tensor = &ir.Tensor{DType: d, Shape: v.Shape, Data: data}
	return out, nil
}

// Bytes is a value as the compiled program reads it.
func (v Value) Bytes() []byte {
	if v.JSON != nil {
		return v.JSON
	}
	return v.Tensor.Data
}

// AsTensor is the value for the generated test: JSON stays as it is, under the type of a sequence.
func (v Value) AsTensor() *ir.Tensor {
	if v.Tensor != nil {
		return v.Tensor
	}
	t := ir.Type{Kind: ir.KindSequence}
	return &ir.Tensor{Type: &t, Data: v.JSON}
}
