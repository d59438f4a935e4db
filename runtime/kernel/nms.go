package kernel

// NonMaxSuppression picks, for each batch and class, boxes in the order of their scores: those whose intersection with
// each box picked before is at most overlap of their union. boxes is [batch, n, 4] as two opposite corners y0, x0, y1,
// x1, or if centre as x, y, width, height; scores is [batch, classes, n]. most, overlap and least are single numbers or
// nil: how many to pick at most (0), the threshold (0) and what scores must exceed. picked gets the scores' places and
// has their length; order is scratch for n. The result is how many were picked.
func NonMaxSuppression(picked []int64, boxes, scores []float32, most []int64, overlap, least []float32, order []int64, classes, n int, centre bool) int {
	limit, threshold := int64(0), float32(0)
	if len(most) > 0 {
		limit = most[0]
	}
	if len(overlap) > 0 {
		threshold = overlap[0]
	}
	if n == 0 || limit <= 0 {
		return 0
	}
	count := 0
	for row := range len(scores) / n {
		score := scores[row*n:][:n]
		plane := boxes[row/classes*n*4:][:n*4]
		heap := order[:0]
		for i, v := range score {
			if v == v && (len(least) == 0 || v > least[0]) {
				heap = append(heap, int64(i))
			}
		}
		for i := len(heap)/2 - 1; i >= 0; i-- {
			scoreSift(heap, i, score)
		}
		first := count
		for len(heap) > 0 && int64(count-first) < limit {
			top := heap[0]
			last := len(heap) - 1
			heap[0] = heap[last]
			heap = heap[:last]
			scoreSift(heap, 0, score)
			if !overlapsAny(plane, int(top), picked[first:count], int64(row*n), threshold, centre) {
				picked[count] = int64(row*n) + top
				count++
			}
		}
	}
	return count
}

// ListBoxes writes batch, class and box of picked places in [batch, classes, n].
func ListBoxes(dst, picked []int64, classes, n int) {
	if classes*n == 0 {
		return
	}
	for i := range len(dst) / 3 {
		p := picked[i]
		row := p / int64(n)
		dst[3*i], dst[3*i+1], dst[3*i+2] = row/int64(classes), row%int64(classes), p%int64(n)
	}
}

// scoreSift lets entry i of a heap, whose highest score comes first, sink to its place. Of equal scores the box that
// comes first is higher.
func scoreSift(heap []int64, i int, score []float32) {
	for {
		child := 2*i + 1
		if child >= len(heap) {
			return
		}
		if child+1 < len(heap) && scoreBefore(heap[child+1], heap[child], score) {
			child++
		}
		if !scoreBefore(heap[child], heap[i], score) {
			return
		}
		heap[i], heap[child] = heap[child], heap[i]
		i = child
	}
}

func scoreBefore(i, j int64, score []float32) bool {
	return score[i] > score[j] || score[i] == score[j] && i < j
}

// overlapsAny reports whether a box has more than the threshold in common with one of those picked, which are numbered
// from first.
func overlapsAny(boxes []float32, i int, picked []int64, first int64, threshold float32, centre bool) bool {
	b := cornersOf(boxes[4*i:], centre)
	for _, p := range picked {
		c := cornersOf(boxes[4*(p-first):], centre)
		h, w := min(b[2], c[2])-max(b[0], c[0]), min(b[3], c[3])-max(b[1], c[1])
		common := float32(h * w)
		x, y := float32((b[2]-b[0])*(b[3]-b[1])), float32((c[2]-c[0])*(c[3]-c[1]))
		union := float32(x+y) - common
		if h > 0 && w > 0 && x > 0 && y > 0 && union > 0 && common/union > threshold {
			return true
		}
	}
	return false
}

// cornersOf gives a box as y0, x0, y1, x1 in order.
func cornersOf(b []float32, centre bool) [4]float32 {
	if centre {
		w, h := b[2]/2, b[3]/2
		return [4]float32{b[1] - h, b[0] - w, b[1] + h, b[0] + w}
	}
	return [4]float32{min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3])}
}
