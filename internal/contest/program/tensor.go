package main

//lint:file-ignore U1000 adapters, which are generated beside this file, decode and encode

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// tensor is a value at the edge: raw little-endian numbers, or JSON for strings, sequences and maps.
type tensor struct {
	Name  string `json:",omitempty"`
	DType string `json:",omitempty"`
	Shape []int
	File  string
	Data  []byte `json:"-"`
}

// model is a compiled package; its adapter registers it.
type model struct {
	predict func(in []tensor) ([]tensor, error)
	session func(in []tensor) (func() error, error)
}

var models = map[string]model{}

var errNoProfile = errors.New("this package was built without a profile")

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

// write puts the tensors into files of a folder and says which. Those without data, which a side cannot tell, have none.
func write(all []tensor, dir string) ([]tensor, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Data == nil {
			continue
		}
		all[i].File = filepath.Join(dir, fmt.Sprintf("out_%d", i))
		if err := os.WriteFile(all[i].File, all[i].Data, 0o644); err != nil {
			return nil, err
		}
	}
	return all, nil
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
