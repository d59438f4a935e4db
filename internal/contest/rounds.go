package contest

import (
	"slices"
	"time"
)

// Slice is how long a side runs before it is another's turn, about: long beside the clock's grain and short beside the
// machine's changes of mood.
const Slice = 20 * time.Millisecond

// A side whose calls take long sits out once it has both: fewRounds samples, and maxWait of calls. A JavaScript loop
// that takes a thousand times as long as the others' code is not known better by waiting for it.
const (
	fewRounds = 3
	maxWait   = 20 * time.Second
)

// coldCalls bounds the calls of a cold slice: emptying the caches takes longer than most calls.
const coldCalls = 4

// Rounds is how sides are timed in turn.
type Rounds struct {
	N    int
	Cold bool
	Rest time.Duration // between two turns, where the threads of the last one still spin
}

// Run times the sides, a sample each in every round, but for those that take very long; which one begins changes from round to round. A side that fails
// gives its error, and the others go on.
func (r Rounds) Run(sides []Side) (samples [][]Sample, errs []error) {
	samples, errs = make([][]Sample, len(sides)), make([]error, len(sides))
	calls, waited := make([]int, len(sides)), make([]float64, len(sides))
	for i, s := range sides {
		calls[i], errs[i] = r.calls(s)
	}
	for round := range r.N {
		for k := range sides {
			i := (k + round) % len(sides)
			if errs[i] != nil || len(samples[i]) >= fewRounds && waited[i] > float64(maxWait) {
				continue
			}
			time.Sleep(r.Rest)
			x, err := sides[i].Time(calls[i], r.Cold)
			if err != nil {
				samples[i], errs[i] = nil, err
				continue
			}
			samples[i] = append(samples[i], x)
			waited[i] += x.Wall * float64(calls[i])
		}
	}
	return samples, errs
}

// calls is how many calls fill a slice; the runs warm the side up.
func (r Rounds) calls(s Side) (int, error) {
	for n := 1; ; n *= 4 {
		x, err := s.Time(n, false)
		if err != nil {
			return 0, err
		}
		if x.Wall*float64(n) >= float64(Slice)/4 || n >= 1<<20 {
			n = max(1, int(float64(Slice)/max(x.Wall, 1)))
			if r.Cold {
				n = min(n, coldCalls)
			}
			return n, nil
		}
	}
}

// Clock picks from a sample what can be compared: the processor time of one thread, which neighbours on a shared
// machine disturb least, or the wall time where several threads work or a side does not know better.
func Clock(threads int, all ...[]Sample) func(Sample) float64 {
	wall := threads > 1
	for _, samples := range all {
		wall = wall || slices.ContainsFunc(samples, func(s Sample) bool { return s.CPU <= 0 })
	}
	if wall {
		return func(s Sample) float64 { return s.Wall }
	}
	return func(s Sample) float64 { return s.CPU }
}

// Times are the samples by one clock.
func Times(samples []Sample, clock func(Sample) float64) []float64 {
	x := make([]float64, len(samples))
	for i, s := range samples {
		x[i] = clock(s)
	}
	return x
}

// Median is the middle of the numbers, 0 of none.
func Median(x []float64) float64 { return Quantile(x, 0.5) }

// Quantile is the number that a part q of them lies below, between two of them in proportion; 0 of none.
func Quantile(x []float64, q float64) float64 {
	if len(x) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(x))
	at := q * float64(len(s)-1)
	low := int(at)
	high := min(low+1, len(s)-1)
	return s[low] + (at-float64(low))*(s[high]-s[low])
}

// Ratio is the median over the rounds of theirs / ours.
func Ratio(ours, theirs []float64) float64 {
	x := make([]float64, min(len(ours), len(theirs)))
	for i := range x {
		x[i] = theirs[i] / ours[i]
	}
	return Median(x)
}
