package tfjs

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/importer/tfjs/file"
)

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
