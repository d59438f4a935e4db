// Package docs holds the documents against the program: their transcripts are run, and the list of operators is
// the command's.
package docs

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

//go:generate go test -count=1 -run ^TestTranscripts$|^TestOperators$ . -update

var update = flag.Bool("update", false, "write what the commands print now into the documents")

// TestTranscripts runs the blocks ```console of documents. A line "$ COMMAND" is followed by what the command
// prints; figures of time may differ. The commands of a document run one after the other in one folder, in which
// digits-mlp.onnx and a model of TensorFlow.js, tickets, lie, and the document's Go program as main.go of a module.
func TestTranscripts(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the transcripts are those of a Unix shell")
	}
	bin := command(t)
	for _, name := range []string{"../README.md", "../codegen/README.md"} {
		t.Run(filepath.Base(filepath.Dir(name))+"/README.md", func(t *testing.T) {
			old, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			fresh := transcribe(t, string(old), folder(t, string(old)), bin)
			switch {
			case untimed(fresh) == untimed(string(old)):
			case *update:
				write(t, name, fresh)
			default:
				t.Errorf("a transcript of %s is not what the commands print: %s\nrun go generate ./docs and read the diff", name, firstDifference(string(old), fresh))
			}
		})
	}
}

// command builds energeticc and gives the folder it is in.
func command(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", filepath.Join(bin, "energeticc"), "../cmd/energeticc").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return bin
}

// program finds a document's Go program.
var program = regexp.MustCompile("(?s)```go\n(package main\n.*?)```")

// folder is where a document's commands run.
func folder(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	model, err := os.ReadFile("../testdata/models/digits-mlp/digits-mlp.onnx")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "digits-mlp.onnx"), string(model))
	if err := os.CopyFS(filepath.Join(dir, "tickets"), os.DirFS("../testdata/models/tfjs-layers-text")); err != nil {
		t.Fatal(err)
	}
	if m := program.FindStringSubmatch(text); m != nil {
		write(t, filepath.Join(dir, "main.go"), m[1])
		write(t, filepath.Join(dir, "go.mod"), "module example.com/user\n\ngo 1.23\n")
	}
	return dir
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// console finds blocks of transcripts.
var console = regexp.MustCompile("(?s)```console\n(.*?)```")

// transcribe runs the commands of a document and puts what they print in place of what it says they do.
func transcribe(t *testing.T, text, dir, bin string) string {
	return console.ReplaceAllStringFunc(text, func(block string) string {
		var b strings.Builder
		b.WriteString("```console\n")
		for line := range strings.Lines(console.FindStringSubmatch(block)[1]) {
			if line, ok := strings.CutPrefix(line, "$ "); ok {
				b.WriteString("$ " + line + output(t, line, dir, bin))
			}
		}
		return b.String() + "```"
	})
}

// output is what a command prints, results and messages alike.
func output(t *testing.T, line, dir, bin string) string {
	cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "LC_ALL=C.UTF-8", "GOWORK=off", "GOFLAGS=", "PWD="+dir)
	out, err := cmd.CombinedOutput()
	if _, failed := err.(*exec.ExitError); err != nil && !failed { // the document may show an error
		t.Fatalf("%s: %v", line, err)
	}
	out = bytes.ReplaceAll(out, []byte(dir), []byte("."))
	if len(out) > 0 && !bytes.HasSuffix(out, []byte("\n")) {
		out = append(out, '\n')
	}
	return string(out)
}

var times = regexp.MustCompile(`\b[0-9.]+ ?(s|ms|µs)\b`)

// untimed is a text without its figures of time.
func untimed(s string) string { return times.ReplaceAllString(s, "TIME") }

// firstDifference shows the first line that differs.
func firstDifference(old, fresh string) string {
	a, b := strings.Split(untimed(old), "\n"), strings.Split(untimed(fresh), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d is\n\t%s\nwant\n\t%s", i+1, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(a), len(b))
}

// TestOperators holds operators.md against what the command lists.
func TestOperators(t *testing.T) {
	out, err := exec.Command(filepath.Join(command(t), "energeticc"), "ops", "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var ops []operator
	if err := json.Unmarshal(out, &ops); err != nil {
		t.Fatal(err)
	}
	const name = "operators.md"
	fresh := operators(ops)
	old, err := os.ReadFile(name)
	switch {
	case err == nil && string(old) == fresh:
	case *update:
		write(t, name, fresh)
	case err != nil:
		t.Error(err)
	default:
		t.Errorf("%s is not what energeticc ops lists: %s\nrun go generate ./docs", name, firstDifference(string(old), fresh))
	}
}

// operator is a row of energeticc ops --json.
type operator struct {
	Domain  string
	Name    string
	Since   []int
	Refused string
}

// operators writes the list as a page with a table for each domain.
func operators(ops []operator) string {
	var b strings.Builder
	b.WriteString("# Operators\n\n<!-- Written by `go generate ./docs` from `energeticc ops`. -->\n\n" +
		"What a model may use. An operator is listed with the opset versions from which on it has a meaning of its own;\n" +
		"it holds until the next version in its row, and the last one up to the newest opset. What TensorFlow.js has, the\n" +
		"operators of its graph models (tfjs) and the classes of its layers (tfjs.layers), has no versions.\n")
	for i, o := range ops {
		versions := !strings.HasPrefix(o.Domain, "tfjs")
		if i == 0 || o.Domain != ops[i-1].Domain {
			column := map[bool]string{true: "since opset", false: "refused, because"}[versions]
			fmt.Fprintf(&b, "\n## %s\n\n| operator | %s |\n|---|---|\n", o.Domain, column)
		}
		said := o.Refused
		if versions {
			said = strings.Trim(strings.ReplaceAll(fmt.Sprint(o.Since), " ", ", "), "[]")
		}
		fmt.Fprintf(&b, "| %s | %s |\n", o.Name, said)
	}
	return b.String()
}
