package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/energeticc/energeticc/cmd/internal/build"
	"github.com/energeticc/energeticc/cmd/internal/cases"
	"github.com/energeticc/energeticc/cmd/internal/harness"
	"github.com/energeticc/energeticc/codegen/emit"
	"github.com/energeticc/energeticc/internal/contest"
	"github.com/energeticc/energeticc/ir"
)

// benchCmd is energeticc bench.
type benchCmd struct {
	modelFlags `embed:""`
	Against    []string `placeholder:"PEER" help:"Other runtimes to measure in turn with the package, where python3 (or $$PYTHON) has them: onnxruntime, openvino, tract."`
	Threads    []int    `default:"1" help:"Numbers of threads, by commas."`
	Rounds     int      `default:"15" help:"How often each side has its turn."`
	Cases      string   `type:"path" placeholder:"PATH" help:"Inputs: the first case of a cases.json, or of a folder that holds one or test_data_set_K folders. By default that of the model's folder, else inputs are drawn."`
	JSON       bool     `name:"json" help:"Print JSON."`
}

// Where a bench's inputs come from, if not from a file.
const drawn = "drawn"

// drawnSize is what free dims of large models are measured at; --dim says otherwise.
const drawnSize = 16

// Run compiles the model into a throw-away module and measures the package, beside its peers.
func (c *benchCmd) Run(e *env) error {
	if err := c.check(); err != nil {
		return err
	}
	opt, err := c.options()
	if err != nil {
		return err
	}
	show := newProgress(e, 6+len(c.Threads))
	defer show.done()
	opt.Trace = show.stage
	m, err := build.Load(c.Model, opt)
	if err != nil {
		return err
	}
	if err := unknownDims(m, opt); err != nil {
		return err
	}
	inputs, from, err := c.inputs(m, opt)
	if err != nil {
		return err
	}
	show.stage("plan")
	if err := m.Plan(); err != nil {
		return err
	}
	if m.File.Packed && len(c.Against) > 0 {
		return usagef("--against: no other program opens %s in an archive; unpack it and name the file", m.File.Name)
	}
	b := &bench{benchCmd: c, env: e, model: m, inputs: inputs, show: show}
	if b.mod, err = harness.New(); err != nil {
		return err
	}
	defer b.mod.Close()
	if err := b.build(); err != nil {
		return err
	}
	r := benchResult{Model: m.File.Name, Inputs: from, Rounds: c.Rounds}
	for _, threads := range c.Threads {
		show.stage(counted(threads, "thread"))
		x, err := b.measure(threads)
		if err != nil {
			return fmt.Errorf("%s: %w", m.File.Name, err)
		}
		r.Runs = append(r.Runs, *x)
	}
	show.done()
	return r.print(e, c.JSON)
}

func (c *benchCmd) check() error {
	for _, p := range c.Against {
		if !slices.Contains(contest.Peers, p) {
			return usagef("--against %s: want some of %s", p, strings.Join(contest.Peers, ", "))
		}
	}
	for _, n := range c.Threads {
		if n < 1 || n > 1024 {
			return usagef("--threads %d: want numbers from 1 to 1024", n)
		}
	}
	if c.Rounds < 1 {
		return usagef("--rounds %d: want at least 1", c.Rounds)
	}
	if _, err := exec.LookPath("go"); err != nil {
		return usagef("bench: the go command is needed to build what was compiled, and is not on the PATH; see https://go.dev/dl")
	}
	return nil
}

