package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/internal/contest"
)

// TestBench measures a model end to end: from its folder's case and from drawn inputs, for people and as JSON.
func TestBench(t *testing.T) {
	var r benchResult
	model := testModel(t, "digits-mlp")
	out := mustRun(t, "bench", model, "--rounds", "2", "--threads", "1,2", "--json")
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("bench prints\n%s(%v)", out, err)
	}
	if r.Model != "digits-mlp" || r.Inputs != "case_0" || r.Rounds != 2 || len(r.Runs) != 2 {
		t.Fatalf("bench says %+v, want digits-mlp, case_0 and runs of 2 rounds with 1 and 2 threads", r)
	}
	for i, x := range r.Runs {
		if x.Threads != i+1 || x.Allocs != 0 || len(x.Contenders) != 1 || x.Contenders[0].Median <= 0 || x.Contenders[0].GFLOPs <= 0 {
			t.Errorf("run %d is %+v, want the package's time without allocations", i, x)
		}
		if want := 64.0*64 + 64*32 + 32*10; x.MACs != want {
			t.Errorf("run %d has %v multiply-adds, want %v", i, x.MACs, want)
		}
		if len(x.Steps) != 3 || x.Steps[0].Name != "matMul" || x.Steps[0].Ops != "MatMul" || x.Steps[0].Shape != "[1, 64]" || x.Steps[0].Runs != 1 || x.Steps[0].Nanos <= 0 {
			t.Errorf("run %d has the steps %+v, want 3, the first of them matMul", i, x.Steps)
		}
	}
	out = mustRun(t, "bench", model+"/digits-mlp.onnx", "--rounds", "1", "--dim", "batch=3")
	for _, want := range []string{"digits-mlp, inputs: drawn; medians of 1 round", "1 thread", "energeticc", "0 allocations a call", "matMul: MatMul [3, 64]", "steps take"} {
		if !strings.Contains(out, want) {
			t.Errorf("bench prints\n%swant %q in it", out, want)
		}
	}
}

// TestBenchAgainst measures peers, where a Python has them, and says which are missing.
func TestBenchAgainst(t *testing.T) {
	t.Run("absent", func(t *testing.T) {
		t.Setenv("PYTHON", "no-such-python")
		code, out, messages := command(t, "bench", testModel(t, "digits-mlp"), "--rounds", "1", "--against", "tract", "--json")
		if code != 0 || !strings.Contains(messages, "no-such-python has no tract: pip install numpy tract") || !strings.Contains(out, `"not_measured"`) {
			t.Errorf("exit code %d, results\n%s messages\n%s want the package alone, and what tract needs", code, out, messages)
		}
	})
	for _, peer := range contest.Peers {
		t.Run(peer, func(t *testing.T) {
			if err := contest.HasPeer(t.Context(), contest.Python(), peer); err != nil {
				missing(t, "ENERGETICC_REQUIRE_"+strings.ToUpper(peer), "%v", err)
			}
			var r benchResult
			out := mustRun(t, "bench", testModel(t, "torch-bilstm-tagger"), "--rounds", "2", "--against", peer, "--json")
			if err := json.Unmarshal([]byte(out), &r); err != nil {
				t.Fatalf("bench prints\n%s(%v)", out, err)
			}
			if all := r.Runs[0].Contenders; len(all) != 2 || !strings.HasPrefix(all[1].Name, peer+" ") || all[1].Ratio <= 0 {
				t.Errorf("contenders are %+v, want the package and %s with a ratio", all, peer)
			}
		})
	}
}

// TestBenchDocs holds the page on bench against the command's flags.
func TestBenchDocs(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "bench.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, flag := range regexp.MustCompile(`--[a-z-]+`).FindAllString(mustRun(t, "bench", "--help"), -1) {
		if flag != "--help" && !strings.Contains(string(page), flag) {
			t.Errorf("docs/bench.md does not name %s", flag)
		}
	}
}

// TestBenchBadInput checks what is said of calls that cannot succeed.
func TestBenchBadInput(t *testing.T) {
	model := testModel(t, "digits-mlp")
	for _, tt := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"no model", []string{"nowhere.onnx"}, exitModel, "no such file"},
		{"peer", []string{model, "--against", "abacus"}, exitUsage, "--against abacus: want some of onnxruntime, openvino, tract"},
		{"threads", []string{model, "--threads", "1,0"}, exitUsage, "--threads 0: want numbers from 1"},
		{"no number", []string{model, "--threads", "many"}, exitUsage, "many"},
		{"rounds", []string{model, "--rounds", "0"}, exitUsage, "--rounds 0: want at least 1"},
		{"dim", []string{model, "--dim", "seq=1"}, exitUsage, "no such free dim"},
		{"cases", []string{model, "--cases", "nowhere"}, exitUsage, "nowhere"},
		{"another model's case", []string{model, "--cases", testModel(t, "magika-v3_3"), "--rounds", "1"}, exitModel, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, out, messages := command(t, append([]string{"bench"}, tt.args...)...)
			if code != tt.code || !strings.Contains(messages, tt.want) || out != "" {
				t.Errorf("exit code %d, results %q, messages %q; want %d and %q", code, out, messages, tt.code, tt.want)
			}
		})
	}
	t.Run("without go", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		if code, _, messages := command(t, "bench", model); code != exitUsage || !strings.Contains(messages, "the go command is needed") {
			t.Errorf("exit code %d, messages %q; want %d and that go is needed", code, messages, exitUsage)
		}
	})
}
