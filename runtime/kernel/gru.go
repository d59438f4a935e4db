package kernel

// GRUF32 runs a layer of gated recurrent units over steps of batch sequences; the reset
// gate applies to the state before its product.
//
// gates is [steps][batch][3·hidden], what the steps' inputs and the biases come to for
// the gates z r and the candidate, and is overwritten. r and rc, of the gates and of the
// candidate, are packed by PackF32. held is scratch memory, [batch][hidden]. The others
// are as for RNNF32; ga is the gates' activation and gc the candidate's.
//
//energeticc:shape steps batch hidden dir dirs
func GRUF32(y, yh, gates, r, rc, held, h0 []float32, lens []int32, steps, batch, hidden, dir, dirs int, reverse bool, clip float32, ga, gc Act) {
	startState(yh, h0)
	wide := 3 * hidden
	for s := range steps {
		t := stepAt(s, steps, reverse)
		x := gates[t*batch*wide : (t+1)*batch*wide]
		GemmF32(x, yh, r, nil, x, batch, 2*hidden, hidden, hidden, wide, Act{})
		for b := range batch {
			row := x[b*wide : (b+1)*wide]
			activate(row[:2*hidden], clip, ga)
			reset, state := row[hidden:2*hidden], yh[b*hidden:(b+1)*hidden]
			to := held[b*hidden : (b+1)*hidden]
			for j, v := range state {
				to[j] = float32(reset[j] * v)
			}
		}
		if hidden > 0 {
			candidate := x[min(2*hidden, len(x)):]
			GemmF32(candidate, held, rc, nil, candidate, batch, hidden, hidden, hidden, wide, Act{})
		}
		gruStep(y, yh, x, lens, t, batch, hidden, dir, dirs, clip, gc)
	}
	clearEmpty(yh, lens, hidden)
}

// GRULinearF32 is GRUF32 with the reset gate applied to the product of the state: r is
// the packed matrix of all three, bias, [hidden] or nil, is added to the candidate's
// product, and product is scratch memory, [batch][3·hidden].
//
//energeticc:shape steps batch hidden dir dirs
func GRULinearF32(y, yh, gates, r, bias, product, h0 []float32, lens []int32, steps, batch, hidden, dir, dirs int, reverse bool, clip float32, ga, gc Act) {
	startState(yh, h0)
	wide := 3 * hidden
	for s := range steps {
		t := stepAt(s, steps, reverse)
		x := gates[t*batch*wide : (t+1)*batch*wide]
		GemmF32(product, yh, r, nil, nil, batch, wide, hidden, hidden, wide, Act{})
		for b := range batch {
			row, p := x[b*wide:(b+1)*wide], product[b*wide:(b+1)*wide]
			addTo(row[:2*hidden], p[:2*hidden])
			activate(row[:2*hidden], clip, ga)
			candidate := p[2*hidden:]
			if bias != nil {
				addTo(candidate, bias[:hidden])
			}
			addScaled(row[2*hidden:], candidate, row[hidden:2*hidden])
		}
		gruStep(y, yh, x, lens, t, batch, hidden, dir, dirs, clip, gc)
	}
	clearEmpty(yh, lens, hidden)
}

// gruStep ends step t: h = (1 - z)·g(candidate) + z·h.
func gruStep(y, yh, x []float32, lens []int32, t, batch, hidden, dir, dirs int, clip float32, gc Act) {
	for b := range batch {
		out := y[((t*dirs+dir)*batch+b)*hidden:][:hidden]
		if lens != nil && t >= int(lens[b]) {
			clear(out)
			continue
		}
		row := x[b*3*hidden : (b+1)*3*hidden]
		candidate := row[2*hidden:]
		activate(candidate, clip, gc)
		z, h := row[:len(out)], yh[b*hidden:(b+1)*hidden]
		candidate, h = candidate[:len(out)], h[:len(out)]
		for j, v := range h {
			h[j] = float32((1-z[j])*candidate[j]) + float32(z[j]*v)
			out[j] = h[j]
		}
	}
}
