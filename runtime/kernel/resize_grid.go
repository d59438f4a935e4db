package kernel

import "math"

// gridTaps are the positions along one axis that a sampled value reads, -1 for none, and their weights.
type gridTaps struct {
	n  int
	at [4]int
	w  [4]float64
}

// GridSample samples x [n, c, in…] at grid [n, points, axes], whose last axis counts the spatial axes from the last
// and lies within -1 and 1: y is [n, c, points]. taps is 1 for the nearest value, 2 for linear and 4 for cubic blending.
// corners says that -1 and 1 are the centres of the outermost values, not their outer edges. What lies beyond is 0, or
// the border's value, or mirrored if reflect. One to three spatial axes.
func GridSample[T Float](y, x, grid []T, n, c, points int, in []int, taps int, corners, border, reflect bool) {
	size, rank := product(in), len(in)
	if size == 0 {
		clear(y)
		return
	}
	for i := range n * points {
		var axes [3]gridTaps
		for a := range axes {
			axes[a].n, axes[a].w[0] = 1, 1
		}
		for a, d := range in {
			v := float64(grid[i*rank+rank-1-a])
			axes[3-rank+a].place(v, d, taps, corners, border, reflect)
		}
		var step [3]int // of the last axes, from the last: 1, its size, …
		step[2] = 1
		if rank > 1 {
			step[1] = in[rank-1]
		}
		if rank > 2 {
			step[0] = in[rank-1] * in[rank-2]
		}
		for ch := range c {
			from := (i/points*c + ch) * size
			y[(i/points*c+ch)*points+i%points] = T(blendGrid(x[from:from+size], &axes, &step))
		}
	}
}

// blendGrid adds up what the taps of three axes read from one plane.
func blendGrid[T Float](x []T, axes *[3]gridTaps, step *[3]int) float64 {
	sum := 0.0
	for i := range axes[0].n {
		for j := range axes[1].n {
			w := float64(axes[0].w[i] * axes[1].w[j])
			for k := range axes[2].n {
				a, b, c := axes[0].at[i], axes[1].at[j], axes[2].at[k]
				if a >= 0 && b >= 0 && c >= 0 {
					sum += float64(w * axes[2].w[k] * float64(x[a*step[0]+b*step[1]+c*step[2]]))
				}
			}
		}
	}
	return sum
}

// place finds what a coordinate v reads along an axis of size in > 0.
func (g *gridTaps) place(v float64, in, taps int, corners, border, reflect bool) {
	last := float64(in - 1)
	lo, hi := -0.5, last+0.5
	x := (float64((v+1)*float64(in)) - 1) / 2
	if corners {
		lo, hi = 0, last
		x = float64((v + 1) / 2 * last)
	}
	if !(x > -1e9 && x < 1e9) { // NaN and what no integer holds lie far outside
		x = math.Copysign(1e9, x)
	}
	if taps == 1 {
		x = math.RoundToEven(x)
	}
	switch {
	case x >= lo && x <= hi:
	case border && taps == 4: // the taps themselves are held within
	case border:
		x = min(max(x, 0), last)
	case reflect:
		x = mirror(x, lo, hi)
	}
	low := math.Floor(x)
	g.n = taps
	gridWeights(&g.w, x-low, taps)
	for t := range taps {
		i := low + float64(t-(taps-1)/2)
		switch {
		case border:
			i = min(max(i, 0), last)
		case reflect:
			i = min(max(math.Trunc(mirror(i, lo, hi)), 0), last)
		case i < 0 || i > last:
			i = -1
		}
		g.at[t] = int(i)
	}
}

// mirror reflects x at lo and hi until it lies between them.
func mirror(x, lo, hi float64) float64 {
	span := hi - lo
	if x >= lo && x <= hi || span <= 0 {
		return min(max(x, lo), hi)
	}
	d := math.Abs(x - lo)
	turns := math.Floor(d / span)
	r := d - float64(turns*span)
	if half := turns / 2; half == math.Floor(half) { // an even number of times
		return lo + r
	}
	return hi - r
}

// gridWeights weighs one, two or four neighbours for a place f past the lower middle one.
func gridWeights(w *[4]float64, f float64, taps int) {
	w[0] = 1
	if taps == 2 {
		w[0], w[1] = 1-f, f
	}
	if taps == 4 {
		for t := range w {
			w[t] = CubicFilter(f+1-float64(t), -0.75)
		}
	}
}

// AffineGrid writes the coordinates that an affine map gives a regular grid: y [n, out…, axes] from theta
// [n, axes, axes+1], whose columns count the spatial axes from the last. corners says that -1 and 1 are the centres of
// the outermost values, not their outer edges. Two or three spatial axes.
func AffineGrid[T Float](y, theta []T, n int, out []int, corners bool) {
	rank, points := len(out), product(out)
	for i := range n * points {
		m := theta[i/points*rank*(rank+1):][:rank*(rank+1)]
		for r := range rank {
			row := m[r*(rank+1):][:rank+1]
			sum := row[rank]
			p := i % points
			for k := range rank {
				d := out[rank-1-k]
				sum += T(row[k] * T(gridCoordinate(p%d, d, corners)))
				p /= d
			}
			y[i*rank+r] = sum
		}
	}
}

// gridCoordinate is position p of n as a coordinate within -1 and 1.
func gridCoordinate(p, n int, corners bool) float64 {
	if !corners {
		return float64(2*p+1)/float64(n) - 1
	}
	if n == 1 {
		return 0
	}
	return float64(2*p)/float64(n-1) - 1
}
