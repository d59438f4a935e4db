package main

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/energeticc/energeticc/internal/contest"
)

// tables are the report as Markdown.
func (r *report) tables() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "## %s\n\n%d cores, %s, %s; %s, commit %s, load %s.\n`%s`\n", r.CPU, r.Cores, r.Kernel, r.Go, r.Date, r.Commit, r.Load, strings.TrimSpace(r.Call))
	if r.Peak > 0 {
		fmt.Fprintf(&b, "\nMultiply-adds of float32 in a loop of nothing else, one thread: %.1f GFLOP/s.\n", r.Peak)
	}
	r.speed(&b)
	r.productTable(&b)
	r.sweeps(&b)
	r.startTable(&b)
	r.needs(&b)
	r.compilation(&b)
	r.absences(&b)
	return b.String()
}

// speed is a table for each number of threads, and one with empty caches; models of TensorFlow.js have tables of their
// own.
func (r *report) speed(b *bytes.Buffer) {
	for _, f := range formats {
		for _, threads := range r.threads() {
			title := fmt.Sprintf("A warm call%s, %d thread%s", f.of, threads, plural(threads))
			r.speedTable(b, f, title, func(x *row) bool { return x.Threads == threads && !x.Cold && x.Sweep != "rows" })
		}
		r.speedTable(b, f, fmt.Sprintf("A call with empty caches%s, 1 thread", f.of), func(x *row) bool { return x.Cold })
	}
}

// format is a kind of models, and whom they are compared with: first the one whose times stand in the table, too.
type format struct {
	tfjs  bool
	of    string
	sides []column
}

