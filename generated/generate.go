// Package generated names the models that are kept compiled below this folder, each in a module of its own, which
// other modules may require as it is:
//
//	github.com/energeticc/energeticc/generated/digits  handwritten digits, 8 × 8 pixels
//	github.com/energeticc/energeticc/generated/magika  kinds of files by their first and last bytes
//
// go generate writes them anew; their tests hold them against golden answers of ONNX Runtime.
package generated

//go:generate go run ../cmd/energeticc compile ../testdata/models/digits-mlp/digits-mlp.onnx -o digits --cases ../testdata/models/digits-mlp/cases.json
//go:generate go run ../cmd/energeticc compile ../cmd/energeticc/demo/magika/model.onnx -o magika --license ../cmd/energeticc/demo/magika/LICENSE --cases ../cmd/energeticc/demo/magika/cases.json
