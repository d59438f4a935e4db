package build

import (
	"fmt"

	"github.com/energeticc/energeticc/importer/onnx"
	"github.com/energeticc/energeticc/importer/onnx/file"
	"github.com/energeticc/energeticc/importer/tfjs"
	tfjsfile "github.com/energeticc/energeticc/importer/tfjs/file"
	"github.com/energeticc/energeticc/ir"
)

// Source is a model as it was read, in whichever format it came: ONNX or TFJS is set.
type Source struct {
	Path   string // of the model's file
	Name   string
	Size   int64
	SHA256 [32]byte
	ONNX   *file.Model
	TFJS   *tfjsfile.Model
}

// Open reads a model, whose path tells the format.
func Open(path string, limits file.Limits) (*Source, error) {
	if tfjsfile.Is(path) {
		m, err := tfjsfile.Open(path, tfjsfile.Limits{MaxBytes: limits.MaxBytes})
		if err != nil {
			return nil, err
		}
		return &Source{Path: m.Path, Name: m.Name, Size: m.Size, SHA256: m.SHA256, TFJS: m}, nil
	}
	m, err := file.Open(path, limits)
	if err != nil {
		return nil, err
	}
	return &Source{Path: m.Path, Name: m.Name, Size: m.Size, SHA256: m.SHA256, ONNX: m}, nil
}

// Import reads the model into a graph.
func (s *Source) Import(opt Options) (*ir.Graph, error) {
	if s.TFJS != nil {
		return tfjs.Import(s.TFJS, tfjs.Options{Dims: opt.Dims, MaxNodes: opt.MaxNodes})
	}
	return onnx.Import(s.ONNX, onnx.Options{Dims: opt.Dims, MaxNodes: opt.MaxNodes, Warn: opt.Warn})
}

// FreeDims lists the names of the dims that the model's inputs leave open.
func (s *Source) FreeDims() []string {
	if s.TFJS != nil {
		return tfjs.FreeDims(s.TFJS)
	}
	return onnx.FreeDims(s.ONNX)
}

// opsets says by which operators' versions the model is meant.
func (s *Source) opsets() []string {
	if s.TFJS != nil {
		return []string{"TensorFlow.js"}
	}
	var all []string
	for _, o := range onnx.Opsets(s.ONNX) {
		d := o.Domain
		if d == "" {
			d = "ai.onnx"
		}
		all = append(all, fmt.Sprintf("%s %d", d, o.Version))
	}
	return all
}
