package calls

import (
	"context"
	"errors"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"
)

// input makes a valid input of the given sizes.
func input(batch, seq int) Input {
	in := Input{IDs: make([]int64, batch*seq), Weight: make([]float32, seq), Batch: batch, Seq: seq}
	for i := range in.IDs {
		in.IDs[i] = int64(i*7%5) - int64(i%2)*5 // negative ones count from the end
	}
	for i := range in.Weight {
		in.Weight[i] = float32(i%3) - 0.5
	}
	return in
}

func TestSizesAreFound(t *testing.T) {
	want, err := Predict(input(3, 4))
	if err != nil {
		t.Fatal(err)
	}
	if want.MeanShape != [2]int{3, 4} || len(want.Mean) != 12 {
		t.Fatalf("mean has %d values and shape %v, want 12 and [3 4]", len(want.Mean), want.MeanShape)
	}
	in := input(3, 4)
	in.Batch, in.Seq = 0, 0
	if got, err := Predict(in); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("with sizes left out: %v, %v; want %v", got, err, want)
	}
}

// TestInputErrors gives what does not fit; each must be refused by an error that names it.
func TestInputErrors(t *testing.T) {
	for _, tt := range []struct {
		name  string
		in    Input
		field string
		want  string // in the message
	}{
		{"ids too short", Input{IDs: make([]int64, 11), Weight: make([]float32, 4), Batch: 3}, "IDs", "11 values"},
		{"not a multiple", Input{IDs: make([]int64, 11), Weight: make([]float32, 4)}, "IDs", "11 values"},
		{"weight too short", Input{IDs: make([]int64, 12), Weight: make([]float32, 3), Batch: 3, Seq: 4}, "Weight", "3 values"},
		{"sizes disagree", Input{IDs: make([]int64, 12), Weight: make([]float32, 4), Batch: 4}, "Weight", "4 values; want [Seq] with Batch = 4, Seq = 3"},
		{"sizes untold", Input{IDs: make([]int64, 12)}, "IDs", "12 values; want Batch or Seq given"},
		{"negative", Input{IDs: make([]int64, 12), Weight: make([]float32, 4), Batch: -3}, "Batch", "-3"},
		{"both negative", Input{IDs: make([]int64, 12), Weight: make([]float32, 4), Batch: -3, Seq: -4}, "", "-"},
		{"smallest", Input{Batch: math.MinInt, Seq: math.MinInt}, "", "-"},
		{"huge", Input{IDs: make([]int64, 12), Weight: make([]float32, 4), Batch: 1 << 40}, "", "1099511627776"},
		{"product wraps to 0", Input{Batch: 1 << 62, Seq: 4}, "", ""},
		{"huge and nothing", Input{Batch: 1 << 40}, "", "1099511627776"},
		{"all large", Input{IDs: make([]int64, 1), Batch: math.MaxInt, Seq: math.MaxInt}, "", ""},
		{"large and nothing", Input{Batch: math.MaxInt32}, "", "2147483647"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Predict(tt.in)
			var wrong *InputError
			if !errors.As(err, &wrong) {
				t.Fatalf("error is %v (%T), want an *InputError", err, err)
			}
			if tt.field != "" && wrong.Input != tt.field || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "calls: ") || wrong.Want == "" {
				t.Errorf("error is %q for %q, want %q in it, for %q", err, wrong.Input, tt.want, tt.field)
			}
		})
	}
}

func TestEmpty(t *testing.T) {
	for _, in := range []Input{{}, {Batch: 3}, {Seq: 2, Weight: make([]float32, 2)}} {
		out, err := Predict(in)
		if err != nil {
			t.Errorf("Predict(%+v): %v", in, err)
		} else if len(out.Mean) != 4*in.Batch {
			t.Errorf("Predict(%+v) gives %d values, want %d", in, len(out.Mean), 4*in.Batch)
		}
	}
}

