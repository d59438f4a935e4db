package tfjs

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/importer/tfjs/file"
	"github.com/energeticc/energeticc/ir"
)

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

// inputs makes the model's inputs. Their first axis, where it is open, is the batch, which all of them share.
func (r *reader) inputs() error {
	var batch *ir.Dim
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
			switch shape[i] = ir.Const(size); {
			case size < 0 && i == 0 && batch != nil:
				shape[i] = *batch
			case size < 0:
				shape[i] = r.im.opt.UnknownDim(r.scope.Builder, l.Name, i)
			}
			if size < 0 && i == 0 {
				batch = &shape[0]
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
