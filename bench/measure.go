package main

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sample is a side's time for a call in a round, in nanoseconds.
type sample struct {
	CPU, Wall float64
}

// row is what was found for a case.
type row struct {
	Model, Case  string
	Error        string   `json:",omitempty"`
	MACs         float64  `json:",omitempty"`
	Ours, Theirs []sample `json:",omitempty"`
	Start        *start   `json:",omitempty"`

	Compared                    int // values of the answers with what was wanted
	Difference, TheirDifference float64
	Beyond, TheirBeyond         int // of the tolerance
}

// start is what a fresh process of each side took until its first answer.
type start struct {
	Ours, Theirs side
}

// side is the figures of a fresh process, one entry a start.
type side struct {
	Wall, CPU []float64 // nanoseconds
	PeakKiB   []int
	Bytes     int64 // of the program, and of the library and model that it needs
}

func median(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(x))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

func cpuTimes(s []sample) []float64 {
	x := make([]float64, len(s))
	for i := range s {
		x[i] = s[i].CPU
	}
	return x
}

// ratio is the median over the rounds of theirs / ours, in processor time.
func (r *row) ratio() float64 {
	x := make([]float64, min(len(r.Ours), len(r.Theirs)))
	for i := range x {
		x[i] = r.Theirs[i].CPU / r.Ours[i].CPU
	}
	return median(x)
}

// duel runs the job and reads the result.
func (m *module) duel(ctx context.Context, job string) (*row, error) {
	out, err := m.run(ctx, "duel", "duel", job)
	if err != nil {
		return nil, err
	}
	r := new(row)
	return r, json.Unmarshal(out, r)
}

// starts times fresh processes of both sides in turn, after one of each that brings the files into the page cache.
func (m *module) starts(ctx context.Context, job string, n int) (*start, error) {
	s := new(start)
	for i := range n + 1 {
		if i == 1 {
			*s = start{}
		}
		if err := m.once(ctx, &s.Ours, "alone", "ours", job); err != nil {
			return nil, err
		}
		if err := m.once(ctx, &s.Theirs, "duel", "theirs", job); err != nil {
			return nil, err
		}
	}
	return s, m.bytes(s, job)
}

func (m *module) once(ctx context.Context, s *side, program, which, job string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(m.dir, program), "once", which, job)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	line, readErr := bufio.NewReader(stdout).ReadString('\n')
	took := time.Since(began)
	if err := cmd.Wait(); err != nil {
		return err
	}
	if readErr != nil {
		return readErr
	}
	peak, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		return err
	}
	s.Wall = append(s.Wall, float64(took))
	s.CPU = append(s.CPU, float64(cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime()))
	s.PeakKiB = append(s.PeakKiB, peak)
	return nil
}

// bytes adds up what each side has to ship: the program alone, or a program, the library and the model's files. The
// other side's program is counted without the package, as the difference that the package makes is not its own.
func (m *module) bytes(s *start, path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var j job
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	info, err := os.Stat(filepath.Join(m.dir, "alone"))
	if err != nil {
		return err
	}
	s.Ours.Bytes = info.Size()
	for _, f := range append(modelFiles(j.ONNX), j.Library) {
		info, err := os.Stat(f)
		if err != nil {
			return err
		}
		s.Theirs.Bytes += info.Size()
	}
	return nil
}

// modelFiles are the model and what stands beside it as external data.
func modelFiles(onnx string) []string {
	beside, _ := filepath.Glob(filepath.Join(filepath.Dir(onnx), "*.safetensors")) // a constant pattern is well formed
	return append(beside, onnx)
}
