package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const magikaFolder = "../../testdata/models/magika-v3_3"

// TestDemo wants of the demo's program the kinds that the Python package magika gives.
func TestDemo(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(magikaFolder, "magika-labels.json"))
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Files []struct {
			File  string
			Label string `json:"output_label"`
		}
	}
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	args := []string{"demo"}
	for _, f := range golden.Files {
		args = append(args, filepath.Join(magikaFolder, f.File))
	}
	var out, errout bytes.Buffer
	if code := run(t.Context(), args, &out, &errout); code != 0 {
		t.Fatalf("exit code %d: %s", code, &errout)
	}
	answers, facts, _ := strings.Cut(out.String(), "\n\n")
	lines := strings.Split(answers, "\n")
	if len(lines) != len(golden.Files) {
		t.Fatalf("%d answers, want %d:\n%s", len(lines), len(golden.Files), answers)
	}
	for i, want := range golden.Files {
		if got := strings.Fields(lines[i]); got[1] != want.Label {
			t.Errorf("%s is %s, want %s", want.File, got[1], want.Label)
		}
	}
	for _, want := range []string{"source of the package", "weights ", "program ", "go build ", "start to first answer", "a call of the model"} {
		if !strings.Contains(facts, want) {
			t.Errorf("the facts do not say %q:\n%s", want, facts)
		}
	}
}

// TestDemoData holds the demo's copy of the model against the one that the other tests use.
func TestDemoData(t *testing.T) {
	for _, name := range []string{"model.onnx", "config.min.json", "cases.json", "case_0/in_0.bin", "case_0/out_0.bin"} {
		got, err := demoData.ReadFile("demo/magika/" + name)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join(magikaFolder, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("demo/magika/%s differs from %s/%s", name, magikaFolder, name)
		}
	}
}

func TestDemoRefuses(t *testing.T) {
	tests := []struct {
		name string
		args []string
		path string // of the environment
		want string
	}{
		{"missing file", []string{"demo", "no-such-file"}, os.Getenv("PATH"), "no-such-file: no such file"},
		{"folder", []string{"demo", "demo"}, os.Getenv("PATH"), "demo is no regular file"},
		{"no go command", []string{"demo", "demo.go"}, t.TempDir(), "the go command is needed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("PATH", tt.path)
			var out, errout bytes.Buffer
			if code := run(t.Context(), tt.args, &out, &errout); code != exitUsage {
				t.Errorf("exit code %d, want %d", code, exitUsage)
			}
			if !strings.Contains(errout.String(), tt.want) {
				t.Errorf("messages %q, want %q", errout.String(), tt.want)
			}
		})
	}
}
