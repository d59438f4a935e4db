package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
)

// config is what the flags say.
type config struct {
	root    string // the repository
	models  []string
	rounds  int
	threads int
	starts  int
	tokens  []int
	json    string
	results string // RESULTS.md, or "" to leave it as it is
	profile string // a folder for profiles, MODEL.pprof
	keep    string // a folder for the throw-away module, to profile what is in it
}

func main() {
	c := config{root: ".."}
	models := flag.String("models", "", "folders of testdata/models, by commas; all by default")
	tokens := flag.String("tokens", "", "numbers of tokens to sweep, by commas, for models that read token ids")
	flag.IntVar(&c.rounds, "rounds", 15, "rounds of a duel; the sides take turns")
	flag.IntVar(&c.threads, "threads", 1, "threads of each side; several are timed by the wall clock, one by its own")
	flag.IntVar(&c.starts, "starts", 7, "process starts of each side, for the time to the first answer; 0 leaves them out")
	flag.StringVar(&c.json, "json", "", "write the results there, as JSON")
	flag.StringVar(&c.results, "results", "", "write the tables into this file's section for this CPU, RESULTS.md")
	flag.StringVar(&c.profile, "profile", "", "write a processor profile of each package's case 0 into this folder")
	flag.StringVar(&c.keep, "keep", "", "make the throw-away module in this folder and leave it there")
	flag.Parse()
	if err := c.parse(*models, *tokens); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt) // so that throw-away modules go away
	err := c.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (c *config) parse(models, tokens string) (err error) {
	if c.root, err = filepath.Abs(c.root); err != nil {
		return err
	}
	if models != "" {
		c.models = strings.Split(models, ",")
	} else if c.models, err = modelFolders(c.root); err != nil {
		return err
	}
	for _, t := range strings.FieldsFunc(tokens, func(r rune) bool { return r == ',' }) {
		n, err := strconv.Atoi(t)
		if err != nil || n < 1 {
			return fmt.Errorf("-tokens: want numbers from 1 up, got %q", t)
		}
		c.tokens = append(c.tokens, n)
	}
	if c.rounds < 1 || c.starts < 0 || c.threads < 1 {
		return fmt.Errorf("want 1 round and thread or more and 0 starts or more, got %d, %d and %d", c.rounds, c.threads, c.starts)
	}
	return nil
}

// run measures every model; one that cannot be measured gets a row that says why.
func (c *config) run(ctx context.Context) error {
	library, err := exec.CommandContext(ctx, "./fetch.sh").Output()
	if err != nil {
		return fmt.Errorf("fetch.sh: %w", err)
	}
	r := newReport(c.root)
	r.Threads = c.threads
	for _, name := range c.models {
		fmt.Fprintln(os.Stderr, "bench:", name)
		rows, err := c.measure(ctx, name, strings.TrimSpace(string(library)))
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			rows = append(rows, row{Model: name, Error: err.Error()})
		}
		r.Rows = append(r.Rows, rows...)
	}
	fmt.Print(r.tables())
	if c.json != "" {
		data, err := json.MarshalIndent(r, "", "\t")
		if err != nil {
			return err
		}
		if err := os.WriteFile(c.json, append(data, '\n'), 0o644); err != nil {
			return err
		}
	}
	if c.results != "" {
		return r.writeInto(c.results)
	}
	return nil
}

// measure compiles a model and takes its figures, case by case.
func (c *config) measure(ctx context.Context, name, library string) ([]row, error) {
	m, err := openModel(filepath.Join(c.root, "testdata", "models", name))
	if err != nil {
		return nil, err
	}
	mod, err := newModule(c.root, c.keep)
	if err != nil {
		return nil, err
	}
	defer mod.close()
	pkg, err := mod.compile(m.onnx)
	if err != nil {
		return nil, err
	}
	if err := mod.build(ctx); err != nil {
		return nil, err
	}
	jobs, err := m.jobs(c.tokens, mod.dir)
	if err != nil {
		return nil, err
	}
	var rows []row
	for i, j := range jobs {
		j.Model, j.ONNX, j.Library, j.Rounds, j.Threads = pkg, m.onnx, library, c.rounds, c.threads
		path, err := mod.writeJob(j)
		if err != nil {
			return rows, err
		}
		x, err := mod.duel(ctx, path)
		if err != nil {
			return append(rows, row{Model: name, Case: j.name, Error: err.Error()}), nil
		}
		x.Model, x.Case, x.MACs = name, j.name, j.macs
		if i == 0 && c.starts > 0 {
			if x.Start, err = mod.starts(ctx, path, c.starts); err != nil {
				return rows, err
			}
		}
		if i == 0 && c.profile != "" {
			if err := mod.profile(ctx, filepath.Join(c.profile, name+".pprof"), path); err != nil {
				return rows, err
			}
		}
		rows = append(rows, *x)
	}
	return rows, nil
}
