// Package shared holds what the importers have in common: what steers them, and how they report.
package shared

import (
	"fmt"
	"strings"

	"github.com/energeticc/energeticc/ir"
)

// Options steer an import.
type Options struct {
	// Dims pins (Lo = Hi) or bounds free dims by name.
	Dims map[string]ir.Range
	// MaxNodes bounds the nodes of the model, those of subgraphs, of loops and of each call of a function included. Zero
	// means 100,000.
	MaxNodes int
	// Warn hears of what is odd but does not stop the import; nil for nobody.
	Warn func(error)
}

// defaultMaxNodes is some ten times the nodes of the largest models that are used today.
const defaultMaxNodes = 100_000

// NodeLimit is MaxNodes, or what holds without one.
func (o Options) NodeLimit() int {
	if o.MaxNodes <= 0 {
		return defaultMaxNodes
	}
	return o.MaxNodes
}

// UnknownDim makes a symbol for a dim that the model leaves open: batch for the first axis, once.
func (o Options) UnknownDim(b *ir.Builder, name string, axis int) ir.Dim {
	s := fmt.Sprintf("%s_dim%d", name, axis)
	if axis == 0 && b.Graph.Symbols["batch"] == nil {
		s = "batch"
	}
	if r, ok := o.Dims[s]; ok && r.Lo == r.Hi {
		return ir.Const(r.Lo)
	}
	if b.Graph.Symbols[s] == nil {
		b.Graph.Symbols[s] = &ir.Symbol{Name: s, Range: ir.Range{Lo: 0, Hi: ir.Unbounded}}
	}
	return ir.Sym(s)
}

// UnsupportedError says that one or more nodes cannot be compiled; Unwrap lists each.
type UnsupportedError struct {
	Model string
	Nodes int // in the model
	Errs  []error
}

// Error is the report: a line for the model and one a node.
func (e *UnsupportedError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s cannot be compiled: %d of %d nodes", e.Model, len(e.Errs), e.Nodes)
	for _, err := range e.Errs {
		b.WriteString("\n  " + strings.ReplaceAll(err.Error(), "\n", "\n  "))
	}
	return b.String()
}

// Unwrap lists the nodes' errors.
func (e *UnsupportedError) Unwrap() []error { return e.Errs }
