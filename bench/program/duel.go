package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// sliceTime is how long a side runs before it is the other's turn, about: long beside the clock's grain and short
// beside the machine's changes of mood.
const sliceTime = 20 * time.Millisecond

// sample is a side's time for a call in a round, in nanoseconds.
type sample struct {
	CPU, Wall float64 // CPU is Wall where several threads work
}

// result is what a duel found.
type result struct {
	Ours, Theirs                []sample
	Difference, TheirDifference float64 // the largest absolute ones from the wanted answers
	Beyond, TheirBeyond         int     // answers beyond the tolerance
	Compared                    int
}

// duel times both sides in turn; who begins changes from round to round.
func duel(j job) (*result, error) {
	m := models[j.Model]
	ours, err := m.predict(j.Inputs)
	if err != nil {
		return nil, fmt.Errorf("ours: %w", err)
	}
	theirs, runTheirs, err := rival(j)
	if err != nil {
		return nil, fmt.Errorf("onnxruntime: %w", err)
	}
	r := new(result)
	if err := r.compare(j, ours, theirs); err != nil {
		return nil, err
	}
	runOurs, err := m.session(j.Inputs)
	if err != nil {
		return nil, err
	}
	nOurs, err := j.calls(runOurs)
	if err != nil {
		return nil, err
	}
	nTheirs, err := j.calls(runTheirs)
	if err != nil {
		return nil, err
	}
	for round := range j.Rounds {
		order := []func() error{
			func() error { return j.measure(&r.Ours, runOurs, nOurs) },
			func() error { return j.measure(&r.Theirs, runTheirs, nTheirs) },
		}
		for i := range order {
			if err := order[(i+round)%2](); err != nil {
				return nil, err
			}
		}
	}
	return r, nil
}

// calls is how many calls fill a slice; the runs warm the side up.
func (j job) calls(run func() error) (int, error) {
	n := 1
	for {
		var s []sample
		if err := j.measure(&s, run, n); err != nil {
			return 0, err
		}
		if took := s[0].CPU * float64(n); took >= float64(sliceTime)/4 || n >= 1<<20 {
			return max(1, int(float64(sliceTime)/max(s[0].CPU, 1))), nil
		}
		n *= 4
	}
}

func (j job) measure(into *[]sample, run func() error, n int) error {
	wall, cpu := time.Now(), threadTime()
	for range n {
		if err := run(); err != nil {
			return err
		}
	}
	s := sample{
		CPU:  float64(threadTime()-cpu) / float64(n),
		Wall: float64(time.Since(wall)) / float64(n),
	}
	if j.Threads > 1 {
		s.CPU = s.Wall
	}
	*into = append(*into, s)
	return nil
}

// threadTime is the processor time that the calling thread has had, in nanoseconds.
func threadTime() int64 {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t) != nil {
		return time.Now().UnixNano()
	}
	return t.Nano()
}

// compare holds both answers against the wanted ones, which are theirs where the case has none:
// |got - want| ≤ Atol + Rtol·|want|.
func (r *result) compare(j job, ours, theirs []tensor) error {
	for i, out := range j.Outputs {
		want := theirs[i].Data
		if out.File != "" {
			data, err := os.ReadFile(out.File)
			if err != nil {
				return err
			}
			want = data
		}
		if want == nil || theirs[i].Data == nil { // sequences and maps
			continue
		}
		o, err := difference(j, out.DType, ours[i].Data, want)
		if err != nil {
			return fmt.Errorf("output %s: ours: %w", out.Name, err)
		}
		t, err := difference(j, out.DType, theirs[i].Data, want)
		if err != nil {
			return fmt.Errorf("output %s: onnxruntime: %w", out.Name, err)
		}
		r.Compared += o.values
		r.Difference, r.Beyond = max(r.Difference, o.largest), r.Beyond+o.beyond
		r.TheirDifference, r.TheirBeyond = max(r.TheirDifference, t.largest), r.TheirBeyond+t.beyond
	}
	return nil
}

// apart is how far an answer is from the wanted one.
type apart struct {
	largest        float64
	beyond, values int
}

func difference(j job, dtype string, got, want []byte) (apart, error) {
	w, ok := numbers(dtype, want)
	if !ok { // strings, or numbers that no one widens here: all or nothing
		a := apart{values: 1}
		if !bytes.Equal(bytes.TrimSpace(got), bytes.TrimSpace(want)) {
			a.beyond = 1
		}
		return a, nil
	}
	g, _ := numbers(dtype, got)
	if len(g) != len(w) {
		return apart{}, fmt.Errorf("%d values, want %d", len(g), len(w))
	}
	a := apart{values: len(w)}
	for i, v := range w {
		d := math.Abs(g[i] - v)
		if g[i] != v && !(d <= j.Atol+j.Rtol*math.Abs(v)) { // a NaN is beyond, too
			a.beyond++
		}
		a.largest = max(a.largest, d)
	}
	return a, nil
}
