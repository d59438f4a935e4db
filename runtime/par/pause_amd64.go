//go:build gc && !purego

package par

// pause lets the other thread of a core go on for a moment.
//
//go:noescape
func pause()
