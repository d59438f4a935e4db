package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// demoModule is the throw-away module with the compiled package and the program that calls it.
type demoModule struct{ dir string }

// demoAnswer is a line of the program.
type demoAnswer struct {
	kind  string
	score string
	took  time.Duration // of the model; 0 where it was not asked
}

// build makes the program and runs the package's own test, which holds it against the model's golden answers.
func (m demoModule) build(e *env, facts *demoFacts) error {
	start := time.Now()
	if err := m.golang(e.ctx, "build", "-o", m.program(), "."); err != nil {
		return err
	}
	facts.goBuild = time.Since(start)
	info, err := os.Stat(m.program())
	if err != nil {
		return err
	}
	facts.binary = info.Size()
	fmt.Fprintf(e.errout, "built a program of %s with it in %s\n", size(facts.binary), seconds(facts.goBuild))
	start = time.Now()
	if err := m.golang(e.ctx, "test", "-vet=off", "-run=^TestGolden$", "./magika"); err != nil {
		return err
	}
	fmt.Fprintf(e.errout, "the package's test passed in %s: its answers are those of ONNX Runtime\n\n", seconds(time.Since(start)))
	return nil
}

// program is the binary's path.
func (m demoModule) program() string {
	if runtime.GOOS == "windows" {
		return filepath.Join(m.dir, "filekind.exe")
	}
	return filepath.Join(m.dir, "filekind")
}

// golang runs the go command in the module: without network, and whatever the user's settings are for their own.
func (m demoModule) golang(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = m.dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOPROXY=off", "GOWORK=off", "GOOS=", "GOARCH=", "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("demo: go %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// ask runs the program on files.
func (m demoModule) ask(ctx context.Context, files []string) ([]demoAnswer, error) {
	out, err := exec.CommandContext(ctx, m.program(), files...).Output()
	if exit, ok := err.(*exec.ExitError); ok {
		return nil, fmt.Errorf("demo: %s", bytes.TrimSpace(exit.Stderr))
	}
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	var answers []demoAnswer
	for line := range strings.Lines(string(out)) {
		fields := strings.Split(line, "\t")
		if len(fields) < 4 {
			return nil, fmt.Errorf("demo: the program printed %q; want kind, score, time and name", line)
		}
		took, err := time.ParseDuration(fields[2])
		if err != nil {
			return nil, fmt.Errorf("demo: the program printed %q: %w", line, err)
		}
		answers = append(answers, demoAnswer{fields[0], fields[1], took})
	}
	if len(answers) != len(files) {
		return nil, fmt.Errorf("demo: the program printed %d answers, want %d", len(answers), len(files))
	}
	return answers, nil
}

// How often the demo measures; it prints medians.
const (
	demoStarts = 5
	demoCalls  = 11
)

// measure times the program on its own source: from its start to its first line, and the calls of its model.
func (m demoModule) measure(e *env, facts *demoFacts) error {
	subject := filepath.Join(m.dir, "main.go")
	var starts, calls []time.Duration
	for range demoStarts {
		d, err := m.firstLine(e.ctx, subject)
		if err != nil {
			return err
		}
		starts = append(starts, d)
	}
	answers, err := m.ask(e.ctx, slices.Repeat([]string{subject}, demoCalls))
	if err != nil {
		return err
	}
	for _, a := range answers {
		calls = append(calls, a.took)
	}
	facts.firstAnswer, facts.call = median(starts), median(calls)
	return nil
}

// firstLine starts the program and waits for its first line.
func (m demoModule) firstLine(ctx context.Context, name string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, m.program(), name)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	_, err = bufio.NewReader(out).ReadString('\n')
	took := time.Since(start)
	if waitErr := cmd.Wait(); waitErr != nil {
		err = waitErr
	}
	if err != nil {
		return 0, fmt.Errorf("demo: the program gave no answer: %w", err)
	}
	return took, nil
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}
