// Package op holds the operators: a struct each, with typed attributes, and a row in its family's table. A row's op
// infers types (Infer), computes plainly (Eval) and names the kernels that compute it (Lower), or is a Body of
// simpler ops. The ops know neither source formats nor Go source.
//
//	func relu(x f32[n, 3]) (y f32[n, 3]) {
//	  y = Relu(x)
//	}
package op
