package file

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// Limits bound what a model may make the reader take. The zero Limits has a default for each.
type Limits struct {
	MaxBytes int64 // of model.json, and of all shards together
}

// defaultMaxBytes holds where Limits does not say.
const defaultMaxBytes = 4 << 30

func (l Limits) maxBytes() int64 {
	if l.MaxBytes > 0 {
		return l.MaxBytes
	}
	return defaultMaxBytes
}

// Model is a TensorFlow.js model as its files hold it: either Graph or Layers is set.
type Model struct {
	Path   string // of model.json, or of the module that holds it
	Name   string // of the model: its file's name, or the folder's where that says nothing
	Size   int64  // of that file in bytes
	SHA256 [32]byte

	Graph                *GraphDef
	Signature            *Signature
	Initializer          *GraphDef // fills hash tables before the first run
	InitializerSignature *Signature
	Layers               json.RawMessage // the Keras model's configuration

	Weights []Weight // in the manifest's order
	byName  map[string]int
}

// Weight finds a weight by its name.
func (m *Model) Weight(name string) (*Weight, bool) {
	i, ok := m.byName[name]
	if !ok {
		return nil, false
	}
	return &m.Weights[i], true
}

// names are the files that a folder is looked into for: a model.json, or a bundler's module that holds one.
var names = func() []string {
	all := []string{"model.json"}
	for _, ending := range scriptEndings {
		all = append(all, "model"+ending)
	}
	return all
}()

// IsName reports whether a file is a TensorFlow.js model by its name, as a folder holds it.
func IsName(name string) bool { return slices.Contains(names, name) }

// Is reports whether a path is that of a TensorFlow.js model: a .json file, a JavaScript module, or a folder that holds
// a model.json or model.min.js.
func Is(path string) bool {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return isFile(inFolder(path))
	}
	return strings.HasSuffix(path, ".json") || isScript(filepath.Base(path))
}

func isFile(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// inFolder is the path of a folder's model.
func inFolder(folder string) string {
	for _, name := range names {
		if path := filepath.Join(folder, name); isFile(path) {
			return path
		}
	}
	return filepath.Join(folder, names[0])
}

// Open reads a model.json, a module that holds one, or the one in a folder, with its weights.
func Open(path string, limits Limits) (*Model, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = inFolder(path)
	}
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, cause(err))
	}
	defer root.Close()
	return OpenFS(root.FS(), filepath.Base(path), path, limits)
}

// OpenFS reads a model from a folder, such as one of an archive, that holds it under a name. path is what errors call it.
func OpenFS(folder fs.FS, name, path string, limits Limits) (*Model, error) {
	limit := limits.maxBytes()
	if isScript(name) {
		limit = scriptLimit(limit)
	}
	data, err := readFile(folder, name, limit)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, cause(err))
	}
	text := data
	if isScript(name) {
		text, err = script(data)
	}
	var m *Model
	if err == nil {
		m, err = Decode(text, folder, limits)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m.Size, m.SHA256 = int64(len(data)), sha256.Sum256(data)
	m.Path = path
	m.Name = nameOf(path)
	return m, nil
}

// nameOf is what a model is called: most are model.json, so that the folder, or the archive, says more.
func nameOf(path string) string {
	base := withoutEnding(filepath.Base(path), append([]string{".json"}, scriptEndings...))
	if base != "model" {
		return base
	}
	if abs, err := filepath.Abs(path); err == nil {
		if dir := filepath.Base(filepath.Dir(abs)); dir != "." && dir != string(filepath.Separator) {
			return withoutEnding(dir, []string{".zip", ".tar.gz", ".tgz", ".tar"})
		}
	}
	return base
}

// withoutEnding takes away the first of the endings that a name has.
func withoutEnding(name string, endings []string) string {
	for _, e := range endings {
		if rest, is := strings.CutSuffix(name, e); is && rest != "" {
			return rest
		}
	}
	return name
}

// header is what all kinds of model.json have at the top.
type header struct {
	Format               string
	ModelTopology        json.RawMessage
	ModelInitializer     *GraphDef
	Signature            *Signature
	InitializerSignature *Signature
	UserDefinedMetadata  struct{ Signature *Signature }
	WeightsManifest      []group
}

// Formats of models, as model.json names them.
const (
	graphFormat  = "graph-model"
	layersFormat = "layers-model"
)

// Decode reads the text of a model.json, whose shards lie in a folder.
func Decode(data []byte, folder fs.FS, limits Limits) (*Model, error) {
	var h header
	if err := json.Unmarshal(data, &h); err != nil {
		return nil, jsonError(data, err)
	}
	m := &Model{Size: int64(len(data)), SHA256: sha256.Sum256(data), Signature: h.Signature, Initializer: h.ModelInitializer, InitializerSignature: h.InitializerSignature}
	if m.Signature == nil {
		m.Signature = h.UserDefinedMetadata.Signature
	}
	if empty(h.ModelTopology) {
		return nil, errors.New("modelTopology is missing: a manifest of weights alone is no model; convert the model with tensorflowjs_converter")
	}
	switch {
	case h.Format == layersFormat, h.Format == "" && isLayers(h.ModelTopology):
		m.Layers = h.ModelTopology
	case h.Format == graphFormat, h.Format == "":
		m.Graph = new(GraphDef)
		if err := json.Unmarshal(h.ModelTopology, m.Graph); err != nil {
			return nil, fmt.Errorf("modelTopology: %w", jsonError(h.ModelTopology, err))
		}
	default:
		return nil, fmt.Errorf("format is %.40q, want %q or %q", h.Format, graphFormat, layersFormat)
	}
	return m, m.readWeights(h.WeightsManifest, folder, limits)
}

func empty(raw json.RawMessage) bool { return len(raw) == 0 || bytes.Equal(raw, []byte("null")) }

// isLayers tells a Keras model from a GraphDef, where format does not.
func isLayers(topology json.RawMessage) bool {
	var t struct {
		ClassName   *string         `json:"class_name"`
		ModelConfig json.RawMessage `json:"model_config"`
	}
	return json.Unmarshal(topology, &t) == nil && (t.ClassName != nil || !empty(t.ModelConfig))
}

// jsonError says where in the text an error of the JSON reader stands.
func jsonError(data []byte, err error) error {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("byte %d: %w", syntax.Offset, err)
	case errors.As(err, &typ):
		return fmt.Errorf("byte %d: %s is %s, want %s", typ.Offset, cmp.Or(typ.Field, "the text"), inJSON(typ.Value), wanted(typ.Type.Kind()))
	}
	return err
}

// inJSON gives what the JSON reader calls a value its article.
func inJSON(value string) string {
	switch kind, _, _ := strings.Cut(value, " "); kind {
	case "array", "object":
		return "an " + value
	case "null", "true", "false":
		return value
	case "bool":
		return "true or false"
	}
	return "a " + value
}

// wanted is JSON's word for what a value is read into.
func wanted(k reflect.Kind) string {
	switch k {
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Struct, reflect.Map, reflect.Pointer:
		return "an object"
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	}
	return "a number"
}
