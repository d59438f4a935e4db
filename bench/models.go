package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// tensor is a value of a case, as cases.json lists it.
type tensor struct {
	Name  string `json:"name"`
	DType string `json:"dtype"`
	Shape []int  `json:"shape"`
	File  string `json:"file"`
}

// job is what program/ reads.
type job struct {
	Model, ONNX, Library string
	Inputs, Outputs      []tensor
	Rtol, Atol           float64
	Rounds, Threads      int

	name string
	macs float64
}

// model is a folder of testdata/models.
type model struct {
	name, dir, onnx string
	Tolerance       struct{ Rtol, Atol float64 }
	Cases           []struct {
		Name            string
		Inputs, Outputs []tensor
	}
}

// work is a model's multiply-accumulates: of its case 0, or by tokens.
type work struct {
	fixed             float64
	perToken, perPair float64 // of tokens; a pair is what attention multiplies
	vocabulary        int
}

// macs are counted from the shapes of products and convolutions; models without an entry get no GFLOP/s.
var macs = map[string]work{
	"digits-mlp":              {fixed: 6460},
	"magika-v3_3":             {fixed: 367e6},
	"minilm-l6-fp32":          {perToken: 6 * (4*384*384 + 2*384*1536), perPair: 6 * 2 * 384, vocabulary: 30522},
	"minilm-l6-int8":          {perToken: 6 * (4*384*384 + 2*384*1536), perPair: 6 * 2 * 384, vocabulary: 30522},
	"ppocr-v2-cls":            {fixed: 16.3e6},
	"ppocr-v4-rec":            {fixed: 351e6},
	"quire-tagger-qdq-int8":   {fixed: 384e6},
	"silero-vad-16k-op15":     {fixed: 0.548e6},
	"silero-vad-16k-sequence": {fixed: 0.746e6},
	"torch-bilstm-tagger":     {fixed: 1.04e6},
	"torch-resnet18-quarter":  {fixed: 24.9e6},
	"torch-unet-small":        {fixed: 15e6},
}

func (w work) of(tokens int) float64 {
	return w.fixed + w.perToken*float64(tokens) + w.perPair*float64(tokens)*float64(tokens)
}

// modelFolders are the models at hand, by name.
func modelFolders(root string) ([]string, error) {
	found, err := filepath.Glob(filepath.Join(root, "testdata", "models", "*", "cases.json"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range found {
		if on, _ := filepath.Glob(filepath.Join(filepath.Dir(f), "*.onnx")); len(on) == 1 {
			names = append(names, filepath.Base(filepath.Dir(f)))
		}
	}
	slices.Sort(names)
	return names, nil
}

func openModel(dir string) (*model, error) {
	m := &model{name: filepath.Base(dir), dir: dir}
	found, err := filepath.Glob(filepath.Join(dir, "*.onnx"))
	if err != nil || len(found) != 1 {
		return nil, fmt.Errorf("%s: want one .onnx file, got %d: run go run -C testdata/models ./fetch", dir, len(found))
	}
	m.onnx = found[0]
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

// jobs are case 0, or the sweep over tokens where one is asked for and the model reads tokens.
func (m *model) jobs(tokens []int, dir string) ([]job, error) {
	c := m.Cases[0]
	w := macs[m.name]
	at := slices.IndexFunc(c.Inputs, func(t tensor) bool { return t.Name == "input_ids" && len(t.Shape) == 2 })
	if len(tokens) == 0 || at < 0 || w.vocabulary == 0 {
		j := m.job(c.Name)
		for _, t := range c.Inputs {
			t.File = filepath.Join(m.dir, filepath.FromSlash(t.File))
			j.Inputs = append(j.Inputs, t)
		}
		for i, t := range c.Outputs {
			j.Outputs[i].File = filepath.Join(m.dir, filepath.FromSlash(t.File))
		}
		j.macs = w.of(0)
		if at >= 0 {
			j.macs = w.of(c.Inputs[at].Shape[1])
		}
		return []job{j}, nil
	}
	var all []job
	for _, n := range tokens {
		j := m.job(fmt.Sprintf("%d tokens", n))
		j.macs = w.of(n)
		for i, t := range c.Inputs {
			t.Shape = []int{1, n}
			t.File = filepath.Join(dir, fmt.Sprintf("in_%d_%d.bin", n, i))
			if err := os.WriteFile(t.File, tokenInput(t.Name, n, w.vocabulary), 0o644); err != nil {
				return nil, err
			}
			j.Inputs = append(j.Inputs, t)
		}
		all = append(all, j)
	}
	return all, nil
}

func (m *model) job(name string) job {
	outputs := slices.Clone(m.Cases[0].Outputs)
	for i := range outputs {
		outputs[i].File = "" // wanted answers are case 0's alone
	}
	return job{name: name, Outputs: outputs, Rtol: m.Tolerance.Rtol, Atol: m.Tolerance.Atol}
}

// tokenInput is n int64: ids spread over the vocabulary, a mask of ones, or zeros for what names types.
func tokenInput(name string, n, vocabulary int) []byte {
	var b []byte
	for i := range n {
		v := 0
		switch {
		case strings.Contains(name, "mask"):
			v = 1
		case name == "input_ids":
			v = (1000 + 7919*i) % vocabulary
		}
		b = binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	return b
}
