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
	sort.Strings(all)
	return all
}

// layerConfig is a layer as a model's configuration has it.
type layerConfig struct {
	ClassName    string            `json:"class_name"`
	Name         string            `json:"name"`
	Config       json.RawMessage   `json:"config"`
	InboundNodes []json.RawMessage `json:"inbound_nodes"`
}

// keras is the configuration of a model: that of a Sequential, or a graph of layers.
type keras struct {
	Name         string
	Layers       []*layerConfig
	InputLayers  json.RawMessage `json:"input_layers"`
	OutputLayers json.RawMessage `json:"output_layers"`
}

// parseKeras reads a model's configuration, which of old Sequentials is the list of layers alone.
func parseKeras(raw json.RawMessage) (*keras, error) {
	k := &keras{}
	if err := json.Unmarshal(raw, &k.Layers); err != nil {
		k.Layers = nil
		if err := json.Unmarshal(raw, k); err != nil {
			return nil, fmt.Errorf("the model's config: %w", err)
		}
	}
	for i, l := range k.Layers {
		if l == nil {
			return nil, fmt.Errorf("layer %d is null", i)
		}
		if l.Name == "" {
			var named struct{ Name string }
			if err := json.Unmarshal(l.Config, &named); err == nil {
				l.Name = named.Name
			}
		}
	}
	return k, nil
}

