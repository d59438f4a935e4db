// Package tfjs reads TensorFlow.js models into the IR. Each operator of a graph model is a row: its name, and a function
// that says it in ops of ir/op as TensorFlow.js itself computes it, also where TensorFlow's answer is another.
//
//	{"RealDiv", quotient},
//	{"BiasAdd", binary("Add")},
//
// Nodes are read on demand, from the model's outputs back to its inputs, so that what no output needs need not be known.
package tfjs
