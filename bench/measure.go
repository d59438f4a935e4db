package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/energeticc/energeticc/bench/peak"
	"github.com/energeticc/energeticc/internal/contest"
)

// The sides of a row: the package, the processor's peak, ONNX Runtime in one process; others in their own.
const (
	ours       = "ours"
	theirs     = "onnxruntime"
	top        = "peak"
	tensorflow = "tfjs"     // with WebAssembly
	javascript = "tfjs-cpu" // in JavaScript alone
	energetic  = "energeticai"
)

// row is what was found for a case.
type row struct {
	Model, Case string
	TFJS        bool   `json:",omitempty"` // a model of TensorFlow.js
	Sweep       string `json:",omitempty"` // what Size counts: tokens or rows
	Size        int    `json:",omitempty"`
	Threads     int
	Cold        bool                        `json:",omitempty"` // caches were emptied before each call
	Error       string                      `json:",omitempty"`
	MACs        float64                     `json:",omitempty"`
	Samples     map[string][]contest.Sample `json:",omitempty"` // by side
	Errors      map[string]string           `json:",omitempty"` // of sides that could not run
	Apart       map[string]apart            `json:",omitempty"` // of answers from those that are wanted
	Steps       []contest.Step              `json:",omitempty"`
}

// clock picks the times that the row's sides are compared by.
func (r *row) clock() func(contest.Sample) float64 {
	var all [][]contest.Sample
	for _, s := range r.Samples {
		all = append(all, s)
	}
	return contest.Clock(r.Threads, all...)
}

// times are a side's, by the row's clock.
func (r *row) times(side string) []float64 { return contest.Times(r.Samples[side], r.clock()) }

// median is a side's time for a call, in nanoseconds.
func (r *row) median(side string) float64 { return contest.Median(r.times(side)) }

// ratio is the median over the rounds of theirs / ours; 0 without both.
func (r *row) ratio(side string) float64 { return contest.Ratio(r.times(ours), r.times(side)) }

// peak is the most GFLOP/s that the processor reached meanwhile, 0 if unknown.
func (r *row) peak() float64 {
	if t := r.median(top); t > 0 {
		return peak.FLOPs / t
	}
	return 0
}

// products are the multiply-adds of the steps that are mostly products, and the nanoseconds of these steps.
func (r *row) products() (macs, nanos float64) {
	for _, s := range r.Steps {
		if s.MACs >= productMACs && s.MACs/max(s.Runs, 1) >= productMACs {
			macs, nanos = macs+s.MACs, nanos+s.Nanos
		}
	}
	return macs, nanos
}

// productMACs is from when on a step is bound by its product, and not by what is around it.
const productMACs = 100e3

// profileTime is about how long steps are timed.
const profileTime = 400 * time.Millisecond

// rest is what several threads need to come to rest before it is another side's turn.
const rest = 2 * time.Millisecond

// sentenceSize is about as many tokens as EnergeticAI's sentence has words.
const sentenceSize = 16

// contestants are the running sides of a row.
type contestants struct {
	duel      *contest.Process
	sides     []contest.Side
	names     []string
	processes []*contest.Process
}

func (c *contestants) close() {
	for _, p := range c.processes {
		p.Close()
	}
}

func (c *contestants) add(p *contest.Process, name string) {
	c.sides, c.names = append(c.sides, contest.Side{Process: p, Name: name}), append(c.names, name)
}

// race starts all sides on a job and times them in turn: warm, then with empty caches if there is a row for that.
func (b *bench) race(ctx context.Context, m *module, t tolerance, j job, r, cold *row) error {
	path, err := m.writeJob("job", j.Job)
	if err != nil {
		return err
	}
	c, err := b.start(ctx, m, path, isTFJS(j.Model), r)
	if err != nil {
		return err
	}
	defer c.close()
	if err := c.answers(t, m.dir, j, r); err != nil {
		return err
	}
	if err := b.time(c, r); err != nil {
		return err
	}
	if cold != nil {
		if err := b.time(c, cold); err != nil {
			cold.Error = err.Error()
		}
	}
	var shapes [][]int
	for _, t := range j.Inputs {
		shapes = append(shapes, t.Shape)
	}
	call := r.median(ours)
	steps, err := contest.Profile(c.duel, contest.Steps(m.program, m.opt, shapes), max(1, int(float64(profileTime)/max(call, 1))), call)
	r.MACs = contest.MACs(steps)
	if cold != nil {
		cold.MACs = r.MACs
	}
	if r.Threads == 1 {
		r.Steps = steps
	}
	return err
}

