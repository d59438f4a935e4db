package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"

	"github.com/energeticc/energeticc/internal/contest"
)

// apart is how far a side's answers are from the wanted ones: |got - want| ≤ Atol + Rtol·|want| is near enough.
type apart struct {
	Values  int
	Largest float64 // of the differences that are numbers
	Beyond  int     // of the tolerance
}

// compare holds a side's answers against the wanted ones: numbers and strings. Sequences and maps are left out.
func compare(t tolerance, wanted, got []contest.Tensor) (apart, error) {
	var a apart
	for i, w := range wanted {
		if w.File == "" || i >= len(got) || got[i].File == "" {
			continue
		}
		want, err := os.ReadFile(w.File)
		if err != nil {
			return a, err
		}
		data, err := os.ReadFile(got[i].File)
		if err != nil {
			return a, err
		}
		if err := a.add(t, w.DType, data, want); err != nil {
			return a, fmt.Errorf("output %s: %w", w.Name, err)
		}
	}
	return a, nil
}

func (a *apart) add(t tolerance, dtype string, got, want []byte) error {
	w, ok := numbers(dtype, want)
	if !ok {
		if dtype != "string" {
			return nil
		}
		a.Values++ // all or nothing
		if !bytes.Equal(bytes.TrimSpace(got), bytes.TrimSpace(want)) {
			a.Beyond++
		}
		return nil
	}
	g, _ := numbers(dtype, got)
	if len(g) != len(w) {
		return fmt.Errorf("%d values, want %d", len(g), len(w))
	}
	a.Values += len(w)
	for i, v := range w {
		if g[i] == v || math.IsNaN(g[i]) && math.IsNaN(v) {
			continue // of two infinities the difference is no number
		}
		d := math.Abs(g[i] - v)
		if d > math.MaxFloat64 || !(d <= t.Atol+t.Rtol*math.Abs(v)) { // a NaN beside a number is beyond, too
			a.Beyond++
		}
		if d <= math.MaxFloat64 {
			a.Largest = max(a.Largest, d)
		}
	}
	return nil
}

// numbers widens raw numbers of a type to float64; ok is false for types that are not compared as numbers.
func numbers(dtype string, data []byte) (x []float64, ok bool) {
	switch dtype {
	case "float32":
		return widen[float32](data), true
	case "float64":
		return widen[float64](data), true
	case "int64":
		return widen[int64](data), true
	case "int32":
		return widen[int32](data), true
	case "uint8", "bool":
		return widen[uint8](data), true
	}
	return nil, false
}

func widen[T float32 | float64 | int64 | int32 | uint8](data []byte) []float64 {
	x := make([]T, len(data)/max(binary.Size(T(0)), 1))
	if _, err := binary.Decode(data, binary.LittleEndian, x); err != nil {
		return nil
	}
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}
