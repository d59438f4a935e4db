package kernel

import "math"

// DeformConv slides weights, [m, c/groups, taps], over the c planes of each of n images in x. Tap t of an output position
// is moved along each axis by offset, [n, offsetGroups, taps, axes, out], read between elements linearly, as zero outside,
// and multiplied with mask, [n, offsetGroups, taps, out], unless that is nil. bias is [m] or nil; column is scratch for
// c·taps elements. There are at most four spatial axes.
func DeformConv[T Float](y, x, weights, offset, bias, mask, column []T, n, c, m, groups, offsetGroups int, win Window) {
	taps, plane, in, axes := win.taps(), win.plane(), win.inPlane(), len(win.In)
	if plane == 0 || m == 0 {
		return
	}
	each := c / offsetGroups // channels that share offsets
	k := c / groups * taps   // elements that meet one output channel's weights
	for b := range n {
		for at := range plane {
			for tap := range offsetGroups * taps {
				g, t := tap/taps, tap%taps
				moved := b*offsetGroups*taps + tap
				p := deformPlace(offset[moved*axes*plane:][:axes*plane], at, t, &win)
				f := 1.0
				if len(mask) > 0 {
					f = float64(mask[moved*plane+at])
				}
				for ch := g * each; ch < (g+1)*each; ch++ {
					column[ch*taps+t] = T(float64(deformRead(x[(b*c+ch)*in:][:in], &p) * f))
				}
			}
			for o := range m {
				sum := T(0)
				if len(bias) > 0 {
					sum = bias[o]
				}
				w, v := weights[o*k:][:k], column[o/(m/groups)*k:][:k]
				for i, a := range w {
					sum += T(a * v[i])
				}
				y[(b*m+o)*plane+at] = sum
			}
		}
	}
}

// deformCorners are the elements of a plane around a place, with their shares of its value.
type deformCorners struct {
	at    [16]int
	share [16]float64
	n     int
}

// deformPlace finds what lies around the place that a tap of an output position is moved to. offset is [axes, out].
func deformPlace[T Float](offset []T, out, tap int, win *Window) deformCorners {
	p := deformCorners{n: 1}
	p.share[0] = 1
	plane, step, pos := len(offset)/len(win.In), 1, out
	for a := len(win.In) - 1; a >= 0; a-- {
		size := win.In[a]
		v := float64(out%win.Out[a]*win.Stride[a]+tap%win.Kernel[a]*win.Dilation[a]-win.Pad[a]) + float64(offset[a*plane+pos])
		out, tap = out/win.Out[a], tap/win.Kernel[a]
		if !(v > -1 && v < float64(size)) || size == 0 {
			return deformCorners{}
		}
		low := int(math.Floor(v))
		part := v - math.Floor(v)
		if low < 0 {
			low, part = 0, part-1 // only the upper neighbour lies inside
		}
		n := p.n
		for i := range n {
			s, base := p.share[i], p.at[i]
			p.at[i] = base + low*step
			if part < 0 {
				p.share[i] = s * (1 + part)
				continue
			}
			p.share[i] = s * (1 - part)
			if low+1 < size {
				p.at[p.n], p.share[p.n] = base+(low+1)*step, s*part
				p.n++
			}
		}
		step *= size
	}
	return p
}

// deformRead blends a plane's elements.
func deformRead[T Float](x []T, p *deformCorners) float64 {
	sum := 0.0
	for i, at := range p.at[:p.n] {
		sum += float64(p.share[i] * float64(x[at]))
	}
	return sum
}
