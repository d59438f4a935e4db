package kernel

// GRUF32 runs a layer of gated recurrent units over steps of batch sequences; the reset
// gate applies to the state before its product.
//
// gates is [steps][batch][3·hidden], what the steps' inputs and the biases come to for
// the gates z r and the candidate, and is overwritten. r and rc, of the gates and of the
// candidate, are packed by PackF32. held is scratch memory, [batch][hidden]. The others
// are as for RNNF32; ga is the gates' activation and gc the candidate's, without ga's
// function the sigmoid and the hyperbolic tangent.
//
//energeticc:shape steps batch hidden dir dirs
func GRUF32(y, yh, gates, r, rc, held, h0 []float32, lens []int32, steps, batch, hidden, dir, dirs int, reverse bool, clip float32, ga, gc Act) {
	startState(yh, h0)
	ga, gc = gruActs(ga, gc)
	wide := 3 * hidden
	for s := range steps {
		t := stepAt(s, steps, reverse)
		x := gates[t*batch*wide : (t+1)*batch*wide]
		GemmF32(x, yh, r, nil, x, batch, 2*hidden, hidden, hidden, wide, Act{})
		for b := range batch {
			row := x[b*wide : (b+1)*wide]
			activate(row[:2*hidden], clip, ga)
			multiply(held[b*hidden:(b+1)*hidden], row[hidden:2*hidden], yh[b*hidden:(b+1)*hidden])
		}
		if hidden > 0 {
			candidate := x[min(2*hidden, len(x)):]
			GemmF32(candidate, held, rc, nil, candidate, batch, hidden, hidden, hidden, wide, Act{})
		}
		for b := range batch {
			out := y[((t*dirs+dir)*batch+b)*hidden:][:hidden]
			if lens != nil && t >= int(lens[b]) {
				clear(out)
				continue
			}
			h, row := yh[b*hidden:(b+1)*hidden], x[b*wide:(b+1)*wide]
			activate(row[2*hidden:], clip, gc)
			gruMix(h, row[:hidden], row[2*hidden:])
			copy(out, h)
		}
	}
	clearEmpty(yh, lens, hidden)
}

// gruActs gives the usual activations where none are named.
func gruActs(ga, gc Act) (Act, Act) {
	if ga.F == nil {
		return Act{F: SigmoidAct}, Act{F: TanhAct}
	}
	return ga, gc
}

// gruMix sets h to (1 - z)·d + z·h.
func gruMix(h, z, d []float32) {
	z, d = z[:len(h)], d[:len(h)]
	for j, v := range h {
		h[j] = float32((1-z[j])*d[j]) + float32(z[j]*v)
	}
}

// GRULinearF32 is GRUF32 with the reset gate applied to the product of the state: r is
// the packed matrix of all three, bias, [hidden] or nil, is added to the candidate's
// product, and product is scratch memory, [batch][3·hidden].
//
//energeticc:shape steps batch hidden dir dirs
func GRULinearF32(y, yh, gates, r, bias, product, h0 []float32, lens []int32, steps, batch, hidden, dir, dirs int, reverse bool, clip float32, ga, gc Act) {
	startState(yh, h0)
	cell := gruCell{usual: ga.F == nil && clip <= 0, clip: clip}
	cell.ga, cell.gc = gruActs(ga, gc)
	wide := 3 * hidden
	for s := range steps {
		t := stepAt(s, steps, reverse)
		x := gates[t*batch*wide : (t+1)*batch*wide]
		GemmF32(product, yh, r, nil, nil, batch, wide, hidden, hidden, wide, Act{})
		for b := range batch {
			out := y[((t*dirs+dir)*batch+b)*hidden:][:hidden]
			if lens != nil && t >= int(lens[b]) {
				clear(out)
				continue
			}
			h, p := yh[b*hidden:(b+1)*hidden], product[b*wide:(b+1)*wide]
			if bias != nil {
				AddRow(p[2*hidden:], p[2*hidden:], bias[:hidden])
			}
			cell.advance(h, x[b*wide:(b+1)*wide], p)
			copy(out, h)
		}
	}
	clearEmpty(yh, lens, hidden)
}

// gruCell is what a step of GRULinearF32 does beyond its product.
type gruCell struct {
	usual  bool // the usual activations and no clip
	clip   float32
	ga, gc Act
}

// advance goes on with the state h of one sequence by one step, x being what its gates take of the input and p of the
// state. It spends x.
func (g *gruCell) advance(h, x, p []float32) {
	n := len(h)
	if g.usual && hasAVX2 {
		gruUsualAVX2(h, x, p)
		return
	}
	addTo(x[:2*n], p[:2*n])
	activate(x[:2*n], g.clip, g.ga)
	d := x[2*n : 3*n]
	addScaled(d, p[2*n:3*n], x[n:2*n])
	activate(d, g.clip, g.gc)
	gruMix(h, x[:n], d)
}
