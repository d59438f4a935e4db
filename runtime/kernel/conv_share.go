package kernel

import "github.com/energeticc/energeticc/runtime/par"

// convShareRows is of how many output channels the parts of a convolution are made of: panels of every variant divide
// it, so that each element is computed as on one core.
const convShareRows = 16

// convSpace is where a part of a convolution works when cores share it.
type convSpace struct {
	floats []float32
	table  []int64
}

// convSpaces are those that no part works in.
var convSpaces par.Spare[convSpace]

// takeSpace gives one of so many floats and numbers, whatever they hold.
func takeSpace(floats, table int) *convSpace {
	r := convSpaces.Get()
	if cap(r.floats) < floats {
		r.floats = make([]float32, floats)
	}
	if cap(r.table) < table {
		r.table = make([]int64, table)
	}
	r.floats, r.table = r.floats[:floats], r.table[:table]
	return r
}

// worthSharing reports whether so many products are shared between cores.
func worthSharing(products int) bool { return products >= shareFrom && par.Workers() > 0 }

// convGrid cuts what a convolution computes into parts: so many units, each of which has the same inputs, and rows,
// which are output channels.
type convGrid struct {
	units, rows         int
	unitParts, rowParts int
}

// fewUnits is of how many units on a convolution is cut by these alone.
const fewUnits = shareParts / 2

// cutConv cuts by units; where these are few, by rows too, which repeats what is done for a unit.
func cutConv(units, rows int) convGrid {
	g := convGrid{units: units, rows: rows, unitParts: min(units, shareParts), rowParts: 1}
	if units > 0 && units < fewUnits {
		g.rowParts = max(min((fewUnits+units-1)/units, rows/(2*convShareRows)), 1)
	}
	return g
}

// parts is how many there are.
func (g *convGrid) parts() int { return g.unitParts * g.rowParts }

// part gives the units and rows of part i, from and to; rows begin at a multiple of convShareRows.
func (g *convGrid) part(i int) (unit, unitEnd, row, rowEnd int) {
	u, r := i/g.rowParts, i%g.rowParts
	blocks := (g.rows + convShareRows - 1) / convShareRows
	from, to := r*blocks/g.rowParts*convShareRows, min((r+1)*blocks/g.rowParts*convShareRows, g.rows)
	return u * g.units / g.unitParts, (u + 1) * g.units / g.unitParts, from, to
}
