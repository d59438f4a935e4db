package file

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"path/filepath"
	"strings"

	"github.com/energeticc/energeticc/ir"
)

// group is a part of the weights manifest: tensors whose bytes follow each other in some files.
type group struct {
	Paths   []string
	Weights []spec
}

// spec describes a weight.
type spec struct {
	Name, DType  string
	Shape        []Int
	Quantization *struct {
		DType      string
		Scale, Min *Float
	}
}

// Weight is a constant. Its values are those of Stored, of element type DType unless Quantized.
type Weight struct {
	Name  string
	DType ir.DType // of the values: Float32, Int32, Bool, String or Complex64
	Shape []int
	// Stored holds the values as the file does: of DType, or of Uint8, Uint16 or Float16.
	Stored *ir.Tensor
	// Scale and Min make values of codes in Uint8 or Uint16: code·Scale + Min.
	Scale, Min float64
}

// Quantized reports whether the file holds codes in place of values.
func (w *Weight) Quantized() bool { return w.Stored.DType == ir.Uint8 || w.Stored.DType == ir.Uint16 }

// weightTypes are the element types of weights, by their names in a manifest.
var weightTypes = map[string]ir.DType{
	"float32": ir.Float32, "int32": ir.Int32, "bool": ir.Bool, "string": ir.String, "complex64": ir.Complex64,
}

// storedTypes are those of quantised weights.
var storedTypes = map[string]ir.DType{"uint8": ir.Uint8, "uint16": ir.Uint16, "float16": ir.Float16}

// maxElements bounds a weight's elements, so that the product of its dims cannot overflow.
const maxElements = 1<<31 - 1

// readWeights reads the shards of all groups and cuts them into tensors.
func (m *Model) readWeights(groups []group, folder fs.FS, limits Limits) error {
	m.byName = map[string]int{}
	left := limits.maxBytes()
	for i, g := range groups {
		data, err := g.read(folder, &left)
		if err != nil {
			return fmt.Errorf("weights: %w", err)
		}
		for _, s := range g.Weights {
			w, n, err := s.cut(data)
			if err != nil {
				return fmt.Errorf("weight %q: %w", s.Name, err)
			}
			if n > len(data) {
				return fmt.Errorf("weight %q: the shards of group %d (%s) end before it does; is a shard cut off or missing?", s.Name, i+1, strings.Join(g.Paths, ", "))
			}
			data = data[n:]
			if _, twice := m.byName[s.Name]; twice {
				return fmt.Errorf("weight %q stands in the manifest twice", s.Name)
			}
			m.byName[s.Name] = len(m.Weights)
			m.Weights = append(m.Weights, w)
		}
		if len(data) > 0 {
			return fmt.Errorf("weights: the shards of group %d (%s) have %d bytes more than its weights need; is a shard too many, or of another model?", i+1, strings.Join(g.Paths, ", "), len(data))
		}
	}
	return nil
}

// read joins a group's shards, of which left bytes may be taken.
func (g *group) read(folder fs.FS, left *int64) ([]byte, error) {
	var all []byte
	seen := map[string]bool{}
	for _, name := range g.Paths {
		if err := checkPath(name); err != nil {
			return nil, err
		}
		if seen[name] {
			return nil, fmt.Errorf("shard %q is named twice", name)
		}
		seen[name] = true
		data, err := readShard(folder, path.Clean(name), *left)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("shard %q is missing; want it beside model.json", name)
		case err != nil:
			return nil, fmt.Errorf("shard %q: %w", name, cause(err))
		}
		*left -= int64(len(data))
		if all == nil && len(g.Paths) == 1 {
			return data, nil
		}
		all = append(all, data...)
	}
	return all, nil
}

// checkPath refuses what cannot be a path inside the model's folder, alike on every system.
func checkPath(name string) error {
	if name == "" || strings.ContainsAny(name, "\\\x00") || strings.Contains(name, "://") || !filepath.IsLocal(filepath.FromSlash(name)) || !fs.ValidPath(path.Clean(name)) {
		return fmt.Errorf("shard %.100q: want a slash-separated path inside the model's folder", name)
	}
	return nil
}

