package onnx

import (
	"sort"
	"sync"

	"github.com/energeticc/energeticc/ir"
)

// row spells an operator: from version since on, until a later row of the same name takes over.
type row struct {
	name  string
	since int64
	make  func(n *node) ([]*ir.Value, error) // nil: removed from this version on
}

// removed reads an operator as in its last version, since models exist that use it in a later opset.
func removed(last func(n *node) ([]*ir.Value, error)) func(n *node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		n.warn("the operator left the standard before this opset; it is read as in its last version")
		return last(n)
	}
}

// domains are the tables of each operator domain; a new operator is a row in one of them.
var domains = map[string][][]row{
	"":              {elementwiseRows, activationRows, reduceRows, controlRows, constantRows, shapeRows, movementRows, padRows, indexRows, fillRows, castRows, matmulRows, normRows, rnnRows, quantRows, convRows, convQuantRows, poolRows, resizeRows, gridRows, attentionRows, signalRows, randomRows, lossRows, detectRows, textRows, sequenceRows, optionalRows, imageRows, oldRows},
	"ai.onnx.ml":    {mlRows, mlTreeRows, mlLinearRows, mlFeatureRows, mlLabelRows},
	"com.microsoft": {microsoftTextRows, contribQuantRows, contribFusedRows, contribNormRows, contribAttentionRows, contribRotaryRows, contribBlockRows, contribExpertRows, contribRNNRows, contribShapeRows, contribImageRows, contribTextRows, contribSearchRows},

	"ai.onnx.preview":          {previewRows},
	"ai.onnx.preview.training": {trainRows},
}

// table is the rows of each operator, by domain, name and version.
type table map[string]map[string][]row

// spellings is the table of all rows. Rows of control flow read nodes by it again, so they have it from the importer.
var spellings = sync.OnceValue(func() table {
	all := table{}
	for d, tables := range domains {
		all[d] = map[string][]row{}
		for _, t := range tables {
			for _, r := range t {
				all[d][r.name] = append(all[d][r.name], r)
			}
		}
		for _, rows := range all[d] {
			sort.Slice(rows, func(i, j int) bool { return rows[i].since < rows[j].since })
		}
	}
	return all
})

// find gives the row that holds for a version, nil if there is none.
func (t table) find(domain, name string, version int64) *row {
	var found *row
	rows := t[domain][name]
	for i := range rows {
		if rows[i].since <= version {
			found = &rows[i]
		}
	}
	if found == nil || found.make == nil {
		return nil
	}
	return found
}

// known reports whether some version of the operator is supported.
func (t table) known(domain, name string) bool { return len(t[domain][name]) > 0 }

// Spelling is an operator that the importer reads.
type Spelling struct {
	Domain, Name string
	Since        []int64 // the versions from which on there is a form of its own
}

// Spellings lists what the importer reads, by domain and name.
func Spellings() []Spelling {
	var all []Spelling
	for d, ops := range spellings() {
		for name, rows := range ops {
			s := Spelling{Domain: d, Name: name}
			for _, r := range rows {
				s.Since = append(s.Since, r.since)
			}
			all = append(all, s)
		}
	}
	sort.Slice(all, func(i, j int) bool {
		if all[i].Domain != all[j].Domain {
			return all[i].Domain < all[j].Domain
		}
		return all[i].Name < all[j].Name
	})
	return all
}
