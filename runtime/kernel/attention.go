package kernel

import (
	"math"

	"github.com/energeticc/energeticc/runtime/par"
)

const (
	attentionRows  = 64 // queries that go over the keys together, at most: they share each tile's copy
	attentionCols  = 96 // keys of a tile
	attentionDepth = 64 // elements of keys that are copied at once
)

// attention is what one call of AttentionF32 works on. Its parts are blocks of queries, one head after the other.
type attention struct {
	dst, q, k, v, bias []float32
	allowed            []bool
	lengths            []int64
	sizes              [7]int
	strides            [16]int
	past, left, right  int
	scale, softcap     float32
	bare, safe         bool
	rows, blocks       int // of a block, and how many of them a head has
	perPart            int // blocks
}

// attentions are those that no step is at.
var attentions par.Spare[attention]

// AttentionF32 computes softmax(scale·q·kᵀ + bias)·v for each head, a block of queries and a tile of keys at a time:
// the scores of a tile are used before the next are computed, and sums are rescaled where a larger score comes.
//
// sizes are batch, heads, groups (heads of k and v), queries, keys, the size of a key and that of a value. strides are
// those of batch, head and token in dst, q, k and v, then those of batch, head, query and key in the mask, which is
// bias (added), allowed (false hides a key) or neither. lengths is nil or how many keys of each sequence are there; its
// queries then are the last of them, else they stand past keys behind the first. A query sees left keys before and
// right keys behind its place, -1 for all. softcap c turns a score x into c·tanh(x/c), 0 does not; a scale of 0 is
// 1/√size. A query that sees none of its keys gives zeros or, if bare, NaN as a softmax does; if safe, so does one whose
// weights are no numbers give zeros. dst is apart from the rest.
func AttentionF32(dst, q, k, v, bias []float32, allowed []bool, lengths []int64, sizes, strides []int, past, left, right int, scale, softcap float32, bare, safe bool) {
	if scale == 0 {
		scale = float32(1 / math.Sqrt(float64(sizes[5])))
	}
	if sizes[2] == 0 || sizes[6] == 0 {
		clear(dst)
		return
	}
	a := attentions.Get()
	*a = attention{
		dst: dst, q: q, k: k, v: v, bias: bias, allowed: allowed, lengths: lengths,
		past: past, left: left, right: right, scale: scale, softcap: softcap, bare: bare, safe: safe,
	}
	copy(a.sizes[:], sizes)
	copy(a.strides[:], strides)
	a.cut()
	*a = attention{} // what is spare holds on to no memory
	attentions.Put(a)
}

// cut chooses blocks that are alike, whatever the number of cores, and computes them.
func (a *attention) cut() {
	queries := a.sizes[3]
	if queries == 0 {
		return
	}
	a.blocks = (queries + attentionRows - 1) / attentionRows
	a.rows = (queries + a.blocks - 1) / a.blocks
	all := a.sizes[0] * a.sizes[1] * a.blocks
	a.perPart = all
	if work := a.sizes[0] * a.sizes[1] * queries * a.sizes[4] * (a.sizes[5] + a.sizes[6]); work >= shareFrom && par.Workers() > 0 {
		a.perPart = (all + shareParts - 1) / shareParts
		par.Do(a, (all+a.perPart-1)/a.perPart)
		return
	}
	a.Part(0)
}

// Part computes some blocks.
func (a *attention) Part(i int) {
	var t attentionTile
	heads := a.sizes[1]
	for n := i * a.perPart; n < min((i+1)*a.perPart, a.sizes[0]*heads*a.blocks); n++ {
		first := n % a.blocks * a.rows
		rows := min(a.rows, a.sizes[3]-first)
		if rows <= 0 {
			continue
		}
		h := n / a.blocks
		t.block(a, h/heads, h%heads, first, rows)
	}
}

// attentionTile is the scores of a block of queries for some keys, and what the block has come to. Its sums are in dst.
type attentionTile struct {
	scores [attentionRows * attentionCols]float32 // rows ld apart
	ld     int
	keys   [attentionDepth * attentionCols]float32 // transposed, or values
	none   [attentionCols]float32                  // a bias of zeros
	top    [attentionRows]float32
	fall   [attentionRows]float32 // of what exponents are taken from, by the last tile
	sum    [attentionRows]float32 // of the last tile
	total  [attentionRows]float64

	offset, first, last, end, at int // place of query 0, keys that one may see, mask's first element
}

