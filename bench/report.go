package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/energeticc/energeticc/internal/contest"
)

// report is what a run found, and where.
type report struct {
	CPU, Kernel, Go    string
	Cores              int
	Load               string // the system's load averages at the end, since a busy machine widens the spread
	Date, Commit, Call string
	Peak               float64 // GFLOP/s of one thread, the median over the rows
	Rows               []row
	Starts             []starts
	Compiled           []compiled
	Growth             []compiled `json:",omitempty"`
}

func newReport(root string) *report {
	commit, _ := exec.Command("git", "-C", root, "describe", "--always", "--dirty").Output() // an export has none
	return &report{
		CPU: cpuName(), Kernel: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(), Cores: runtime.NumCPU(),
		Date: time.Now().UTC().Format(time.DateOnly), Commit: strings.TrimSpace(string(commit)),
		Call: "go run -C bench . " + strings.Join(os.Args[1:], " "),
	}
}

// cpuName is the processor's name, family and model, and the widest vectors it has: what decides speed here.
func cpuName() string {
	data, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	field := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if k, v, ok := strings.Cut(line, ":"); ok && field[strings.TrimSpace(k)] == "" {
			field[strings.TrimSpace(k)] = strings.TrimSpace(v)
		}
	}
	flags := strings.Fields(field["flags"])
	var vectors []string
	for _, f := range []string{"avx2", "avx512f", "avx512_vnni", "amx_int8", "amx_bf16"} {
		if slices.Contains(flags, f) {
			vectors = append(vectors, f)
		}
	}
	return fmt.Sprintf("%s, family %s model %s (%s)", field["model name"], field["cpu family"], field["model"], strings.Join(vectors, " "))
}

// finish takes what is known at the end.
func (r *report) finish() {
	load, _ := os.ReadFile("/proc/loadavg") // absent elsewhere than on Linux
	words := strings.Fields(string(load))
	r.Load = strings.Join(words[:min(3, len(words))], " ")
	var peaks []float64
	for i := range r.Rows {
		if p := r.Rows[i].peak(); p > 0 {
			peaks = append(peaks, p)
		}
	}
	r.Peak = contest.Median(peaks)
}

// write prints the tables, and writes them and the JSON where the flags say.
func (b *bench) write(r *report) error {
	r.finish()
	tables := r.tables()
	fmt.Print(tables)
	return errors.Join(b.writeJSON(r), b.writeResults(r, tables)) // a long run is not lost for the one that fails
}

func (b *bench) writeJSON(r *report) error {
	if b.json == "" {
		return nil
	}
	data, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(b.json, append(data, '\n'), 0o644)
}

func (b *bench) writeResults(r *report, tables string) error {
	if b.results == "" {
		return nil
	}
	old, err := os.ReadFile(b.results)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.WriteFile(b.results, []byte(replaceSection(string(old), "## "+r.CPU+"\n", tables)), 0o644)
}

// replaceSection puts section where the one with its heading stands in text, or at the end: other processors' sections
// stay.
func replaceSection(text, heading, section string) string {
	at := strings.Index("\n"+text, "\n"+heading)
	if at < 0 {
		return strings.TrimRight(text, "\n") + "\n\n" + section
	}
	rest := text[at+len(heading):]
	if next := strings.Index("\n"+rest, "\n## "); next >= 0 {
		return text[:at] + section + "\n" + rest[next:]
	}
	return text[:at] + section
}

// writeProfile writes the steps of a model's rows, in the order of the program.
func writeProfile(path string, rows []row) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	var b strings.Builder
	for _, r := range rows {
		if len(r.Steps) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s, %s: %s a call\n", r.Model, r.Case, contest.Duration(r.median(ours)))
		for _, s := range r.Steps {
			fmt.Fprintf(&b, "%12s %8s GFLOP/s %6.4g runs  %s: %s %s\n", contest.Duration(s.Nanos), contest.Rate(s.MACs, s.Nanos), s.Runs, s.Name, s.Ops, s.Shape)
		}
	}
	return os.WriteFile(path, []byte(b.String()), 0o644)
}
