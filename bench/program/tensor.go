package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"os"
)

// tensor is a value at the edge: raw little-endian numbers, or JSON for strings, sequences and maps.
type tensor struct {
	Name  string
	DType string
	Shape []int
	File  string
	Data  []byte `json:"-"`
}

// model is a compiled package; adapters that energeticc writes register theirs.
type model struct {
	predict func(in []tensor) ([]tensor, error)
	session func(in []tensor) (func() error, error)
}

var models = map[string]model{}

// read loads the tensors' files.
func read(all []tensor) error {
	for i := range all {
		data, err := os.ReadFile(all[i].File)
		if err != nil {
			return err
		}
		all[i].Data = data
	}
	return nil
}

func decode[T any](data []byte, into *[]T) error {
	var zero T
	*into = make([]T, len(data)/binary.Size(zero))
	return binary.Read(bytes.NewReader(data), binary.LittleEndian, *into)
}

func encode[T any](v []T) ([]byte, error) {
	var b bytes.Buffer
	err := binary.Write(&b, binary.LittleEndian, v)
	return b.Bytes(), err
}

func decodeJSON[T any](data []byte, into *T) error { return json.Unmarshal(data, into) }

func encodeJSON(v any) ([]byte, error) { return json.Marshal(v) }

// numbers widens raw numbers of a type to float64; ok is false for types that are not compared as numbers.
func numbers(dtype string, data []byte) (x []float64, ok bool) {
	switch dtype {
	case "float32":
		return widen[float32](data), true
	case "float64":
		return widen[float64](data), true
	case "int64":
		return widen[int64](data), true
	case "int32":
		return widen[int32](data), true
	case "uint8", "bool":
		return widen[uint8](data), true
	}
	return nil, false
}

func widen[T float32 | float64 | int64 | int32 | uint8](data []byte) []float64 {
	var x []T
	if decode(data, &x) != nil {
		return nil
	}
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}
