package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/energeticc/energeticc/importer/onnx"
)

// opsCmd is energeticc ops.
type opsCmd struct {
	Domain string `placeholder:"D" help:"Only this operator domain: ai.onnx, ai.onnx.ml."`
	JSON   bool   `name:"json" help:"Print JSON."`
}

// operator is a row of the list.
type operator struct {
	Domain string  `json:"domain"`
	Name   string  `json:"name"`
	Since  []int64 `json:"since"` // the opset versions from which on there is a form of its own
}

// Run lists the operators.
func (c *opsCmd) Run(e *env) error {
	var all []operator
	for _, s := range onnx.Spellings() {
		d := s.Domain
		if d == "" {
			d = "ai.onnx"
		}
		if c.Domain == "" || c.Domain == d {
			all = append(all, operator{d, s.Name, s.Since})
		}
	}
	if len(all) == 0 {
		return usagef("--domain %s: no operator of this domain is supported", c.Domain)
	}
	if c.JSON {
		enc := json.NewEncoder(e.out)
		enc.SetIndent("", "  ")
		return enc.Encode(all)
	}
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	for _, o := range all {
		fmt.Fprintf(w, "%s\t%s\topset %s\n", o.Domain, o.Name, strings.Trim(strings.ReplaceAll(fmt.Sprint(o.Since), " ", ", "), "[]"))
	}
	return w.Flush()
}