// time times the sides into a row. The peak and EnergeticAI, which has inputs of its own, have no cold calls.
func (b *bench) time(c *contestants, r *row) error {
	var sides []contest.Side
	var names []string
	for i, name := range c.names {
		if !r.Cold || name != top && name != energetic {
			sides, names = append(sides, c.sides[i]), append(names, name)
		}
	}
	rounds := contest.Rounds{N: b.rounds, Cold: r.Cold}
	if r.Threads > 1 {
		rounds.Rest = rest
	}
	samples, errs := rounds.Run(sides)
	for i, name := range names {
		if errs[i] != nil {
			r.Errors[name] = errs[i].Error()
			continue
		}
		r.Samples[name] = samples[i]
	}
	return errs[0] // ours
}

// start starts the sides that the row is to have; those that cannot run are noted.
func (b *bench) start(ctx context.Context, m *module, job string, tfjs bool, r *row) (*contestants, error) {
	c := new(contestants)
	var err error
	if c.duel, err = contest.Start(ctx, duel, []string{m.binary(duel), "serve", job}, b.peers.env...); err != nil {
		return nil, err
	}
	c.processes = append(c.processes, c.duel)
	c.add(c.duel, ours)
	if r.Threads == 1 {
		c.add(c.duel, top)
	}
	if b.with(theirs) && !tfjs {
		c.add(c.duel, theirs)
	}
	for _, o := range b.others(r, tfjs, job) {
		key := r.Model + " " + o.name
		if refused := b.refused[key]; refused != "" {
			r.Errors[o.name] = refused
			continue
		}
		p, err := contest.Start(ctx, o.name, o.argv, b.peers.env...)
		if err != nil {
			b.refused[key] = err.Error()
			r.Errors[o.name] = err.Error()
			continue
		}
		c.processes = append(c.processes, p)
		c.add(p, o.name)
	}
	return c, ctx.Err()
}

// other is a side in a process of its own.
type other struct {
	name string
	argv []string
}

// others are the sides in processes of their own that a row is to have.
func (b *bench) others(r *row, tfjs bool, job string) []other {
	if r.Sweep == "rows" {
		return nil
	}
	var all []other
	if tfjs && b.with(tensorflow) && b.peers.node != "" {
		all = append(all, other{tensorflow, b.peers.tfjs("wasm", "serve", job)})
	}
	if tfjs && b.with(javascript) && b.peers.node != "" && r.Threads == 1 { // it has one thread
		all = append(all, other{javascript, b.peers.tfjs("cpu", "serve", job)})
	}
	if !tfjs && b.with("openvino") {
		all = append(all, other{"openvino", contest.PeerCommand(b.peers.python, "openvino", job)})
	}
	if !tfjs && b.with("tract") && r.Threads == 1 { // it has one thread
		all = append(all, other{"tract", contest.PeerCommand(b.peers.python, "tract", job)})
	}
	if b.embeds(r.Model) && r.Size <= sentenceSize && r.Threads == 1 {
		all = append(all, other{energetic, b.peers.embed("serve")})
	}
	return all
}

// answers holds each side's answers against the wanted ones: the case's, or ONNX Runtime's.
func (c *contestants) answers(t tolerance, dir string, j job, r *row) error {
	got := map[string][]contest.Tensor{}
	for i, name := range c.names {
		if name == top || name == energetic { // which has another model
			continue
		}
		reply, err := c.sides[i].Process.Ask("answer", name, filepath.Join(dir, "answers-"+name))
		switch {
		case err != nil && name == ours:
			return err
		case err != nil: // it will not run either
			r.Errors[name] = err.Error()
			continue
		}
		got[name] = reply.Outputs
	}
	want := j.want
	if want == nil {
		want = slices.Clone(j.Outputs)
		for i := range min(len(want), len(got[theirs])) {
			want[i].File = got[theirs][i].File
		}
	}
	var all []error
	for name, outputs := range got {
		a, err := compare(t, want, outputs)
		if err != nil {
			all = append(all, fmt.Errorf("%s: %w", name, err))
		}
		r.Apart[name] = a
	}
	return errors.Join(all...)
}

// brief is the first line of what was wrong, without a side's name before it.
func brief(side, message string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(message), "\n")
	return strings.TrimPrefix(line, side+": ")
}
