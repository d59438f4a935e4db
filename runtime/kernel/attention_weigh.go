package kernel

import "math"

// weigh turns the scores of queries from i on, for the keys from j on, into weights, as attend says.
func (t *attentionTile) weigh(a *attention, i, j, rows, cols int) {
	bias, ldb, scale := t.none[:], 0, a.scale
	switch {
	case a.softcap > 0 || a.allowed != nil || t.edge(a, i, j, rows, cols) || a.bias != nil && a.strides[15] != 1 && cols > 1:
		for r := range rows {
			t.hide(a, t.scores[r*t.ld:][:cols], i+r+t.offset, j, r)
		}
		scale = 1
	case a.bias != nil:
		bias, ldb = a.bias[t.at+j*a.strides[15]:], a.strides[14]
	}
	if hasAVX2 {
		attendTileAVX2(t.scores[:], bias, rows, cols, t.ld, ldb, scale, t.top[:], t.fall[:], t.sum[:])
		return
	}
	attend(t.scores[:], bias, rows, cols, t.ld, ldb, scale, t.top[:], t.fall[:], t.sum[:])
}

// edge says that a query of the tile does not see one of its keys for where they stand.
func (t *attentionTile) edge(a *attention, i, j, rows, cols int) bool {
	place := i + t.offset
	return a.left >= 0 && place+rows-1-a.left > j || a.right >= 0 && place+a.right < j+cols-1
}

// hide scales scores, caps them, adds the mask, and makes those of keys -Inf that the query at this place does not see.
func (t *attentionTile) hide(a *attention, score []float32, place, j, r int) {
	none := float32(math.Inf(-1))
	scaleRow(score, score, a.scale)
	if c := a.softcap; c > 0 {
		for x, v := range score {
			score[x] = c * tanh32(v/c)
		}
	}
	step := a.strides[15]
	at := t.at + r*a.strides[14] + j*step
	for x, v := range score {
		if a.allowed != nil && !a.allowed[at] {
			score[x] = none
		}
		if a.bias != nil {
			if m := a.bias[at]; m == none {
				score[x] = none
			} else {
				score[x] = v + m
			}
		}
		at += step
	}
	if a.left >= 0 {
		for x := range score[:min(max(place-a.left-j, 0), len(score))] {
			score[x] = none
		}
	}
	if a.right >= 0 {
		for x := min(max(place+a.right+1-j, 0), len(score)); x < len(score); x++ {
			score[x] = none
		}
	}
}

// attend turns each row of scores x into e^(scale·x + bias - top) with their sum, top being the largest exponent so far,
// of which fall is what it was before less what it is now. A bias of -Inf hides its key, whatever the score. Where all
// keys are hidden, top is -Inf and all weights are 0, or NaN of a score that is NaN. Rows of score are ld apart, those
// of bias ldb.
func attend(score, bias []float32, rows, cols, ld, ldb int, scale float32, top, fall, sum []float32) {
	none := float32(math.Inf(-1))
	for r := range rows {
		x, b := score[r*ld:r*ld+cols], bias[r*ldb:r*ldb+cols]
		largest := top[r]
		for i, v := range x {
			if v = float32(v*scale) + b[i]; b[i] == none {
				v = none
			}
			x[i] = v
			if v > largest {
				largest = v
			}
		}
		base := max(largest, -math.MaxFloat32)
		top[r], fall[r] = largest, top[r]-base
		total := 0.0
		for i, v := range x {
			e := expBelow(float64(v) - float64(base))
			x[i] = float32(e)
			total += e
		}
		sum[r] = float32(total)
	}
}
