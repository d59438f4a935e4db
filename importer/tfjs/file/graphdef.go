package file

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/energeticc/energeticc/ir"
)

// GraphDef is TensorFlow's graph in the spelling of protobuf's JSON.
type GraphDef struct {
	Node    []*NodeDef
	Library struct{ Function []*FunctionDef }
}

// NodeDef is a node. An input is "node", "node:output" or, within functions, "node:name:output"; "^node" is one that
// only has to run before.
type NodeDef struct {
	Name, Op string
	Input    []string
	Attr     map[string]*Attr
}

// FunctionDef is a function of the graph's library.
type FunctionDef struct {
	Signature struct {
		Name                string
		InputArg, OutputArg []ArgDef
	}
	NodeDef []*NodeDef
	Ret     map[string]string // the value behind each output
}

// ArgDef is a function's input or output.
type ArgDef struct {
	Name string
	Type DType
}

// Attr is an attribute's value: one of the fields is set.
type Attr struct {
	S     *Bytes
	I     *Int
	F     *Float
	B     *bool
	Type  *DType
	Shape *Shape
	List  *List
	Func  *struct{ Name string }
}

// List is an attribute of several values.
type List struct {
	S     []Bytes
	I     []Int
	F     []Float
	B     []bool
	Type  []DType
	Shape []Shape
}

// Shape is a tensor's shape. A dim below 0 is open.
type Shape struct {
	Dim         []struct{ Size Int }
	UnknownRank bool
}

// Dims are the sizes, nil where not even their number is known.
func (s *Shape) Dims() []int64 {
	if s == nil || s.UnknownRank {
		return nil
	}
	dims := make([]int64, len(s.Dim))
	for i, d := range s.Dim {
		dims[i] = int64(d.Size)
	}
	return dims
}

// Int is an integer, which protobuf writes as text where it has 64 bits.
type Int int64

// UnmarshalJSON reads a number or the text of one.
func (i *Int) UnmarshalJSON(data []byte) error {
	text := string(bytes.Trim(data, `"`))
	if text == "null" {
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		f, ferr := strconv.ParseFloat(text, 64)
		if ferr != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
			return fmt.Errorf("%.40s is no integer", data)
		}
		n = int64(f)
	}
	*i = Int(n)
	return nil
}

// Float is a number, infinities and NaN included, which protobuf writes as text.
type Float float64

// UnmarshalJSON reads a number or the text of one.
func (f *Float) UnmarshalJSON(data []byte) error {
	text := string(bytes.Trim(data, `"`))
	if text == "null" {
		return nil
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return fmt.Errorf("%.40s is no number", data)
	}
	*f = Float(n)
	return nil
}

// Bytes is a string attribute, in base64 or as a list of bytes.
type Bytes []byte

// UnmarshalJSON reads both spellings.
func (b *Bytes) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '[' {
		var list []uint8Number
		if err := json.Unmarshal(data, &list); err != nil {
			return err
		}
		*b = make(Bytes, len(list))
		for i, n := range list {
			(*b)[i] = byte(n)
		}
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		if raw, err = base64.RawStdEncoding.DecodeString(text); err != nil {
			return fmt.Errorf("%.40q is no base64", text)
		}
	}
	*b = raw
	return nil
}

// uint8Number is a byte in a list: a plain []byte would be read as base64.
type uint8Number uint8

// DType is an element type, by TensorFlow's name or number.
type DType struct {
	Name string
	// IR is what TensorFlow.js computes with: all floats are float32 to it and all integers int32. It is Invalid for
	// resources and variants, and for what TensorFlow.js does not know.
	IR ir.DType
}

// String is TensorFlow's name.
func (d *DType) String() string {
	if d == nil {
		return "nothing"
	}
	return d.Name
}

// dtypes are TensorFlow's element types by their numbers.
var dtypes = map[int]DType{
	1: {"DT_FLOAT", ir.Float32}, 2: {"DT_DOUBLE", ir.Float32}, 3: {"DT_INT32", ir.Int32}, 4: {"DT_UINT8", ir.Int32},
	5: {"DT_INT16", ir.Invalid}, 6: {"DT_INT8", ir.Int32}, 7: {"DT_STRING", ir.String}, 8: {"DT_COMPLEX64", ir.Complex64},
	9: {"DT_INT64", ir.Int32}, 10: {"DT_BOOL", ir.Bool}, 14: {"DT_BFLOAT16", ir.Invalid}, 17: {"DT_UINT16", ir.Invalid},
	18: {"DT_COMPLEX128", ir.Complex64}, 19: {"DT_HALF", ir.Float32}, 20: {"DT_RESOURCE", ir.Invalid},
	21: {"DT_VARIANT", ir.Invalid}, 22: {"DT_UINT32", ir.Invalid}, 23: {"DT_UINT64", ir.Invalid},
}

// dtypesByName are the same by their names.
var dtypesByName = func() map[string]DType {
	m := map[string]DType{}
	for _, d := range dtypes {
		m[d.Name] = d
	}
	return m
}()

// UnmarshalJSON reads a name or a number. One that is unknown is no error here: the node may not be needed.
func (d *DType) UnmarshalJSON(data []byte) error {
	if n, err := strconv.Atoi(string(data)); err == nil {
		known, ok := dtypes[n]
		if !ok {
			known = DType{Name: strconv.Itoa(n)}
		}
		*d = known
		return nil
	}
	var name string
	if err := json.Unmarshal(data, &name); err != nil {
		return err
	}
	known, ok := dtypesByName[name]
	if !ok {
		known = DType{Name: name}
	}
	*d = known
	return nil
}

// Signature names a graph's inputs and outputs.
type Signature struct{ Inputs, Outputs Ports }

// Port is an input or an output of a signature.
type Port struct {
	Key         string // what the user calls it
	Name        string // the value in the graph
	DType       DType
	TensorShape *Shape
	ResourceID  Int // joins a resource to what the initialiser makes; 0 for none
}

// Ports are in the order that the file has them in.
type Ports []Port

// UnmarshalJSON reads an object in its own order.
func (p *Ports) UnmarshalJSON(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	t, err := d.Token()
	if err != nil || t == nil {
		return err
	}
	if t != json.Delim('{') {
		return fmt.Errorf("a signature's ports are %.40s, want an object", data)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		var port Port
		if err := d.Decode(&port); err != nil {
			return err
		}
		port.Key = key.(string) // a key is always text
		*p = append(*p, port)
	}
	return nil
}
