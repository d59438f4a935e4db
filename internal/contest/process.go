package contest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// Job is what a contender runs; it reads it as JSON from a file.
type Job struct {
	Model   string // the model's file
	Library string `json:",omitempty"` // of a runtime that is loaded from a shared library
	Inputs  []Tensor
	Outputs []Tensor // their names and types
	Threads int
	Flush   int // bytes that are written before a cold call
}

// Tensor is a value's file: raw little-endian numbers, or JSON.
type Tensor struct {
	Name  string `json:"Name,omitempty"`
	DType string `json:"DType,omitempty"` // as NumPy has it; "string"
	Shape []int
	File  string
}

// Sample is the nanoseconds of a call.
type Sample struct {
	CPU  float64 // of the thread or the process; 0 where the system does not tell
	Wall float64
}

// StepTime is how often a step runs in a call, and its nanoseconds in all of it.
type StepTime struct{ Runs, Time float64 }

// Reply is what a contender answers to a request.
type Reply struct {
	Error     string
	CPU, Wall float64
	Value     float64
	Version   string // of the runtime, in the first reply
	Outputs   []Tensor
	Steps     []StepTime
}

// patience is how long a contender may take for one request, its start included.
const patience = 5 * time.Minute

// Process is a contender.
type Process struct {
	Name, Version string

	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	stderr  bytes.Buffer
	tooLong bool
}

// Start starts a contender and waits until it is ready.
func Start(ctx context.Context, name string, argv []string, env ...string) (*Process, error) {
	p := &Process{Name: name, cmd: exec.CommandContext(ctx, argv[0], argv[1:]...)}
	p.cmd.Env = append(p.cmd.Environ(), env...)
	p.cmd.Stderr = &p.stderr
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	r, err := p.reply()
	if err != nil {
		p.Close()
		return nil, err
	}
	p.Version = r.Version
	return p, nil
}

// Ask sends a request and gives the answer.
func (p *Process) Ask(verb, side string, arg any) (Reply, error) {
	if _, err := fmt.Fprintln(p.in, verb, side, arg); err != nil {
		return Reply{}, p.gone(err)
	}
	return p.reply()
}

func (p *Process) reply() (r Reply, err error) {
	watch := time.AfterFunc(patience, func() {
		p.tooLong = true
		_ = p.cmd.Process.Kill() // the read then ends
	})
	line, err := p.out.ReadBytes('\n')
	watch.Stop()
	if err != nil {
		return r, p.gone(err)
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return r, fmt.Errorf("%s: printed %.200q, want a reply: %w", p.Name, line, err)
	}
	if r.Error != "" {
		return r, fmt.Errorf("%s: %s", p.Name, r.Error)
	}
	return r, nil
}

// gone says why a contender does not answer.
func (p *Process) gone(err error) error {
	if p.tooLong {
		return fmt.Errorf("%s: no answer within %v", p.Name, patience)
	}
	waited := p.cmd.Wait() // after which standard error is complete
	if said := strings.TrimSpace(p.stderr.String()); said != "" {
		return fmt.Errorf("%s: %s", p.Name, lastLine(said))
	}
	return fmt.Errorf("%s: %w", p.Name, errors.Join(err, waited))
}

// lastLine is where programs say what was wrong.
func lastLine(s string) string { return s[strings.LastIndexByte(s, '\n')+1:] }

// Close ends the contender.
func (p *Process) Close() {
	_ = p.in.Close() // it ends by itself once there are no more requests
	_ = p.cmd.Wait() // it did what was asked
}

// Side is one of the runtimes of a process.
type Side struct {
	Process *Process
	Name    string
}

// Time is the time of a call, over n calls; cold ones begin with empty caches.
func (s Side) Time(n int, cold bool) (Sample, error) {
	verb := "time"
	if cold {
		verb = "cold"
	}
	r, err := s.Process.Ask(verb, s.Name, n)
	return Sample{r.CPU, r.Wall}, err
}
