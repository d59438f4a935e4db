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
	TFJS         bool    // theirs is TensorFlow.js in Node, and else ONNX Runtime
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
	s.TFJS = isTFJS(j.Model)
	switch {
	case s.TFJS && b.with(tensorflow) && b.peers.node != "":
		runs = append(runs, fresh{&s.Theirs, b.peers.tfjs("wasm", "once", path)})
	case !s.TFJS && b.with(theirs):
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
	needed := append(modelFiles(j.Model), j.Library)
	if s.TFJS {
		needed = append(modelFiles(j.Model), b.peers.tfjsFiles()...)
	}
	return s, s.bytes(m, needed)
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

// bytes adds up what each side has to ship: the program alone, or a runtime and the model's files. The other side's
// program is left out, as the difference that the package makes is not its own.
func (s *starts) bytes(m *module, needed []string) error {
	sizes := map[*int64][]string{
		&s.Ours.Bytes: {m.binary(alone)}, &s.Linked.Bytes: {m.binary(start)}, &s.Empty.Bytes: {m.binary(empty)},
	}
	if len(s.Theirs.Wall) > 0 {
		sizes[&s.Theirs.Bytes] = needed
	}
	for into, paths := range sizes {
		for _, path := range paths {
			info, err := os.Stat(path)
			if err != nil {
				return err
			}
			*into += info.Size()
		}
	}
	s.Weights = int64(m.program.Weights.Len())
	s.Code = s.Linked.Bytes - s.Empty.Bytes - s.Weights
	return nil
}

// modelFiles are the model and what stands beside it as external data.
func modelFiles(model string) []string {
	all := []string{model}
	for _, pattern := range []string{"*.safetensors", "group*-shard*"} {
		beside, _ := filepath.Glob(filepath.Join(filepath.Dir(model), pattern)) // constant patterns are well formed
		all = append(all, beside...)
	}
	return all
}
