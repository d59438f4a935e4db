package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/energeticc/energeticc/cmd/internal/build"
	"github.com/energeticc/energeticc/cmd/internal/cases"
)

// ortProgram runs a model by ONNX Runtime, where a Python has it.
//
//go:embed ort.py
var ortProgram string

// ortValue is an input as the Python program reads it.
type ortValue struct {
	Name  string `json:"name"`
	DType string `json:"dtype"`
	Shape []int  `json:"shape"`
	File  string `json:"file"`
}

// hasORT finds a Python with ONNX Runtime: $PYTHON, else python3.
func hasORT(e *env) (python string, ok bool) {
	python = os.Getenv("PYTHON")
	if python == "" {
		python = "python3"
	}
	return python, exec.CommandContext(e.ctx, python, "-c", "import numpy, onnxruntime").Run() == nil
}

// ortSuite gives ONNX Runtime's answers to a suite's first case, nil where no Python has it.
func ortSuite(e *env, m *build.Model, suite *cases.Suite) (*cases.Suite, error) {
	switch f := m.File; {
	case f.TFJS != nil:
		return nil, errors.New("the model is one of TensorFlow.js")
	case f.Packed:
		return nil, errors.New("the model lies in an archive, which is not its to open; unpack it")
	}
	python, ok := hasORT(e)
	if !ok {
		return nil, nil
	}
	dir, err := os.MkdirTemp("", "energeticc-ort-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	drawn := suite.Cases[0]
	var inputs []ortValue
	for i, v := range drawn.In {
		path := filepath.Join(dir, fmt.Sprintf("in_%d", i))
		if err := v.Unhold(); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, v.Bytes(), 0o644); err != nil {
			return nil, err
		}
		inputs = append(inputs, ortValue{v.Name, cases.DTypeName(v.Tensor.DType), v.Shape, path})
	}
	job, err := json.Marshal(map[string]any{
		"model": m.File.Path, "inputs": inputs, "folder": dir,
		"tolerance": map[string]float64{"rtol": suite.Rtol, "atol": suite.Atol},
	})
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(e.ctx, python, "-c", ortProgram)
	cmd.Stdin = bytes.NewReader(job)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("onnxruntime: %w\n%s", err, lastLine(out))
	}
	theirs, err := cases.Load(dir)
	if err != nil {
		return nil, err
	}
	if err := theirs.Hold(m.Graph); err != nil {
		return nil, err
	}
	theirs.Cases[0].In = drawn.In
	for i := range theirs.Cases[0].Out { // kept out of --save's way
		theirs.Cases[0].Out[i].File = "onnxruntime/" + theirs.Cases[0].Out[i].File
	}
	return theirs, nil
}

func lastLine(out []byte) []byte {
	out = bytes.TrimSpace(out)
	return out[bytes.LastIndexByte(out, '\n')+1:]
}
