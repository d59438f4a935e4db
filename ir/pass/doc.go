// Package pass improves graphs: each pass is a function from graph to graph, in a file of its name, and pass.go
// holds their order with its reasons.
//
//	func before(x f32[n]) (y f32[n]) {
//	  a f32[n] = Identity(x)
//	  b f32[n] = Sigmoid(a)
//	  y = Mul(x, b)
//	}
//
//	func after(x f32[n]) (y f32[n]) {
//	  y = Silu(x)
//	}
//
// Passes see ops and types, never models. What they put in a graph computes the same as what they take out: exactly
// where they only move or drop nodes, and otherwise no less exactly, since a fused op rounds fewer times. Storage
// types (float16 and smaller), which round after every op by definition, are left as they are where that would show.
package pass
