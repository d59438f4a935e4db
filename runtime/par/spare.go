package par

import "sync"

// Spare keeps tasks for the next use, so that sharing a step allocates nothing. The zero value is ready.
type Spare[T any] struct {
	mu   sync.Mutex
	free []*T
}

// Get takes a task, with whatever it held.
func (p *Spare[T]) Get() *T {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.free)
	if n == 0 {
		return new(T)
	}
	t := p.free[n-1]
	p.free = p.free[:n-1]
	return t
}

// Put gives a task back.
func (p *Spare[T]) Put(t *T) {
	p.mu.Lock()
	p.free = append(p.free, t)
	p.mu.Unlock()
}
