package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/energeticc/energeticc/cmd/internal/cases"
	"github.com/energeticc/energeticc/cmd/internal/harness"
)

const (
	// batchSize is how many packages share a binary: enough that linking does not count, and few enough that the Go
	// command's memory stays small and progress shows.
	batchSize = 300
	// runLimit bounds one run of a package.
	runLimit = time.Minute
)

// runAll takes the cases through batches.
func runAll(ctx context.Context, all []*testCase, progress io.Writer) (*report, error) {
	r := &report{}
	start := time.Now()
	isHostile := func(c *testCase) bool { return c.hostile != nil }
	refusals, err := runHostile(ctx, slices.DeleteFunc(slices.Clone(all), func(c *testCase) bool { return !isHostile(c) }), progress)
	if err != nil {
		return nil, err
	}
	r.Results = refusals
	all = slices.DeleteFunc(slices.Clone(all), isHostile)
	names := packageNames(all)
	for from := 0; from < len(all); from += batchSize {
		to := min(from+batchSize, len(all))
		b := &batch{}
		results, err := b.run(ctx, all[from:to], names[from:to])
		if err != nil {
			return nil, err
		}
		r.Results = append(r.Results, results...)
		fmt.Fprintf(progress, "%d of %d cases, %d hold; compile %.0f s, go build %.0f s, run %.0f s; %.0f s in all\n",
			to, len(all), r.held(), b.compiling.Seconds(), b.building.Seconds(), b.running.Seconds(), time.Since(start).Seconds())
	}
	return r, nil
}

// packageNames makes Go package names of the cases' names. They are the same from run to run, so that the Go command
// builds only packages that changed.
func packageNames(all []*testCase) []string {
	names := make([]string, len(all))
	taken := map[string]bool{}
	for i, c := range all {
		base := "c" + strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, strings.ToLower(c.id()))
		name := base
		for n := 2; taken[name]; n++ {
			name = fmt.Sprintf("%sx%d", base, n)
		}
		taken[name] = true
		names[i] = name
	}
	return names
}

// batch is a binary of many packages.
type batch struct {
	mod                          *harness.Module
	compiling, building, running time.Duration
}

// run compiles, builds, runs and compares the cases.
func (b *batch) run(ctx context.Context, all []*testCase, names []string) ([]*result, error) {
	var err error
	if b.mod, err = harness.New(); err != nil {
		return nil, err
	}
	defer b.mod.Close()
	subjects := make([]*subject, len(all))
	err = timed(&b.compiling, func() error { return b.compile(ctx, all, names, subjects) })
	if err == nil {
		err = timed(&b.building, func() error { return b.build(ctx, subjects) })
	}
	if err == nil {
		err = timed(&b.running, func() error { return b.answer(ctx, subjects) })
	}
	if err != nil {
		return nil, err
	}
	results := make([]*result, len(subjects))
	for i, s := range subjects {
		results[i] = s.result
	}
	return results, nil
}

// timed adds to a duration how long something takes.
func timed(d *time.Duration, do func() error) error {
	start := time.Now()
	err := do()
	*d += time.Since(start)
	return err
}

// compile makes the packages, as many at a time as there are processors.
func (b *batch) compile(ctx context.Context, all []*testCase, names []string, subjects []*subject) error {
	next := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				s := newSubject(all[i], names[i])
				if s.result.Stage == "" {
					if err := b.mod.Add(s.pkg, s.model.Program, s.model.Emit, s.files); err != nil {
						s.result.fail(stageCompile, err)
					}
				}
				s.model, s.files = nil, nil // written; the memory is for the next ones
				subjects[i] = s
			}
		})
	}
	for i := range all {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	return ctx.Err()
}

// build makes the binary, without the packages that do not compile.
func (b *batch) build(ctx context.Context, subjects []*subject) error {
	broken, err := b.mod.BuildRest(ctx)
	if err != nil {
		return err
	}
	for _, s := range subjects {
		if said, is := broken[s.pkg]; is {
			s.result.fail(stageBuild, fmt.Errorf("%s", strings.TrimPrefix(said, s.pkg+"/")))
		}
	}
	return nil
}

// answer runs the packages on all sets of their cases and judges the answers.
func (b *batch) answer(ctx context.Context, subjects []*subject) error {
	var jobs []harness.Job
	type origin struct {
		of  *subject
		set int
	}
	var origins []origin
	for _, s := range subjects {
		if s.result.Stage != "" {
			continue
		}
		for k, set := range s.sets.Cases {
			j := harness.Job{Model: s.pkg, Output: filepath.Join(b.mod.Dir, "sets", s.pkg, fmt.Sprint(k))}
			if err := writeInputs(&j, set.In); err != nil {
				return err
			}
			jobs, origins = append(jobs, j), append(origins, origin{s, k})
		}
	}
	return b.mod.Each(ctx, jobs, runLimit, func(i int, a harness.Answer) { origins[i].of.judge(origins[i].set, a) })
}

// writeInputs puts a set's inputs into the job's folder.
func writeInputs(j *harness.Job, in []cases.Value) error {
	if err := os.MkdirAll(j.Output, 0o755); err != nil {
		return err
	}
	for i, v := range in {
		path := filepath.Join(j.Output, fmt.Sprintf("in_%d", i))
		if err := os.WriteFile(path, v.Bytes(), 0o644); err != nil {
			return err
		}
		j.Inputs = append(j.Inputs, harness.Tensor{Shape: v.Shape, File: path})
	}
	return nil
}
