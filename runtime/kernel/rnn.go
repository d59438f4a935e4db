package kernel

// RNNF32 runs a layer h = f(gates + h·R) over steps of batch sequences.
//
// gates is [steps][batch][hidden], what the steps' inputs and the biases come to, and is
// overwritten. r is packed by PackF32. y is [steps][dirs][batch][hidden], of which
// direction dir is written; yh, [batch][hidden], is the state and ends as the last one.
// It begins as h0, or as 0 where that is nil. reverse goes from the last step to the
// first. lens, where it is not nil, has the length of each sequence, beyond which y is 0;
// without a step, so is the last state.
// A clip above 0 bounds what activations take.
//
//energeticc:shape steps batch hidden dir dirs
func RNNF32(y, yh, gates, r, h0 []float32, lens []int32, steps, batch, hidden, dir, dirs int, reverse bool, clip float32, f Act) {
	startState(yh, h0)
	for s := range steps {
		t := stepAt(s, steps, reverse)
		x := gates[t*batch*hidden : (t+1)*batch*hidden]
		GemmF32(x, yh, r, nil, x, batch, hidden, hidden, hidden, hidden, Act{})
		for b := range batch {
			out := y[((t*dirs+dir)*batch+b)*hidden:][:hidden]
			if lens != nil && t >= int(lens[b]) {
				clear(out)
				continue
			}
			next := x[b*hidden : (b+1)*hidden]
			activate(next, clip, f)
			copy(yh[b*hidden:(b+1)*hidden], next)
			copy(out, next)
		}
	}
	clearEmpty(yh, lens, hidden)
}

// RecurrentBias sets dst, of n elements, to the sum of b's two halves, and from element
// both on to the first half.
//
//energeticc:shape n both
func RecurrentBias(dst, b []float32, n, both int) {
	copy(dst[:n], b[:n])
	addTo(dst[:both], b[n:n+both])
}

// startState sets a state to a given one, or to 0.
func startState(state, from []float32) {
	if from == nil {
		clear(state)
		return
	}
	copy(state, from)
}

// clearEmpty sets the state of sequences without a step to 0, whatever it began as.
func clearEmpty(state []float32, lens []int32, hidden int) {
	for b, n := range lens {
		if n <= 0 {
			clear(state[b*hidden : (b+1)*hidden])
		}
	}
}

// stepAt is the step that comes as number s.
func stepAt(s, steps int, reverse bool) int {
	if reverse {
		return steps - 1 - s
	}
	return s
}

// activate bounds y by clip, if that is above 0, and applies an activation.
func activate(y []float32, clip float32, f Act) {
	if clip > 0 {
		ClipAct(y, -clip, clip)
	}
	if f.F != nil {
		f.F(y, f.A, f.B)
	}
}

// addScaled adds x·by to y, elementwise.
func addScaled(y, x, by []float32) {
	x, by = x[:len(y)], by[:len(y)]
	for i, v := range x {
		y[i] += float32(v * by[i])
	}
}

// AffineAct is a·y + b.
func AffineAct(y []float32, a, b float32) {
	for i, v := range y {
		y[i] = float32(a*v) + b
	}
}

// ThresholdedReluAct is y from a on, and 0 below.
func ThresholdedReluAct(y []float32, a, _ float32) {
	for i, v := range y {
		if v < a {
			y[i] = 0
		}
	}
}

// ScaledTanhAct is a·tanh(b·y).
func ScaledTanhAct(y []float32, a, b float32) {
	for i, v := range y {
		y[i] = float32(b * v)
	}
	TanhF32(y, y)
	for i, v := range y {
		y[i] = float32(a * v)
	}
}

// SoftsignAct is y/(1 + |y|).
func SoftsignAct(y []float32, _, _ float32) {
	for i, v := range y {
		d := v
		if d < 0 {
			d = -d
		}
		y[i] = v / (1 + d)
	}
}
