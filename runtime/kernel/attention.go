package kernel

import "math"

const (
	attentionRows = 32        // queries that go over the keys together: they share each tile's copy
	attentionCols = gemmPanel // keys of a tile
)

// attention is what one call of AttentionF32 works on.
type attention struct {
	dst, q, k, v, bias           []float32
	allowed                      []bool
	lengths                      []int64
	sizes, strides               []int
	past, left, right            int
	scale, softcap               float32
	bare                         bool
	sums                         []float32
	mat                          matScratch
	tile                         [attentionRows * attentionCols]float32
	top                          [attentionRows]float32
	total                        [attentionRows]float64
	offset, first, last, end, at int // of the block: place of query 0, keys that one may see, mask's first element
}

// AttentionF32 computes softmax(scale·q·kᵀ + bias)·v for each head, a block of queries and a tile of keys at a time:
// the scores of a tile are used before the next are computed, and sums are rescaled where a larger score comes.
//
// sizes are batch, heads, groups (heads of k and v), queries, keys, the size of a key and that of a value. strides are
// those of batch, head and token in dst, q, k and v, then those of batch, head, query and key in the mask, which is
// bias (added), allowed (false hides a key) or neither. lengths is nil or how many keys of each sequence are there; its
// queries then are the last of them, else they stand past keys behind the first. A query sees left keys before and
// right keys behind its place, -1 for all. softcap c turns a score x into c·tanh(x/c), 0 does not; a scale of 0 is
// 1/√size. A query that sees none of its keys gives zeros or, if bare, NaN as a softmax does. scratch holds 32 rows of a value's size rounded up to 4.
func AttentionF32(dst, q, k, v, bias []float32, allowed []bool, lengths []int64, sizes, strides []int, past, left, right int, scale, softcap float32, bare bool, scratch []float32) {
	if scale == 0 {
		scale = float32(1 / math.Sqrt(float64(sizes[5])))
	}
	a := attention{
		dst: dst, q: q, k: k, v: v, bias: bias, allowed: allowed, lengths: lengths, sizes: sizes, strides: strides,
		past: past, left: left, right: right, scale: scale, softcap: softcap, bare: bare, sums: scratch,
	}
	if sizes[2] == 0 || sizes[6] == 0 {
		clear(dst)
		return
	}
	for b := range sizes[0] {
		for h := range sizes[1] {
			for i := 0; i < sizes[3]; i += attentionRows {
				a.block(b, h, i, min(attentionRows, sizes[3]-i))
			}
		}
	}
}

// block computes rows queries from query i on.
func (a *attention) block(b, h, i, rows int) {
	s := a.strides
	group := h / (a.sizes[1] / a.sizes[2])
	a.span(b, i, rows)
	a.at = b*s[12] + h*s[13] + i*s[14]
	for r := range rows {
		a.top[r], a.total[r] = float32(math.Inf(-1)), 0
	}
	width := a.sizes[6]
	clear(a.sums[:rows*panelWidth(width)])
	q := b*s[3] + h*s[4] + i*s[5]
	for j := a.first; j < a.last; j += attentionCols {
		cols := min(attentionCols, a.last-j)
		w := panelWidth(cols)
		tile := a.tile[:rows*w]
		clear(tile)
		if size, k := a.sizes[5], a.k[b*s[6]+group*s[7]+j*s[8]:]; rows < matPackFrom {
			addDots(tile, a.q[q:], k, rows, cols, w, size, s[5], s[8])
		} else {
			addBlocks(&a.mat, tile, a.q[q:], k, 0, 0, rows, cols, size, s[5], 1, 1, s[8])
		}
		for r := range rows {
			a.weigh(tile[r*w:r*w+cols], i, j, r, rows)
		}
		a.addValues(tile, a.v[b*s[9]+group*s[10]+j*s[11]:], rows, cols, w)
	}
	a.store(b*s[0]+h*s[1]+i*s[2], rows)
}

