package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/energeticc/energeticc/cmd/internal/build"
	"github.com/energeticc/energeticc/cmd/internal/cases"
	"github.com/energeticc/energeticc/cmd/internal/harness"
)

// result is what verify says.
type result struct {
	Against string    `json:"against"`
	Cases   int       `json:"cases"`
	Agree   int       `json:"agree"`
	Rtol    float64   `json:"rtol"`
	Atol    float64   `json:"atol"`
	Outputs []verdict `json:"outputs"`
	ORT     *result   `json:"onnxruntime,omitempty"`
}

// verdict is what verify says of an output over all cases.
type verdict struct {
	Output string  `json:"output"`
	Values int     `json:"values"`
	Abs    float64 `json:"max_abs"`
	Rel    float64 `json:"max_rel"`
	ULP    float64 `json:"max_ulp"`
	Bad    int     `json:"beyond_tolerance"`
	First  string  `json:"first,omitempty"`
}

// errDisagrees is said after a table has shown how.
var errDisagrees = errors.New("the compiled package disagrees")

// against names who gave the wanted answers.
func (c *verifyCmd) against(suite *cases.Suite) string {
	switch name := suite.Cases[0].Name; {
	case c.Cases != "":
		return c.Cases
	case name != "drawn":
		return name
	}
	return "the reference evaluator"
}

// compare holds the answers against the wanted ones.
func (c *verifyCmd) compare(m *build.Model, suite *cases.Suite, answers []harness.Answer) (*result, error) {
	r := &result{Against: c.against(suite), Cases: len(suite.Cases), Agree: len(suite.Cases), Rtol: suite.Rtol, Atol: suite.Atol}
	for _, o := range m.Graph.Outputs {
		r.Outputs = append(r.Outputs, verdict{Output: o.Name})
	}
	for i, k := range suite.Cases {
		a := answers[i]
		if a.Error != "" {
			return nil, fmt.Errorf("%s: %s: %s", m.File.Name, k.Name, a.Error)
		}
		failed := false
		for n, want := range k.Out {
			data, err := os.ReadFile(a.Outputs[n].File)
			if err != nil {
				return nil, err
			}
			if err := c.save(want, data); err != nil {
				return nil, usageError{err}
			}
			d := cases.Compare(want, a.Outputs[n].Shape, data, suite.Rtol, suite.Atol)
			r.Outputs[n].add(k.Name, want, d)
			failed = failed || d.Bad > 0
		}
		if failed {
			r.Agree--
		}
	}
	return r, nil
}

func (v *verdict) add(name string, want cases.Value, d cases.Difference) {
	if want.Tensor != nil {
		v.Values += want.Tensor.Len()
	}
	v.Abs, v.Rel, v.ULP = max(v.Abs, d.Abs), max(v.Rel, d.Rel), max(v.ULP, d.ULP)
	if v.Bad == 0 && d.Bad > 0 {
		v.First = name + " " + d.First
	}
	v.Bad += d.Bad
}

// save writes an answer at the wanted one's path.
func (c *verifyCmd) save(want cases.Value, data []byte) error {
	if c.Save == "" {
		return nil
	}
	if !filepath.IsLocal(filepath.FromSlash(want.File)) {
		return fmt.Errorf("%s leaves the folder of --save", want.File)
	}
	path := filepath.Join(c.Save, filepath.FromSlash(want.File))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

// print writes the result for people, or as one JSON object.
func (r *result) print(e *env, asJSON bool) error {
	if asJSON {
		r.finite()
		enc := json.NewEncoder(e.out)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	if err := r.table(e.out); err != nil || r.ORT == nil {
		return err
	}
	fmt.Fprintf(e.out, "against %s:\n", r.ORT.Against)
	return r.ORT.table(e.out)
}

// finite replaces infinities, which JSON does not know.
func (r *result) finite() {
	for i := range r.Outputs {
		for _, x := range []*float64{&r.Outputs[i].Abs, &r.Outputs[i].Rel, &r.Outputs[i].ULP} {
			if math.IsInf(*x, 0) || math.IsNaN(*x) {
				*x = math.MaxFloat64
			}
		}
	}
	if r.ORT != nil {
		r.ORT.finite()
	}
}

func (r *result) table(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "output\tvalues\tmax abs\tmax rel\tmax ulp\tbeyond tolerance")
	for _, v := range r.Outputs {
		fmt.Fprintf(w, "%s\t%d\t%.3g\t%.3g\t%.4g\t%d\n", v.Output, v.Values, v.Abs, v.Rel, v.ULP, v.Bad)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, v := range r.Outputs {
		if v.First != "" {
			fmt.Fprintf(out, "%s: %s\n", v.Output, strings.TrimSpace(v.First))
		}
	}
	_, err := fmt.Fprintf(out, "%d of %d cases agree (rtol %g, atol %g)\n", r.Agree, r.Cases, r.Rtol, r.Atol)
	return err
}

// verdict is the error where a case disagrees.
func (r *result) verdict(model string) error {
	for _, x := range []*result{r, r.ORT} {
		if x != nil && x.Agree < x.Cases {
			return fmt.Errorf("%s: %w with %s in %d of %d cases", model, errDisagrees, x.Against, x.Cases-x.Agree, x.Cases)
		}
	}
	return nil
}
