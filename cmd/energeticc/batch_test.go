package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/energeticc/energeticc/cmd/internal/cases"
	"github.com/energeticc/energeticc/cmd/internal/harness"
	"github.com/energeticc/energeticc/ir"
)

// rowAxes says along which axis of each input and output the rows of a batch lie; a negative one says that a value
// belongs to the whole batch. Models that are not here have them along the first.
var rowAxes = map[string]struct{ in, out []int }{
	"silero-vad-16k-op15":    {[]int{0, 1, -1}, []int{0, 1}},
	"silero-vad-op18-ifless": {[]int{0, -1, 1}, []int{0, 1}},
	"silero-vad-v6":          {[]int{0, 1, -1}, []int{0, 1}},
}

// serial are the models whose rows are not independent.
var serial = map[string]bool{
	"silero-vad-16k-sequence":       true, // the rows are moments of one sound
	"resnet18-quarter-dynamic-int8": true, // DynamicQuantizeLinear has one scale for the whole batch
	"text2tashkeel-bilstm-int8":     true, // and so has DynamicQuantizeLSTM
	"energeticai-use-lite":          true, // a sentence has as many rows as it has tokens
	"nsfwjs-inception-v3":           true, // a picture takes long, so that its case has one
}

// loose are the models in which a row's bits depend on its company, and by how much they may, relatively.
var loose = map[string]float64{
	"tfjs-layers-text":  1e-6, // so does its last product, of one column
	"text-tfidf-logreg": 1e-6, // MatMul by strides multiplies few rows in Go, many by assembly, which rounds each sum once
}

// batch calls a compiled package with the same rows in different company, and wants the same bits for each row: kernels
// sum in an order that a row's place in the batch does not change. The rows are those of the largest golden case; the
// calls are the whole batch, each row alone, the batch reversed, and the whole again, when the package's memory has
// seen other sizes.
type batch struct {
	*subject
	in, out []int
	golden  cases.Case
	rows    int
	jobs    []harness.Job
}

// axis is where the rows of a value lie.
func axis(axes []int, i int) int {
	if axes == nil {
		return 0
	}
	return axes[i]
}

// batch writes the calls' inputs into the module; nil for models whose rows depend on each other.
func (s *subject) batch(t *testing.T, mod *harness.Module) *batch {
	if serial[s.name] {
		return nil
	}
	b := &batch{subject: s, in: rowAxes[s.name].in, out: rowAxes[s.name].out}
	for _, k := range b.suite.Cases {
		if n := k.In[0].Shape[0]; n > b.rows {
			b.golden, b.rows = k, n
		}
	}
	if b.rows < 2 {
		t.Fatalf("no case of %s has two rows; add one, or name the model in serial", b.name)
	}
	whole := make([]int, b.rows)
	for i := range whole {
		whole[i] = i
	}
	reversed := slices.Clone(whole)
	slices.Reverse(reversed)
	b.add(t, mod, whole)
	for i := range b.rows {
		b.add(t, mod, []int{i})
	}
	b.add(t, mod, reversed)
	b.add(t, mod, whole)
	return b
}

// add makes a call with some of the rows.
func (b *batch) add(t *testing.T, mod *harness.Module, chosen []int) {
	dir := filepath.Join(mod.Dir, "batches", fmt.Sprintf("%s_%d", b.name, len(b.jobs)))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	j := harness.Job{Model: b.model.Emit.Package, Output: dir}
	for i, v := range b.golden.In {
		data, shape := v.Bytes(), slices.Clone(v.Shape)
		if a := axis(b.in, i); a >= 0 {
			shape[a] = len(chosen)
			if v.JSON != nil {
				data = gatherTexts(t, data, chosen)
			} else {
				data = gather(data, v.Shape, a, chosen)
			}
		}
		path := filepath.Join(dir, fmt.Sprintf("in_%d", i))
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		j.Inputs = append(j.Inputs, harness.Tensor{Shape: shape, File: path})
	}
	b.jobs = append(b.jobs, j)
}

// gather takes some rows of a row-major value: the slices along an axis.
func gather(data []byte, shape []int, axis int, chosen []int) []byte {
	outer, n := 1, shape[axis]
	for _, d := range shape[:axis] {
		outer *= d
	}
	inner := len(data) / (outer * n)
	var taken []byte
	for o := range outer {
		for _, r := range chosen {
			at := (o*n + r) * inner
			taken = append(taken, data[at:at+inner]...)
		}
	}
	return taken
}

// gatherTexts takes some of the rows of a list of texts, one each.
func gatherTexts(t *testing.T, data []byte, chosen []int) []byte {
	var all, taken []string
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	for _, r := range chosen {
		taken = append(taken, all[r])
	}
	data, err := json.Marshal(taken)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// check compares the rows of all answers with those of the first.
func (b *batch) check(t *testing.T, answers []harness.Answer) {
	var want [][][]byte // by output, by row
	for k, a := range answers {
		if a.Error != "" {
			t.Fatalf("call %d: %s", k, a.Error)
		}
		for i := range a.Outputs {
			got := b.split(t, i, a.Outputs[i])
			switch last := len(answers) - 1; {
			case k == 0:
				want = append(want, got)
			case k == last:
				b.same(t, i, "the same call again", got, want[i])
			case k == last-1:
				slices.Reverse(got)
				b.same(t, i, "the reversed batch", got, want[i])
			default:
				b.same(t, i, fmt.Sprintf("row %d alone", k-1), got, want[i][k-1:k])
			}
		}
	}
}

// split cuts an output into its rows.
func (b *batch) split(t *testing.T, i int, out harness.Tensor) [][]byte {
	data, err := os.ReadFile(out.File)
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]byte
	if b.golden.Out[i].JSON != nil { // a list with an element a row
		var list []json.RawMessage
		if err := json.Unmarshal(data, &list); err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			rows = append(rows, e)
		}
		return rows
	}
	for r := range out.Shape[axis(b.out, i)] {
		rows = append(rows, gather(data, out.Shape, axis(b.out, i), []int{r}))
	}
	return rows
}

// same demands equal bits, row by row, or nearly equal numbers of a loose model.
func (b *batch) same(t *testing.T, i int, call string, got, want [][]byte) {
	t.Helper()
	name := b.golden.Out[i].Name
	if len(got) != len(want) {
		t.Errorf("%s: output %s has %d rows, want %d", call, name, len(got), len(want))
		return
	}
	for r := range want {
		if bytes.Equal(got[r], want[r]) {
			continue
		}
		d := cases.Difference{Bad: 1, First: "another text"}
		if b.golden.Out[i].JSON == nil {
			v := ir.Tensor{DType: b.golden.Out[i].Tensor.DType, Data: want[r]}
			v.Shape = []int{len(want[r]) * 8 / v.DType.Bits()}
			d = cases.Compare(cases.Value{Tensor: &v}, v.Shape, got[r], loose[b.name], 0)
		}
		if _, may := loose[b.name]; may && d.Bad == 0 {
			continue
		}
		t.Errorf("%s: output %s differs in row %d of it: %s, and %d more values, by up to %.3g", call, name, r, d.First, max(d.Bad-1, 0), d.Abs)
		return
	}
}
