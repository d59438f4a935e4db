package harness

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Tensor is a value's file and shape.
type Tensor struct {
	Shape []int
	File  string
}

// Job is a case to run.
type Job struct {
	Model  string
	Inputs []Tensor
	Output string // the folder for the answers
	Repeat int    // how often to time a run
}

// Answer is what came of a job.
type Answer struct {
	Outputs []Tensor
	Error   string
	Nanos   int64
}

// Do runs the jobs in one process and gives an answer each.
func (m *Module) Do(ctx context.Context, jobs []Job) ([]Answer, error) {
	var answers []Answer
	err := m.run(ctx, jobs, 0, func(a Answer) { answers = append(answers, a) })
	if err != nil {
		return answers, fmt.Errorf("the compiled program stopped after %d of %d cases: %w", len(answers), len(jobs), err)
	}
	return answers, nil
}

// Each runs the jobs and hands on each answer as it comes. A job that brings its process down, or takes longer than
// limit, is answered with an Error; another process takes up what comes after it.
func (m *Module) Each(ctx context.Context, jobs []Job, limit time.Duration, answer func(i int, a Answer)) error {
	for next := 0; next < len(jobs); {
		err := m.run(ctx, jobs[next:], limit, func(a Answer) {
			answer(next, a)
			next++
		})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && next < len(jobs) {
			answer(next, Answer{Error: err.Error()})
			next++
		}
	}
	return nil
}

// run starts a process for the jobs and reads an answer a line; limit bounds the time between two, unless it is 0.
func (m *Module) run(ctx context.Context, jobs []Job, limit time.Duration, answer func(Answer)) error {
	list, err := json.Marshal(jobs)
	if err != nil {
		return err
	}
	if err := m.write("jobs.json", list); err != nil {
		return err
	}
	ctx, kill := context.WithCancelCause(ctx)
	defer kill(nil)
	command := append(append([]string{}, m.Run...), filepath.Join(m.Dir, "program"), filepath.Join(m.Dir, "jobs.json"))
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	watch := time.AfterFunc(max(limit, time.Second), func() {
		if limit > 0 {
			kill(fmt.Errorf("no answer within %v", limit))
		}
	})
	defer watch.Stop()
	left, readErr := len(jobs), error(nil)
	for lines := bufio.NewReader(stdout); ; left-- {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			break
		}
		if limit > 0 {
			watch.Reset(limit)
		}
		var a Answer
		if readErr = json.Unmarshal(line, &a); readErr != nil {
			kill(fmt.Errorf("the compiled program printed %.200q", line))
			break
		}
		answer(a)
	}
	err = cmd.Wait()
	switch {
	case context.Cause(ctx) != nil:
		return context.Cause(ctx)
	case err != nil:
		return fmt.Errorf("%w\n%s", err, head(stderr.Bytes()))
	case left > 0:
		return fmt.Errorf("it ended without an answer\n%s", strings.TrimSpace(string(head(stderr.Bytes()))))
	}
	return nil
}