// span finds the keys that a block of queries may see.
func (a *attention) span(b, i, rows int) {
	a.offset, a.end = a.past, a.sizes[4]
	if a.lengths != nil {
		n := int(min(max(a.lengths[b], -maxPlace), maxPlace))
		a.offset, a.end = n-a.sizes[3], max(min(n, a.end), 0)
	}
	a.first, a.last = 0, a.end
	if a.left >= 0 {
		a.first = max(i+a.offset-a.left, 0)
	}
	if a.right >= 0 {
		a.last = min(a.last, i+rows+a.offset+a.right)
	}
}

// maxPlace bounds the lengths that data gives, so that sums of them fit an int.
const maxPlace = 1 << 29

// weigh turns the scores of query i+r for the keys from j on into e^(score - top), top being the query's largest score
// so far, and rescales the query's sums where that grew.
func (a *attention) weigh(score []float32, i, j, r, rows int) {
	scaleRow(score, score, a.scale)
	if c := a.softcap; c > 0 {
		for x, v := range score {
			score[x] = c * tanh32(v/c)
		}
	}
	a.hide(score, i+r+a.offset, j, r)
	top := a.top[r]
	for _, v := range score {
		if v > top {
			top = v
		}
	}
	if top == float32(math.Inf(-1)) {
		a.weighNone(score, r)
		return
	}
	if top > a.top[r] && a.total[r] != 0 {
		f := float32(expBelow(float64(a.top[r]) - float64(top)))
		a.total[r] *= float64(f)
		for p := 0; p < a.sizes[6]; p += gemmPanel {
			w := panelWidth(min(gemmPanel, a.sizes[6]-p))
			row := a.sums[p*rows+r*w : p*rows+(r+1)*w]
			scaleRow(row, row, f)
		}
	}
	a.top[r] = top
	if hasAVX2 {
		a.total[r] += expSumF32AVX2(score, score, top)
		return
	}
	sum := 0.0
	for x, v := range score {
		e := expBelow(float64(v) - float64(top))
		score[x] = float32(e)
		sum += e
	}
	a.total[r] += sum
}

// weighNone gives keys that are all hidden no weight; NaN stays.
func (a *attention) weighNone(score []float32, r int) {
	for x, v := range score {
		if v != v {
			a.total[r] = math.NaN()
			continue
		}
		score[x] = 0
	}
}

// hide adds the mask to scores and makes those of keys -Inf that the query at this place does not see.
func (a *attention) hide(score []float32, place, j, r int) {
	none := float32(math.Inf(-1))
	if a.left >= 0 {
		for x := range score[:min(max(place-a.left-j, 0), len(score))] {
			score[x] = none
		}
	}
	if a.right >= 0 {
		from := min(max(place+a.right+1-j, 0), len(score))
		for x := range score[from:] {
			score[from+x] = none
		}
	}
	step := a.strides[15]
	at := a.at + r*a.strides[14] + j*step
	if a.allowed != nil {
		for x := range score {
			if !a.allowed[at] {
				score[x] = none
			}
			at += step
		}
	}
	if a.bias != nil {
		for x, v := range score {
			if m := a.bias[at]; m == none || v == none {
				score[x] = none
			} else {
				score[x] = v + m
			}
			at += step
		}
	}
}

// addValues adds the values of a tile's keys, weighted, to the sums, which lie in panels of columns.
func (a *attention) addValues(weights, v []float32, rows, cols, w int) {
	width := a.sizes[6]
	for p := 0; p < width; p += gemmPanel {
		n := min(gemmPanel, width-p)
		c := a.sums[p*rows : p*rows+rows*panelWidth(n)]
		addBlocks(&a.mat, c, weights, v[p:], 0, 0, rows, n, cols, w, 1, a.strides[11], 1)
	}
}

// store divides the sums by the total weights.
func (a *attention) store(at, rows int) {
	width := a.sizes[6]
	for r := range rows {
		row := a.dst[at+r*a.strides[2] : at+r*a.strides[2]+width]
		if a.total[r] == 0 {
			clear(row)
			if a.bare && a.sizes[4] > 0 {
				for x := range row {
					row[x] = float32(math.NaN())
				}
			}
			continue
		}
		inv := float32(1 / a.total[r])
		for p := 0; p < width; p += gemmPanel {
			n := min(gemmPanel, width-p)
			scaleRow(row[p:p+n], a.sums[p*rows+r*panelWidth(n):], inv)
		}
	}
}
