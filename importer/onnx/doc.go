// Package onnx reads ONNX models into the IR. Each operator's spelling is a row: the name, the first opset version
// that the row holds for, and a function that says it in ops of ir/op; older versions become today's op here.
//
//	{"Softmax", 13, softmax},
//	{"Softmax", 1, softmaxFlattened},
package onnx
