package emit

import (
	"strconv"
	"strings"

	"github.com/energeticc/energeticc/ir"
)

// dim writes a size as a Go expression over the session's fields.
func (w *writer) dim(d ir.Dim) string { return ir.Visit(d, w.visitor(false)) }

// factor is dim in parentheses where it is a sum.
func (w *writer) factor(d ir.Dim) string {
	s := w.dim(d)
	if strings.ContainsAny(s, " ") {
		return "(" + s + ")"
	}
	return s
}

// float writes a size as a float64 expression, which cannot overflow as integers do.
func (w *writer) float(d ir.Dim) string { return ir.Visit(d, w.visitor(true)) }

func (w *writer) visitor(float bool) ir.Visitor[string] {
	leaf := func(s string) string {
		if float {
			return "float64(" + s + ")"
		}
		return s
	}
	return ir.Visitor[string]{
		Const:   func(v int64) string { return strconv.FormatInt(v, 10) },
		Symbol:  func(name string) string { return leaf(w.symbols[name]) },
		Sum:     func(a, b string) string { return a + " + " + b },
		Diff:    func(a, b string) string { return a + " - " + b },
		Product: func(a, b string) string { return a + "*" + b },
		Function: func(fn string, args []string, d ir.Dim) string {
			if s, ok := w.sizes[d.String()]; ok {
				return leaf(s)
			}
			if float {
				return leaf(w.dim(d))
			}
			return w.call(fn, args)
		},
	}
}

// call writes a function of sizes.
func (w *writer) call(fn string, args []string) string {
	list := strings.Join(args, ", ")
	switch fn {
	case "div":
		return w.helper("DimDiv") + "(" + list + ")"
	case "mod":
		return w.helper("DimMod") + "(" + list + ")"
	case "bcast":
		return w.helper("DimBroadcast") + "(" + list + ")"
	case "sum":
		return "(" + list + ")"
	}
	return fn + "(" + list + ")" // max and min are Go's
}

// size writes the expression behind a session's size field.
func (w *writer) size(d ir.Dim) string {
	key := d.String()
	field := w.sizes[key]
	delete(w.sizes, key)
	s := w.dim(d)
	w.sizes[key] = field
	return s
}

// shapeText writes a shape for documentation and errors: [Batch, 64].
func (w *writer) shapeText(shape []ir.Dim) string {
	parts := make([]string, len(shape))
	for i, d := range shape {
		parts[i] = w.doc(d)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// doc writes a size with the names that a caller knows.
func (w *writer) doc(d ir.Dim) string {
	return ir.Visit(d, ir.Visitor[string]{
		Const: func(v int64) string { return strconv.FormatInt(v, 10) },
		Symbol: func(name string) string {
			for _, f := range w.free {
				if f.sym.Name == name {
					return f.field
				}
			}
			return strings.TrimPrefix(w.symbols[name], "s.")
		},
		Sum:     func(a, b string) string { return a + " + " + b },
		Diff:    func(a, b string) string { return a + " - " + b },
		Product: func(a, b string) string { return a + "·" + b },
		Function: func(fn string, args []string, _ ir.Dim) string {
			switch fn {
			case "div":
				return "⌊(" + args[0] + ")/" + args[1] + "⌋"
			case "sum":
				return "(" + args[0] + ")"
			}
			return fn + "(" + strings.Join(args, ", ") + ")"
		},
	})
}
