package kernel

// LSTMF32 runs a layer of long short-term memory over steps of batch sequences.
//
// gates is [steps][batch][4·hidden], what the steps' inputs and the biases come to for
// the gates i o f and the cell's candidate, and is overwritten. r is packed by PackF32.
// peep, [3·hidden] or nil, has the factors of the cell for i o f. y is
// [steps][dirs][batch][hidden], of which direction dir is written; yh and yc, both
// [batch][hidden], are the state and end as the last one. They begin as h0 and c0, or as
// 0 where these are nil. reverse, lens and clip are as for RNNF32. coupled makes f 1 - i.
// The activations are ga of the gates, gc of the candidate and gh of the cell; without
// ga's function they are the sigmoid and twice the hyperbolic tangent.
//
//energeticc:shape steps batch hidden dir dirs
func LSTMF32(y, yh, yc, gates, r, peep, c0, h0 []float32, lens []int32, steps, batch, hidden, dir, dirs int, reverse bool, clip float32, coupled bool, ga, gc, gh Act) {
	startState(yh, h0)
	startState(yc, c0)
	cell := newLSTMCell(peep, clip, coupled, ga, gc, gh)
	wide := 4 * hidden
	for s := range steps {
		t := stepAt(s, steps, reverse)
		x := gates[t*batch*wide : (t+1)*batch*wide]
		GemmF32(x, yh, r, nil, x, batch, wide, hidden, hidden, wide, Act{})
		for b := range batch {
			out := y[((t*dirs+dir)*batch+b)*hidden:][:hidden]
			if lens != nil && t >= int(lens[b]) {
				clear(out)
				continue
			}
			h := yh[b*hidden : (b+1)*hidden]
			cell.advance(h, yc[b*hidden:(b+1)*hidden], x[b*wide:(b+1)*wide])
			copy(out, h)
		}
	}
	clearEmpty(yh, lens, hidden)
	clearEmpty(yc, lens, hidden)
}

// lstmCell is what a step does beyond its product.
type lstmCell struct {
	usual      bool // the usual activations and nothing else
	peep       []float32
	clip       float32
	coupled    bool
	ga, gc, gh Act
}

func newLSTMCell(peep []float32, clip float32, coupled bool, ga, gc, gh Act) lstmCell {
	if ga.F == nil {
		if peep == nil && clip <= 0 && !coupled {
			return lstmCell{usual: true}
		}
		ga, gc, gh = Act{F: SigmoidAct}, Act{F: TanhAct}, Act{F: TanhAct}
	}
	return lstmCell{peep: peep, clip: clip, coupled: coupled, ga: ga, gc: gc, gh: gh}
}

// advance goes on with the state h, c of one sequence by one step, x being what its gates take. It spends x.
func (l *lstmCell) advance(h, c, x []float32) {
	if l.usual {
		lstmUsual(h, c, x)
		return
	}
	n := len(h)
	i, o, f, d := x[:n], x[n:2*n], x[2*n:3*n], x[3*n:4*n]
	if l.peep == nil {
		activate(x[:3*n], l.clip, l.ga)
	} else {
		addScaled(i, c, l.peep[:n])
		addScaled(f, c, l.peep[2*n:3*n])
		activate(i, l.clip, l.ga)
		activate(f, l.clip, l.ga)
	}
	if l.coupled {
		for j, v := range i {
			f[j] = 1 - v
		}
	}
	activate(d, l.clip, l.gc)
	lstmMix(c, f, i, d)
	if l.peep != nil {
		addScaled(o, c, l.peep[n:2*n])
		activate(o, l.clip, l.ga)
	}
	copy(d, c)
	activate(d, 0, l.gh)
	multiply(h, o, d)
}

// lstmUsual is advance with the usual activations and nothing else.
func lstmUsual(h, c, x []float32) {
	if hasAVX2 {
		lstmUsualAVX2(h, c, x)
		return
	}
	n := len(h)
	d := x[3*n : 4*n]
	SigmoidF32(x[:3*n], x[:3*n])
	TanhF32(d, d)
	lstmMix(c, x[2*n:3*n], x[:n], d)
	TanhF32(d, c)
	multiply(h, x[n:2*n], d)
}

// lstmMix sets c to f·c + i·d.
func lstmMix(c, f, i, d []float32) {
	f, i, d = f[:len(c)], i[:len(c)], d[:len(c)]
	for j, v := range c {
		c[j] = float32(f[j]*v) + float32(i[j]*d[j])
	}
}

// multiply sets y to a·b, elementwise.
func multiply(y, a, b []float32) {
	a, b = a[:len(y)], b[:len(y)]
	for j, v := range a {
		y[j] = float32(v * b[j])
	}
}
