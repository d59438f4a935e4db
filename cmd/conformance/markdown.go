package main

import (
	"bytes"
	"fmt"
)

// markdown is the report as a document: what holds, and which operators have cases that do not.
func (r *report) markdown() []byte {
	var b bytes.Buffer
	b.WriteString("# Conformance\n\n")
	b.WriteString("Models of conformance suites, compiled into packages that are built and run; written by\n")
	b.WriteString("`go run ./cmd/conformance --markdown docs/conformance.md`. What the suites are stands in\n")
	b.WriteString("[testdata/conformance](../testdata/conformance/README.md).\n\n")
	b.WriteString("| suite and kind | cases | hold |\n|---|--:|--:|\n")
	for _, t := range r.by(bySuite) {
		fmt.Fprintf(&b, "| %s | %d | %d |\n", t.Name, t.Cases, t.Held)
	}
	fmt.Fprintf(&b, "| all | %d | %d |\n", len(r.Results), r.held())
	if r.held() == len(r.Results) {
		return b.Bytes()
	}
	b.WriteString("\nOperators with cases that do not hold:\n\n| operator | cases | hold |\n|---|--:|--:|\n")
	for _, t := range r.by(byOp) {
		if t.Held < t.Cases {
			fmt.Fprintf(&b, "| %s | %d | %d |\n", t.Name, t.Cases, t.Held)
		}
	}
	return b.Bytes()
}
