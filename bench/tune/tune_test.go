package main

import (
	"go/format"
	"math"
	"testing"

	"github.com/energeticc/energeticc/ir/op"
)

// TestFit finds the costs that ratios were made of.
func TestFit(t *testing.T) {
	want := op.ConvCosts{WinogradProduct: 1.1, WinogradInput: 90, WinogradOutput: 40, WinogradFilter: 50}
	costs := [4]float64{want.WinogradProduct, want.WinogradInput, want.WinogradOutput, want.WinogradFilter}
	var samples []sample
	for _, s := range grid {
		ratio := 0.0
		for i, p := range parts(s) {
			ratio += p * costs[i]
		}
		samples = append(samples, sample{s, ratio})
	}
	got := fit(samples)
	for _, v := range [][2]float64{{got.WinogradProduct, want.WinogradProduct}, {got.WinogradInput, want.WinogradInput}, {got.WinogradOutput, want.WinogradOutput}, {got.WinogradFilter, want.WinogradFilter}} {
		if math.Abs(v[0]-v[1]) > 1e-3*v[1] {
			t.Errorf("fit gives %+v, want %+v", got, want)
		}
	}
}

func TestSource(t *testing.T) {
	text := source(op.ConvCosts{WinogradProduct: 1.05, WinogradInput: 100})
	if formatted, err := format.Source(text); err != nil || string(formatted) != string(text) {
		t.Errorf("source is not formatted Go: %v\n%s", err, text)
	}
}
