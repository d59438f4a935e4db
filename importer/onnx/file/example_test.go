package file_test

import (
	"fmt"

	"github.com/energeticc/energeticc/importer/onnx/file"
)

func Example() {
	m, err := file.Open("testdata/digits-mlp.onnx", file.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Name, m.Size, "bytes")
	for _, t := range m.Proto.GetGraph().GetInitializer()[:3] {
		w, err := m.Tensor(t)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(t.GetName(), w.DType, w.Shape)
	}
	// Output:
	// digits-mlp 28253 bytes
	// Mu_Mulcst f32 [64]
	// Ad_Addcst f32 [64]
	// coefficient f32 [64 64]
}
