//go:build !amd64 || !gc || purego

package par

import "runtime"

// pause lets others go on for a moment.
func pause() { runtime.Gosched() }
