package build

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/energeticc/energeticc/importer/archive"
	"github.com/energeticc/energeticc/importer/onnx"
	"github.com/energeticc/energeticc/importer/onnx/file"
	"github.com/energeticc/energeticc/importer/tfjs"
	tfjsfile "github.com/energeticc/energeticc/importer/tfjs/file"
	"github.com/energeticc/energeticc/ir"
)

// Source is a model as it was read, in whichever format it came: ONNX or TFJS is set.
type Source struct {
	Path   string // of the model's file; where that lies in an archive, it goes on behind the archive's
	Name   string
	Size   int64
	SHA256 [32]byte
	Packed bool // in an archive: no other program finds a file at Path
	ONNX   *file.Model
	TFJS   *tfjsfile.Model
}

// Open reads a model, whose path tells the format: that of a file, of a folder that holds one, or of an archive or a
// folder or file in one.
func Open(path string, limits file.Limits) (*Source, error) {
	if packed, inside := splitArchive(path); packed != "" {
		return openArchive(packed, inside, limits)
	}
	if tfjsfile.Is(path) {
		m, err := tfjsfile.Open(path, tfjsfile.Limits{MaxBytes: limits.MaxBytes})
		return ofTFJS(m, err)
	}
	m, err := file.Open(path, limits)
	return ofONNX(m, err)
}

func ofTFJS(m *tfjsfile.Model, err error) (*Source, error) {
	if err != nil {
		return nil, err
	}
	return &Source{Path: m.Path, Name: m.Name, Size: m.Size, SHA256: m.SHA256, TFJS: m}, nil
}

func ofONNX(m *file.Model, err error) (*Source, error) {
	if err != nil {
		return nil, err
	}
	return &Source{Path: m.Path, Name: m.Name, Size: m.Size, SHA256: m.SHA256, ONNX: m}, nil
}

// splitArchive finds the archive that a path leads to or through, "" if there is none, and the rest of the path.
func splitArchive(name string) (packed, inside string) {
	for at := filepath.Clean(name); ; {
		if _, err := os.Stat(at); err == nil {
			if archive.Is(at) {
				return at, filepath.ToSlash(strings.TrimLeft(strings.TrimPrefix(filepath.Clean(name), at), string(filepath.Separator)))
			}
			return "", ""
		}
		up := filepath.Dir(at)
		if up == at {
			return "", ""
		}
		at = up
	}
}

// openArchive reads the model in an archive, or in a folder of it.
func openArchive(packed, inside string, limits file.Limits) (*Source, error) {
	a, err := archive.Open(packed, limits.Max())
	if err != nil {
		return nil, err
	}
	name, err := modelIn(a, inside)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", packed, err)
	}
	where := filepath.Join(packed, filepath.FromSlash(name))
	folder, base := a.Sub(path.Dir(name)), path.Base(name)
	var s *Source
	if path.Ext(name) == ".onnx" {
		s, err = ofONNX(file.OpenFS(folder, base, where, limits))
	} else {
		s, err = ofTFJS(tfjsfile.OpenFS(folder, base, where, tfjsfile.Limits{MaxBytes: limits.MaxBytes}))
	}
	if err != nil {
		return nil, err
	}
	s.Packed = true
	return s, nil
}

// modelIn finds the one model below a folder of an archive, or the file that is named.
func modelIn(a *archive.Archive, inside string) (string, error) {
	var models, others []string
	for _, name := range a.Names() {
		below := inside == "" || name == inside || strings.HasPrefix(name, inside+"/")
		switch base := path.Base(name); {
		case !below || isExtra(name):
		case name == inside, path.Ext(base) == ".onnx", tfjsfile.IsName(base) && !hasPlainer(models, name):
			models = append(models, name)
		case path.Ext(base) == ".json":
			others = append(others, name)
		}
	}
	if len(models) == 0 {
		for _, name := range others {
			if isTopology(a, name) {
				models = append(models, name)
			}
		}
	}
	switch len(models) {
	case 1:
		return models[0], nil
	case 0:
		if inside != "" {
			return "", fmt.Errorf("holds no model at %s; want a .onnx file or a model.json", inside)
		}
		return "", fmt.Errorf("holds no model; want a .onnx file or a model.json")
	}
	list := strings.Join(models[:min(len(models), 3)], ", ")
	if len(models) > 3 {
		list += ", …"
	}
	return "", fmt.Errorf("holds %d models (%s); name one of them behind the archive: %s", len(models), list, filepath.Join(filepath.Base(a.Path), filepath.FromSlash(models[0])))
}

// isExtra reports whether a member is what systems put into archives beside what they are made of.
func isExtra(name string) bool {
	return strings.HasPrefix(name, "__MACOSX/") || strings.HasPrefix(path.Base(name), ".")
}

// hasPlainer reports whether a folder's model is known already: where it holds a model.json, modules are the same again.
func hasPlainer(models []string, name string) bool {
	for _, m := range models {
		if path.Dir(m) == path.Dir(name) && tfjsfile.IsName(path.Base(m)) {
			return true
		}
	}
	return false
}

// isTopology reports whether a member holds a model of TensorFlow.js under another name than model.json.
func isTopology(a *archive.Archive, name string) bool {
	data, err := fs.ReadFile(a, name)
	return err == nil && strings.Contains(string(data), `"modelTopology"`)
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