// topology is what modelTopology holds: the model itself, or with a wrapper.
func topology(m *file.Model) (*layerConfig, error) {
	var t struct {
		layerConfig
		ModelConfig *layerConfig `json:"model_config"`
	}
	if err := json.Unmarshal(m.Layers, &t); err != nil {
		return nil, fmt.Errorf("modelTopology: %w", err)
	}
	if t.ModelConfig != nil {
		return t.ModelConfig, nil
	}
	return &t.layerConfig, nil
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
		return append(errs, &NodeError{l.Name, l.ClassName, errors.New("unknown class of layers; TensorFlow.js runs it only where the program registers it")})
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

// place is one of a layer's outputs: the layer's name, which of its calls, and which output of that.
type place struct {
	layer        string
	call, output int
}

// UnmarshalJSON reads ["layer", call, output, …].
func (p *place) UnmarshalJSON(data []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	if len(parts) < 3 {
		return fmt.Errorf("%.60s: want a layer, the number of its call and of an output", data)
	}
	return errors.Join(json.Unmarshal(parts[0], &p.layer), json.Unmarshal(parts[1], &p.call), json.Unmarshal(parts[2], &p.output))
}

// places reads a list of places, or a single one.
func places(raw json.RawMessage) ([]place, error) {
	var many []place
	if err := json.Unmarshal(raw, &many); err == nil {
		return many, nil
	}
	var p place
	if err := json.Unmarshal(raw, &p); err != nil {
		return nil, err
	}
	return []place{p}, nil
}

// reader reads a model layer by layer.
type reader struct {
	im     *importer
	scope  *scope
	config *keras
	byName map[string]*layerConfig
	in     []place // none for a Sequential
	out    []place
	from   map[string][][]place     // what each layer reads, by call
	calls  map[string][][]*ir.Value // each layer's results, by call
	busy   map[string]bool
}

// openModel reads a model's configuration.
func (im *importer) openModel(s *scope, l *layerConfig) (*reader, error) {
	k, err := parseKeras(l.Config)
	if err != nil {
		return nil, err
	}
	r := &reader{im: im, scope: s, config: k, byName: map[string]*layerConfig{}, from: map[string][][]place{}, calls: map[string][][]*ir.Value{}, busy: map[string]bool{}}
	if len(k.Layers) == 0 {
		return nil, errors.New("the model has no layers")
	}
	for i, l := range k.Layers {
		if l == nil || r.byName[l.Name] != nil {
			return nil, fmt.Errorf("layer %d has the name of another, or none", i)
		}
		r.byName[l.Name] = l
	}
	if l.ClassName == "Sequential" {
		r.chain()
		return r, nil
	}
	if r.in, err = places(k.InputLayers); err != nil {
		return nil, fmt.Errorf("input_layers: %w", err)
	}
	if r.out, err = places(k.OutputLayers); err != nil {
		return nil, fmt.Errorf("output_layers: %w", err)
	}
	return r, r.wire()
}

// wire reads where each layer's inputs come from.
func (r *reader) wire() error {
	most := map[string]int{} // the highest number of a layer's calls that is read
	note := func(from []place) {
		for _, p := range from {
			most[p.layer] = max(most[p.layer], p.call)
		}
	}
	for _, l := range r.config.Layers {
		for _, node := range l.InboundNodes {
			from, err := places(node)
			if err != nil {
				return fmt.Errorf("layer %q: inbound_nodes: %w", l.Name, err)
			}
			r.from[l.Name] = append(r.from[l.Name], from)
			note(from)
		}
	}
	note(r.out)
	for name, calls := range r.from { // a model's first call is that on its own inputs, which is not listed
		if isModel(r.byName[name].ClassName) && most[name] == len(calls) && len(calls) > 0 {
			r.from[name] = append([][]place{nil}, calls...)
		}
	}
	return nil
}

// isModel tells classes of models from those of layers.
func isModel(class string) bool {
	return class == "Sequential" || class == "Model" || class == "Functional"
}

// chain makes a graph of a Sequential: each layer reads the one before it. Where the first is no InputLayer, it gets one
// that has its name and "_input".
func (r *reader) chain() {
	k := r.config
	if first := k.Layers[0]; first.ClassName != "InputLayer" {
		in := &layerConfig{ClassName: "InputLayer", Name: first.Name + "_input", Config: first.Config}
		for inner := first; isModel(inner.ClassName); {
			m, err := parseKeras(inner.Config)
			if err != nil || len(m.Layers) == 0 || m.Layers[0] == nil {
				break
			}
			inner = m.Layers[0]
			in.Config = inner.Config
		}
		k.Layers = append([]*layerConfig{in}, k.Layers...)
		r.byName[in.Name] = in
	}
	for i, l := range k.Layers[1:] {
		r.from[l.Name] = [][]place{{{k.Layers[i].Name, 0, 0}}}
	}
	r.in = []place{{k.Layers[0].Name, 0, 0}}
	r.out = []place{{k.Layers[len(k.Layers)-1].Name, 0, 0}}
}

// inputs makes the model's inputs.
func (r *reader) inputs() error {
	for _, p := range r.in {
		l := r.byName[p.layer]
		if l == nil || l.ClassName != "InputLayer" {
			return fmt.Errorf("input %q is no InputLayer", p.layer)
		}
		c := &layer{node: &node{scope: r.scope, im: r.im, def: &file.NodeDef{Name: l.Name, Op: l.ClassName}}, config: parseConfig(l.Config)}
		dims, d := c.inputShape()
		if c.err != nil {
			return fmt.Errorf("input %q: %w", p.layer, c.err)
		}
		shape := make([]ir.Dim, len(dims))
		for i, size := range dims {
			if shape[i] = ir.Const(size); size < 0 {
				shape[i] = r.im.unknownDim(r.scope.Builder, l.Name, i)
			}
		}
		r.calls[p.layer] = [][]*ir.Value{{r.scope.Input(l.Name, ir.TensorType(d, shape...))}}
	}
	return nil
}

// outputName is what output i is called: its layer's name.
func (r *reader) outputName(i int) string { return r.out[i].layer }

// outputs reads what the outputs need.
func (r *reader) outputs() ([]*ir.Value, error) {
	var outs []*ir.Value
	for _, p := range r.out {
		v, err := r.value(p)
		if err != nil {
			return nil, err
		}
		outs = append(outs, v)
	}
	return outs, nil
}

// value reads one of a layer's results.
func (r *reader) value(p place) (*ir.Value, error) {
	outs, err := r.call(p.layer, p.call)
	if err != nil {
		return nil, err
	}
	if p.output < 0 || p.output >= len(outs) {
		return nil, fmt.Errorf("layer %q has %d outputs, want number %d", p.layer, len(outs), p.output)
	}
	return outs[p.output], nil
}

// call reads one of a layer's calls.
func (r *reader) call(name string, i int) ([]*ir.Value, error) {
	if done := r.calls[name]; i < len(done) && i >= 0 && done[i] != nil {
		return done[i], nil
	}
	l := r.byName[name]
	switch {
	case l == nil:
		return nil, fmt.Errorf("there is no layer %q", name)
	case i < 0 || i >= len(r.from[name]):
		return nil, fmt.Errorf("layer %q is called %d times, want call %d", name, len(r.from[name]), i)
	}
	key := fmt.Sprintf("%s:%d", name, i)
	if r.busy[key] {
		return nil, fmt.Errorf("layer %q needs its own output", name)
	}
	r.busy[key] = true
	var in []*ir.Value
	for _, p := range r.from[name][i] {
		v, err := r.value(p)
		if err != nil {
			return nil, err
		}
		in = append(in, v)
	}
	outs, err := r.im.layer(r.scope, l, l.Name, in)
	if err != nil {
		return nil, err
	}
	for len(r.calls[name]) <= i {
		r.calls[name] = append(r.calls[name], nil)
	}
	r.calls[name][i] = outs
	return outs, nil
}

// layer reads a layer for some inputs; its weights' names begin with path.
func (im *importer) layer(s *scope, l *layerConfig, path string, in []*ir.Value) ([]*ir.Value, error) {
	row := im.layers[l.ClassName]
	if row == nil {
		return nil, &NodeError{l.Name, l.ClassName, errors.New("unknown class of layers")}
	}
	if im.depth++; im.depth > maxDepth {
		return nil, fmt.Errorf("layers are nested more than %d deep", maxDepth)
	}
	defer func() { im.depth-- }()
	if im.read++; im.read > im.opt.maxNodes() {
		return nil, fmt.Errorf("the model has more than %d layers", im.opt.maxNodes())
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
