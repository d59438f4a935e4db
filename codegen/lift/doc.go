// Package lift copies kernels into the user's package: those that a plan names
// and what they need, nothing else.
//
// Kernels are ordinary Go below runtime/, tested where they stand. Lifting
// follows an index of their declarations (package index) and copies byte ranges
// with a few small edits: qualifiers between siblings go, exported names become
// unexported, shape parameters become constants where a request says so. From
//
//	// Axpy computes y += a·x; x is as long as y.
//	func Axpy(y []float32, a float32, x []float32) {
//		par.ForEach(len(y), func(lo, hi int) {
//			axpyGeneric(y[lo:hi], a, x[lo:hi])
//		})
//	}
//
// a request for "kernel.Axpy" makes, besides forEach and axpyGeneric,
//
//	// axpy computes y += a·x; x is as long as y.
//	func axpy(y []float32, a float32, x []float32) {
//		forEach(len(y), func(lo, hi int) {
//			axpyGeneric(y[lo:hi], a, x[lo:hi])
//		})
//	}
//
// What a build constraint guards stays in a file of its own, kernels_amd64.go,
// and each assembly file is copied whole. Methods come where code names them, or
// where an interface could call them.
//
// The index and the sources are embedded, so that lifting works offline,
// without a Go toolchain. After an edit below runtime/ run
//
//	go generate ./codegen/lift
package lift

//go:generate go run ./mkindex
