package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/energeticc/energeticc/importer/tfjs/file"
	"github.com/energeticc/energeticc/internal/contest"
)

// tensor is a value of a case, as cases.json lists it.
type tensor struct {
	Name  string `json:"name"`
	DType string `json:"dtype"`
	Shape []int  `json:"shape"`
	File  string `json:"file"`
}

// tolerance is how far an answer may be from the wanted one.
type tolerance struct{ Rtol, Atol float64 }

// model is a folder of testdata/models.
type model struct {
	name, dir, path string // path is the model's file
	Tolerance       tolerance
	Cases           []struct {
		Name            string
		Inputs, Outputs []tensor
	}
}

// job is a case, or a size of a sweep.
type job struct {
	contest.Job
	name  string
	sweep string           // "tokens" or "rows"; "" for a case
	size  int              // of them
	want  []contest.Tensor // the answers; none in a sweep, where ONNX Runtime's are wanted
}

// vocabularies are the numbers of words of the models that read token ids.
var vocabularies = map[string]int{"minilm-l6-fp32": 30522, "minilm-l6-int8": 30522, "quire-tagger-qdq-int8": 28996}

// modelFolders are the models at hand, by name.
func modelFolders(root string) ([]string, error) {
	found, err := filepath.Glob(filepath.Join(root, "testdata", "models", "*", "cases.json"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range found {
		if _, err := modelFile(filepath.Dir(f)); err == nil {
			names = append(names, filepath.Base(filepath.Dir(f)))
		}
	}
	slices.Sort(names)
	return names, nil
}

// modelFile finds a folder's model: its one .onnx file, or a model.json of TensorFlow.js.
func modelFile(dir string) (string, error) {
	found, err := filepath.Glob(filepath.Join(dir, "*.onnx"))
	if err != nil {
		return "", err
	}
	if len(found) == 0 && file.Is(dir) {
		found = append(found, filepath.Join(dir, "model.json"))
	}
	if len(found) != 1 {
		return "", fmt.Errorf("%s: want one .onnx file or a model.json, got %d: run go run -C testdata/models ./fetch", dir, len(found))
	}
	return found[0], nil
}

// isTFJS reports whether a model is of TensorFlow.js.
func isTFJS(path string) bool { return filepath.Base(path) == "model.json" }

func openModel(dir string) (*model, error) {
	m := &model{name: filepath.Base(dir), dir: dir}
	var err error
	if m.path, err = modelFile(dir); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "cases.json")
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(m.Cases) == 0 {
		return nil, fmt.Errorf("%s: want at least one case, got none", path)
	}
	return m, nil
}

// file is a tensor's path.
func (m *model) file(t tensor) string { return filepath.Join(m.dir, filepath.FromSlash(t.File)) }

// jobs are case 0, or the sweep over tokens where one is asked for and the model reads tokens.
func (m *model) jobs(tokens []int, dir string) ([]job, error) {
	c := m.Cases[0]
	at := slices.IndexFunc(c.Inputs, func(t tensor) bool { return t.Name == "input_ids" && len(t.Shape) == 2 })
	if len(tokens) == 0 || at < 0 || vocabularies[m.name] == 0 {
		j := m.job(c.Name)
		for _, t := range c.Inputs {
			j.Inputs = append(j.Inputs, contest.Tensor{Name: t.Name, DType: t.DType, Shape: t.Shape, File: m.file(t)})
		}
		for _, t := range c.Outputs {
			j.want = append(j.want, contest.Tensor{Name: t.Name, DType: t.DType, Shape: t.Shape, File: m.file(t)})
		}
		if at >= 0 {
			j.size = c.Inputs[at].Shape[1]
		}
		return []job{j}, nil
	}
	var all []job
	for _, n := range tokens {
		j := m.job(fmt.Sprintf("%d tokens", n))
		j.sweep, j.size = "tokens", n
		for i, t := range c.Inputs {
			file := filepath.Join(dir, fmt.Sprintf("in_%d_%d.bin", n, i))
			if err := os.WriteFile(file, tokenInput(t.Name, n, vocabularies[m.name]), 0o644); err != nil {
				return nil, err
			}
			j.Inputs = append(j.Inputs, contest.Tensor{Name: t.Name, DType: t.DType, Shape: []int{1, n}, File: file})
		}
		all = append(all, j)
	}
	return all, nil
}

func (m *model) job(name string) job {
	j := job{name: name, Job: contest.Job{Model: m.path}}
	for _, t := range m.Cases[0].Outputs {
		j.Outputs = append(j.Outputs, contest.Tensor{Name: t.Name, DType: t.DType})
	}
	return j
}
