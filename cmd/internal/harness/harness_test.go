package harness

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// register writes an adapter whose model does as a statement says.
func register(t *testing.T, m *Module, name, does string) {
	t.Helper()
	src := "package main\n\nimport (\n\t\"errors\"\n\t\"os\"\n)\n\nvar _, _ = errors.New, os.Exit\n\nfunc init() {\n" +
		"\tmodels[\"" + name + "\"] = model{predict: func(in []tensor) ([]tensor, error) { " + does + " }}\n}\n"
	if err := m.write("model_"+name+".go", []byte(src)); err != nil {
		t.Fatal(err)
	}
}

// TestEach loses no job to those that crash, hang, panic or refuse; and takes what does not compile out.
func TestEach(t *testing.T) {
	m, err := New()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	register(t, m, "answers", `return []tensor{{Shape: []int{1}, Data: []byte{7}}}, nil`)
	register(t, m, "crashes", `os.Stderr.WriteString("out of luck"); os.Exit(3); return nil, nil`)
	register(t, m, "hangs", `select {}`)
	register(t, m, "panics", `panic("no")`)
	register(t, m, "refuses", `return nil, errors.New("too long")`)
	register(t, m, "broken", `return 1`)
	register(t, m, "half", `return pkghalf.Answer()`)
	broken, err := m.BuildRest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := slices.Sorted(maps.Keys(broken)), []string{"broken", "half"}; !slices.Equal(got, want) {
		t.Fatalf("broken packages are %v, want %v", broken, want)
	}
	// "hangs" stops at once: Go knows that every goroutine is asleep
	names := []string{"answers", "crashes", "answers", "hangs", "panics", "refuses", "answers", "crashes"}
	var jobs []Job
	for _, n := range names {
		jobs = append(jobs, Job{Model: n, Output: t.TempDir()})
	}
	wants := map[string]string{"answers": "", "crashes": "out of luck", "hangs": "deadlock", "panics": "panic: no", "refuses": "too long"}
	next := 0
	err = m.Each(t.Context(), jobs, time.Minute, func(i int, a Answer) {
		if i != next {
			t.Errorf("answer %d comes as the %dth", i, next)
		}
		next++
		want := wants[names[i]]
		if want == "" && (a.Error != "" || len(a.Outputs) != 1) || !strings.Contains(a.Error, want) {
			t.Errorf("%s: answer %+v, want the error %q", names[i], a, want)
		}
	})
	if err != nil || next != len(jobs) {
		t.Errorf("Each answered %d of %d jobs: %v", next, len(jobs), err)
	}
}

// TestEachLimit ends a job that takes too long, and goes on.
func TestEachLimit(t *testing.T) {
	m, err := New()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	register(t, m, "loops", `for { os.Getpid() }`)
	register(t, m, "answers", `return nil, nil`)
	if err := m.Build(t.Context()); err != nil {
		t.Fatal(err)
	}
	jobs := []Job{{Model: "loops", Output: t.TempDir()}, {Model: "answers", Output: t.TempDir()}}
	var answers []Answer
	if err := m.Each(t.Context(), jobs, 3*time.Second, func(_ int, a Answer) { answers = append(answers, a) }); err != nil {
		t.Fatal(err)
	}
	if len(answers) != 2 || answers[0].Error != "no answer within 3s" || answers[1].Error != "" {
		t.Errorf("answers are %+v, want none within 3s and one", answers)
	}
}

func TestBlame(t *testing.T) {
	out := "# harness/abs\nabs/model.go:12:3: undefined: x\nabs/model.go:13:3: undefined: y\n" +
		"# harness\n./model_neg.go:4:1: syntax error\nsin/kernels.go:1:1: expected 'package'\nnote: module requires Go 1.26\n"
	want := map[string]string{
		"abs": "abs/model.go:12:3: undefined: x", "neg": "./model_neg.go:4:1: syntax error", "sin": "sin/kernels.go:1:1: expected 'package'",
	}
	if got := blame(out); !maps.Equal(got, want) {
		t.Errorf("blame = %v, want %v", got, want)
	}
}
