package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/energeticc/energeticc/importer/onnx"
)

// openList names what is known not to hold, so that a run can tell a loss from an old debt. A line is one of
//
//	SUITE/CASE STAGE REASON         the case fails at this stage: compile, build, run or value; or holds, while the
//	                                reference evaluator's answer does not: reference
//	SUITE op DOMAIN.OPERATOR        the importer does not know the operator, which fails all cases that have it
//
// and what is empty or begins with "#" is for the reader.
type openList struct {
	file      string
	cases     map[string]string     // the stage by the case's id
	operators map[openOperator]bool // by suite
}

// stageReference is no stage of a compiled package's: TestReference alone minds it.
const stageReference = "reference"

// openOperator is an operator that a suite has and the importer does not.
type openOperator struct{ suite, operator string }

// readOpen reads a list.
func readOpen(file string) (*openList, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	l := &openList{file: file, cases: map[string]string{}, operators: map[openOperator]bool{}}
	line := 0
	for text := range strings.Lines(string(data)) {
		line++
		if err := l.add(strings.TrimSpace(text)); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, line, err)
		}
	}
	return l, nil
}

func (l *openList) add(line string) error {
	if line == "" || line[0] == '#' {
		return nil
	}
	words := strings.Fields(line)
	if len(words) == 3 && words[1] == "op" {
		key := openOperator{words[0], words[2]}
		if l.operators[key] {
			return fmt.Errorf("operator %s of %s stands here a second time", key.operator, key.suite)
		}
		l.operators[key] = true
		return nil
	}
	stages := []string{stageCompile, stageBuild, stageRun, stageValue, stageReference}
	if len(words) < 3 || !strings.Contains(words[0], "/") || !slices.Contains(stages, words[1]) {
		return fmt.Errorf("%.60q is not a line of the list; want SUITE/CASE STAGE REASON or SUITE op DOMAIN.OPERATOR", line)
	}
	if l.cases[words[0]] != "" {
		return fmt.Errorf("case %s stands here a second time", words[0])
	}
	l.cases[words[0]] = words[1]
	return nil
}

// differ says in what a run differs from the list: what fails and is not on it, and what is on it and does not fail as
// it says.
func (l *openList) differ(r *report) []string {
	var lines []string
	for _, x := range r.Results {
		want := l.cases[x.id()]
		switch {
		case want == stageReference:
			want = ""
		case want == "" && l.lacks(x):
			want = stageCompile
		}
		switch {
		case x.Stage == want:
		case x.Stage == "":
			lines = append(lines, fmt.Sprintf("%s holds now; take it off %s", x.id(), l.file))
		case want == "":
			lines = append(lines, x.failure())
		default:
			lines = append(lines, fmt.Sprintf("%s\n  %s has it fail at %s", x.failure(), l.file, want))
		}
	}
	return append(lines, l.stale(r)...)
}

// stale finds lines of the suites at hand that no case is behind: of operators that came, and of cases that went.
func (l *openList) stale(r *report) []string {
	suites, ids := map[string]bool{}, map[string]bool{}
	for _, c := range r.known {
		suites[c.suite.name], ids[c.id()] = true, true
	}
	var lines []string
	for key := range l.operators {
		if suites[key.suite] && spelled()[key.operator] {
			lines = append(lines, fmt.Sprintf("%s is an operator now; take it off %s, and list those of its cases that do not hold", key.operator, l.file))
		}
	}
	for id := range l.cases {
		if suite, _, _ := strings.Cut(id, "/"); suites[suite] && !ids[id] {
			lines = append(lines, fmt.Sprintf("%s is no case; take it off %s", id, l.file))
		}
	}
	slices.Sort(lines)
	return lines
}

// lacks reports whether a case fails for want of listed operators and for nothing else.
func (l *openList) lacks(x *result) bool {
	var all *onnx.UnsupportedError
	if !errors.As(x.err, &all) {
		return false
	}
	for _, err := range all.Errs {
		var node *onnx.NodeError
		if !errors.As(err, &node) {
			return false
		}
		if op := qualified(node.Domain, node.Op); spelled()[op] || !l.operators[openOperator{x.Suite, op}] {
			return false
		}
	}
	return true
}

// spelled are the operators that the importer knows in some version.
var spelled = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for _, s := range onnx.Spellings() {
		all[qualified(s.Domain, s.Name)] = true
	}
	return all
})

// qualified is an operator's name with its domain.
func qualified(domain, op string) string { return cmp.Or(domain, "ai.onnx") + "." + op }
