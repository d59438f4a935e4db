// Command program is a contender that runs a compiled package. It is built in a throw-away module, beside the package
// and its adapter:
//
//	program serve JOB        do what standard input says, a request a line, and answer each with a line of JSON
//	program once SIDE JOB    answer once, for the time from the process's start, and print the peak memory in KiB and
//	                         the bytes of the package's weights that are mapped into the process by then
//
// Requests are
//
//	time SIDE N      the times of a call, over N calls
//	cold SIDE N      the same, each call after the caches were flushed
//	answer SIDE DIR  write the answers there
//	allocs SIDE N    allocations of a call, over N calls
//	profile SIDE N   the times of each step over N calls; of the package alone
//
// The package is the side "ours"; files beside this one may add others.
package main

//lint:file-ignore U1000 adapters and hooks, which are generated beside this file, use what is declared here

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

// job is a model, its inputs and how to run it.
type job struct {
	Model   string // the model's file, for other runtimes
	Library string // of another runtime
	Inputs  []tensor
	Outputs []tensor // their names and types
	Threads int
	Flush   int // bytes that are written to empty the caches
}

// reply answers a request.
type reply struct {
	Error   string     `json:",omitempty"`
	CPU     float64    `json:",omitempty"` // nanoseconds a call, of this thread
	Wall    float64    `json:",omitempty"`
	Value   float64    `json:",omitempty"`
	Outputs []tensor   `json:",omitempty"`
	Steps   []stepTime `json:",omitempty"`
}

// side is a contender: load answers once, and gives a run that answers again.
type side struct {
	load func(j job) (out []tensor, run func() error, err error)
}

var sides = map[string]side{"ours": {load: loadOurs}}

func main() {
	runtime.LockOSThread() // the clock is the thread's
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "program:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 2 {
		return errors.New("want serve JOB or once SIDE JOB")
	}
	data, err := os.ReadFile(args[len(args)-1])
	if err != nil {
		return err
	}
	var j job
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	runtime.GOMAXPROCS(max(j.Threads, 1))
	if err := read(j.Inputs); err != nil {
		return err
	}
	if args[0] == "once" {
		if _, _, err := sides[args[1]].load(j); err != nil {
			return err
		}
		fmt.Println(peakKiB(), touched(hooks.weights))
		return nil
	}
	debug.SetGCPercent(-1) // the package allocates nothing in a run, and the program's own garbage is small
	return serve(j)
}

func serve(j job) error {
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(reply{}); err != nil { // ready
		return err
	}
	s := server{job: j, loaded: map[string]*entrant{}}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		r, err := s.do(strings.Fields(lines.Text()))
		if err != nil {
			r.Error = err.Error()
		}
		if err := out.Encode(r); err != nil {
			return err
		}
		debug.SetGCPercent(-1)
	}
	return lines.Err()
}

// entrant is a side that has answered once.
type entrant struct {
	out []tensor
	run func() error
}

type server struct {
	job    job
	loaded map[string]*entrant
}

// do answers a request: a verb, a side and what the verb wants.
func (s *server) do(words []string) (r reply, err error) {
	if len(words) < 2 {
		return r, fmt.Errorf("want a verb and a side, got %q", words)
	}
	c, err := s.entrant(words[1])
	if err != nil {
		return r, err
	}
	verb, arg := words[0], strings.Join(words[2:], " ")
	if verb == "answer" {
		r.Outputs, err = write(c.out, arg)
		return r, err
	}
	n, err := strconv.Atoi(arg)
	if err != nil || n < 1 {
		return r, fmt.Errorf("%s: want a number of calls, got %q", verb, arg)
	}
	switch verb {
	case "time":
		return hot(c.run, n)
	case "cold":
		return cold(c.run, n, s.job.Flush)
	case "allocs":
		return allocs(c.run, n)
	case "profile":
		return profile(c.run, n, s.job.Threads)
	}
	return r, fmt.Errorf("there is no request %q", verb)
}

func (s *server) entrant(name string) (*entrant, error) {
	if c := s.loaded[name]; c != nil {
		return c, nil
	}
	x, ok := sides[name]
	if !ok {
		return nil, fmt.Errorf("there is no side %q", name)
	}
	out, run, err := x.load(s.job)
	if err != nil {
		return nil, err
	}
	c := &entrant{out, run}
	s.loaded[name] = c
	return c, nil
}

// loadOurs answers by the one package that there is.
func loadOurs(j job) (out []tensor, run func() error, err error) {
	for _, m := range models {
		if out, err = m.predict(j.Inputs); err != nil {
			return nil, nil, err
		}
		run, err = m.session(j.Inputs)
	}
	return out, run, err
}

// peakKiB is the largest resident set of the process so far, in KiB; 0 where the system does not tell.
func peakKiB() int {
	data, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(data), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, _ := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(rest, "kB")))
			return n
		}
	}
	return 0
}
