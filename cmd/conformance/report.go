package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/energeticc/energeticc/importer/onnx"
)

// report is what came of a run.
type report struct {
	Results []*result `json:"results"`

	known []*testCase // of the suites at hand, those that did not run too
}

// id names the case among all suites'.
func (r *result) id() string { return r.Suite + "/" + r.Case }

// failure says where and why the case does not hold.
func (r *result) failure() string {
	s := fmt.Sprintf("%s: %s: %s", r.id(), r.Stage, r.Reason)
	if r.Note != "" {
		s += "\n  the suite notes: " + r.Note
	}
	return s
}

// held counts the cases that hold.
func (r *report) held() int {
	n := 0
	for _, x := range r.Results {
		if x.Stage == "" {
			n++
		}
	}
	return n
}

// tally counts the cases of a row of a table.
type tally struct {
	Name      string         `json:"name"`
	Cases     int            `json:"cases"`
	Held      int            `json:"held"`
	FailedAt  map[string]int `json:"failed_at,omitempty"`
	firstCase string
}

// by sorts the cases into rows by a name that each gives; "" leaves a case out.
func (r *report) by(name func(*result) string) []*tally {
	rows := map[string]*tally{}
	var all []*tally
	for _, x := range r.Results {
		key := name(x)
		if key == "" {
			continue
		}
		t := rows[key]
		if t == nil {
			t = &tally{Name: key, FailedAt: map[string]int{}, firstCase: x.id()}
			rows[key], all = t, append(all, t)
		}
		t.Cases++
		if x.Stage == "" {
			t.Held++
		} else {
			t.FailedAt[x.Stage]++
		}
	}
	slices.SortStableFunc(all, func(a, b *tally) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// bySuite tells hostile models by what became of them.
func bySuite(x *result) string { return x.Suite + " " + cmp.Or(x.Outcome, x.Kind) }

func byDomain(x *result) string {
	if x.Outcome != "" {
		return ""
	}
	return cmp.Or(x.Domain, "unread")
}

func byOp(x *result) string {
	if x.Op == "" {
		return ""
	}
	return x.Domain + " " + x.Op
}

// byClass names why a case fails, without what differs from case to case.
func byClass(x *result) string {
	if x.Stage == "" {
		return ""
	}
	var node *onnx.NodeError
	if errors.As(x.err, &node) {
		return fmt.Sprintf("%s: %s: %s", x.Stage, node.Op, shorten(node.Err.Error()))
	}
	if x.Stage == stageValue {
		return x.Stage + ": " + cmp.Or(x.Op, "several operators")
	}
	return x.Stage + ": " + shorten(x.Reason)
}

// shorten cuts a reason to its first line, with numbers and quoted names left out.
func shorten(reason string) string {
	var short []byte
	quoted := false
	for _, c := range []byte(reason) {
		digit := c >= '0' && c <= '9'
		switch {
		case c == '\n' || len(short) > 140:
			return string(short)
		case c == '"':
			quoted = !quoted
			short = append(short, c)
		case quoted, digit && len(short) > 0 && short[len(short)-1] == '#':
		case digit:
			short = append(short, '#')
		default:
			short = append(short, c)
		}
	}
	return string(short)
}

// write prints the report, writes the files that the options ask for, and says whether all is as it should be.
func (r *report) write(out io.Writer, opt options) (good bool, err error) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	table(w, "suite and kind", r.by(bySuite), false)
	table(w, "domain", r.by(byDomain), false)
	table(w, "operator", r.by(byOp), true)
	classes := r.by(byClass)
	if len(classes) > 0 {
		slices.SortStableFunc(classes, func(a, b *tally) int { return b.Cases - a.Cases })
		fmt.Fprintln(w, "why cases fail\tcases\tthe first")
		for _, c := range classes {
			fmt.Fprintf(w, "%s\t%d\t%s\n", c.Name, c.Cases, c.firstCase)
		}
		fmt.Fprintln(w)
	}
	if err := w.Flush(); err != nil {
		return false, err
	}
	complaints, known := r.failures(), ""
	if opt.open != nil {
		complaints = opt.open.differ(r)
		known = ", the others as " + opt.open.file + " has them"
		if len(complaints) > 0 {
			known = fmt.Sprintf(", differences from %s: %d", opt.open.file, len(complaints))
		}
	}
	for _, c := range complaints {
		fmt.Fprintln(out, c)
	}
	if err := r.writeJSON(opt.json); err != nil {
		return false, err
	}
	if opt.markdown != "" {
		if err := os.WriteFile(opt.markdown, r.markdown(), 0o644); err != nil {
			return false, err
		}
	}
	_, err = fmt.Fprintf(out, "%d of %d cases%s\n", r.held(), len(r.Results), known)
	return len(complaints) == 0, err
}

// failures names the cases that do not hold, each with the reason and what the suite notes.
func (r *report) failures() []string {
	var all []string
	for _, x := range r.Results {
		if x.Stage != "" {
			all = append(all, x.failure())
		}
	}
	return all
}

// table prints rows; of operators only those with failures, for there are hundreds.
func table(w io.Writer, title string, rows []*tally, failing bool) {
	fmt.Fprintf(w, "%s\tcases\thold\t%s\t%s\t%s\t%s\n", title, stageCompile, stageBuild, stageRun, stageValue)
	whole := 0
	for _, t := range rows {
		if failing && t.Held == t.Cases {
			whole++
			continue
		}
		fmt.Fprintf(w, "%s\t%d\t%d", t.Name, t.Cases, t.Held)
		for _, stage := range []string{stageCompile, stageBuild, stageRun, stageValue} {
			fmt.Fprintf(w, "\t%d", t.FailedAt[stage])
		}
		fmt.Fprintln(w)
	}
	if failing {
		fmt.Fprintf(w, "(%d more hold whole)\n", whole)
	}
	fmt.Fprintln(w)
}

func (r *report) writeJSON(path string) error {
	if path == "" {
		return nil
	}
	data, err := json.MarshalIndent(map[string]any{
		"cases": len(r.Results), "held": r.held(), "results": r.Results,
		"by_suite": r.by(bySuite), "by_domain": r.by(byDomain), "by_operator": r.by(byOp), "by_reason": r.by(byClass),
	}, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}
