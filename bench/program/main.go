// Command program runs compiled packages, and ONNX Runtime on the same models, in one process. It is built in a
// throw-away module, beside the packages and their adapters:
//
//	program duel JOB    time both, round by round, and print a JSON result
//	program once SIDE JOB    answer once, for the time from the process's start; SIDE is ours or theirs
//	program profile FILE JOB    write a processor profile of the package's runs
//
// Built without cgo it holds no ONNX Runtime: what the package alone costs.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
)

// job is a model, its inputs and how to measure.
type job struct {
	Model      string // the package's name
	ONNX       string // the model's file, for ONNX Runtime
	Library    string // of ONNX Runtime
	Inputs     []tensor
	Outputs    []tensor // their names and types
	Rtol, Atol float64
	Rounds     int
	Threads    int
}

func main() {
	runtime.LockOSThread() // the clock is the thread's
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "program:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	data, err := os.ReadFile(args[len(args)-1])
	if err != nil {
		return err
	}
	var j job
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	runtime.GOMAXPROCS(j.Threads)
	if err := read(j.Inputs); err != nil {
		return err
	}
	switch args[0] {
	case "once":
		return once(j, args[1])
	case "profile":
		return profile(j, args[1])
	}
	debug.SetGCPercent(-1) // neither side allocates in a run; the harness's own garbage is small
	r, err := duel(j)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

// once answers once and says so on standard output, with the peak memory in KiB so far.
func once(j job, side string) error {
	var err error
	if side == "ours" {
		_, err = models[j.Model].predict(j.Inputs)
	} else {
		_, _, err = rival(j)
	}
	if err != nil {
		return err
	}
	fmt.Println(peakKiB())
	return nil
}

// peakKiB is the largest resident set of the process so far, in KiB; 0 where the system does not tell.
func peakKiB() int {
	data, _ := os.ReadFile("/proc/self/status")
	for line := range bytes.Lines(data) {
		if rest, ok := bytes.CutPrefix(line, []byte("VmHWM:")); ok {
			n, _ := strconv.Atoi(string(bytes.TrimSpace(bytes.TrimSuffix(bytes.TrimSpace(rest), []byte("kB")))))
			return n
		}
	}
	return 0
}
