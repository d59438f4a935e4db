package plan

import (
	"strings"

	"github.com/energeticc/energeticc/ir"
)

// maxLayer bounds a layer's items, so that a deadline is looked at often and a method stays readable.
const maxLayer = 24

// group cuts the items into layers: where the nodes' names say that another part of the model begins, where a jump
// leaves or lands, and else before each heavy op.
func group(items []*entry) []*Layer {
	var layers []*Layer
	var current *Layer
	scope, landing := "", true
	for _, e := range items {
		if e.target && empty(&e.Item) { // a mere label: the next layer's start
			landing = true
			current = appendLabel(&layers, e)
			continue
		}
		at := scopeOf(e.Node)
		if e.Node == nil {
			at = scope
		}
		if current == nil || landing && len(current.Items) > 0 && !onlyLabels(current) || e.target && len(current.Items) > 0 && !onlyLabels(current) || at != scope && e.Node != nil || len(current.Items) >= maxLayer || at == "" && heavy(&e.Item) && hasWork(current) {
			if current == nil || !onlyLabels(current) {
				current = &Layer{}
				layers = append(layers, current)
			}
		}
		if current.Scope == "" {
			current.Scope = layerName(&e.Item, at)
		}
		landing = false
		scope = at
		current.Items = append(current.Items, &e.Item)
		if e.Control != nil {
			current = nil
		}
	}
	return layers
}

// appendLabel starts a layer for a label, or adds the label to one that holds only labels.
func appendLabel(layers *[]*Layer, e *entry) *Layer {
	if n := len(*layers); n > 0 && onlyLabels((*layers)[n-1]) {
		l := (*layers)[n-1]
		l.Items = append(l.Items, &e.Item)
		return l
	}
	l := &Layer{Items: []*Item{&e.Item}}
	*layers = append(*layers, l)
	return l
}

// HasWork reports whether the layer does anything: one at a program's end may be the target of jumps alone.
func (l *Layer) HasWork() bool { return !onlyLabels(l) }

func onlyLabels(l *Layer) bool {
	for _, it := range l.Items {
		if !empty(it) {
			return false
		}
	}
	return true
}

// empty reports whether an item does nothing: the target of a jump alone.
func empty(it *Item) bool {
	return len(it.Calls) == 0 && it.Control == nil && it.Keep == nil && len(it.Checks) == 0 && it.Node == nil
}

func hasWork(l *Layer) bool {
	for _, it := range l.Items {
		if heavy(it) {
			return true
		}
	}
	return false
}

// heavy reports whether an item does most of a layer's work.
func heavy(it *Item) bool {
	for _, c := range it.Calls {
		for _, part := range []string{"Gemm", "MatMul", "Conv", "LSTM", "GRU", "RNN", "Attention", "Tree"} {
			if strings.Contains(c.Kernel, part) {
				return true
			}
		}
	}
	return false
}

// scopeOf is the path that a node's name begins with: /encoder/layer.0/attention of /encoder/layer.0/attention/MatMul.
func scopeOf(n *ir.Node) string {
	if n == nil {
		return ""
	}
	if i := strings.LastIndexByte(n.Name, '/'); i > 0 {
		return n.Name[:i]
	}
	return ""
}

// layerName names a layer by its scope, or by its first node.
func layerName(it *Item, scope string) string {
	switch {
	case scope != "":
		return scope
	case it.Node != nil:
		return it.Node.Name
	}
	return "move"
}
