package kernel

// DFT transforms lines of length numbers along the middle axis of src, [outer, n, inner, parts], where parts is 1 for
// real numbers and 2 for complex ones: what is there is cut or followed by zeros. dst is [outer, m, inner, 2] where m is
// length, or length/2+1 if onesided; the inverse of a one-sided spectrum is real, [outer, length, inner, 1]. work has
// 6·length elements, in whose type all is computed.
func DFT[T, W Float](dst, src []T, work []W, outer, n, inner, parts, length int, inverse, onesided bool) {
	if length == 0 {
		clear(dst)
		return
	}
	root, a, b := work[:2*length], work[2*length:][:2*length], work[4*length:][:2*length]
	rootsOfUnity(root, inverse)
	m, to, scale := length, 2, W(1)
	switch {
	case onesided && inverse:
		to = 1
	case onesided:
		m = length/2 + 1
	}
	if inverse {
		scale = W(1 / float64(length))
	}
	for line := range outer * inner {
		block, i := line/inner, line%inner
		clear(a)
		for k := range min(n, length) {
			at := ((block*n+k)*inner + i) * parts
			a[2*k] = W(src[at])
			if parts == 2 {
				a[2*k+1] = W(src[at+1])
			}
		}
		if inverse && onesided {
			mirrorSpectrum(a)
		}
		y := fft(a, b, root)
		for k := range m {
			at := ((block*m+k)*inner + i) * to
			dst[at] = T(y[2*k] * scale)
			if to == 2 {
				dst[at+1] = T(y[2*k+1] * scale)
			}
		}
	}
}

// STFT transforms frames of frame numbers, step apart, of src, [batch, n, parts], where parts is 1 for real numbers and
// 2 for complex ones, each weighted with window unless that is nil. dst is [batch, frames, bins, 2], bins at most frame;
// work has 6·frame elements, in whose type all is computed.
func STFT[T, W Float](dst, src, window []T, work []W, batch, n, parts, frame, step, frames, bins int) {
	if frame == 0 {
		return
	}
	root, a, b := work[:2*frame], work[2*frame:][:2*frame], work[4*frame:][:2*frame]
	rootsOfUnity(root, false)
	for i := range batch * frames {
		x := src[(i/frames*n+i%frames*step)*parts:][:frame*parts]
		clear(a)
		for k := range frame {
			w := W(1)
			if len(window) > 0 {
				w = W(window[k])
			}
			a[2*k] = W(x[k*parts]) * w
			if parts == 2 {
				a[2*k+1] = W(x[2*k+1]) * w
			}
		}
		y := fft(a, b, root)
		for k, to := 0, dst[2*i*bins:][:2*bins]; k < len(to); k++ {
			to[k] = T(y[k])
		}
	}
}

// rootsOfUnity writes cos and ∓sin of 2πk/n for each k, the sine's sign being that of the inverse transform if inverse.
// Angles are brought below π/4 first, so that roots which mirror each other are the same numbers.
func rootsOfUnity[T Float](root []T, inverse bool) {
	n := len(root) / 2
	for k := range n {
		a := 8 * k // in units of π/4n
		down, back, swap := a > 4*n, false, false
		if down {
			a = 8*n - a
		}
		if back = a > 2*n; back {
			a = 4*n - a
		}
		if swap = a > n; swap {
			a = 2*n - a
		}
		angle := 0.7853981633974483 * float64(a) / float64(n)
		c, s := cos64(angle), sin64(angle)
		if swap {
			c, s = s, c
		}
		if back {
			c = -c
		}
		if down == inverse {
			s = -s
		}
		root[2*k], root[2*k+1] = T(c), T(s)
	}
}

// fft transforms the complex numbers in a, real and imaginary parts in turn, and gives the result, in a or b: a step for
// each prime factor of their count, in Stockham's order, which leaves them sorted. A prime count n takes n² products.
func fft[T Float](a, b, root []T) []T {
	n := len(root) / 2
	for done, p := 1, 2; done < n; {
		rest := n / done
		if p*p > rest {
			p = rest
		}
		if rest%p != 0 {
			p++
			continue
		}
		if p == 2 {
			fftPairs(b, a, root, done, rest/2)
		} else {
			fftOdd(b, a, root, done, p, rest/p)
		}
		a, b = b, a
		done *= p
	}
	return a
}

// fftPairs takes the factor 2 out: x is [done, 2, rest], y becomes [2, done, rest].
func fftPairs[T Float](y, x, root []T, done, rest int) {
	for k := range done {
		even, odd := x[4*rest*k:][:2*rest], x[4*rest*k+2*rest:][:2*rest]
		sum, diff := y[2*rest*k:][:2*rest], y[2*rest*(k+done):][:2*rest]
		for i := 0; i+1 < len(even); i += 2 {
			re, im := even[i]-odd[i], even[i+1]-odd[i+1]
			sum[i], sum[i+1] = even[i]+odd[i], even[i+1]+odd[i+1]
			wr, wi := root[i*done], root[i*done+1]
			diff[i] = T(re*wr) - T(im*wi)
			diff[i+1] = T(re*wi) + T(im*wr)
		}
	}
}

// fftOdd takes an odd factor p out: x is [done, p, rest], y becomes [p, done, rest]. Elements q and p-q have the same
// cosines and opposite sines, so that their sums and differences, put in their place, take half the products.
func fftOdd[T Float](y, x, root []T, done, p, rest int) {
	n := done * p * rest
	for k := range done {
		for i := range rest {
			at := 2 * (i + rest*p*k) // of element 0; element q is 2·rest·q further
			zr, zi := x[at], x[at+1]
			sr, si := zr, zi
			for q := 1; 2*q < p; q++ {
				u, v := at+2*rest*q, at+2*rest*(p-q)
				x[u], x[v] = x[u]+x[v], x[u]-x[v]
				x[u+1], x[v+1] = x[u+1]+x[v+1], x[u+1]-x[v+1]
				sr += x[u]
				si += x[u+1]
			}
			to := 2 * (i + rest*k) // of result 0; result j is 2·rest·done further
			y[to], y[to+1] = sr, si
			for j := 1; 2*j < p; j++ {
				cr, ci := zr, zi // what results j and p-j have in common
				var dr, di T     // and in what they differ
				w := 0
				for q := 1; 2*q < p; q++ {
					if w += j * (n / p); w >= n {
						w -= n
					}
					c, s := root[2*w], root[2*w+1]
					u, v := at+2*rest*q, at+2*rest*(p-q)
					cr += T(c * x[u])
					ci += T(c * x[u+1])
					dr += T(s * x[v])
					di += T(s * x[v+1])
				}
				turnInto(y, to+2*rest*done*j, root, i*j*done, cr-di, ci+dr)
				turnInto(y, to+2*rest*done*(p-j), root, i*(p-j)*done, cr+di, ci-dr)
			}
		}
	}
}

// turnInto writes a complex number times a root.
func turnInto[T Float](y []T, at int, root []T, w int, re, im T) {
	c, s := root[2*w], root[2*w+1]
	y[at] = T(re*c) - T(im*s)
	y[at+1] = T(re*s) + T(im*c)
}

// mirrorSpectrum completes the spectrum of a real signal, whose first value, and the middle one if there is one, are
// real.
func mirrorSpectrum[T Float](a []T) {
	n := len(a) / 2
	for k := 0; 2*k <= n; k++ {
		if k == 0 || 2*k == n {
			a[2*k+1] = 0
			continue
		}
		a[2*(n-k)], a[2*(n-k)+1] = a[2*k], -a[2*k+1]
	}
}
