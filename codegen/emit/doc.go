// Package emit writes a planned program as a Go package: model.go by jennifer, the lifted kernels, weights.bin and
// how it is embedded, a test with golden answers. It knows steps, places and names, and no operator.
//
//	files, err := emit.Package(program, emit.Options{Package: "digits", Source: "digits-mlp.onnx"})
package emit
