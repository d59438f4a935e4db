package kernel

// LSTMF32 runs a layer of long short-term memory over steps of batch sequences.
//
// gates is [steps][batch][4·hidden], what the steps' inputs and the biases come to for
// the gates i o f and the cell's candidate, and is overwritten. r is packed by PackF32.
// peep, [3·hidden] or nil, has the factors of the cell for i o f. y is
// [steps][dirs][batch][hidden], of which direction dir is written; yh and yc, both
// [batch][hidden], are the state and end as the last one. They begin as h0 and c0, or as
// 0 where these are nil. reverse, lens and clip are as for RNNF32. coupled makes f 1 - i.
// The activations are ga of the gates, gc of the candidate and gh of the cell.
//
//energeticc:shape steps batch hidden dir dirs
func LSTMF32(y, yh, yc, gates, r, peep, c0, h0 []float32, lens []int32, steps, batch, hidden, dir, dirs int, reverse bool, clip float32, coupled bool, ga, gc, gh Act) {
	startState(yh, h0)
	startState(yc, c0)
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
			lstmCell(h, yc[b*hidden:(b+1)*hidden], x[b*wide:(b+1)*wide], peep, clip, coupled, ga, gc, gh)
			copy(out, h)
		}
	}
	clearEmpty(yh, lens, hidden)
	clearEmpty(yc, lens, hidden)
}

// lstmCell advances the state h, c of one sequence by one step, x being what its gates
// take.
func lstmCell(h, c, x, peep []float32, clip float32, coupled bool, ga, gc, gh Act) {
	n := len(h)
	i, o, f, d := x[:n], x[n:2*n], x[2*n:3*n], x[3*n:4*n]
	if peep == nil {
		activate(x[:3*n], clip, ga)
	} else {
		addScaled(i, c, peep[:n])
		addScaled(f, c, peep[2*n:3*n])
		activate(i, clip, ga)
		activate(f, clip, ga)
	}
	if coupled {
		for j, v := range i {
			f[j] = 1 - v
		}
	}
	activate(d, clip, gc)
	lstmMix(c, f, i, d)
	if peep != nil {
		addScaled(o, c, peep[n:2*n])
		activate(o, clip, ga)
	}
	copy(d, c)
	activate(d, 0, gh)
	d, o = d[:len(h)], o[:len(h)]
	for j, v := range d {
		h[j] = float32(o[j] * v)
	}
}

// lstmMix sets c to f·c + i·d.
func lstmMix(c, f, i, d []float32) {
	f, i, d = f[:len(c)], i[:len(c)], d[:len(c)]
	for j, v := range c {
		c[j] = float32(f[j]*v) + float32(i[j]*d[j])
	}
}
