package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/energeticc/energeticc/importer/onnx"
	"github.com/energeticc/energeticc/importer/tfjs"
)

// opsCmd is energeticc ops.
type opsCmd struct {
	Domain string `placeholder:"D" help:"Only this operator domain: ai.onnx, ai.onnx.ml, com.microsoft …, tfjs for the operators of TensorFlow.js graph models, tfjs.layers for the classes of its layers."`
	JSON   bool   `name:"json" help:"Print JSON."`
}

// operator is a row of the list.
type operator struct {
	Domain  string  `json:"domain"`
	Name    string  `json:"name"`
	Since   []int64 `json:"since,omitempty"`   // ONNX: the opset versions from which on there is a form of its own
	Refused string  `json:"refused,omitempty"` // why it is not compiled, though it has a name
}

// String says what is known of the operator.
func (o operator) String() string {
	switch {
	case o.Refused != "":
		return "refused: " + o.Refused
	case o.Since != nil:
		return "opset " + strings.Trim(strings.ReplaceAll(fmt.Sprint(o.Since), " ", ", "), "[]")
	}
	return ""
}

// The domains of what TensorFlow.js has, which knows no versions.
const (
	graphDomain  = "tfjs"
	layersDomain = "tfjs.layers"
)

// operators lists all that models may name, by domain and name.
func operators() []operator {
	var all []operator
	for _, s := range onnx.Spellings() {
		all = append(all, operator{Domain: cmp.Or(s.Domain, "ai.onnx"), Name: s.Name, Since: s.Since})
	}
	ops, layers := tfjs.Refused()
	return append(append(all, named(graphDomain, tfjs.Spellings(), ops)...), named(layersDomain, tfjs.Layers(), layers)...)
}

// named lists a domain without versions.
func named(domain string, names []string, refused map[string]string) []operator {
	var all []operator
	for _, n := range names {
		all = append(all, operator{Domain: domain, Name: n})
	}
	for n, why := range refused {
		all = append(all, operator{Domain: domain, Name: n, Refused: why})
	}
	slices.SortFunc(all, func(a, b operator) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Run lists the operators.
func (c *opsCmd) Run(e *env) error {
	all := slices.DeleteFunc(operators(), func(o operator) bool { return c.Domain != "" && o.Domain != c.Domain })
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
		fmt.Fprintln(w, strings.TrimSuffix(fmt.Sprintf("%s\t%s\t%s", o.Domain, o.Name, o), "\t"))
	}
	return w.Flush()
}
