// Package ort runs models by ONNX Runtime's C API.
package ort

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"unsafe"

	ort "github.com/yalue/onnxruntime_go"
)

// Tensor is a value: raw little-endian numbers, or JSON of strings.
type Tensor struct {
	Name, DType string
	Shape       []int
	Data        []byte
}

// Job is a model and what it is run on.
type Job struct {
	Model   string // its file
	Library string // libonnxruntime.so
	Threads int
	Inputs  []Tensor
	Outputs []Tensor // their names
}

// elementTypes are ONNX Runtime's names of what cases.json calls the types.
var elementTypes = map[string]ort.TensorElementDataType{
	"float32": ort.TensorElementDataTypeFloat, "float64": ort.TensorElementDataTypeDouble,
	"float16": ort.TensorElementDataTypeFloat16, "bfloat16": ort.TensorElementDataTypeBFloat16,
	"int8": ort.TensorElementDataTypeInt8, "int16": ort.TensorElementDataTypeInt16,
	"int32": ort.TensorElementDataTypeInt32, "int64": ort.TensorElementDataTypeInt64,
	"uint8": ort.TensorElementDataTypeUint8, "uint16": ort.TensorElementDataTypeUint16,
	"uint32": ort.TensorElementDataTypeUint32, "uint64": ort.TensorElementDataTypeUint64,
	"bool": ort.TensorElementDataTypeBool,
}

// Load loads the model, with all of ONNX Runtime's optimisations, and answers once; an answer that is neither numbers nor
// strings has no data. run answers again, into the same memory where the outputs are tensors of numbers.
func Load(j Job) (out []Tensor, run func() error, err error) {
	ort.SetSharedLibraryPath(j.Library)
	if err := ort.InitializeEnvironment(); err != nil {
		return nil, nil, err
	}
	options, err := sessionOptions(j.Threads)
	if err != nil {
		return nil, nil, err
	}
	session, err := ort.NewDynamicAdvancedSession(j.Model, names(j.Inputs), names(j.Outputs), options)
	if err != nil {
		return nil, nil, err
	}
	in := make([]ort.Value, len(j.Inputs))
	for i, t := range j.Inputs {
		if in[i], err = valueOf(t); err != nil {
			return nil, nil, fmt.Errorf("input %s: %w", t.Name, err)
		}
	}
	values := make([]ort.Value, len(j.Outputs))
	if err := session.Run(in, values); err != nil {
		return nil, nil, err
	}
	out = make([]Tensor, len(values))
	bindable := true
	for i, v := range values {
		data, plain := bytesOf(v)
		out[i] = Tensor{Name: j.Outputs[i].Name, Data: data}
		bindable = bindable && plain
	}
	if !bindable {
		return out, func() error { return runAndFree(session, in, len(values)) }, nil
	}
	binding, err := bind(session, j, in, values)
	if err != nil {
		return nil, nil, err
	}
	return out, func() error { return session.RunWithBinding(binding) }, nil
}

func sessionOptions(threads int) (*ort.SessionOptions, error) {
	o, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	return o, errors.Join(
		o.SetGraphOptimizationLevel(ort.GraphOptimizationLevelEnableAll),
		o.SetIntraOpNumThreads(threads),
		o.SetInterOpNumThreads(1),
		// Its threads look out for work within a run, and no longer: else they would have our turn's cores.
		o.AddSessionConfigEntry("session.force_spinning_stop", "1"),
	)
}

func bind(session *ort.DynamicAdvancedSession, j Job, in, out []ort.Value) (*ort.IoBinding, error) {
	b, err := session.CreateIoBinding()
	if err != nil {
		return nil, err
	}
	for i, v := range in {
		if err := b.BindInput(j.Inputs[i].Name, v); err != nil {
			return nil, err
		}
	}
	for i, v := range out {
		if err := b.BindOutput(j.Outputs[i].Name, v); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// runAndFree lets ONNX Runtime make the outputs: strings, sequences and maps cannot be bound.
func runAndFree(session *ort.DynamicAdvancedSession, in []ort.Value, outputs int) error {
	values := make([]ort.Value, outputs)
	if err := session.Run(in, values); err != nil {
		return err
	}
	for _, v := range values {
		if err := v.Destroy(); err != nil {
			return err
		}
	}
	return nil
}

func names(all []Tensor) []string {
	s := make([]string, len(all))
	for i, t := range all {
		s[i] = t.Name
	}
	return s
}

func valueOf(t Tensor) (ort.Value, error) {
	shape := make(ort.Shape, len(t.Shape))
	for i, d := range t.Shape {
		shape[i] = int64(d)
	}
	if t.DType == "string" {
		var text []string
		if err := json.Unmarshal(t.Data, &text); err != nil {
			return nil, err
		}
		v, err := ort.NewStringTensor(shape)
		if err != nil {
			return nil, err
		}
		return v, v.SetContents(text)
	}
	e, ok := elementTypes[t.DType]
	if !ok {
		return nil, fmt.Errorf("element type %q is unknown", t.DType)
	}
	if len(shape) == 0 { // the binding knows no scalars' shapes; ONNX Runtime does
		return scalarOf(t, e)
	}
	return ort.NewCustomDataTensor(shape, t.Data, e)
}

func scalarOf(t Tensor, e ort.TensorElementDataType) (ort.Value, error) {
	switch e {
	case ort.TensorElementDataTypeInt64:
		return ort.NewScalar(*(*int64)(unsafe.Pointer(&t.Data[0])))
	case ort.TensorElementDataTypeFloat:
		return ort.NewScalar(*(*float32)(unsafe.Pointer(&t.Data[0])))
	}
	return nil, fmt.Errorf("a scalar of %v is not supported", e)
}

// bytesOf is a copy of a tensor's numbers, or JSON of its strings; plain tells which. Of other values it is nil.
func bytesOf(v ort.Value) (data []byte, plain bool) {
	switch t := v.(type) {
	case *ort.Tensor[float32]:
		data, _ = numbers(t.GetData())
	case *ort.Tensor[float64]:
		data, _ = numbers(t.GetData())
	case *ort.Tensor[int64]:
		data, _ = numbers(t.GetData())
	case *ort.Tensor[int32]:
		data, _ = numbers(t.GetData())
	case *ort.Tensor[uint8]:
		data, _ = numbers(t.GetData())
	case *ort.CustomDataTensor:
		data = append(data, t.GetData()...)
	case *ort.StringTensor:
		if text, err := t.GetContents(); err == nil {
			data, _ = json.Marshal(text)
		}
		return data, false
	default:
		return nil, false
	}
	return data, true
}

// numbers are the bytes of an answer.
func numbers[T any](v []T) ([]byte, error) {
	var b bytes.Buffer
	err := binary.Write(&b, binary.LittleEndian, v)
	return b.Bytes(), err
}
