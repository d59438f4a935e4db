// Package file opens TensorFlow.js models: model.json and the shards beside it. Its input is not trusted: every size is
// checked against the bytes that are there before memory is taken for it, and shards are read from the model's own
// folder only.
//
//	m, err := file.Open("model.json", file.Limits{})
//	if err != nil {
//		return err // model.json: weights: shard "group1-shard2of2.bin" is missing …
//	}
//	w, ok := m.Weight("dense/kernel")
//	fmt.Println(w.Name, w.DType, w.Shape)
//
// The package checks bytes, not meaning: names, operators and layers are the importer's.
package file