var formats = []format{
	{sides: []column{{side: theirs, title: "ONNX Runtime"}, {side: "openvino", title: "OpenVINO"}, {side: "tract", title: "tract"}}},
	{true, " of TensorFlow.js models", []column{{side: tensorflow, title: "TensorFlow.js wasm"}, {side: javascript, title: "TensorFlow.js cpu"}, {side: energetic, title: "EnergeticAI"}}},
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

func (r *report) threads() []int {
	all := map[int]bool{}
	for _, x := range r.Rows {
		all[x.Threads] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// column is a side beside the package.
type column struct {
	side, title string
	mean        mean // of theirs / ours
}

// columns are the sides that some of the rows have.
func (f format) columns(rows []*row) []*column {
	var all []*column
	for _, c := range f.sides {
		if slices.ContainsFunc(rows, func(x *row) bool { return len(x.Samples[c.side]) > 0 }) {
			all = append(all, &c)
		}
	}
	return all
}

func (r *report) speedTable(b *bytes.Buffer, f format, title string, in func(*row) bool) {
	var rows []*row
	for i := range r.Rows {
		if x := &r.Rows[i]; x.TFJS == f.tfjs && in(x) {
			rows = append(rows, x)
		}
	}
	if len(rows) == 0 {
		return
	}
	sides := f.columns(rows)
	head, rule := "| model | case | ours |", "|---|---|--:|"
	for _, c := range sides {
		head, rule = head+" "+c.title+" / ours |", rule+"--:|"
	}
	first := f.sides[0].title
	fmt.Fprintf(b, "\n### %s\n\n%s %s | GFLOP/s, ours | %s | largest error, ours | theirs |\n%s--:|--:|--:|--:|--:|\n", title, head, first, first, rule)
	for _, x := range rows {
		x.line(b, sides, f.sides[0].side)
	}
	for _, c := range sides {
		if c.mean.n > 1 {
			fmt.Fprintf(b, "\nGeometric mean of %s / ours over %d rows: %.3f.\n", c.title, c.mean.n, c.mean.value())
		}
	}
}

// line is a row of a table of speed; times and errors of theirs are those of one side.
func (r *row) line(b *bytes.Buffer, sides []*column, side string) {
	if r.Error != "" {
		fmt.Fprintf(b, "| %s | %s | not measured: %s |%s\n", r.Model, r.Case, cell(r.Error), strings.Repeat(" |", len(sides)+5))
		return
	}
	t := r.median(ours)
	fmt.Fprintf(b, "| %s | %s | %s |", r.Model, r.Case, contest.Duration(t))
	for _, c := range sides {
		if len(r.Samples[c.side]) == 0 {
			fmt.Fprint(b, " – |")
			continue
		}
		if x := r.ratio(c.side); x > 0 {
			c.mean.add(x)
		}
		fmt.Fprintf(b, " %.2f |", r.ratio(c.side))
	}
	other := "–"
	if x := r.median(side); x > 0 {
		other = contest.Duration(x)
	}
	fmt.Fprintf(b, " %s | %s | %s | %s | %s |\n", other, contest.Rate(r.MACs, t), contest.Rate(r.MACs, r.median(side)), r.apartText(ours), r.apartText(side))
}

// apartText is the largest error of a side's answers, and how many are beyond the tolerance.
func (r *row) apartText(side string) string {
	a, ok := r.Apart[side]
	switch {
	case !ok || a.Values == 0:
		return "–"
	case a.Beyond > 0:
		return fmt.Sprintf("%.1e, %d of %d beyond", a.Largest, a.Beyond, a.Values)
	}
	return fmt.Sprintf("%.1e", a.Largest)
}

// mean is a geometric one.
type mean struct {
	logs float64
	n    int
}

func (m *mean) add(x float64) {
	m.logs += math.Log(x)
	m.n++
}

func (m *mean) value() float64 { return math.Exp(m.logs / float64(m.n)) }

// productTable is how near to the processor's peak the steps come that are bound by their products.
func (r *report) productTable(b *bytes.Buffer) {
	var lines bytes.Buffer
	for i := range r.Rows {
		x := &r.Rows[i]
		macs, nanos := x.products()
		if x.Sweep == "rows" || macs == 0 || x.peak() == 0 {
			continue
		}
		fmt.Fprintf(&lines, "| %s | %s | %.0f %% | %.2f | %.0f %% |\n", x.Model, x.Case, 100*nanos/x.median(ours), 2*macs/nanos, 100*2*macs/nanos/x.peak())
	}
	if lines.Len() > 0 {
		fmt.Fprintf(b, "\n### Products and convolutions, 1 thread, warm\n\nSteps of 100,000 multiply-adds and more.\n\n| model | case | of the time | GFLOP/s | of the peak |\n|---|---|--:|--:|--:|\n%s", &lines)
	}
}

// sweeps are the times by tokens and rows: what does not grow with them falls, what grows faster rises.
func (r *report) sweeps(b *bytes.Buffer) {
	var lines bytes.Buffer
	for i := range r.Rows {
		x := &r.Rows[i]
		if x.Sweep == "" || x.Threads != 1 || x.Cold || x.Error != "" {
			continue
		}
		ratio := "–"
		if len(x.Samples[theirs]) > 0 {
			ratio = fmt.Sprintf("%.2f", x.ratio(theirs))
		}
		t := x.median(ours)
		fmt.Fprintf(&lines, "| %s | %s | %s | %s | %s |\n", x.Model, x.Case, contest.Duration(t), contest.Duration(t/float64(x.Size)), ratio)
	}
	if lines.Len() > 0 {
		fmt.Fprintf(b, "\n### Growth with the input, 1 thread, warm\n\n| model | size | a call | a token or row | ONNX Runtime / ours |\n|---|---|--:|--:|--:|\n%s", &lines)
	}
}

// startTable is the time from a process's start to its first answer.
func (r *report) startTable(b *bytes.Buffer) {
	if len(r.Starts) == 0 {
		return
	}
	fmt.Fprint(b, "\n### Process start to first answer\n\nMedians of wall time and processor time. Theirs is ONNX Runtime in a Go program, or for models of TensorFlow.js that in Node with WebAssembly; bytes to ship are the program, or theirs without one: runtime and model.\n\n",
		"| model | ours, wall | processor | theirs, wall | processor | theirs / ours | peak memory, ours | theirs | bytes, ours | theirs |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for i := range r.Starts {
		s := &r.Starts[i]
		startLine(b, s.Model, &s.Ours, &s.Theirs)
	}
	r.sentenceTable(b)
}

// sentenceTable is the models of sentences beside EnergeticAI.
func (r *report) sentenceTable(b *bytes.Buffer) {
	var lines bytes.Buffer
	for i := range r.Starts {
		s := &r.Starts[i]
		if len(s.Sentence.Wall) == 0 {
			continue
		}
		pair(&lines, s.Model+", start to first embedding, wall", contest.Median(s.Ours.Wall), contest.Median(s.Sentence.Wall))
		pair(&lines, s.Model+", start to first embedding, processor time", contest.Median(s.Ours.CPU), contest.Median(s.Sentence.CPU))
		if x := r.shortest(s.Model); x != nil && len(x.Samples[energetic]) > 0 {
			pair(&lines, s.Model+", a warm call, "+x.Case, x.median(ours), x.median(energetic))
		}
		fmt.Fprintf(&lines, "| %s, peak memory | %s | %s | %.1f |\n", s.Model, megabytes(s.Ours.Peak), megabytes(s.Sentence.Peak), s.Sentence.Peak/s.Ours.Peak)
	}
	if lines.Len() > 0 {
		fmt.Fprintf(b, "\n### Beside EnergeticAI 0.2.0\n\nTheirs is a sentence of nine words in Node, its tokenizer included, by the TensorFlow.js model energeticai-use-lite; ours start from ids, those of case 0, as packages of that model have no tokenizer yet.\n\n| | ours | theirs | theirs / ours |\n|---|--:|--:|--:|\n%s", &lines)
	}
}

func startLine(b *bytes.Buffer, name string, o, t *side) {
	if len(t.Wall) == 0 {
		fmt.Fprintf(b, "| %s | %s | %s | – | – | – | %s | – | %s | – |\n", name, contest.Duration(contest.Median(o.Wall)), contest.Duration(contest.Median(o.CPU)), megabytes(o.Peak), megabytes(float64(o.Bytes)))
		return
	}
	fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %.1f | %s | %s | %s | %s |\n", name,
		contest.Duration(contest.Median(o.Wall)), contest.Duration(contest.Median(o.CPU)), contest.Duration(contest.Median(t.Wall)), contest.Duration(contest.Median(t.CPU)),
		contest.Median(t.CPU)/contest.Median(o.CPU), megabytes(o.Peak), megabytes(t.Peak), megabytes(float64(o.Bytes)), megabytes(float64(t.Bytes)))
}

func pair(b *bytes.Buffer, what string, ours, theirs float64) {
	fmt.Fprintf(b, "| %s | %s | %s | %.1f |\n", what, contest.Duration(ours), contest.Duration(theirs), theirs/ours)
}

// shortest is a model's first warm row of one thread.
func (r *report) shortest(model string) *row {
	for i := range r.Rows {
		if x := &r.Rows[i]; x.Model == model && x.Threads == 1 && !x.Cold && x.Error == "" {
			return x
		}
	}
	return nil
}

// needs is what a package costs a program that carries it, and what its first answer brings into memory.
func (r *report) needs(b *bytes.Buffer) {
	if len(r.Starts) == 0 {
		return
	}
	fmt.Fprint(b, "\n### What a package adds to a program\n\nStart is wall time until main, beside a Go program that only prints; code is stripped and beside the weights. Of the peak memory of a first answer, the rest is what is neither weights that were touched nor the session's arena.\n\n",
		"| model | start | empty program | difference | code | weights | touched | arena | peak memory | rest |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for i := range r.Starts {
		s := &r.Starts[i]
		linked, bare := contest.Median(s.Linked.Wall), contest.Median(s.Empty.Wall)
		fmt.Fprintf(b, "| %s | %s | %s | %+.2f ms | %.0f KB | %s | %s | %s | %s | %s |\n", s.Model, contest.Duration(linked), contest.Duration(bare), (linked-bare)/1e6,
			float64(s.Code)/1e3, megabytes(float64(s.Weights)), megabytes(s.Ours.Touched), megabytes(s.Arena), megabytes(s.Ours.Peak), megabytes(s.Ours.Peak-s.Ours.Touched-s.Arena))
	}
}

func megabytes(n float64) string { return fmt.Sprintf("%.1f MB", n/1e6) }

// compilation is the compiler's time by nodes.
func (r *report) compilation(b *bytes.Buffer) {
	if len(r.Compiled)+len(r.Growth) == 0 {
		return
	}
	fmt.Fprint(b, "\n### Compiling\n\nFrom the file to the package's sources; of chains of layers, from the graph.\n\n| model | nodes | time | a node |\n|---|--:|--:|--:|\n")
	for _, c := range slices.Concat(r.Compiled, r.Growth) {
		fmt.Fprintf(b, "| %s | %d | %.3f s | %s |\n", c.Model, c.Nodes, c.Seconds, contest.Duration(c.Seconds*1e9/float64(max(c.Nodes, 1))))
	}
}

// absences says why a side is missing from a row, each reason once.
func (r *report) absences(b *bytes.Buffer) {
	reasons := map[string][]string{}
	for i := range r.Rows {
		x := &r.Rows[i]
		for side, message := range x.Errors {
			if side == top {
				continue
			}
			key := side + ": " + cell(brief(side, message))
			if who := x.Model; !slices.Contains(reasons[key], who) {
				reasons[key] = append(reasons[key], who)
			}
		}
	}
	if len(reasons) == 0 {
		return
	}
	fmt.Fprint(b, "\n### Not run by others\n\n")
	for _, key := range slices.Sorted(maps.Keys(reasons)) {
		fmt.Fprintf(b, "- %s: %s\n", strings.Join(reasons[key], ", "), key)
	}
}

// cell is a message that fits a table.
func cell(s string) string {
	line := strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "|", "/")
	if words := []rune(line); len(words) > 160 {
		line = string(words[:160]) + "…"
	}
	return line
}
