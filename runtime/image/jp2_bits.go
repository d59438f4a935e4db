package image

// jp2Bits reads the bits of packet headers, the highest first. A byte after ff
// holds seven. Behind the end are zeros.
type jp2Bits struct {
	data []byte
	pos  int
	last byte
	left int // bits of last
}

func (r *jp2Bits) next() bool {
	r.left = 8
	if r.last == 0xff {
		r.left = 7
	}
	r.last = 0
	if r.pos == len(r.data) {
		return false
	}
	r.last = r.data[r.pos]
	r.pos++
	return true
}

// bit reads one bit.
func (r *jp2Bits) bit() int {
	if r.left == 0 {
		r.next()
	}
	r.left--
	return int(r.last >> r.left & 1)
}

// number reads n bits.
func (r *jp2Bits) number(n int) int {
	v := 0
	for range n {
		v = v<<1 | r.bit()
	}
	return v
}

// align passes over the rest of the byte and the one that must follow ff. It
// tells whether that was there.
func (r *jp2Bits) align() bool {
	ok := r.last != 0xff || r.next()
	r.left = 0
	return ok
}

// passes reads a number of coding passes (ISO 15444-1 table B.4).
func (r *jp2Bits) passes() int {
	if r.bit() == 0 {
		return 1
	}
	if r.bit() == 0 {
		return 2
	}
	if n := r.number(2); n < 3 {
		return 3 + n
	}
	if n := r.number(5); n < 31 {
		return 6 + n
	}
	return 37 + r.number(7)
}

// ones counts the ones before the next zero.
func (r *jp2Bits) ones() int {
	n := 0
	for r.bit() == 1 {
		n++
	}
	return n
}

// jp2Tree is a tag tree (B.10.2): numbers of a grid, of which every node of the
// coarser grids above holds the least of up to four.
type jp2Tree struct {
	widths []int // of each grid, the finest first
	starts []int // in nodes
	nodes  []jp2Node
}

// jp2Node is what is known of a number: it is at least low, or it is value.
type jp2Node struct{ value, low int32 }

// jp2NewTree makes a tree for w×h numbers, w and h above 0.
func jp2NewTree(w, h int) jp2Tree {
	var t jp2Tree
	n := 0
	for {
		t.widths = append(t.widths, w)
		t.starts = append(t.starts, n)
		n += w * h
		if w*h == 1 {
			break
		}
		w, h = (w+1)/2, (h+1)/2
	}
	t.nodes = make([]jp2Node, n)
	for i := range t.nodes {
		t.nodes[i].value = jp2Unknown
	}
	return t
}

// jp2Unknown is above every number that occurs.
const jp2Unknown = 999

// below reads whether the number at x, y is below limit.
func (t *jp2Tree) below(r *jp2Bits, x, y int, limit int32) bool {
	low := int32(0)
	for level := len(t.widths) - 1; ; level-- {
		n := &t.nodes[t.starts[level]+(y>>level)*t.widths[level]+x>>level]
		low = max(low, n.low)
		for low < limit && low < n.value {
			if r.bit() == 1 {
				n.value = low
			} else {
				low++
			}
		}
		n.low = low
		if level == 0 {
			return n.value < limit
		}
	}
}
