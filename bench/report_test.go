package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/internal/contest"
)

func TestReplaceSection(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "# Results\n", "# Results\n\n## A\nnew\n"},
		{"only", "# Results\n\n## A\nold\n", "# Results\n\n## A\nnew\n"},
		{"first", "# Results\n\n## A\nold\n\n## B\nkept\n", "# Results\n\n## A\nnew\n\n## B\nkept\n"},
		{"last", "# Results\n\n## B\nkept\n\n## A\nold\n", "# Results\n\n## B\nkept\n\n## A\nnew\n"},
		{"with tables of its own", "## A\nold\n\n### t\nold\n\n## B\nkept\n", "## A\nnew\n\n## B\nkept\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := replaceSection(tt.text, "## A\n", "## A\nnew\n"); got != tt.want {
				t.Errorf("replaceSection(%q) = %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

// TestTables writes every table of a small report.
func TestTables(t *testing.T) {
	at := func(x float64) []contest.Sample { return []contest.Sample{{CPU: x, Wall: 2 * x}} }
	r := &report{
		CPU: "A", Peak: 32,
		Rows: []row{
			{
				Model: "m", Case: "16 tokens", Sweep: "tokens", Size: 16, Threads: 1, MACs: 1e6,
				Samples: map[string][]contest.Sample{ours: at(1e5), theirs: at(2e5), "openvino": at(3e5), top: at(49152)},
				Errors:  map[string]string{"tract": "tract: no | such op\nand more"},
				Apart:   map[string]apart{ours: {Values: 10, Largest: 1e-6}, theirs: {Values: 10, Largest: 1, Beyond: 2}},
				Steps:   []contest.Step{{Name: "s", MACs: 1e6, Runs: 1, Nanos: 1e5}},
			},
			{Model: "m", Case: "16 tokens", Threads: 1, Cold: true, Samples: map[string][]contest.Sample{ours: at(2e5), theirs: at(2e5)}},
			{Model: "m", Case: "16 tokens", Threads: 2, Samples: map[string][]contest.Sample{ours: at(1e5), theirs: at(2e5)}},
			{Model: "n", Case: "case_0", Threads: 1, Error: "no"},
			{Model: "t", Case: "case_0", TFJS: true, Threads: 1, Samples: map[string][]contest.Sample{ours: at(1e5), tensorflow: at(9e5), javascript: at(9e7)}, Apart: map[string]apart{tensorflow: {Values: 1}}},
		},
		Starts: []starts{{
			Model: "minilm-l6-fp32", Ours: side{Wall: []float64{2e6}, CPU: []float64{3e6}, Peak: 10.2e6, Touched: 1e6}, Theirs: side{Wall: []float64{4e7}, CPU: []float64{6e7}},
			Sentence: side{Wall: []float64{6e8}, CPU: []float64{7e8}, Peak: 204e6},
			Linked:   side{Wall: []float64{1.5e6}}, Empty: side{Wall: []float64{1e6}}, Code: 5e5, Weights: 9e7, Arena: 2e6,
		}},
		Compiled: []compiled{{"m", 100, 0.1}},
		Growth:   []compiled{{"64 layers", 256, 0.01}},
	}
	r.Rows[2].Samples[theirs] = at(3e5)
	got := r.tables()
	for _, want := range []string{
		"## A\n", "loop of nothing else, one thread: 32.0 GFLOP/s",
		"### A warm call, 1 thread\n", "| m | 16 tokens | 100.0 µs | 2.00 | 3.00 | 200.0 µs | 20.00 | 10.00 | 1.0e-06 | 1.0e+00, 2 of 10 beyond |",
		"| n | case_0 | not measured: no |",
		"### A warm call of TensorFlow.js models, 1 thread\n", "| t | case_0 | 100.0 µs | 9.00 | 900.00 | 900.0 µs | – | – | – | 0.0e+00 |",
		"### A warm call, 2 threads\n", "| m | 16 tokens | 200.0 µs | 3.00 |",
		"### A call with empty caches, 1 thread\n", "| m | 16 tokens | 200.0 µs | 1.00 |",
		"| m | 16 tokens | 100 % | 20.00 | 62 % |",
		"| m | 16 tokens | 100.0 µs | 6.25 µs | 2.00 |",
		"| minilm-l6-fp32 | 2.00 ms | 3.00 ms | 40.00 ms | 60.00 ms | 20.0 |",
		"start to first embedding, wall | 2.00 ms | 600.00 ms | 300.0 |",
		"| +0.50 ms | 500 KB | 90.0 MB | 1.0 MB | 2.0 MB | 10.2 MB | 7.2 MB |",
		"| m | 100 | 0.100 s |", "| 64 layers | 256 | 0.010 s |",
		"- m: tract: no / such op\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the tables lack %q:\n%s", want, got)
		}
	}
	if _, err := json.Marshal(r); err != nil {
		t.Errorf("the report is no JSON: %v", err)
	}
	if strings.Contains(got, "Geometric mean") {
		t.Error("one row has a mean")
	}
}

// TestGrowth compiles the chains, whose nodes double.
func TestChain(t *testing.T) {
	for _, layers := range []int{1, 3} {
		g, err := chain(layers)
		if err != nil {
			t.Fatal(err)
		}
		if len(g.Nodes) != 4*layers {
			t.Errorf("%d layers have %d nodes, want %d", layers, len(g.Nodes), 4*layers)
		}
	}
}

func TestDigest(t *testing.T) {
	lock, err := locks.ReadFile("requirements.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"onnxruntime==1.31.1", "openvino==2026.4.1", "tract==0.23.9"} {
		if !strings.Contains(string(lock), want) {
			t.Errorf("requirements.txt lacks %s", want)
		}
	}
	dir := t.TempDir()
	if current(dir, lock) {
		t.Error("an empty folder is current")
	}
	if err := done(dir, lock); err != nil || !current(dir, lock) || current(dir, append(lock, ' ')) {
		t.Errorf("a folder is current for another lock, or not for its own (%v)", err)
	}
}