// inputs are the first case's, or drawn, and where they come from.
func (c *benchCmd) inputs(m *build.Model, opt build.Options) ([]cases.Value, string, error) {
	path := c.Cases
	if beside := filepath.Join(c.Model, "cases.json"); path == "" && isFile(beside) {
		path = beside
	}
	if path == "" {
		in, err := drawInputs(m, opt)
		return in, drawn, err
	}
	suite, err := cases.Load(path)
	if err != nil {
		return nil, "", usageError{err}
	}
	if err := suite.Hold(m.Graph); err != nil {
		return nil, "", err
	}
	k := suite.Cases[0]
	if len(k.In) != len(m.Graph.Inputs) {
		return nil, "", usagef("%s has %d inputs, the model %d", k.Name, len(k.In), len(m.Graph.Inputs))
	}
	return k.In, k.Name, nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// drawInputs draws inputs that the reference evaluator accepts, or of middling sizes for models that are too large
// for it.
func drawInputs(m *build.Model, opt build.Options) ([]cases.Value, error) {
	all, err := build.Draw(m, opt)
	if err != nil {
		return nil, err
	}
	var in []*ir.Tensor
	if len(all) > 0 {
		in = all[0].In
	} else {
		sizes := map[string]int64{}
		for name, s := range m.Graph.Symbols {
			sizes[name] = min(max(drawnSize, s.Range.Lo), s.Range.Hi)
		}
		if in, err = build.DrawInputs(m.Graph, sizes, 1); err != nil {
			return nil, fmt.Errorf("%s: %w; give --cases", m.File.Name, err)
		}
	}
	values := make([]cases.Value, len(in))
	for i, t := range in {
		values[i] = drawnValue(m.Graph.Inputs[i].Name, fmt.Sprintf("in_%d", i), t)
	}
	return values, nil
}

// bench is a model that is being measured.
type bench struct {
	*benchCmd
	env    *env
	model  *build.Model
	inputs []cases.Value
	mod    *harness.Module
	show   *progress
}

// build makes the program with the package, its steps open to a clock.
func (b *bench) build() error {
	b.show.stage("write")
	files, err := b.model.Files()
	if err != nil {
		return err
	}
	profiled, err := emit.Profiled(b.model.Program, b.model.Emit)
	if err != nil {
		return err
	}
	const name = "subject"
	if err := b.mod.Add(name, b.model.Program, b.model.Emit, append(files, profiled)); err != nil {
		return err
	}
	program, err := contest.Program("harness/" + name)
	if err != nil {
		return err
	}
	program["go.mod"] = []byte("module harness\n\ngo 1.23\n")
	for _, name := range slices.Sorted(maps.Keys(program)) {
		if err := os.WriteFile(filepath.Join(b.mod.Dir, name), program[name], 0o644); err != nil {
			return err
		}
	}
	b.show.stage("go build")
	if err := b.mod.Build(b.env.ctx); err != nil {
		return fmt.Errorf("%s: %w", b.model.File.Name, err)
	}
	return nil
}

// job writes the inputs and what to do with them; peers read strings and sequences in another form than the package.
func (b *bench) job(who string, threads int, inputs []cases.Value) (string, error) {
	path, err := filepath.Abs(b.model.File.Path)
	if err != nil {
		return "", err
	}
	j := contest.Job{Model: path, Threads: threads}
	for i, v := range inputs {
		t := contest.Tensor{Name: v.Name, Shape: v.Shape, File: filepath.Join(b.mod.Dir, fmt.Sprintf("%s_%d", who, i))}
		if v.Tensor != nil {
			t.DType = cases.DTypeName(v.Tensor.DType)
		}
		if err := os.WriteFile(t.File, v.Bytes(), 0o644); err != nil {
			return "", err
		}
		j.Inputs = append(j.Inputs, t)
	}
	data, err := json.Marshal(j)
	if err != nil {
		return "", err
	}
	file := filepath.Join(b.mod.Dir, who+".json")
	return file, os.WriteFile(file, data, 0o644)
}

// rest is what several threads need to come to rest before it is another side's turn.
const rest = 2 * time.Millisecond

// profileTime is about how long steps are timed.
const profileTime = 500 * time.Millisecond

// measure times the package and its peers, then the package's steps.
func (b *bench) measure(threads int) (*benchRun, error) {
	r := &benchRun{Threads: threads}
	job, err := b.job("ours", threads, b.inputs)
	if err != nil {
		return nil, err
	}
	ours, err := contest.Start(b.env.ctx, "energeticc", []string{filepath.Join(b.mod.Dir, "program"), "serve", job})
	if err != nil {
		return nil, err
	}
	defer ours.Close()
	sides := []contest.Side{{Process: ours, Name: "ours"}}
	r.Contenders = []contender{{Name: ours.Name}}
	for _, peer := range b.Against {
		p, err := b.peer(peer, threads)
		if err != nil {
			fmt.Fprintf(b.env.errout, "not measured, %s: %v\n", counted(threads, "thread"), err)
			r.Absent = append(r.Absent, absent{peer, err.Error()})
			continue
		}
		defer p.Close()
		sides = append(sides, contest.Side{Process: p, Name: peer})
		r.Contenders = append(r.Contenders, contender{Name: p.Version})
	}
	rounds := contest.Rounds{N: b.Rounds}
	if threads > 1 {
		rounds.Rest = rest
	}
	samples, errs := rounds.Run(sides)
	for i, err := range errs {
		if err != nil && i == 0 {
			return nil, err
		}
		r.Contenders[i].note(err)
	}
	r.fill(samples)
	return r, b.profile(ours, r)
}

// peer starts another runtime on the same inputs.
func (b *bench) peer(name string, threads int) (*contest.Process, error) {
	python := contest.Python()
	if err := contest.HasPeer(b.env.ctx, python, name); err != nil {
		return nil, err
	}
	inputs := slices.Clone(b.inputs)
	for i := range inputs {
		if inputs[i].Tensor == nil {
			return nil, fmt.Errorf("%s: input %s is %w", name, inputs[i].Name, cases.ErrNoTensor)
		}
		if err := inputs[i].Unhold(); err != nil {
			return nil, fmt.Errorf("%s: input %w", name, err)
		}
	}
	job, err := b.job("theirs", threads, inputs)
	if err != nil {
		return nil, err
	}
	return contest.StartPeer(b.env.ctx, python, name, job)
}

// profile times the steps and counts allocations, once no more calls are timed as a whole.
func (b *bench) profile(ours *contest.Process, r *benchRun) error {
	n := max(1, int(float64(profileTime)/max(r.Contenders[0].Wall, 1)))
	allocs, err := ours.Ask("allocs", "ours", min(n, 100))
	if err != nil {
		return err
	}
	var shapes [][]int
	for _, v := range b.inputs {
		shapes = append(shapes, v.Shape)
	}
	r.Allocs = allocs.Value
	r.Steps, err = contest.Profile(ours, contest.Steps(b.model.Program, b.model.Emit, shapes), n, r.Contenders[0].Median)
	r.rate()
	return err
}
