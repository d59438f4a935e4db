// Package plan turns a graph into a program: a kernel for every step, memory slots by lifetime, packed weights. It
// knows kernels by name only, and nothing of Go source.
//
// A program of the graph
//
//	func mlp(x f32[batch, 64]) (y f32[batch, 10]) { h = MatMul(x, w); y = Softmax{Axis: 1}(h) }
//
// is two calls in one layer, one slot of 40·batch bytes for h, and the output's own slice for y.
package plan
