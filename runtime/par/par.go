// Package par computes the parts of a step on several cores.
//
// A package has one team of workers, as many as there are cores beside the caller's, started when the first step is
// large enough for them. A worker that has nothing to do looks out for work for a while, since steps follow each other
// closely, and then sleeps until it is woken. The team works for one step at a time: who finds it busy computes alone,
// so that many callers at once have a core each and do not wait for each other.
package par

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Task is work in parts that may be computed in any order and at the same time.
type Task interface{ Part(i int) }

// lookout is how long a worker looks for work before it sleeps: longer than the steps between two that are worth
// sharing, short beside the time that waking takes.
const lookout = 200 * time.Microsecond

// team is the workers and the task that they are at.
var team struct {
	start   sync.Once
	workers []*worker
	busy    atomic.Bool
	// epoch is odd while there is a task. A worker that sees it counts itself in active, and looks again: if the epoch
	// has passed meanwhile it was too late.
	epoch  atomic.Uint64
	active atomic.Int64
	task   Task
	parts  int64
	next   atomic.Int64
}

// worker is a goroutine of the team.
type worker struct {
	asleep atomic.Bool
	wake   chan struct{}
}

// unlimited is more cores than there are.
const unlimited = int(^uint(0) >> 1)

// Workers is how many cores may help the caller's with a step. It hires the team. Who leaves Go one processor later on
// gets no help either.
func Workers() int {
	team.start.Do(hire)
	return min(len(team.workers), runtime.GOMAXPROCS(0)-1)
}

// Do computes all parts of a task. It computes them alone where there is one core, or the team is busy.
func Do(t Task, parts int) {
	if parts > 1 && Workers() > 0 && team.busy.CompareAndSwap(false, true) {
		share(t, parts)
		team.busy.Store(false)
		return
	}
	for i := range parts {
		t.Part(i)
	}
}

// hire starts the workers. With less than two cores there are none: they would take from the caller what they spend on
// looking out. Go itself heeds a quota, but from Go 1.25 on only, in modules of that language version, and two cores
// are its least.
func hire() {
	for range min(runtime.GOMAXPROCS(0), quota()) - 1 {
		w := &worker{wake: make(chan struct{}, 1)}
		team.workers = append(team.workers, w)
		go w.work()
	}
}

// share computes a task together with the workers.
func share(t Task, parts int) {
	team.task, team.parts = t, int64(parts)
	team.next.Store(0)
	team.epoch.Add(1)
	for _, w := range team.workers {
		if w.asleep.Load() && w.asleep.CompareAndSwap(true, false) {
			w.wake <- struct{}{}
		}
	}
	compute(t, int64(parts))
	team.epoch.Add(1)
	for i := 1; team.active.Load() > 0; i++ {
		if i%1024 == 0 { // somebody else has the worker's core
			runtime.Gosched()
		}
		pause()
	}
	team.task = nil
}

// compute takes parts until none is left.
func compute(t Task, parts int64) {
	for {
		i := team.next.Add(1) - 1
		if i >= parts {
			return
		}
		t.Part(int(i))
	}
}

// work is a worker's life.
func (w *worker) work() {
	seen := uint64(0)
	for {
		seen = w.await(seen)
		team.active.Add(1)
		if team.epoch.Load() == seen {
			compute(team.task, team.parts)
		}
		team.active.Add(-1)
	}
}

// await waits for a task after the epoch seen, and gives its epoch.
func (w *worker) await(seen uint64) uint64 {
	began, look := time.Now(), runtime.GOMAXPROCS(0) > 1
	for i := 1; ; i++ {
		if e := team.epoch.Load(); e != seen && e&1 == 1 {
			return e
		}
		if look {
			pause()
			if i%64 != 0 || time.Since(began) < lookout {
				continue
			}
		}
		w.asleep.Store(true)
		// a task may have come before the caller could see that this worker sleeps
		if e := team.epoch.Load(); e != seen && e&1 == 1 && w.asleep.CompareAndSwap(true, false) {
			return e
		}
		<-w.wake
		began, look = time.Now(), runtime.GOMAXPROCS(0) > 1
	}
}
