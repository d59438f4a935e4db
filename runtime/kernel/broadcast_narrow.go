package kernel

// BroadcastNarrow is Broadcast2 for rows of width elements, so few that calling row for each would take longer than what
// it does: it is called for several rows at a time. An operand's rows lie its step apart: width elements for rows of its
// own, one for an element that stands for all of its row; with 0, its only row or element stands for all. tile is
// scratch for some rows of either operand, two at least of each.
func BroadcastNarrow[T, U any](dst []U, a, b, tile []T, width, aStep, bStep int, row func(dst []U, a, b []T)) {
	rows := len(dst) / width
	switch rows {
	case 0:
		return
	case 1:
		row(dst, a, b)
		return
	}
	together := min(len(tile)/2/width, rows)
	aTile, bTile := tile[:together*width], tile[together*width:][:together*width]
	a = broadcastRepeat(aTile, a, width, aStep)
	b = broadcastRepeat(bTile, b, width, bStep)
	for ; len(dst) > 0; rows -= together {
		together = min(together, rows)
		n := together * width
		row(dst[:n], broadcastSpread(aTile[:n], a, width, aStep), broadcastSpread(bTile[:n], b, width, bStep))
		dst, a, b = dst[n:], a[together*aStep:], b[together*bStep:]
	}
}

// broadcastRepeat gives an operand whose only row, where it has but one, fills the tile again and again.
func broadcastRepeat[T any](tile, x []T, width, step int) []T {
	if step != 0 || len(x) == 1 {
		return x
	}
	for i := range tile {
		tile[i] = x[i%width]
	}
	return tile
}

// broadcastSpread gives an operand's elements for as many rows as the tile has; it repeats there what stands for a row.
func broadcastSpread[T any](tile, x []T, width, step int) []T {
	switch step {
	case 0:
		return x[:min(len(x), len(tile))]
	case width:
		return x[:len(tile)]
	}
	for i := range len(tile) / width {
		v := x[i]
		for k := range width {
			tile[i*width+k] = v
		}
	}
	return tile
}
