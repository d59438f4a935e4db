package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/energeticc/energeticc/internal/contest"
)

// benchResult is what bench says.
type benchResult struct {
	Model  string     `json:"model"`
	Inputs string     `json:"inputs"` // the case's name, or that they were drawn
	Rounds int        `json:"rounds"`
	Runs   []benchRun `json:"runs"`
}

// benchRun is what was measured with a number of threads. Times are nanoseconds of a call.
type benchRun struct {
	Threads    int            `json:"threads"`
	Clock      string         `json:"clock"` // "processor" time of one thread, or "wall"
	Contenders []contender    `json:"contenders"`
	Absent     []absent       `json:"not_measured,omitempty"`
	MACs       float64        `json:"macs"`
	Allocs     float64        `json:"allocations"`
	Steps      []contest.Step `json:"steps"`
}

// contender is one side: the package first, then its peers.
type contender struct {
	Name   string  `json:"name"`
	Median float64 `json:"median"`
	Low    float64 `json:"lower_quartile"`
	High   float64 `json:"upper_quartile"`
	Wall   float64 `json:"wall_median"`
	Ratio  float64 `json:"theirs_over_ours,omitempty"` // the median over the rounds
	GFLOPs float64 `json:"gflops"`
	Error  string  `json:"error,omitempty"`
}

// absent is a peer that was asked for and cannot run.
type absent struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

func (c *contender) note(err error) {
	if err != nil {
		c.Error = err.Error()
	}
}

// fill takes the figures from the samples, by a clock that all sides have.
func (r *benchRun) fill(samples [][]contest.Sample) {
	clock := contest.Clock(r.Threads, samples...)
	r.Clock = "processor"
	if clock(contest.Sample{CPU: 1, Wall: 2}) == 2 {
		r.Clock = "wall"
	}
	ours := contest.Times(samples[0], clock)
	for i := range r.Contenders {
		c, x := &r.Contenders[i], contest.Times(samples[i], clock)
		c.Median, c.Low, c.High = contest.Median(x), contest.Quantile(x, 0.25), contest.Quantile(x, 0.75)
		c.Wall = contest.Median(contest.Times(samples[i], func(s contest.Sample) float64 { return s.Wall }))
		if i > 0 {
			c.Ratio = contest.Ratio(ours, x)
		}
	}
}

// rate gives every side its speed, once the profile has told how often each step runs.
func (r *benchRun) rate() {
	r.MACs = contest.MACs(r.Steps)
	for i := range r.Contenders {
		if c := &r.Contenders[i]; c.Median > 0 {
			c.GFLOPs = 2 * r.MACs / c.Median
		}
	}
}

// print writes the result for people, or as one JSON object.
func (r *benchResult) print(e *env, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(e.out)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	for _, x := range r.Runs {
		fmt.Fprintf(e.out, "%s, inputs: %s; medians of %s, %s time, %s\n", r.Model, r.Inputs, counted(r.Rounds, "round"), x.Clock, counted(x.Threads, "thread"))
		if err := x.contenders(e.out); err != nil {
			return err
		}
		if err := x.steps(e.out); err != nil {
			return err
		}
	}
	return nil
}

// contenders is a line for each side.
func (r *benchRun) contenders(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "a call\tquartiles\tGFLOP/s\ttheirs / ours\t")
	for i, c := range r.Contenders {
		if c.Error != "" {
			continue
		}
		ratio := ""
		if i > 0 {
			ratio = fmt.Sprintf("%.2f", c.Ratio)
		}
		fmt.Fprintf(w, "%s\t%s – %s\t%s\t%s\t  %s\n", contest.Duration(c.Median), contest.Duration(c.Low), contest.Duration(c.High), contest.Rate(r.MACs, c.Median), ratio, c.Name)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, c := range r.Contenders {
		if c.Error != "" {
			fmt.Fprintf(out, "%s: %s\n", c.Name, c.Error)
		}
	}
	_, err := fmt.Fprintf(out, "%.4g allocations a call\n\n", r.Allocs)
	return err
}

// steps lists those that ran, what took longest first.
func (r *benchRun) steps(out io.Writer) error {
	total := 0.0
	for _, s := range r.Steps {
		total += s.Nanos
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "share\ttime\truns\tGFLOP/s\t  step\t")
	longest := slices.Clone(r.Steps)
	slices.SortStableFunc(longest, func(a, b contest.Step) int { return cmp.Compare(b.Nanos, a.Nanos) })
	skipped := 0
	for _, s := range longest {
		if s.Runs == 0 {
			skipped++
			continue
		}
		fmt.Fprintf(w, "%.1f%%\t%s\t%.4g\t%s\t  %s: %s %s\n", 100*s.Nanos/max(total, 1), contest.Duration(s.Nanos), s.Runs, contest.Rate(s.MACs, s.Nanos), s.Name, s.Ops, s.Shape)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	tail := ""
	if skipped > 0 {
		tail = fmt.Sprintf("; %s did not run", counted(skipped, "step"))
	}
	_, err := fmt.Fprintf(out, "steps take %s of a call%s\n", contest.Duration(total), tail)
	return err
}
