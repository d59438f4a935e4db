package main

import (
	"encoding/binary"
	"os"
	"runtime"
	"sort"
	"time"
	"unsafe"
)

// stepTime is how often a step ran in a call, and how many nanoseconds it took in all of it.
type stepTime struct{ Runs, Time float64 }

// hooks are what a package that is to be profiled gives; a generated file sets them.
var hooks struct {
	profile func(clock func() int64) func() []stepTime // stepTime of all calls so far
	weights string
	times   func() []stepTime // once profiling has begun
	clock   func() int64      // that steps are timed by
}

// started is when the wall clock of the profile began.
var started = time.Now()

// wallTime is the nanoseconds since then: what is quickest to read.
func wallTime() int64 { return int64(time.Since(started)) }

// longStep is a step beside which the reading of the thread's clock counts little, in nanoseconds.
const longStep = 5e3

// stepClock is the clock for steps: the thread's, which neighbours on a shared machine do not disturb, where one thread
// works on long steps, else the wall's.
func stepClock(run func() error, threads int) (func() int64, error) {
	if threads > 1 || threadTime() == 0 {
		return wallTime, nil
	}
	r, err := hot(run, 1)
	if err != nil {
		return nil, err
	}
	if r.CPU < longStep*float64(len(hooks.times())) {
		return wallTime, nil
	}
	return threadTime, nil
}

// hot times n calls.
func hot(run func() error, n int) (reply, error) {
	wall, cpu := time.Now(), threadTime()
	for range n {
		if err := run(); err != nil {
			return reply{}, err
		}
	}
	return reply{
		CPU:  float64(threadTime()-cpu) / float64(n),
		Wall: float64(time.Since(wall)) / float64(n),
	}, nil
}

// flushed is what is written between cold calls.
var flushed []byte

// cold times n calls, each after as many bytes were written as empty the caches.
func cold(run func() error, n, bytes int) (reply, error) {
	if len(flushed) != bytes {
		flushed = make([]byte, bytes)
	}
	var sum reply
	for range n {
		for i := 0; i < len(flushed); i += 64 { // a cache line
			flushed[i]++
		}
		r, err := hot(run, 1)
		if err != nil {
			return r, err
		}
		sum.CPU += r.CPU / float64(n)
		sum.Wall += r.Wall / float64(n)
	}
	return sum, nil
}

// allocs counts allocations.
func allocs(run func() error, n int) (reply, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range n {
		if err := run(); err != nil {
			return reply{}, err
		}
	}
	runtime.ReadMemStats(&after)
	return reply{Value: float64(after.Mallocs-before.Mallocs) / float64(n)}, nil
}

// clockReads is how many readings tell what one takes.
const clockReads = 10000

// profileParts is how many parts a profile's calls are taken in: their lower quartile is what a step takes when nothing
// else runs in between.
const profileParts = 500

// profile times each step over n calls, less what reading the clock adds to it. From then on the steps are slower.
func profile(run func() error, n, threads int) (reply, error) {
	if hooks.profile == nil {
		return reply{}, errNoProfile
	}
	if hooks.times == nil {
		hooks.clock = wallTime
		hooks.times = hooks.profile(func() int64 { return hooks.clock() })
	}
	var err error
	if hooks.clock, err = stepClock(run, threads); err != nil {
		return reply{}, err
	}
	began := hooks.clock()
	for range clockReads {
		hooks.clock()
	}
	reading := float64(hooks.clock()-began) / clockReads
	part := max(1, n/profileParts)
	var r reply
	var parts [][]stepTime
	for done := 0; done < n || len(parts) == 0; done += part {
		before := hooks.times()
		x, err := hot(run, part)
		if err != nil {
			return x, err
		}
		r.CPU, r.Wall = x.CPU, x.Wall
		after := hooks.times()
		for i, b := range before {
			runs := (after[i].Runs - b.Runs) / float64(part)
			after[i] = stepTime{runs, max(0, (after[i].Time-b.Time)/float64(part)-runs*reading)}
		}
		parts = append(parts, after)
	}
	for i := range parts[0] {
		sort.Slice(parts, func(a, b int) bool { return parts[a][i].Time < parts[b][i].Time })
		r.Steps = append(r.Steps, parts[len(parts)/4][i])
	}
	return r, nil
}

// touched is how many bytes of the data's pages are mapped; 0 where the system does not tell.
func touched(data string) int {
	if data == "" {
		return 0
	}
	page := os.Getpagesize()
	first := uintptr(unsafe.Pointer(unsafe.StringData(data))) / uintptr(page)
	last := (uintptr(unsafe.Pointer(unsafe.StringData(data))) + uintptr(len(data)) - 1) / uintptr(page)
	f, err := os.Open("/proc/self/pagemap") // 8 bytes a page, whose top bit is set where the page is there
	if err != nil {
		return 0
	}
	defer f.Close()
	entries := make([]byte, 8*(last-first+1))
	if _, err := f.ReadAt(entries, int64(first)*8); err != nil {
		return 0
	}
	n := 0
	for ; len(entries) >= 8; entries = entries[8:] {
		n += int(binary.LittleEndian.Uint64(entries) >> 63)
	}
	return n * page
}
