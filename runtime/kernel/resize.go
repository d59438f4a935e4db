package kernel

import "math"

// ResizeAxis says how one axis is sampled anew: its sizes, what coordinates are divided by (one number, or nil for
// Out/In), and for CropAndResize where the result begins and ends in units of the input (one number each, else nil).
type ResizeAxis struct {
	In, Out           int
	Scale, Begin, End []float64
}

// scale is what coordinates are divided by.
func (a ResizeAxis) scale() float64 {
	if len(a.Scale) == 0 {
		return float64(a.Out) / float64(a.In)
	}
	return a.Scale[0]
}

// outside reports whether the result has no position in the input at x: beyond what is cropped, there is nothing.
func (a ResizeAxis) outside(x float64) bool {
	return a.In == 0 || x != x || len(a.Begin) > 0 && (x < 0 || x > float64(a.In-1))
}

// nearest is the input position closest to x.
func (a ResizeAxis) nearest(x float64) int64 { return int64(min(max(x, 0), float64(a.In-1))) }

// HalfPixel gives the place of position o where pixels have their centre at ½.
func HalfPixel(o int, a ResizeAxis) float64 { return (float64(o)+0.5)/a.scale() - 0.5 }

// HalfPixelNearest is HalfPixel as TensorFlow's old nearest resizing has it.
func HalfPixelNearest(o int, a ResizeAxis) float64 { return (float64(o) + 0.5) / a.scale() }

// HalfPixelTorch is HalfPixel as PyTorch has it: a single position lies at the input's begin.
func HalfPixelTorch(o int, a ResizeAxis) float64 {
	if float64(a.scale()*float64(a.In)) == 1 {
		return -0.5
	}
	return HalfPixel(o, a)
}

// HalfPixelSymmetric is HalfPixel around the input's centre, where the scale does not give a whole size.
func HalfPixelSymmetric(o int, a ResizeAxis) float64 {
	in := float64(a.In)
	offset := float64(in / 2 * (1 - float64(a.Out)/float64(a.scale()*in)))
	return offset + (float64(o)+0.5)/a.scale() - 0.5
}

// AlignCorners gives the place of position o where the outermost positions fall together.
func AlignCorners(o int, a ResizeAxis) float64 {
	out := float64(a.scale() * float64(a.In))
	if out == 1 {
		return 0
	}
	return float64(float64(o)*float64(a.In-1)) / (out - 1)
}

// Asymmetric gives the place of position o where the first positions fall together.
func Asymmetric(o int, a ResizeAxis) float64 { return float64(o) / a.scale() }

// CropAndResize gives the place of position o in the part of the input from Begin to End. It is computed in float32, as
// elsewhere, so that bounds like 0.2 and 0.8, which no float holds, have their middle at a half.
func CropAndResize(o int, a ResizeAxis) float64 {
	if len(a.Begin) == 0 || len(a.End) == 0 {
		return 0
	}
	last, begin, end := float32(a.In-1), float32(a.Begin[0]), float32(a.End[0])
	if a.Out == 1 {
		return float64(float32(begin+end) / 2 * last)
	}
	part := float32(float32(float32(o)*float32(end-begin))*last) / float32(a.Out-1)
	return float64(float32(begin*last) + part)
}

// RoundHalfDown rounds to the nearest whole number, halves down.
func RoundHalfDown(x float64) float64 { return math.Ceil(x - 0.5) }

// RoundHalfUp rounds to the nearest whole number, halves up.
func RoundHalfUp(x float64) float64 { return math.Floor(x + 0.5) }

// RoundDown rounds down to a whole number.
func RoundDown(x float64) float64 { return math.Floor(x) }

// RoundUp rounds up to a whole number.
func RoundUp(x float64) float64 { return math.Ceil(x) }

// ScaledSize gives ⌊sizes[i]·scales[i]⌋, or if round the nearest whole number. The second result is i where that is no
// size, else -1.
func ScaledSize(scales []float64, sizes []int64, i int, round bool) (size, bad int) {
	v := float64(float64(sizes[i]) * scales[i])
	if round {
		v += 0.5
	}
	if v = math.Floor(v); !(v >= 0 && v <= maxSize) || !(scales[i] > 0) {
		return 0, i
	}
	return int(v), -1
}

// ResizeNearest writes the input position that each position of the result has, -1 for none.
func ResizeNearest(index []int64, axis ResizeAxis, place func(o int, a ResizeAxis) float64, round func(float64) float64) {
	for o := range index {
		x := place(o, axis)
		if axis.outside(x) {
			index[o] = -1
			continue
		}
		index[o] = axis.nearest(round(x))
	}
}

// LinearFilter weighs a neighbour at distance d.
func LinearFilter(d, _ float64) float64 { return max(1-math.Abs(d), 0) }

