package kernel

import "math"

// MaxRoiPool takes the largest element of each bin of regions of x, [n, c, h, w], 0 of an empty bin. rois is [k, 5]: the
// number of an image and x0, y0, x1, y1 in units of 1/scale, rounded to whole elements, both ends included; y is
// [k, c, height, width]. It returns the first region whose image is not among the n, -1 if all are.
func MaxRoiPool[T Float](y, x, rois []T, n, c, h, w, height, width int, scale float64) int {
	for r := range len(rois) / 5 {
		roi := rois[5*r : 5*r+5]
		if !(roi[0] >= 0 && float64(roi[0]) < float64(n)) {
			return r
		}
		image := int(roi[0])
		for py := range height {
			top, bottom := roiMaxBin(float64(roi[2]), float64(roi[4]), scale, py, height, h)
			for px := range width {
				left, right := roiMaxBin(float64(roi[1]), float64(roi[3]), scale, px, width, w)
				for ch := range c {
					most := T(0)
					for a := top; a < bottom && left < right; a++ {
						row := x[((image*c+ch)*h+a)*w:][:w][left:right]
						if a == top {
							most = row[0]
						}
						for _, v := range row {
							most = max(most, v)
						}
					}
					y[((r*c+ch)*height+py)*width+px] = most
				}
			}
		}
	}
	return -1
}

// roiMaxBin gives where bin i of a region begins and ends along an axis of the given size.
func roiMaxBin(from, to, scale float64, i, bins, size int) (begin, end int) {
	start, last := roundAway(from*scale), roundAway(to*scale)
	length := max(last-start+1, 1) / float64(bins)
	return clampIndex(math.Floor(float64(i)*length)+start, size), clampIndex(math.Ceil(float64(i+1)*length)+start, size)
}

// roundAway rounds to nearest, halves away from zero.
func roundAway(v float64) float64 {
	t := math.Trunc(v)
	if math.Abs(v-t) >= 0.5 {
		t += math.Copysign(1, v)
	}
	return t
}

// clampIndex holds a place within 0 and size; NaN is 0.
func clampIndex(v float64, size int) int {
	if !(v > 0) {
		return 0
	}
	return int(min(v, float64(size)))
}
