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
		if e.Chain != nil && current != nil && len(current.Items) > 0 && current.Items[len(current.Items)-1].Chain == e.Chain {
			current.Items = append(current.Items, &e.Item) // one loop
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
	return merge(layers)
}

// merge joins neighbouring layers of one parent scope, as long as the result stays small: query, key and value of an
// attention are one step.
func merge(layers []*Layer) []*Layer {
	var out []*Layer
	for _, l := range layers {
		n := len(out)
		if n > 0 && joinable(out[n-1], l) {
			out[n-1].Scope = commonScope(out[n-1].Scope, l.Scope)
			out[n-1].Items = append(out[n-1].Items, l.Items...)
			continue
		}
		out = append(out, l)
	}
	return out
}

// mergedItems bounds a layer made of several.
const mergedItems = 12

// joinable reports whether b may follow a in one method: no jump leaves a or lands on b, and they have a parent in
// common that is no wider than one of their own.
func joinable(a, b *Layer) bool {
	if len(a.Items)+len(b.Items) > mergedItems || b.Items[0].target || a.Items[len(a.Items)-1].Control != nil {
		return false
	}
	common := commonScope(a.Scope, b.Scope)
	return common != "" && (common == a.Scope || common == parent(a.Scope)) && (common == b.Scope || common == parent(b.Scope))
}

// maxCalls bounds the calls that one node makes within a layer: the Go compiler takes time in the square of a method's
// length, and a Concat may have any number of inputs.
const maxCalls = 128

// split spreads nodes of many calls over layers of their own.
func split(layers []*Layer) []*Layer {
	var out []*Layer
	for _, l := range layers {
		current := &Layer{Scope: l.Scope}
		for _, it := range l.Items {
			current.Items = append(current.Items, it)
			for len(it.Calls) > maxCalls && len(it.Bounds) == 0 && it.Control == nil {
				rest := &Item{Node: it.Node, Note: it.Note, Calls: it.Calls[maxCalls:], In: it.In, Out: it.Out, Scratch: it.Scratch, Packed: it.Packed, Guarded: it.Guarded}
				it.Calls = it.Calls[:maxCalls:maxCalls]
				out = append(out, current)
				current, it = &Layer{Scope: l.Scope, Items: []*Item{rest}}, rest
			}
		}
		out = append(out, current)
	}
	return out
}

func parent(scope string) string { return scope[:max(strings.LastIndexByte(scope, '/'), 0)] }

// commonScope is the path that both scopes begin with.
func commonScope(a, b string) string {
	for a != "" && a != b && !strings.HasPrefix(b, a+"/") {
		a = parent(a)
	}
	return a
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
