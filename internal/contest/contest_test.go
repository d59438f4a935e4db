package contest

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestQuantile(t *testing.T) {
	for _, tt := range []struct {
		x       []float64
		q, want float64
	}{
		{nil, 0.5, 0},
		{[]float64{7}, 0.25, 7},
		{[]float64{3, 1, 2, 10}, 0.5, 2.5},
		{[]float64{5, 1, 3, 2, 4}, 0.25, 2},
		{[]float64{5, 1, 3, 2, 4}, 1, 5},
	} {
		if got := Quantile(tt.x, tt.q); got != tt.want {
			t.Errorf("Quantile(%v, %v) = %v, want %v", tt.x, tt.q, got, tt.want)
		}
	}
}

func TestRatio(t *testing.T) {
	if got := Ratio([]float64{1, 2, 4}, []float64{2, 2, 2}); got != 1 {
		t.Errorf("Ratio = %v, want 1: the median of 2, 1 and 0.5", got)
	}
}

// TestClock takes processor time where one thread works and all sides know theirs.
func TestClock(t *testing.T) {
	both, noCPU := []Sample{{CPU: 1, Wall: 2}}, []Sample{{Wall: 2}}
	for _, tt := range []struct {
		name    string
		threads int
		all     [][]Sample
		want    float64
	}{
		{"one thread", 1, [][]Sample{both, both}, 1},
		{"a side that failed", 1, [][]Sample{both, nil}, 1},
		{"a side without", 1, [][]Sample{both, noCPU}, 2},
		{"two threads", 2, [][]Sample{both, both}, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Clock(tt.threads, tt.all...)(both[0]); got != tt.want {
				t.Errorf("the clock reads %v, want %v", got, tt.want)
			}
		})
	}
}

func TestClockCost(t *testing.T) {
	times := []StepTime{{Runs: 1, Time: 600}, {Runs: 3, Time: 600}}
	for wall, want := range map[float64]float64{1000: 50, 2000: 0, 0: maxClockCost} {
		if got := clockCost(times, wall); got != want {
			t.Errorf("clockCost(%v, %v) = %v, want %v", times, wall, got, want)
		}
	}
}

func TestFormat(t *testing.T) {
	for nanos, want := range map[float64]string{999: "1.00 µs", 12e3: "12.0 µs", 3.9e6: "3.90 ms", 2.5e9: "2500.00 ms"} {
		if got := Duration(nanos); got != want {
			t.Errorf("Duration(%v) = %q, want %q", nanos, got, want)
		}
	}
	if got := Rate(16e9, 1e9); got != "32.00" {
		t.Errorf("Rate = %q, want 32.00", got)
	}
	if got := Rate(0, 1); got != "–" {
		t.Errorf("Rate of no products = %q, want –", got)
	}
}

// TestProgram runs the Go contender on a package of two steps that the test plays.
func TestProgram(t *testing.T) {
	dir := t.TempDir()
	files, err := Program("contender/subject")
	if err != nil {
		t.Fatal(err)
	}
	files["go.mod"] = []byte("module contender\n\ngo 1.23\n")
	files["adapter.go"] = []byte(`package main

func init() {
	models["subject"] = model{
		predict: func(in []tensor) ([]tensor, error) { return []tensor{{Shape: []int{1}, Data: in[0].Data}}, nil },
		session: func(in []tensor) (func() error, error) { return func() error { kept = make([]byte, 1 << 16); return nil }, nil },
	}
}

var kept []byte
`)
	files["subject/profile.go"] = []byte(`package subject

type StepTime struct{ Runs, Time int64 }

func Profile(clock func() int64) []StepTime { return make([]StepTime, 2) }

func Weights() string { return "w" }
`)
	files["x.bin"] = []byte{1, 2, 3, 4}
	files["job.json"] = []byte(`{"Inputs": [{"Shape": [1], "File": "` + filepath.ToSlash(filepath.Join(dir, "x.bin")) + `"}], "Threads": 1, "Flush": 65536}`)
	for name, data := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", "program.exe", ".")
	build.Dir, build.Env = dir, append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	p, err := Start(t.Context(), "subject", []string{filepath.Join(dir, "program.exe"), "serve", filepath.Join(dir, "job.json")})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	ours := Side{p, "ours"}
	samples, errs := Rounds{N: 2}.Run([]Side{ours, {p, "theirs"}})
	if errs[0] != nil || len(samples[0]) != 2 || samples[0][0].Wall <= 0 {
		t.Errorf("the samples are %v (%v), want two", samples[0], errs[0])
	}
	if errs[1] == nil || !strings.Contains(errs[1].Error(), `no side "theirs"`) || samples[1] != nil {
		t.Errorf("a side that is not there gives %v (%v)", samples[1], errs[1])
	}
	if x, err := ours.Time(2, true); err != nil || x.Wall <= 0 {
		t.Errorf("a cold call takes %v (%v)", x, err)
	}
	if r, err := p.Ask("allocs", "ours", 10); err != nil || math.Round(r.Value) != 1 {
		t.Errorf("%v allocations a call (%v), want 1", r.Value, err)
	}
	if r, err := p.Ask("answer", "ours", filepath.Join(dir, "out")); err != nil || len(r.Outputs) != 1 {
		t.Errorf("the answers are %v (%v), want one", r.Outputs, err)
	} else if data, err := os.ReadFile(r.Outputs[0].File); err != nil || string(data) != string(files["x.bin"]) {
		t.Errorf("the answer is %v (%v), want %v", data, err, files["x.bin"])
	}
	if _, err := Profile(p, make([]Step, 3), 1, 0); err == nil || !strings.Contains(err.Error(), "timed 2 steps, want 3") {
		t.Errorf("a profile of other steps gives %v", err)
	}
	for _, bad := range [][2]string{{"time", "none"}, {"dance", "1"}, {"time", "0"}} {
		if _, err := p.Ask(bad[0], "ours", bad[1]); err == nil {
			t.Errorf("%s %s is answered", bad[0], bad[1])
		}
	}
}

// TestStartFails says what a contender said before it ended.
func TestStartFails(t *testing.T) {
	if _, err := Start(t.Context(), "absent", []string{filepath.Join(t.TempDir(), "absent")}); err == nil {
		t.Error("a program that is not there starts")
	}
	if _, err := Start(t.Context(), "go", []string{"go", "no-such-command"}); err == nil || !strings.Contains(err.Error(), "go: Run 'go help' for usage") {
		t.Errorf("a program that ends says %v", err)
	}
}
