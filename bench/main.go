package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/energeticc/energeticc/internal/contest"
)

// bench is what the flags say, and the peers that were installed.
type bench struct {
	root    string // the repository
	models  []string
	against []string
	rounds  int
	threads []int
	starts  int
	tokens  []int
	batch   []int
	cold    bool
	growth  bool
	json    string
	results string // RESULTS.md, or "" to leave it as it is
	profile string // a folder for the steps' times
	keep    string // a folder for the throw-away module, to profile what is in it
	cache   string
	peers   *peers
	refused map[string]string // why a peer cannot run a model, by both names
}

// all are the peers that bench knows.
var all = []string{theirs, "openvino", "tract", tensorflow, javascript, energetic}

func main() {
	b := &bench{root: "..", refused: map[string]string{}}
	models := flag.String("models", "", "folders of testdata/models, by commas; all by default")
	against := flag.String("against", strings.Join(all, ","), "whom to measure beside the packages, by commas")
	threads := flag.String("threads", "1", "numbers of threads of each side, by commas; several are timed by the wall clock, one by its own")
	tokens := flag.String("tokens", "", "numbers of tokens to sweep, by commas, for models that read token ids")
	batch := flag.String("batch", "", "numbers of rows to sweep, by commas, for models of a free number; those that would take long are left out")
	flag.BoolVar(&b.cold, "cold", false, "measure each model's first case with one thread and caches emptied before each call, too")
	flag.BoolVar(&b.growth, "growth", false, "measure how the compiler's time grows with a model's nodes")
	flag.IntVar(&b.rounds, "rounds", 15, "rounds of a duel; the sides take turns")
	flag.IntVar(&b.starts, "starts", 7, "process starts of each side, for the time to the first answer; 0 leaves them out")
	flag.StringVar(&b.json, "json", "", "write the results there, as JSON")
	flag.StringVar(&b.results, "results", "", "write the tables into this file's section for this CPU, RESULTS.md")
	flag.StringVar(&b.profile, "profile", "", "write the times of each package's steps into this folder, MODEL.txt")
	flag.StringVar(&b.keep, "keep", "", "make the throw-away module in this folder, with symbols, and leave it there")
	flag.StringVar(&b.cache, "cache", ".cache", "where the peers are installed")
	flag.Parse()
	if err := b.parse(*models, *against, *threads, *tokens, *batch); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt) // so that throw-away modules go away
	err := b.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (b *bench) parse(models, against, threads, tokens, batch string) (err error) {
	if b.root, err = filepath.Abs(b.root); err != nil {
		return err
	}
	if b.models = list(models); len(b.models) == 0 {
		if b.models, err = modelFolders(b.root); err != nil {
			return err
		}
	}
	b.against = list(against)
	for _, name := range b.against {
		if !slices.Contains(all, name) {
			return fmt.Errorf("-against: there is no %q; want some of %s", name, strings.Join(all, ", "))
		}
	}
	for _, x := range []struct {
		flag, text string
		into       *[]int
	}{{"threads", threads, &b.threads}, {"tokens", tokens, &b.tokens}, {"batch", batch, &b.batch}} {
		for _, word := range list(x.text) {
			n, err := strconv.Atoi(word)
			if err != nil || n < 1 {
				return fmt.Errorf("-%s: want numbers from 1 up, got %q", x.flag, word)
			}
			*x.into = append(*x.into, n)
		}
	}
	if b.rounds < 1 || b.starts < 0 || len(b.threads) == 0 {
		return fmt.Errorf("want 1 round or more, 0 starts or more and a number of threads, got %d, %d and %v", b.rounds, b.starts, b.threads)
	}
	return nil
}

// list cuts a flag's value at its commas.
func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' })
}

// with reports whether a peer is to be measured.
func (b *bench) with(peer string) bool { return slices.Contains(b.against, peer) }

// run measures every model; one that cannot be measured gets a row that says why.
func (b *bench) run(ctx context.Context) (err error) {
	if b.peers, err = install(ctx, b.cache, b.with); err != nil {
		return err
	}
	r := newReport(b.root)
	for _, name := range b.models {
		fmt.Fprintln(os.Stderr, "bench:", name)
		err := b.measure(ctx, name, r)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			r.Rows = append(r.Rows, row{Model: name, Threads: 1, Error: err.Error()})
		}
	}
	if b.growth {
		if r.Growth, err = growth(); err != nil {
			return err
		}
	}
	return b.write(r)
}

// measure compiles a model and takes its figures, case by case.
func (b *bench) measure(ctx context.Context, name string, r *report) error {
	m, err := openModel(filepath.Join(b.root, "testdata", "models", name))
	if err != nil {
		return err
	}
	mod, err := newModule(b.root, b.keep)
	if err != nil {
		return err
	}
	defer mod.close()
	if err := mod.compile(m.path); err != nil {
		return err
	}
	if err := mod.build(ctx); err != nil {
		return err
	}
	r.Compiled = append(r.Compiled, compiled{name, mod.nodes, mod.took.Seconds()})
	jobs, err := m.jobs(b.tokens, mod.dir)
	if err != nil {
		return err
	}
	began := len(r.Rows)
	for i, j := range jobs {
		for _, threads := range b.threads {
			r.Rows = append(r.Rows, b.rows(ctx, mod, m, j, threads, b.cold && i == 0 && threads == 1)...)
		}
	}
	first := r.Rows[began]
	rows, err := b.batches(ctx, mod, m, first)
	if err != nil {
		return err
	}
	r.Rows = append(r.Rows, rows...)
	if b.profile != "" {
		if err := writeProfile(filepath.Join(b.profile, name+".txt"), r.Rows[began:]); err != nil {
			return err
		}
	}
	if b.starts > 0 && first.Error == "" {
		s, err := b.freshStarts(ctx, mod, m, jobs[0])
		if err != nil {
			return err
		}
		r.Starts = append(r.Starts, *s)
	}
	return nil
}

// slow is a call that a sweep over rows does without, in nanoseconds.
const slow = 250e6

// batches sweeps the number of rows, as long as a call does not take long.
func (b *bench) batches(ctx context.Context, mod *module, m *model, first row) ([]row, error) {
	if len(b.batch) == 0 || !batched(mod.program) || first.Error != "" {
		return nil, nil
	}
	var rows []row
	for _, n := range b.batch {
		if float64(n)*max(first.median(ours), first.median(theirs)) > slow {
			continue
		}
		j, err := m.batch(n, mod.dir)
		if err != nil {
			return rows, err
		}
		rows = append(rows, b.rows(ctx, mod, m, j, 1, false)...)
	}
	return rows, nil
}

// rows measures a job: warm, and also cold.
func (b *bench) rows(ctx context.Context, mod *module, m *model, j job, threads int, cold bool) []row {
	j.Threads, j.Library, j.Flush = threads, b.peers.library, flush()
	all := []row{newRow(m, j, false)}
	var second *row
	if cold {
		all = append(all, newRow(m, j, true))
		second = &all[1]
	}
	if err := b.race(ctx, mod, m.Tolerance, j, &all[0], second); err != nil {
		all[0].Error = err.Error()
	}
	if cold && len(all[1].Samples) == 0 {
		all[1].Error = all[0].Error
	}
	return all
}

func newRow(m *model, j job, cold bool) row {
	return row{
		Model: m.name, TFJS: isTFJS(m.path), Case: j.name, Sweep: j.sweep, Size: j.size, Threads: j.Threads, Cold: cold,
		Samples: map[string][]contest.Sample{}, Errors: map[string]string{}, Apart: map[string]apart{},
	}
}
