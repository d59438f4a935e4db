package tfjs

import (
	"encoding/json"
	"strings"

	"github.com/energeticc/energeticc/importer/tfjs/file"
	"github.com/energeticc/energeticc/ir"
)

// layer is a layer while its row makes ops of it.
type layer struct {
	*node
	config map[string]json.RawMessage
	path   string // what the names of its weights begin with
	row    *layerRow
	raw    json.RawMessage // the configuration as it stands
	mask   *ir.Value       // which steps of the input count, bool; nil for all
	turned bool            // a recurrent layer gives its last step first
}

// jsonRaw is a field of a configuration as it stands.
type jsonRaw = json.RawMessage

// parseConfig reads a configuration's fields; what is no object has none.
func parseConfig(raw json.RawMessage) map[string]json.RawMessage {
	var c map[string]json.RawMessage
	_ = json.Unmarshal(raw, &c) // a row says which fields it misses
	return c
}

// field reads a field; false where it is absent or null.
func (l *layer) field(name string, into any) bool {
	raw, ok := l.config[name]
	if !ok || string(raw) == "null" {
		return false
	}
	if err := json.Unmarshal(raw, into); err != nil {
		l.fail("config field %s is %.60s", name, raw)
		return false
	}
	return true
}

// number reads a number.
func (l *layer) number(name string, otherwise float64) float64 {
	l.field(name, &otherwise)
	return otherwise
}

// count reads a whole number from 1.
func (l *layer) count(name string) int {
	n := l.number(name, 0)
	if n < 1 || n > maxSize || n != float64(int(n)) {
		l.fail("config field %s is %g, want a whole number from 1", name, n)
		return 1
	}
	return int(n)
}

// maxSize bounds sizes in a configuration.
const maxSize = 1 << 28

// flag reads a truth value.
func (l *layer) flag(name string, otherwise bool) bool {
	l.field(name, &otherwise)
	return otherwise
}

// text reads a word.
func (l *layer) text(name, otherwise string) string {
	l.field(name, &otherwise)
	return otherwise
}

// counts reads a number for each of some axes, or one for all.
func (l *layer) counts(name string, rank int, otherwise int) []int {
	var many []int
	if raw := l.config[name]; len(raw) > 0 && raw[0] == '[' {
		l.field(name, &many)
	} else {
		l.field(name, &otherwise)
		for range rank {
			many = append(many, otherwise)
		}
	}
	if len(many) != rank {
		l.fail("config field %s is %v, want %d numbers", name, many, rank)
		return make([]int, rank)
	}
	for _, n := range many {
		if n < 1 || n > maxSize {
			l.fail("config field %s is %v, want numbers from 1", name, many)
		}
	}
	return many
}

// first reports whether the layer has its channels first.
func (l *layer) first() bool {
	f := l.text("data_format", "")
	return f == "channels_first" || f == "channelsFirst"
}

// inputShape reads the shape that a model's input has, a size below 0 being open, and its element type.
func (l *layer) inputShape() ([]int64, ir.DType) {
	var sizes []*int64
	if !l.field("batch_input_shape", &sizes) && !l.field("batch_shape", &sizes) {
		var inner []*int64
		if !l.field("input_shape", &inner) {
			l.fail("batch_input_shape is missing: the model does not say what it takes")
			return nil, ir.Invalid
		}
		sizes = append([]*int64{nil}, inner...)
	}
	var dims []int64
	for _, s := range sizes {
		size := int64(-1)
		if s != nil {
			size = *s
		}
		dims = append(dims, size)
	}
	d, ok := weightType(l.text("dtype", "float32"))
	if !ok {
		l.fail("dtype is %q, want float32, int32, bool or string", l.text("dtype", ""))
	}
	return dims, d
}

func weightType(name string) (ir.DType, bool) {
	d, ok := map[string]ir.DType{"float32": ir.Float32, "int32": ir.Int32, "bool": ir.Bool, "string": ir.String, "complex64": ir.Complex64}[name]
	return d, ok
}

// weight reads one of the layer's weights by its name.
func (l *layer) weight(name string) *ir.Value {
	if l.err != nil {
		return hole()
	}
	w := l.im.findWeight(l.path + "/" + name)
	if w == nil {
		l.fail("the weights manifest has no %q", l.path+"/"+name)
		return hole()
	}
	return l.node.weight(w)
}

// optional reads a weight that the layer has only where a field of its configuration says so.
func (l *layer) optional(name, field string, otherwise bool) *ir.Value {
	if !l.flag(field, otherwise) {
		return nil
	}
	return l.weight(name)
}

// findWeight finds a weight by its full name. Keras has a cell's name before the last part.
func (im *importer) findWeight(name string) *file.Weight {
	if w, ok := im.file.Weight(name); ok {
		return w
	}
	if im.shortNames == nil {
		im.shortNames = map[string]*file.Weight{}
		for i := range im.file.Weights {
			parts := strings.Split(im.file.Weights[i].Name, "/")
			if n := len(parts); n > 2 {
				short := strings.Join(append(append([]string{}, parts[:n-2]...), parts[n-1]), "/")
				im.shortNames[short] = &im.file.Weights[i]
			}
		}
	}
	return im.shortNames[name]
}

// inner reads a layer within this one.
func (l *layer) inner(c *layerConfig, path string, in ...*ir.Value) []*ir.Value {
	if l.err != nil {
		return nil
	}
	outs, err := l.im.layer(l.scope, c, path, in)
	l.check(err)
	return outs
}

// setMask notes which steps of a value count.
func (l *layer) setMask(v, mask *ir.Value) {
	if l.err == nil && mask != nil {
		l.im.masks[v] = mask
	}
}

// only gives the single input.
func (l *layer) only() *ir.Value {
	if len(l.in) != 1 {
		l.fail("%d inputs, want 1", len(l.in))
		return hole()
	}
	return l.tensor(0, 1, anyRank)
}
