// Package conformance is data alone; its test says that the data is what the README names.
package conformance

import (
	"archive/zip"
	"crypto/sha256"
	"fmt"
	"os"
	"testing"
)

// suites are the archives with their checksums.
var suites = []struct{ file, sum string }{
	{"onnx-backend-1.23.2.zip", "f6fb153337dcc5417571a05cf02477bc2131b330bbd08d9fdfa7a30071cd905e"},
	{"ort/contrib.zip", "41e74f53c34ed3b95b0be7c57ff59d114c4dbf5cb0e6d58594b7c8cec66167a9"},
	{"ort/decoding.zip", "b2d4dc436f3fac23afdf74361a1a682cdbd274449528f6024604a5909e6433f3"},
	{"ort/hostile.zip", "fd7ff2330143afcd127206d79dfceaf89dd35d508fe46a957d1138aa89b4f6bf"},
	{"ort/ml.zip", "9d49d18160b99415040c383340af764ca69b498a598332048991aabac0298ae1"},
	{"ort/opsets.zip", "8b5c98001fddb94953826ef2fe424f6b31876166ea9b07a390c467b62720737e"},
	{"tfjs/tfjs-graph-4.22.zip", "db0dcecbb8eb788efc22c4f29821ddf77e8eadacc733bc34107145d9b6d5ff7d"},
	{"tfjs/tfjs-layers-4.22.zip", "9f547306262f492fcaf12d2e8f3b6c508b50df658422ca5eab97bef22200ac1f"},
}

// TestData opens every archive and compares its checksum.
func TestData(t *testing.T) {
	for _, s := range suites {
		data, err := os.ReadFile(s.file)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(data)); got != s.sum {
			t.Errorf("%s has sha256 %s, want %s", s.file, got, s.sum)
		}
		z, err := zip.OpenReader(s.file)
		if err != nil {
			t.Errorf("%s: %v", s.file, err)
			continue
		}
		if err := z.Close(); err != nil {
			t.Error(err)
		}
	}
}