// readFile reads a plain file of at most limit bytes.
func readFile(folder fs.FS, name string, limit int64) ([]byte, error) {
	info, err := fs.Stat(folder, name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("want a plain file")
	case info.Size() > limit:
		return nil, fmt.Errorf("%d bytes exceed the limit by %d", info.Size(), info.Size()-limit)
	}
	f, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("the file has more bytes than the limit of %d", limit)
	}
	return data, err
}

// cause leaves out the path of a path's error, which the message has already.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// cut makes a weight of the first bytes of data and says how many they are; more than there are is no error here, but
// the weight is empty.
func (s *spec) cut(data []byte) (Weight, int, error) {
	w := Weight{Name: s.Name}
	stored, err := w.describe(s)
	if err != nil {
		return w, 0, err
	}
	count := 1
	for _, d := range s.Shape {
		if d < 0 || d > maxElements || count > 0 && int64(d) > maxElements/int64(count) {
			return w, 0, fmt.Errorf("dim %d of its shape; want sizes from 0, and fewer than 2^31 elements", d)
		}
		count *= int(d)
		w.Shape = append(w.Shape, int(d))
	}
	if stored == ir.String {
		n, err := w.cutStrings(data, count)
		return w, n, err
	}
	if count > len(data)/stored.Size() {
		return w, len(data) + 1, nil
	}
	n := count * stored.Size()
	w.Stored = &ir.Tensor{DType: stored, Shape: append([]int{}, w.Shape...), Data: data[:n:n]}
	if stored == ir.Bool {
		w.Stored.Data = truths(w.Stored.Data)
	}
	return w, n, nil
}

// describe reads the element types.
func (w *Weight) describe(s *spec) (stored ir.DType, err error) {
	d, ok := weightTypes[s.DType]
	if !ok {
		return 0, fmt.Errorf("element type %.40q is unknown; want float32, int32, bool, string or complex64", s.DType)
	}
	w.DType = d
	q := s.Quantization
	if q == nil {
		return d, nil
	}
	if stored, ok = storedTypes[q.DType]; !ok {
		return 0, fmt.Errorf("quantisation to %.40q is unknown; want uint8, uint16 or float16", q.DType)
	}
	if d != ir.Float32 && (d != ir.Int32 || stored == ir.Float16) {
		return 0, fmt.Errorf("%s quantised to %s is not supported", s.DType, q.DType)
	}
	if stored == ir.Float16 {
		return stored, nil
	}
	if q.Scale == nil || q.Min == nil {
		return 0, fmt.Errorf("quantisation to %s lacks scale or min", q.DType)
	}
	w.Scale, w.Min = float64(*q.Scale), float64(*q.Min)
	if math.IsNaN(w.Scale-w.Scale) || math.IsNaN(w.Min-w.Min) {
		return 0, fmt.Errorf("quantisation with scale %g and min %g; want finite numbers", w.Scale, w.Min)
	}
	return stored, nil
}

// stringHeader is the length before each string: four bytes, little-endian.
const stringHeader = 4

// cutStrings reads strings, each after its length.
func (w *Weight) cutStrings(data []byte, count int) (int, error) {
	if count > len(data)/stringHeader {
		return len(data) + 1, nil
	}
	t := ir.NewTensor(ir.String, w.Shape...)
	at := 0
	for i := range count {
		if len(data)-at < stringHeader {
			return at + stringHeader, nil
		}
		n := int(binary.LittleEndian.Uint32(data[at:]))
		at += stringHeader
		if n > len(data)-at {
			return at + n, nil
		}
		t.Strings[i] = string(data[at : at+n])
		at += n
	}
	w.Stored = t
	return at, nil
}

// truths makes 0 or 1 of every byte.
func truths(data []byte) []byte {
	out := make([]byte, len(data))
	for i, b := range data {
		if b != 0 {
			out[i] = 1
		}
	}
	return out
}
