// Package par is the sample's only user of goroutines.
package par

import (
	"runtime"
	"sync"
)

// Grain is the least number of elements worth a goroutine.
const Grain = 64

// ForEach calls f for parts of [0, n) at once.
func ForEach(n int, f func(lo, hi int)) {
	parts := min(runtime.GOMAXPROCS(0), n/Grain)
	if parts < 2 {
		f(0, n)
		return
	}
	var wg sync.WaitGroup
	for i := range parts {
		wg.Add(1)
		go func() {
			defer wg.Done()
			f(i*n/parts, (i+1)*n/parts)
		}()
	}
	wg.Wait()
}

// Counter counts.
type Counter struct{ n int }

// Add adds one.
func (c *Counter) Add() { c.n++ }

// Reset is never called, so never lifted.
func (c *Counter) Reset() { c.n = 0 }