// CubicFilter weighs a neighbour at distance d by a cubic whose slope at 1 is a.
func CubicFilter(d, a float64) float64 {
	d = math.Abs(d)
	switch {
	case d <= 1:
		return float64((float64((a+2)*d)-(a+3))*d*d) + 1
	case d < 2:
		return float64((float64((float64(a*d)-float64(5*a))*d)+float64(8*a))*d) - float64(4*a)
	}
	return 0
}

// ResizeWeights writes the taps input positions that each position of the result reads, and their weights; a first
// position of -1 stands for none. With antialias, the filter is as wide as a smaller result asks for. With exclude,
// what lies beyond the input has no weight; else the border stands for it.
func ResizeWeights[T Float](index []int64, weight []T, taps int, axis ResizeAxis, place func(o int, a ResizeAxis) float64, filter func(d, a float64) float64, a float64, antialias, exclude bool) {
	width := 1.0
	if antialias {
		width = min(axis.scale(), 1)
	}
	for o := range axis.Out {
		at, w := index[o*taps:(o+1)*taps], weight[o*taps:(o+1)*taps]
		x := place(o, axis)
		if axis.outside(x) {
			at[0] = -1
			continue
		}
		low := math.Floor(x)
		sum := 0.0
		weigh := func(t int) float64 {
			k := float64(t + 1 - taps/2)
			if p := low + k; exclude && (p < 0 || p > float64(axis.In-1)) {
				return 0
			}
			return filter(float64((k-(x-low))*width), a)
		}
		for t := range at {
			at[t] = axis.nearest(low + float64(t+1-taps/2))
			sum += weigh(t)
		}
		if !antialias && !exclude {
			sum = 1
		}
		for t := range w {
			w[t] = T(weigh(t) / sum)
		}
	}
}

// ResizePick samples src [outer, n, inner] at index along its middle axis; -1 gives outside[0], or zero where outside
// is nil.
func ResizePick[T any](dst, src []T, index []int64, outside []T, outer, n, inner int) {
	for o := range outer {
		from := src[o*n*inner : (o+1)*n*inner]
		to := dst[o*len(index)*inner : (o+1)*len(index)*inner]
		for k, at := range index {
			switch {
			case at < 0:
				fillOutside(to[k*inner:(k+1)*inner], outside)
			case inner == 1:
				to[k] = from[at]
			default:
				copy(to[k*inner:(k+1)*inner], from[int(at)*inner:])
			}
		}
	}
}

// fillOutside writes what lies outside the input.
func fillOutside[T any](dst, outside []T) {
	clear(dst)
	if len(outside) > 0 {
		for i := range dst {
			dst[i] = outside[0]
		}
	}
}

// ResizeBlend samples src [outer, n, inner] along its middle axis by the table of ResizeWeights.
func ResizeBlend[T Float](dst, src []T, index []int64, weight []T, taps int, outside []T, outer, n, inner int) {
	out := len(index) / taps
	for o := range outer {
		from := src[o*n*inner : (o+1)*n*inner]
		if taps == 2 && inner == 1 {
			blendPairs(dst[o*out:(o+1)*out], from, index, weight, outside)
			continue
		}
		for k := range out {
			to := dst[(o*out+k)*inner : (o*out+k+1)*inner]
			at, w := index[k*taps:(k+1)*taps], weight[k*taps:(k+1)*taps]
			switch {
			case at[0] < 0:
				fillOutside(to, outside)
			case inner == 1:
				s := T(0)
				for t, i := range at {
					s += T(w[t] * from[i])
				}
				to[0] = s
			default:
				blendRows(to, from, at, w)
			}
		}
	}
}

// blendPairs adds up two weighted elements each.
func blendPairs[T Float](dst, src []T, index []int64, weight, outside []T) {
	at, w := index[:2*len(dst)], weight[:2*len(dst)]
	for k := range dst {
		i, j := at[2*k], at[2*k+1]
		if i < 0 {
			fillOutside(dst[k:k+1], outside)
			continue
		}
		dst[k] = T(w[2*k]*src[i]) + T(w[2*k+1]*src[j])
	}
}

// blendRows adds up weighted rows.
func blendRows[T Float](dst, src []T, at []int64, w []T) {
	n := len(dst)
	for t, i := range at {
		row, v := src[int(i)*n:][:n], w[t]
		switch {
		case t > 0 && v == 0:
		case hasAVX2 && blendRowAVX2(dst, row, v, t == 0):
		case t == 0:
			for j, x := range row {
				dst[j] = T(v * x)
			}
		default:
			for j, x := range row {
				dst[j] += T(v * x)
			}
		}
	}
}
