// Report reads what `go test -json` prints and shows what a person wants to see of it: the line of each package that
// has tests, and all that failed, skipped or failed to build. It ends with one line that counts:
//
//	go test -json ./... | report
//	1204 passed, 0 failed, 3 skipped
//
// A test that ran several times counts once: as failed if it ever failed, and as skipped if it was skipped each time. So
// what one machine lacks the instructions for, and another runs, has passed.
//
// With -total it shows that line alone.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// An event is one line of `go test -json`; see `go doc test2json`.
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

// counts are tests and subtests; a package that failed without a failing test counts as one.
type counts struct{ passed, failed, skipped int }

func (c counts) String() string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", c.passed, c.failed, c.skipped)
}

func main() {
	total := flag.Bool("total", false, "print nothing but the counts")
	flag.Parse()
	out := io.Writer(os.Stdout)
	if *total {
		out = io.Discard
	}
	c, err := report(os.Stdin, out)
	fmt.Println(c)
	if err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

// report copies to out what matters of the events in r, and counts them.
func report(r io.Reader, out io.Writer) (counts, error) {
	var c counts
	type test struct{ pkg, name string }
	printed := map[test]*strings.Builder{} // by running tests
	ended := map[test]string{}             // the action that counts
	failed := map[string]bool{}            // packages with a failing test
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 64<<20) // a test may print one very long line
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Fprintln(out, lines.Text()) // the go command's own words
			continue
		}
		key := test{e.Package, e.Test}
		switch e.Action {
		case "build-output":
			io.WriteString(out, e.Output)
		case "output":
			if e.Test == "" {
				if worthReading(e.Output) {
					io.WriteString(out, e.Output)
				}
				continue
			}
			if printed[key] == nil {
				printed[key] = new(strings.Builder)
			}
			printed[key].WriteString(e.Output)
		case "pass", "fail", "skip":
			if e.Test == "" {
				if e.Action == "fail" && !failed[e.Package] {
					c.failed++
				}
				continue
			}
			if e.Action == "fail" {
				failed[e.Package] = true
			}
			if old := ended[key]; old == "" || old == "skip" || e.Action == "fail" {
				ended[key] = e.Action
			}
			if b := printed[key]; b != nil && e.Action != "pass" {
				io.WriteString(out, b.String())
			}
			delete(printed, key)
		}
	}
	// What is left belongs to tests that never ended: a panic or a timeout took them along.
	for _, b := range printed {
		io.WriteString(out, b.String())
	}
	for _, action := range ended {
		switch action {
		case "pass":
			c.passed++
		case "fail":
			c.failed++
		case "skip":
			c.skipped++
		}
	}
	return c, lines.Err()
}

// worthReading reports whether a package's own line tells more than that nothing is wrong.
func worthReading(line string) bool {
	return line != "PASS\n" && !strings.Contains(line, "[no test files]")
}