// TestStepError gives an index that the table does not have.
func TestStepError(t *testing.T) {
	for _, id := range []int64{5, -6, math.MaxInt64, math.MinInt64, 1 << 32} {
		in := input(2, 3)
		in.IDs[4] = id
		_, err := Predict(in)
		var wrong *StepError
		if !errors.As(err, &wrong) {
			t.Fatalf("index %d: error is %v (%T), want a *StepError", id, err, err)
		}
		for _, want := range []string{"calls: /embed/Gather: ", "[4] is ", "-5 to 4"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("index %d: error is %q, want %q in it", id, err, want)
			}
		}
	}
	if _, err := Predict(input(2, 3)); err != nil {
		t.Errorf("the next run fails too: %v", err)
	}
}

// countdown is a context that is done once Err was asked n times.
type countdown struct {
	context.Context
	n int
}

func (c *countdown) Err() error {
	if c.n--; c.n < 0 {
		return context.Canceled
	}
	return nil
}

func TestCancelled(t *testing.T) {
	in := input(2, 3)
	var s Session
	var out Output
	steps := len(steps)
	for n := range steps {
		if err := s.RunContext(&countdown{t.Context(), n}, &in, &out); !errors.Is(err, context.Canceled) {
			t.Errorf("done after %d of %d steps: error is %v, want %v", n, steps, err, context.Canceled)
		}
	}
	want, err := Predict(in)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RunContext(&countdown{t.Context(), steps}, &in, &out); err != nil || !reflect.DeepEqual(out.Mean, want.Mean) {
		t.Errorf("the run after is %v, %v; want %v", out.Mean, err, want.Mean)
	}
}

// TestSessionReuse lets sizes grow and shrink: no answer may depend on the runs before.
func TestSessionReuse(t *testing.T) {
	var s Session
	var out Output
	for _, size := range [][2]int{{1, 1}, {7, 9}, {2, 3}, {0, 4}, {20, 1}, {1, 40}, {7, 9}, {3, 0}} {
		in := input(size[0], size[1])
		want, err := Predict(in)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Run(&in, &out); err != nil {
			t.Fatal(err)
		}
		if out.MeanShape != want.MeanShape || len(out.Mean) != len(want.Mean) {
			t.Fatalf("sizes %v: shape %v with %d values, want %v with %d", size, out.MeanShape, len(out.Mean), want.MeanShape, len(want.Mean))
		}
		for i := range want.Mean {
			if out.Mean[i] != want.Mean[i] {
				t.Errorf("sizes %v: mean[%d] = %v, want %v", size, i, out.Mean[i], want.Mean[i])
			}
		}
		bad := Input{IDs: []int64{1}, Weight: []float32{1, 2}}
		if err := s.Run(&bad, &out); err == nil {
			t.Error("a wrong input is taken")
		}
	}
}

func TestOutputRoom(t *testing.T) {
	in := input(3, 2)
	out := Output{Mean: make([]float32, 2, 100)}
	room := &out.Mean[:1][0]
	var s Session
	if err := s.Run(&in, &out); err != nil {
		t.Fatal(err)
	}
	if len(out.Mean) != 12 || &out.Mean[0] != room {
		t.Errorf("%d values, in the caller's slice: %t; want 12 in it", len(out.Mean), &out.Mean[0] == room)
	}
}

func TestNoAllocation(t *testing.T) {
	large, small := input(8, 8), input(2, 3)
	var s Session
	var out Output
	if n := testing.AllocsPerRun(5, func() {
		if s.Run(&large, &out) != nil || s.Run(&small, &out) != nil {
			t.Error("a run failed")
		}
	}); n != 0 {
		t.Errorf("two runs allocate %v times, want 0", n)
	}
}

func TestConcurrentSizes(t *testing.T) {
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			in := input(g+1, 9-g)
			want, err := Predict(in)
			if err != nil {
				t.Error(err)
				return
			}
			for range 50 {
				got, err := Predict(in)
				if err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("goroutine %d: %v, %v; want %v", g, got, err, want)
					return
				}
			}
		}()
	}
	wg.Wait()
}
