package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/energeticc/energeticc/codegen/plan"
	"github.com/energeticc/energeticc/internal/contest"
)

// tokenInput is n int64: ids spread over the vocabulary, a mask of ones, or zeros for what names types.
func tokenInput(name string, n, vocabulary int) []byte {
	var b []byte
	for i := range n {
		v := 0
		switch {
		case strings.Contains(name, "mask"):
			v = 1
		case name == "input_ids":
			v = (1000 + 7919*i) % vocabulary
		}
		b = binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	return b
}

// batched reports whether rows can be added: the first axis of every input is one free size.
func batched(p *plan.Program) bool {
	symbol := ""
	for _, v := range p.Inputs {
		if !v.Type.IsTensor() || v.Type.Rank() == 0 {
			return false
		}
		s, ok := v.Type.Shape[0].IsSym()
		if !ok || symbol != "" && s != symbol {
			return false
		}
		symbol = s
	}
	return symbol != ""
}

// batch is a job of n rows: those of the model's cases that have case 0's shape, again and again.
func (m *model) batch(n int, dir string) (job, error) {
	j := m.job(fmt.Sprintf("%d row%s", n, plural(n)))
	j.sweep, j.size = "rows", n
	for i, t := range m.Cases[0].Inputs {
		if t.Shape[0] != 1 {
			return j, fmt.Errorf("input %s has %d rows, want 1 to repeat", t.Name, t.Shape[0])
		}
		var rows [][]byte
		for _, c := range m.Cases {
			if !slices.Equal(c.Inputs[i].Shape, t.Shape) {
				continue
			}
			data, err := os.ReadFile(m.file(c.Inputs[i]))
			if err != nil {
				return j, err
			}
			rows = append(rows, data)
		}
		data, err := repeat(t.DType, rows, n)
		if err != nil {
			return j, fmt.Errorf("input %s: %w", t.Name, err)
		}
		shape := slices.Clone(t.Shape)
		shape[0] = n
		file := filepath.Join(dir, fmt.Sprintf("rows_%d_%d.bin", n, i))
		if err := os.WriteFile(file, data, 0o644); err != nil {
			return j, err
		}
		j.Inputs = append(j.Inputs, contest.Tensor{Name: t.Name, DType: t.DType, Shape: shape, File: file})
	}
	return j, nil
}

// repeat gives n rows of those that there are. Floats of later rows are stretched by up to a fifth, so that a processor
// does not learn the way through a tree by heart.
func repeat(dtype string, rows [][]byte, n int) ([]byte, error) {
	if dtype == "string" {
		var all []string
		for i := range n {
			var row []string
			if err := json.Unmarshal(rows[i%len(rows)], &row); err != nil {
				return nil, err
			}
			all = append(all, row...)
		}
		return json.Marshal(all)
	}
	var data []byte
	random := uint32(1)
	for i := range n {
		row := rows[i%len(rows)]
		if dtype != "float32" || i < len(rows) {
			data = append(data, row...)
			continue
		}
		for k := 0; k+4 <= len(row); k += 4 {
			random = random*1664525 + 1013904223 // Numerical Recipes' generator
			x := math.Float32frombits(binary.LittleEndian.Uint32(row[k:])) * (1 + 0.2*(float32(random>>8)/(1<<23)-1))
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(x))
		}
	}
	return data, nil
}