// block computes rows queries of a head from query i on.
func (t *attentionTile) block(a *attention, b, h, i, rows int) {
	s := &a.strides
	group := h / (a.sizes[1] / a.sizes[2])
	t.span(a, b, i, rows)
	t.at = b*s[12] + h*s[13] + i*s[14]
	for r := range rows {
		t.top[r], t.total[r] = float32(math.Inf(-1)), 0
	}
	q, out := a.q[b*s[3]+h*s[4]+i*s[5]:], a.dst[b*s[0]+h*s[1]+i*s[2]:]
	for r := range rows {
		clear(out[r*s[2] : r*s[2]+a.sizes[6]])
	}
	for j := t.first; j < t.last; j += attentionCols {
		cols := min(attentionCols, t.last-j)
		t.score(a, q, a.k[b*s[6]+group*s[7]+j*s[8]:], rows, cols)
		t.weigh(a, i, j, rows, cols)
		if j > t.first {
			t.rescale(a, out, rows)
		}
		for r, v := range t.sum[:rows] {
			t.total[r] += float64(v)
		}
		t.addValues(a, out, a.v[b*s[9]+group*s[10]+j*s[11]:], rows, cols)
	}
	t.finish(a, out, rows)
}

// span finds the keys that a block of queries may see.
func (t *attentionTile) span(a *attention, b, i, rows int) {
	t.offset, t.end = a.past, a.sizes[4]
	if a.lengths != nil {
		n := int(min(max(a.lengths[b], -maxPlace), maxPlace))
		t.offset, t.end = n-a.sizes[3], max(min(n, t.end), 0)
	}
	t.first, t.last = 0, t.end
	if a.left >= 0 {
		t.first = max(i+t.offset-a.left, 0)
	}
	if a.right >= 0 {
		t.last = min(t.last, i+rows+t.offset+a.right)
	}
}

// maxPlace bounds the lengths that data gives, so that sums of them fit an int.
const maxPlace = 1 << 29

// score computes q·kᵀ for the keys from k on.
func (t *attentionTile) score(a *attention, q, k []float32, rows, cols int) {
	size, w := a.sizes[5], attentionCols
	if !hasAVX2 {
		w = panelWidth(cols)
	}
	t.ld = w
	if !hasAVX2 || size == 0 {
		clear(t.scores[:rows*w])
	}
	for p := 0; p < size; p += attentionDepth {
		d := min(attentionDepth, size-p)
		packBlock(t.keys[:d*w], k[p:], d, cols, w, 1, a.strides[8])
		if hasAVX2 {
			tileProduct(t.scores[:], q[p:], t.keys[:], rows, cols, d, a.strides[5], w, w, p > 0)
		} else {
			addProduct(t.scores[:rows*w], q[p:], t.keys[:d*w], rows, w, d, a.strides[5], w)
		}
	}
}

// addValues adds the values of a tile's keys, weighted, to the sums.
func (t *attentionTile) addValues(a *attention, sums, v []float32, rows, cols int) {
	width, pitch, stride := a.sizes[6], a.strides[2], a.strides[11]
	if hasAVX2 {
		for p := 0; p < width; p += attentionCols {
			addProductAVX2(sums[p:], t.scores[:], v[p:], rows, min(attentionCols, width-p), cols, t.ld, stride, pitch)
		}
		return
	}
	const some = 8 // rows, or columns
	var sum [some * some]float32
	for p := 0; p < width; p += some {
		n := min(some, width-p)
		w := panelWidth(n)
		packBlock(t.keys[:cols*w], v[p:], cols, n, w, stride, 1)
		for r := 0; r < rows; r += some {
			m := min(some, rows-r)
			c := sum[:m*w]
			clear(c)
			addProduct(c, t.scores[r*t.ld:], t.keys[:cols*w], m, w, cols, t.ld, w)
			for x := range m {
				addTo(sums[(r+x)*pitch+p:(r+x)*pitch+p+n], c[x*w:])
			}
		}
	}
}

// rescale makes sums and totals those of the new tops.
func (t *attentionTile) rescale(a *attention, sums []float32, rows int) {
	fall := t.fall[:rows]
	ExpF32(fall, fall)
	for r, f := range fall {
		if f != 1 {
			t.total[r] *= float64(f)
			row := sums[r*a.strides[2]:][:a.sizes[6]]
			scaleRow(row, row, f)
		}
	}
}

// finish divides the sums by the total weights.
func (t *attentionTile) finish(a *attention, sums []float32, rows int) {
	for r := range rows {
		row := sums[r*a.strides[2]:][:a.sizes[6]]
		if t.total[r] != 0 && !(a.safe && t.total[r] != t.total[r]) {
			scaleRow(row, row, float32(1/t.total[r]))
			continue
		}
		clear(row)
		if a.bare && a.sizes[4] > 0 {
			for x := range row {
				row[x] = float32(math.NaN())
			}
		}
	}
}
