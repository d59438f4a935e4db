package par

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// tally counts how often each part was computed.
type tally struct{ done []atomic.Int32 }

func (t *tally) Part(i int) { t.done[i].Add(1) }

func (t *tally) check(tb testing.TB) {
	tb.Helper()
	for i := range t.done {
		if n := t.done[i].Load(); n != 1 {
			tb.Fatalf("part %d was computed %d times", i, n)
		}
	}
}

func TestDo(t *testing.T) {
	for _, parts := range []int{0, 1, 2, 3, 7, 100} {
		for range 200 {
			x := &tally{make([]atomic.Int32, parts)}
			Do(x, parts)
			x.check(t)
		}
	}
}

// TestDoAfterSleep finds workers that sleep.
func TestDoAfterSleep(t *testing.T) {
	for range 20 {
		time.Sleep(2 * lookout)
		x := &tally{make([]atomic.Int32, 50)}
		Do(x, 50)
		x.check(t)
	}
}

// TestManyCallers computes for callers at once, none of which waits for another.
func TestManyCallers(t *testing.T) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 500 {
				x := &tally{make([]atomic.Int32, 9)}
				Do(x, 9)
				for i := range x.done {
					if x.done[i].Load() != 1 {
						t.Errorf("part %d was computed %d times", i, x.done[i].Load())
						return
					}
				}
			}
		}()
	}
	wg.Wait()
}

// nested is a task whose parts are tasks.
type nested struct{ inner []tally }

func (n *nested) Part(i int) { Do(&n.inner[i], len(n.inner[i].done)) }

func TestNested(t *testing.T) {
	n := &nested{make([]tally, 5)}
	for i := range n.inner {
		n.inner[i].done = make([]atomic.Int32, 4)
	}
	Do(n, 5)
	for i := range n.inner {
		n.inner[i].check(t)
	}
}

// TestGoroutines holds that the team does not grow.
func TestGoroutines(t *testing.T) {
	Do(&tally{make([]atomic.Int32, 8)}, 8)
	before := runtime.NumGoroutine()
	for range 1000 {
		Do(&tally{make([]atomic.Int32, 8)}, 8)
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines became %d", before, after)
	}
}

func TestAllocations(t *testing.T) {
	x := &tally{make([]atomic.Int32, 8)}
	if n := testing.AllocsPerRun(100, func() { Do(x, 8) }); n != 0 {
		t.Errorf("Do allocates %v times", n)
	}
}

// sink is work that takes some time.
type sink struct{ sums [64]float64 }

func (s *sink) Part(i int) {
	for k := range 10_000 {
		s.sums[i] += math.Sqrt(float64(k))
	}
}

func BenchmarkDo(b *testing.B) {
	x := &sink{}
	b.Run("shared", func(b *testing.B) {
		for range b.N {
			Do(x, 64)
		}
	})
	b.Run("alone", func(b *testing.B) {
		for range b.N {
			for i := range 64 {
				x.Part(i)
			}
		}
	})
	b.Run("nothing", func(b *testing.B) {
		x := &tally{make([]atomic.Int32, 2)}
		for range b.N {
			Do(x, 2)
		}
	})
}
