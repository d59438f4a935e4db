package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/energeticc/energeticc/cmd/internal/build"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/pass"
)

// inspectCmd is energeticc inspect.
type inspectCmd struct {
	modelFlags `embed:""`
	After      string `placeholder:"PASS" help:"Print the graph as it is after this pass; import is before all of them."`
	JSON       bool   `name:"json" help:"Print JSON."`
}

// inspection is what inspect tells of a model.
type inspection struct {
	Model       string         `json:"model"`
	SHA256      string         `json:"sha256"`
	Opsets      []string       `json:"opsets"`
	Inputs      []portInfo     `json:"inputs"`
	Outputs     []portInfo     `json:"outputs"`
	Free        []string       `json:"free_dims"`
	Nodes       int            `json:"nodes"`
	Parameters  int64          `json:"parameters"`
	ConstBytes  int64          `json:"constant_bytes"`
	Tensors     int            `json:"constant_tensors"`
	WeightBytes int            `json:"weight_bytes"`
	Ops         map[string]int `json:"ops"` // after the passes
	Steps       int            `json:"steps"`
	Calls       int            `json:"kernel_calls"`
	Kernels     []string       `json:"kernels"`
	Typical     string         `json:"typical_sizes"`
	ArenaBytes  int64          `json:"arena_bytes"`
	PeakBytes   int64          `json:"peak_live_bytes"`
	ArenaRatio  float64        `json:"arena_over_peak"`
}

type portInfo struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Run shows a model.
func (c *inspectCmd) Run(e *env) error {
	opt, err := c.options()
	if err != nil {
		return err
	}
	if names := append([]string{build.Import}, pass.Names()...); c.After != "" && !slices.Contains(names, c.After) {
		return usagef("--after %s: no pass has this name; they are %q", c.After, names)
	}
	opt.Until = c.After
	opt.Warn = e.warn
	m, err := build.Load(c.Model, opt)
	if err != nil {
		return err
	}
	if err := unknownDims(m, opt); err != nil {
		return err
	}
	if c.After != "" {
		_, err := fmt.Fprint(e.out, m.Graph.String())
		return err
	}
	if err := m.Plan(); err != nil {
		return err
	}
	if _, err := m.Files(); err != nil {
		return err
	}
	x := inspect(m)
	if c.JSON {
		enc := json.NewEncoder(e.out)
		enc.SetIndent("", "  ")
		return enc.Encode(x)
	}
	_, err = fmt.Fprint(e.out, x.text())
	return err
}

func inspect(m *build.Model) inspection {
	st := m.Program.Stats
	x := inspection{
		Model: m.File.Name, SHA256: m.Emit.SHA256, Opsets: m.Emit.Opsets, Nodes: m.Imported.Nodes,
		Parameters: m.Imported.Parameters, ConstBytes: m.Imported.Constants, Tensors: m.Imported.Tensors,
		WeightBytes: m.Program.Weights.Len(), Ops: map[string]int{}, Steps: st.Steps, Calls: st.Calls,
		Kernels: st.Kernels, Typical: st.Typical, ArenaBytes: st.ArenaBytes, PeakBytes: st.PeakBytes, Free: []string{},
	}
	for _, v := range m.Graph.Inputs {
		x.Inputs = append(x.Inputs, portInfo{v.Name, v.Type.String()})
	}
	for _, o := range m.Program.Outputs {
		x.Outputs = append(x.Outputs, portInfo{o.Name, o.Value.Type.String()})
	}
	for _, s := range m.Program.Free {
		x.Free = append(x.Free, s.Name)
	}
	m.Graph.Walk(func(n *ir.Node) { x.Ops[n.Op.OpName()]++ })
	if x.PeakBytes > 0 {
		x.ArenaRatio = float64(x.ArenaBytes) / float64(x.PeakBytes)
	}
	return x
}

func (x inspection) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (sha256:%.12s…), %s\n", x.Model, x.SHA256, strings.Join(x.Opsets, ", "))
	for _, p := range x.Inputs {
		fmt.Fprintf(&b, "  input   %s %s\n", p.Name, p.Type)
	}
	for _, p := range x.Outputs {
		fmt.Fprintf(&b, "  output  %s %s\n", p.Name, p.Type)
	}
	fmt.Fprintf(&b, "%d nodes, %s parameters, %s of constants in %d tensors\n", x.Nodes, thousands(x.Parameters), size(x.ConstBytes), x.Tensors)
	names := make([]string, 0, len(x.Ops))
	for n := range x.Ops {
		names = append(names, n)
	}
	sort.Slice(names, func(i, j int) bool {
		if x.Ops[names[i]] != x.Ops[names[j]] {
			return x.Ops[names[i]] > x.Ops[names[j]]
		}
		return names[i] < names[j]
	})
	for i, n := range names {
		names[i] = fmt.Sprintf("%s %d", n, x.Ops[n])
	}
	fmt.Fprintf(&b, "after the passes: %s\n", strings.Join(names, ", "))
	fmt.Fprintf(&b, "%d kernel calls in %d steps: %s\n", x.Calls, x.Steps, strings.Join(x.Kernels, ", "))
	fmt.Fprintf(&b, "weights.bin %s; arena %s, %.2f × the peak of live values (%s)\n", size(int64(x.WeightBytes)), size(x.ArenaBytes), x.ArenaRatio, orNone(x.Typical))
	return b.String()
}

func orNone(s string) string {
	if s == "" {
		return "all sizes are fixed"
	}
	return s
}
