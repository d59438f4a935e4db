package main

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/energeticc/energeticc/internal/contest"
)

// starts is what fresh processes of a model took, and what they need.
type starts struct {
	Model        string
	Ours, Theirs side    // until the first answer
	Sentence     side    // of EnergeticAI, until the first embedding
	Linked       side    // of a program that carries the package, until main
	Empty        side    // of one that does not
	Code         int64   // bytes that the package adds to that one beside its weights, stripped
	Weights      int64   // bytes
	Arena        float64 // bytes of the session
}

// side is the figures of fresh processes, one entry a start.
type side struct {
	Wall, CPU []float64 // nanoseconds
	Peak      float64   // the largest resident set, in bytes
	Touched   float64   // bytes of the weights in memory after the first answer
	Bytes     int64     // of the program, and of the library and model that it needs
}

// freshStarts times fresh processes in turn, after one of each that brings the files into the page cache.
func (b *bench) freshStarts(ctx context.Context, m *module, mod *model, j job) (*starts, error) {
	j.Threads, j.Library = 1, b.peers.library
	path, err := m.writeJob("start", j.Job)
	if err != nil {
		return nil, err
	}
	s := &starts{Model: mod.name}
	type fresh struct {
		into *side
		argv []string
	}
	runs := []fresh{
		{&s.Ours, []string{m.binary(alone), "once", ours, path}},
		{&s.Linked, []string{m.binary(start)}},
		{&s.Empty, []string{m.binary(empty)}},
	}
	if b.with(theirs) {
		runs = append(runs, fresh{&s.Theirs, []string{m.binary(duel), "once", theirs, path}})
	}
	if b.embeds(mod.name) {
		runs = append(runs, fresh{&s.Sentence, b.peers.embed("once")})
	}
	for i := range b.starts + 1 {
		for _, r := range runs {
			if i == 1 {
				*r.into = side{}
			}
			if err := r.into.once(ctx, b.peers.env, r.argv); err != nil {
				return nil, err
			}
		}
	}
	var shapes [][]int
	for _, t := range j.Inputs {
		shapes = append(shapes, t.Shape)
	}
	s.Arena = contest.Arena(m.program, shapes)
	return s, s.bytes(m, j)
}

// once starts a process, waits for its first line, which is its peak memory in KiB and the bytes of weights that it
// has touched, and for its end.
func (s *side) once(ctx context.Context, env, argv []string) error {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stderr = os.Stderr
	cmd.Env = append(os.Environ(), env...)
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
	words := strings.Fields(line)
	numbers := make([]float64, 2)
	for i := range min(len(words), len(numbers)) {
		if numbers[i], err = strconv.ParseFloat(words[i], 64); err != nil {
			return err
		}
	}
	s.Peak, s.Touched = max(s.Peak, numbers[0]*1024), max(s.Touched, numbers[1])
	s.Wall = append(s.Wall, float64(took))
	s.CPU = append(s.CPU, float64(cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime()))
	return nil
}

// bytes adds up what each side has to ship: the program alone, or the library and the model's files. The other side's
// program is left out, as the difference that the package makes is not its own.
func (s *starts) bytes(m *module, j job) error {
	size := map[string]int64{}
	for _, path := range append(modelFiles(j.Model), j.Library, m.binary(alone), m.binary(start), m.binary(empty)) {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		size[path] = info.Size()
	}
	s.Ours.Bytes, s.Linked.Bytes, s.Empty.Bytes = size[m.binary(alone)], size[m.binary(start)], size[m.binary(empty)]
	for _, path := range append(modelFiles(j.Model), j.Library) {
		s.Theirs.Bytes += size[path]
	}
	s.Weights = int64(m.program.Weights.Len())
	s.Code = s.Linked.Bytes - s.Empty.Bytes - s.Weights
	return nil
}

// modelFiles are the model and what stands beside it as external data.
func modelFiles(onnx string) []string {
	beside, _ := filepath.Glob(filepath.Join(filepath.Dir(onnx), "*.safetensors")) // a constant pattern is well formed
	return append(beside, onnx)
}
