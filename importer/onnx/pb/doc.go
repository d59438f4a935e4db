// Package pb holds the messages of an ONNX file as Go types, generated from the
// standard's own descriptions:
//
//   - onnx-ml.proto: ModelProto and all below it, the ai.onnx.ml types included;
//   - onnx-data.proto: SequenceProto, MapProto and OptionalProto, the values that
//     accompany a model as test data.
//
// The two files are those of the onnx 1.23.2 release, unchanged; NOTICE names their
// licence. Reading a file into these types safely is the business of package file:
//
//	m, err := file.Open("model.onnx", file.Limits{})
//	for _, n := range m.Proto.GetGraph().GetNode() {
//		fmt.Println(n.GetOpType(), n.GetInput(), n.GetOutput())
//	}
//
// The generator is a module of its own, so that a protobuf compiler is no dependency
// of ours; `go -C gen run . -check` tells whether the committed files are current.
package pb

//go:generate go -C gen run .
