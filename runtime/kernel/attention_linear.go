package kernel

import "math"

// LinearAttentionF32 reads queries from states that each token changes.
//
// q is [batch][tokens][heads][size], k [batch][tokens][groups][size], v [batch][tokens][groups][width] and dst
// [batch][tokens][heads][width]. state is [batch][groups][size][width]: what past holds, or zeros where it is nil; then
// each token scales it by e^decay, if decay is not nil, and adds k·(v - k·state)·beta, or k·v where beta is nil. Its
// queries times the state and scale are its results; a scale of 0 is 1/√size. decays is how many numbers decay has for
// each head of k, 1 or size; betas is 1 if beta has one for each, 0 if one is for all. scratch holds width elements.
//
//energeticc:shape batch heads size width decays betas
func LinearAttentionF32(dst, state, q, k, v, past, decay, beta []float32, batch, tokens, heads, groups, size, width, decays, betas int, scale float32, scratch []float32) {
	if past == nil {
		clear(state)
	} else {
		copy(state, past)
	}
	if groups == 0 {
		return
	}
	if scale == 0 {
		scale = float32(1 / math.Sqrt(float64(size)))
	}
	share := heads / groups
	value := scratch[:width]
	for i := range batch * tokens {
		for g := range groups {
			j := i*groups + g
			s := state[(i/tokens*groups+g)*size*width:][:size*width]
			key := k[j*size : (j+1)*size]
			copy(value, v[j*width:])
			if decay != nil {
				decayRows(s, decay[j*decays:(j+1)*decays], size, width)
			}
			if beta != nil {
				addRows(value, s, key, -1)
				b := beta[i]
				if betas != 0 {
					b = beta[j]
				}
				scaleRow(value, value, b)
			}
			for d, f := range key {
				addMultiple(s[d*width:(d+1)*width], value, f)
			}
			for h := g * share; h < (g+1)*share; h++ {
				o := i*heads + h
				y := dst[o*width : (o+1)*width]
				clear(y)
				addRows(y, s, q[o*size:(o+1)*size], scale)
			}
		}
	}
}

// decayRows scales the rows of s by e to the numbers of decay, or all by its only one.
func decayRows(s, decay []float32, size, width int) {
	f := float32(1)
	for d := range size {
		if d < len(decay) {
			f = exp32(decay[d])
		}
		row := s[d*width : (d+1)*width]
		scaleRow(row, row, f)
	}
}

// addRows adds scale·Σ f[d]·(row d of s) to y; rows are as long as y.
func addRows(y, s, f []float32, scale float32) {
	n := len(y)
	for d, x := range f {
		addMultiple(y, s[d*n:(d+1)*n], float32(x*scale))
	}
}

// addMultiple adds f·x to y.
func addMultiple(y, x []float32, f float32) {
	x = x[:len(y)]
	for i, v := range x {
		y[i] += float32(f * v)
	}
}
