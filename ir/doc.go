// Package ir represents models: a Graph of Nodes, each an op applied to Values whose Types have symbolic Dims. Every
// graph has a text form, which Parse reads and Text writes, and Verify says what holds of every graph.
//
//	func digits(x f32[batch, 64]) (y f32[batch, 10]) {
//	  sym batch 1..256
//	  const w f32[64, 10] = … 3c1f07aa
//	  const b f32[10] = [0 1 2 3 4 5 6 7 8 9]
//	  h f32[batch, 10] = MatMul(x, w, b)  # /out/MatMul
//	  y = Softmax{Axis: 1}(h)
//	}
//
// An op is a struct whose exported fields are its attributes; the ops themselves stand in ir/op. Which abilities an
// op may have is said by small interfaces: Inferer, Evaluator, Lowerer, Composite, View, InPlacer and so on.
package ir
