package kernel

import "math"

// roiSide is how a region lies along one axis: where it starts, how long its bins are, how many samples each has.
type roiSide struct {
	start, bin float64
	count      int
}

// RoiAlign pools regions of x [n, c, h, w], blended from the four neighbours of samples·samples points in each bin:
// their mean, or if largest the largest weighted neighbour. rois is [len(images), 4] as x0, y0, x1, y1, in units of
// 1/scale; y is [len(images), c, height, width]. samples 0 is one for each value, at most those of the axis and two.
// It returns the first of images at fault, -1 if all lie within n.
func RoiAlign[T Float](y, x, rois []T, images []int64, n, c, h, w, height, width, samples int, scale float64, largest, half bool) int {
	for r, image := range images {
		if image < 0 || image >= int64(n) {
			return r
		}
		box := rois[4*r : 4*r+4]
		across := roiBins(float64(box[0]), float64(box[2]), scale, width, w, samples, half)
		down := roiBins(float64(box[1]), float64(box[3]), scale, height, h, samples, half)
		for ch := range c {
			plane := x[(int(image)*c+ch)*h*w:][:h*w]
			out := y[(r*c+ch)*height*width:][:height*width]
			for i := range out {
				out[i] = roiBin(plane, h, w, &down, &across, i/width, i%width, largest)
			}
		}
	}
	return -1
}

// roiBins lays bins over a region.
func roiBins(from, to, scale float64, bins, size, samples int, half bool) roiSide {
	s := roiSide{start: float64(from * scale), count: samples}
	length := float64(to*scale) - s.start
	if half {
		s.start -= 0.5
	} else {
		length = max(length, 1)
	}
	s.bin = length / float64(bins)
	if samples == 0 && s.bin > 0 {
		s.count = int(min(math.Ceil(s.bin), float64(size+2)))
	}
	return s
}

// at is sample s of bin b.
func (r *roiSide) at(b, s int) float64 {
	return r.start + float64(float64(b)*r.bin) + float64((float64(s)+0.5)*r.bin)/float64(r.count)
}

// roiBin pools one bin of one plane.
func roiBin[T Float](x []T, h, w int, down, across *roiSide, by, bx int, largest bool) T {
	sum, top := 0.0, math.Inf(-1)
	for sy := range down.count {
		y0, y1, fy := roiNeighbours(down.at(by, sy), h)
		for sx := range across.count {
			x0, x1, fx := roiNeighbours(across.at(bx, sx), w)
			if y0 < 0 || x0 < 0 {
				top = max(top, 0)
				continue
			}
			a := float64((1 - fy) * (1 - fx) * float64(x[y0*w+x0]))
			b := float64((1 - fy) * fx * float64(x[y0*w+x1]))
			c := float64(fy * (1 - fx) * float64(x[y1*w+x0]))
			d := float64(fy * fx * float64(x[y1*w+x1]))
			sum += a + b + c + d
			top = max(top, a, b, c, d)
		}
	}
	switch n := down.count * across.count; {
	case n == 0:
		return 0
	case largest:
		return T(top)
	default:
		return T(sum / float64(n))
	}
}

// roiNeighbours gives the positions around v on an axis of n values and how far it is past the first; -1 where v lies
// more than one value outside.
func roiNeighbours(v float64, n int) (low, high int, f float64) {
	if !(v >= -1 && v <= float64(n)) || n == 0 {
		return -1, -1, 0
	}
	v = min(max(v, 0), float64(n-1))
	low = int(v)
	return low, min(low+1, n-1), v - float64(low)
}
