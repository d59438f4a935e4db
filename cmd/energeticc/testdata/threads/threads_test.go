package threads

import (
	"math"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// input is a batch that is worth sharing between cores.
func input() Input {
	in := Input{X: make([]float32, 64*width)}
	for i := range in.X {
		in.X[i] = float32(i%17)/8 - 1
	}
	return in
}

// answer computes the answer on the caller's core alone.
func answer(t testing.TB) []float32 {
	t.Helper()
	if !team.busy.CompareAndSwap(false, true) {
		t.Fatal("the team is busy")
	}
	defer team.busy.Store(false)
	return predict(t)
}

func predict(t testing.TB) []float32 {
	t.Helper()
	out, err := Predict(input())
	if err != nil {
		t.Error(err)
	}
	return out.Y
}

// helped skips a test where nobody can help: with a quota of one core, say.
func helped(t *testing.T) {
	t.Helper()
	if workers() == 0 {
		t.Skip("there is one processor")
	}
}

// spent is the processor time of this process.
func spent(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestBusy goes on alone while others have the team, and gives the same bits.
func TestBusy(t *testing.T) {
	helped(t)
	epoch := team.epoch.Load()
	want := answer(t)
	if team.epoch.Load() != epoch {
		t.Error("a step was shared with a busy team")
	}
	for range 20 {
		if got := predict(t); !slices.Equal(got, want) {
			t.Fatal("two cores give other bits than one")
		}
		time.Sleep(300 * time.Microsecond) // now and then the worker has gone to sleep
	}
	if team.epoch.Load() == epoch {
		t.Error("no step was shared")
	}
}

// TestSleep looks at the processor time of a while without work.
func TestSleep(t *testing.T) {
	predict(t)
	time.Sleep(20 * time.Millisecond)
	before := spent(t)
	time.Sleep(200 * time.Millisecond)
	if d := spent(t) - before; d > 50*time.Millisecond {
		t.Errorf("200 ms without work took %v of a processor", d)
	}
}

// TestDropped drops sessions.
func TestDropped(t *testing.T) {
	predict(t)
	before := runtime.NumGoroutine()
	for range 100 {
		var s Session
		var out Output
		in := input()
		if err := s.Run(&in, &out); err != nil {
			t.Fatal(err)
		}
	}
	runtime.GC()
	if after := runtime.NumGoroutine(); after != before {
		t.Errorf("100 sessions made %d goroutines of %d", after, before)
	}
}

// TestShareNoAllocation counts what Run allocates while it shares; testing.AllocsPerRun would leave it one processor.
func TestShareNoAllocation(t *testing.T) {
	helped(t)
	const runs = 200
	var s Session
	var out Output
	in := input()
	var before, after runtime.MemStats
	for i := range runs + 1 {
		if err := s.Run(&in, &out); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			runtime.ReadMemStats(&before)
		}
	}
	runtime.ReadMemStats(&after)
	if n := after.Mallocs - before.Mallocs; n >= runs { // some are the runtime's own
		t.Errorf("%d runs allocate %d times", runs, n)
	}
}

// TestConcurrent has more callers than cores, each with an answer of its own.
func TestConcurrent(t *testing.T) {
	want := answer(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				if got := predict(t); !slices.Equal(got, want) {
					t.Error("an answer is another's")
				}
			}
		})
	}
	wg.Wait()
	for i, v := range want {
		if !(math.Abs(float64(v)) <= 1) {
			t.Fatalf("Y[%d] = %v is no probability", i, v)
		}
	}
}

// TestOneProcessor takes all processors but one away from a team, if there is one.
func TestOneProcessor(t *testing.T) {
	want, before := answer(t), runtime.NumGoroutine()
	predict(t)
	if runtime.GOMAXPROCS(0) == 1 && runtime.NumGoroutine() != before {
		t.Error("there are workers for one processor")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if n := workers(); n != 0 {
		t.Errorf("%d workers may help on one processor", n)
	}
	epoch := team.epoch.Load()
	if got := predict(t); !slices.Equal(got, want) {
		t.Error("one processor gives other bits")
	}
	if team.epoch.Load() != epoch {
		t.Error("a step was shared on one processor")
	}
}

// BenchmarkPredict has a caller for each processor: run it with -cpu 1, 2, 4, each in a process of its own, since a team
// is hired once.
func BenchmarkPredict(b *testing.B) {
	b.RunParallel(func(p *testing.PB) {
		var s Session
		var out Output
		in := input()
		for p.Next() {
			if err := s.Run(&in, &out); err != nil {
				b.Error(err)
			}
		}
	})
}
