//go:build !amd64 || !gc || purego

package kernel

// hasAVX2 is constant where there is no assembly, so that the compiler drops what it guards.
const hasAVX2 = false
