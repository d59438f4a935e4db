// Package file opens ONNX files and decodes the tensors in them. Its input is not
// trusted: every size is checked against the bytes that are there before memory is
// taken for it, and external data is read from the model's own folder only.
//
//	m, err := file.Open("digits-mlp.onnx", file.Limits{})
//	if err != nil {
//		return err // digits-mlp.onnx: byte 132: graph.node: the value runs past the end …
//	}
//	for _, t := range m.Proto.GetGraph().GetInitializer() {
//		w, err := m.Tensor(t)
//		if err != nil {
//			return err // tensor "w": raw_data has 12 bytes; FLOAT [2 2] needs 16
//		}
//		fmt.Println(t.GetName(), w.DType, w.Shape)
//	}
//
// The package checks bytes, not meaning: names, operators and versions are the
// importer's.
package file
