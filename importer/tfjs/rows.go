package tfjs

import (
	"sort"
	"sync"

	"github.com/energeticc/energeticc/ir"
)

// row spells an operator.
type row struct {
	name string
	make func(n *node) []*ir.Value
}

// rows are the tables of all operators; a new operator is a row in one of them.
var rows = [][]row{
	graphRows, elementwiseRows, compareRows, reduceRows, matmulRows, convRows, poolRows, normRows, shapeRows, padRows,
	joinRows, sliceRows, indexRows, createRows, imageRows, transformRows, sortRows, dynamicRows, spectralRows, tableRows, textRows, listRows, arrayRows, controlRows,
}

// spellings is the table of all rows by name. Rows of control flow read nodes by it again, so they have it
// from the importer.
var spellings = sync.OnceValue(func() map[string]*row {
	all := map[string]*row{}
	for _, table := range rows {
		for i := range table {
			all[table[i].name] = &table[i]
		}
	}
	return all
})

// Spellings lists the operators of graph models that the importer reads, by name.
func Spellings() []string {
	var all []string
	for name := range spellings() {
		all = append(all, name)
	}
	sort.Strings(all)
	return all
}
