package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// report is all rows of a run and where they were taken.
type report struct {
	CPU, Kernel, Go    string
	Threads            int
	Cores              int
	Load               string // the system's load averages at the end, since a busy machine widens the spread
	Date, Commit, Call string
	Rows               []row
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

// tables are the report as Markdown.
func (r *report) tables() string {
	load, _ := os.ReadFile("/proc/loadavg") // absent elsewhere than on Linux
	r.Load = strings.Join(strings.Fields(string(load))[:min(3, len(strings.Fields(string(load))))], " ")
	var b bytes.Buffer
	fmt.Fprintf(&b, "## %s\n\n%d cores, %s, %s; %s, commit %s, load %s, threads: %d.\n`%s`\n\n", r.CPU, r.Cores, r.Kernel, r.Go, r.Date, r.Commit, r.Load, max(r.Threads, 1), strings.TrimSpace(r.Call))
	fmt.Fprintln(&b, "| model | case | ours | ONNX Runtime | theirs / ours | ours, GFLOP/s | theirs | largest error, ours | theirs | beyond tolerance, ours | theirs |")
	fmt.Fprintln(&b, "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
	product, n := 0.0, 0
	for i := range r.Rows {
		x := &r.Rows[i]
		if x.Error != "" {
			fmt.Fprintf(&b, "| %s | %s | not measured: %s | | | | | | | | |\n", x.Model, x.Case, firstLine(x.Error))
			continue
		}
		ours, theirs := median(cpuTimes(x.Ours)), median(cpuTimes(x.Theirs))
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %.3f | %s | %s | %.1e | %.1e | %d of %d | %d |\n", x.Model, x.Case, duration(ours), duration(theirs), x.ratio(),
			rate(x.MACs, ours), rate(x.MACs, theirs), x.Difference, x.TheirDifference, x.Beyond, x.Compared, x.TheirBeyond)
		product += math.Log(x.ratio())
		n++
	}
	if n > 1 {
		fmt.Fprintf(&b, "\nGeometric mean of theirs / ours over %d rows: %.3f.\n", n, math.Exp(product/float64(n)))
	}
	r.startTable(&b)
	return b.String()
}

func (r *report) startTable(b *bytes.Buffer) {
	if !slices.ContainsFunc(r.Rows, func(x row) bool { return x.Start != nil }) {
		return
	}
	fmt.Fprintln(b, "\nProcess start to first answer (medians of wall time and of processor time, and the ratio of the latter), peak memory, bytes to ship (theirs: library and model, without a program):")
	fmt.Fprintln(b, "\n| model | ours, wall | processor | ONNX Runtime, wall | processor | theirs / ours | peak, ours | theirs | bytes, ours | theirs |")
	fmt.Fprintln(b, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
	for _, x := range r.Rows {
		if s := x.Start; s != nil {
			o, t := s.Ours, s.Theirs
			fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %.1f | %.1f MB | %.1f MB | %.1f MB | %.1f MB |\n", x.Model,
				duration(median(o.Wall)), duration(median(o.CPU)), duration(median(t.Wall)), duration(median(t.CPU)), median(t.CPU)/median(o.CPU),
				float64(slices.Max(o.PeakKiB))*1024/1e6, float64(slices.Max(t.PeakKiB))*1024/1e6, float64(o.Bytes)/1e6, float64(t.Bytes)/1e6)
		}
	}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return strings.ReplaceAll(line, "|", "/")
}

func duration(nanos float64) string {
	switch {
	case nanos < 1e4:
		return fmt.Sprintf("%.2f µs", nanos/1e3)
	case nanos < 1e6:
		return fmt.Sprintf("%.1f µs", nanos/1e3)
	}
	return fmt.Sprintf("%.2f ms", nanos/1e6)
}

func rate(macs, nanos float64) string {
	if macs == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f", 2*macs/nanos)
}

// writeInto replaces this CPU's section of a file of results, or adds it.
func (r *report) writeInto(path string) error {
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.WriteFile(path, []byte(replaceSection(string(old), "## "+r.CPU+"\n", r.tables())), 0o644)
}

// replaceSection puts section where the one with its heading stands in text, or at the end.
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
