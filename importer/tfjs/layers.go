package tfjs

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"

	"github.com/energeticc/energeticc/importer/tfjs/file"
	"github.com/energeticc/energeticc/ir"
)

// layerRow spells a class of layers. masked says that a layer passes the mask of its input on; others refuse one, or
// use it up.
type layerRow struct {
	name   string
	make   func(l *layer) []*ir.Value
	masked bool
}

// layerRows are the tables of all classes; a new class is a row in one of them.
var layerRows = [][]layerRow{
	coreLayers, activationLayers, convLayers, poolLayers, mergeLayers, normLayers, recurrentLayers, wrapperLayers, preprocessLayers, modelLayers,
}

// layerSpellings is the table of all rows by name. A model is a layer too, so rows have it from the importer.
func layerSpellings() map[string]*layerRow {
	all := map[string]*layerRow{}
	for _, t := range layerRows {
		for i := range t {
			all[t[i].name] = &t[i]
		}
	}
	return all
}

// Layers lists the classes of layers that the importer reads, by name.
func Layers() []string {
	var all []string
	for name := range layerSpellings() {
		all = append(all, name)
	}
	all = append(all, "GRUCell", "LSTMCell", "SimpleRNNCell", "StackedRNNCells") // which stand within an RNN
	sort.Strings(all)
	return all
}

// layerModel reads a layers model.
func (im *importer) layerModel(b *ir.Builder) error {
	top, err := topology(im.file)
	if err != nil {
		return err
	}
	if im.errs = im.unknownLayers(top, nil, 0); len(im.errs) > 0 {
		return errBroken
	}
	s := newScope(nil, &net{}, b)
	r, err := im.openModel(s, top)
	if err != nil {
		return err
	}
	if err := r.inputs(); err != nil {
		return err
	}
	for name, r := range im.opt.Dims {
		if sym := b.Graph.Symbols[name]; sym != nil {
			sym.Range = r
		}
	}
	outs, err := r.outputs()
	if err != nil {
		return err
	}
	names := map[string]bool{}
	for i, v := range outs {
		name := r.outputName(i)
		for k := 1; names[name]; k++ { // a layer with several outputs gives them one name
			name = fmt.Sprintf("%s_%d", r.outputName(i), k)
		}
		names[name] = true
		if v, err = im.output(s, port{name: name}, v); err != nil {
			return err
		}
		b.Output(v)
	}
	return nil
}

// unknownLayers finds every class that no row knows, so that a user hears of all of them at once.
func (im *importer) unknownLayers(l *layerConfig, errs []error, depth int) []error {
	if depth > maxDepth {
		return append(errs, fmt.Errorf("layers are nested more than %d deep", maxDepth))
	}
	if im.layers[l.ClassName] == nil {
		return append(errs, &NodeError{l.Name, l.ClassName, unknown("class of layers", l.ClassName)})
	}
	if k, err := parseKeras(l.Config); err == nil {
		for _, inner := range k.Layers {
			if inner != nil {
				errs = im.unknownLayers(inner, errs, depth+1)
			}
		}
	}
	var wrapped struct{ Layer *layerConfig }
	if json.Unmarshal(l.Config, &wrapped) == nil && wrapped.Layer != nil {
		errs = im.unknownLayers(wrapped.Layer, errs, depth+1)
	}
	return errs
}

// countLayers counts the layers of the model, not those within them.
func (im *importer) countLayers() int {
	top, err := topology(im.file)
	if err != nil {
		return 0
	}
	k, err := parseKeras(top.Config)
	if err != nil {
		return 0
	}
	return len(k.Layers)
}

// layer reads a layer for some inputs; its weights' names begin with path.
func (im *importer) layer(s *scope, l *layerConfig, path string, in []*ir.Value) ([]*ir.Value, error) {
	row := im.layers[l.ClassName]
	if row == nil {
		return nil, &NodeError{l.Name, l.ClassName, unknown("class of layers", l.ClassName)}
	}
	if im.depth++; im.depth > maxDepth {
		return nil, fmt.Errorf("layers are nested more than %d deep", maxDepth)
	}
	defer func() { im.depth-- }()
	if im.read++; im.read > im.opt.NodeLimit() {
		return nil, fmt.Errorf("the model has more than %d layers", im.opt.NodeLimit())
	}
	c := &layer{node: &node{scope: s, im: im, def: &file.NodeDef{Name: l.Name, Op: l.ClassName}, in: in}, config: parseConfig(l.Config), path: path, row: row, raw: l.Config}
	if len(in) > 0 {
		c.mask = im.masks[in[0]]
	}
	outs := row.make(c)
	if c.err != nil {
		var inner *NodeError
		if errors.As(c.err, &inner) {
			return nil, c.err
		}
		return nil, &NodeError{l.Name, l.ClassName, c.err}
	}
	if row.masked && c.mask != nil && len(outs) > 0 && !slices.Contains(in, outs[0]) {
		im.masks[outs[0]] = c.mask
	}
	return outs, nil
}
