package plan

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/energeticc/energeticc/ir"
)

// Weights collects the constants that kernels read, in the order of their first use, each content once.
type Weights struct {
	Regions []Region
	data    []byte
	known   map[[32]byte]int
}

// Region is a tensor in weights.bin. Width is its elements' size in bytes, which big-endian machines swap by.
type Region struct {
	Offset, Bytes, Width int
	Strings              int // the number of strings in a table of them; else 0
}

// weightAlign is the alignment of tensors, in bytes: a cache line, and the widest vector.
const weightAlign = 64

// minWeights keeps the embedded data page-aligned by the linker.
const minWeights = 4096

// add places a tensor and gives its offset.
func (w *Weights) add(t *ir.Tensor) int {
	data, width, count := t.Data, max(t.DType.Size(), 1), 0 // packed and text data are bytes
	if t.DType == ir.String {
		data, width, count = stringTable(t.Strings), 1, len(t.Strings)
	}
	if t.DType == ir.Complex64 || t.DType == ir.Complex128 {
		width /= 2
	}
	h := sha256.New()
	h.Write([]byte{byte(width), byte(min(count, 1))})
	h.Write(data)
	key := [32]byte(h.Sum(nil))
	if at, ok := w.known[key]; ok {
		return at
	}
	at := (len(w.data) + weightAlign - 1) / weightAlign * weightAlign
	w.data = append(append(w.data, make([]byte, at-len(w.data))...), data...)
	if w.known == nil {
		w.known = map[[32]byte]int{}
	}
	w.known[key] = at
	w.Regions = append(w.Regions, Region{Offset: at, Bytes: len(data), Width: width, Strings: count})
	return at
}

// Bytes is the content of weights.bin.
func (w *Weights) Bytes() []byte {
	if n := minWeights - len(w.data); n > 0 {
		return append(append([]byte{}, w.data...), make([]byte, n)...)
	}
	return w.data
}

// Len is the size of weights.bin.
func (w *Weights) Len() int { return max(len(w.data), minWeights) }

// stringTable stores strings as their end offsets, in 32 bits each, and the text after them.
func stringTable(s []string) []byte {
	out := make([]byte, 0, 8*len(s))
	end := 0
	for _, x := range s {
		end += len(x)
		out = binary.LittleEndian.AppendUint32(out, uint32(end))
	}
	for _, x := range s {
		out = append(out, x...)
	}
	return out
}
