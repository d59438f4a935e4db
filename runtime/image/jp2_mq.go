package image

// jp2MQState is a row of the MQ coder's table of probabilities (ISO 15444-1 table C.2).
type jp2MQState struct {
	qe         uint32 // the less probable symbol's share of the interval
	mps, lps   uint8  // the next row after the more and the less probable symbol
	exchanging bool   // the less probable symbol becomes the more probable one
}

var jp2MQStates = [47]jp2MQState{
	{0x5601, 1, 1, true}, {0x3401, 2, 6, false}, {0x1801, 3, 9, false},
	{0x0ac1, 4, 12, false}, {0x0521, 5, 29, false}, {0x0221, 38, 33, false},
	{0x5601, 7, 6, true}, {0x5401, 8, 14, false}, {0x4801, 9, 14, false},
	{0x3801, 10, 14, false}, {0x3001, 11, 17, false}, {0x2401, 12, 18, false},
	{0x1c01, 13, 20, false}, {0x1601, 29, 21, false}, {0x5601, 15, 14, true},
	{0x5401, 16, 14, false}, {0x5101, 17, 15, false}, {0x4801, 18, 16, false},
	{0x3801, 19, 17, false}, {0x3401, 20, 18, false}, {0x3001, 21, 19, false},
	{0x2801, 22, 19, false}, {0x2401, 23, 20, false}, {0x2201, 24, 21, false},
	{0x1c01, 25, 22, false}, {0x1801, 26, 23, false}, {0x1601, 27, 24, false},
	{0x1401, 28, 25, false}, {0x1201, 29, 26, false}, {0x1101, 30, 27, false},
	{0x0ac1, 31, 28, false}, {0x09c1, 32, 29, false}, {0x08a1, 33, 30, false},
	{0x0521, 34, 31, false}, {0x0441, 35, 32, false}, {0x02a1, 36, 33, false},
	{0x0221, 37, 34, false}, {0x0141, 38, 35, false}, {0x0111, 39, 36, false},
	{0x0085, 40, 37, false}, {0x0049, 41, 38, false}, {0x0025, 42, 39, false},
	{0x0015, 43, 40, false}, {0x0009, 44, 41, false}, {0x0005, 45, 42, false},
	{0x0001, 45, 43, false}, {0x5601, 46, 46, false},
}

// Contexts of the MQ coder (table D.7).
const (
	jp2ContextZero      = 0  // 9 of them: significance
	jp2ContextSign      = 9  // 5
	jp2ContextMagnitude = 14 // 3
	jp2ContextRun       = 17
	jp2ContextUniform   = 18
)

// jp2Context is how probable the next symbol is in one context.
type jp2Context struct{ state, mps uint8 }

// jp2MQ reads a segment of a code-block: the arithmetic code of annex C, or the
// raw bits of the bypass mode. Behind the segment both read ones.
type jp2MQ struct {
	data     []byte
	pos      int
	a, c     uint32
	ct       int
	contexts [19]jp2Context
}

// at is byte i of the segment.
func (m *jp2MQ) at(i int) uint32 {
	if i < len(m.data) {
		return uint32(m.data[i])
	}
	return 0xff
}

// reset makes every context equally uncertain, but for three.
func (m *jp2MQ) reset() {
	m.contexts = [19]jp2Context{}
	m.contexts[jp2ContextZero].state = 4
	m.contexts[jp2ContextRun].state = 3
	m.contexts[jp2ContextUniform].state = 46
}

// start begins an arithmetic segment. The contexts stay.
func (m *jp2MQ) start(data []byte) {
	m.data, m.pos = data, 0
	m.c = m.at(0) << 16
	m.fill()
	m.c <<= 7
	m.ct -= 7
	m.a = 0x8000
}

// fill appends a byte to the code register. A byte after ff holds seven bits; a
// marker, which ff and more than 8f make, is the end.
func (m *jp2MQ) fill() {
	next := m.at(m.pos + 1)
	switch {
	case m.at(m.pos) != 0xff:
		m.pos++
		m.c += next << 8
		m.ct = 8
	case next > 0x8f:
		m.c += 0xff00
		m.ct = 8
	default:
		m.pos++
		m.c += next << 9
		m.ct = 7
	}
}

// decode reads one symbol in context i.
func (m *jp2MQ) decode(i int) uint8 {
	x := &m.contexts[i]
	s := &jp2MQStates[x.state]
	m.a -= s.qe
	var probable bool
	if m.c>>16 < s.qe {
		probable = m.a < s.qe
		m.a = s.qe
	} else {
		m.c -= s.qe << 16
		if m.a&0x8000 != 0 {
			return x.mps
		}
		probable = m.a >= s.qe
	}
	bit := x.mps
	if probable {
		x.state = s.mps
	} else {
		bit ^= 1
		if s.exchanging {
			x.mps ^= 1
		}
		x.state = s.lps
	}
	for m.a < 0x8000 {
		if m.ct == 0 {
			m.fill()
		}
		m.a <<= 1
		m.c <<= 1
		m.ct--
	}
	return bit
}

// startRaw begins a raw segment.
func (m *jp2MQ) startRaw(data []byte) {
	m.data, m.pos, m.c, m.ct = data, 0, 0, 0
}

// raw reads one raw bit. A byte after ff holds seven.
func (m *jp2MQ) raw() uint8 {
	if m.ct == 0 {
		next := m.at(m.pos)
		m.ct = 8
		switch {
		case m.c != 0xff:
			m.pos++
		case next > 0x8f:
			next = 0xff
		default:
			m.pos++
			m.ct = 7
		}
		m.c = next
	}
	m.ct--
	return uint8(m.c >> m.ct & 1)
}
