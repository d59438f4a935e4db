package kernel

import "strings"

// TextNGrams says which n-grams are made of a row of texts: of each of Widths texts in turn, which follow each other.
// Before and after the row stand Pad paddings, no more than an n-gram has texts but one; with Pad < 0 that many. With
// Keep, a row that is too short for all widths makes one n-gram, of all that it has.
type TextNGrams struct {
	Widths                 []int
	Pad                    int
	Keep                   bool
	Separator, Left, Right string
}

// pad is how many paddings stand at either end of a row.
func (g *TextNGrams) pad(width int) int {
	if g.Pad < 0 || g.Pad > width-1 {
		return width - 1
	}
	return g.Pad
}

// count is how many n-grams of a width a row of n texts has.
func (g *TextNGrams) count(n, width int) int { return max(n+2*g.pad(width)-width+1, 0) }

// total is how many n-grams a row of n texts has.
func (g *TextNGrams) total(n int) int {
	sum := 0
	for _, w := range g.Widths {
		sum += g.count(n, w)
	}
	if g.Keep && sum == 0 && n > 0 {
		return 1
	}
	return sum
}

// CountTextNGrams writes to splits where the n-grams of each row begin, and where the last ones end; splits and rows,
// which says the same of items texts, are one longer than there are rows. It returns how many n-grams there are, and -1
// if rows ascends from 0 to items, else where it does not. Of no texts there are no n-grams, of padding neither.
func CountTextNGrams(splits, rows []int32, items int, g TextNGrams) (total, bad int) {
	for i, end := range rows {
		if i == 0 && end != 0 || i > 0 && end < rows[i-1] || int(end) > items {
			return 0, i
		}
	}
	if len(rows) == 0 || int(rows[len(rows)-1]) != items {
		return 0, max(len(rows)-1, 0)
	}
	clear(splits)
	if items == 0 {
		return 0, -1
	}
	for i := range rows[1:] {
		total += g.total(int(rows[i+1] - rows[i]))
		splits[i+1] = int32(total)
	}
	return total, -1
}

// JoinTextNGrams writes the n-grams of all rows, as many as CountTextNGrams counts.
func JoinTextNGrams(dst, src []string, rows []int32, g TextNGrams) {
	if len(src) == 0 {
		return
	}
	for i := range rows[1:] {
		row := src[rows[i]:rows[i+1]]
		made := 0
		for _, w := range g.Widths {
			n := g.count(len(row), w)
			for k := range n {
				dst[made+k] = g.join(row, k-g.pad(w), w)
			}
			made += n
		}
		if g.Keep && made == 0 && len(row) > 0 {
			pad := max(g.Pad, 0)
			dst[0] = g.join(row, -pad, len(row)+2*pad)
			made = 1
		}
		dst = dst[made:]
	}
}

// join makes an n-gram of a width that begins at text from of a row, before or after which stand paddings.
func (g *TextNGrams) join(row []string, from, width int) string {
	size := (width - 1) * len(g.Separator)
	for i := from; i < from+width; i++ {
		size += len(g.at(row, i))
	}
	var b strings.Builder
	b.Grow(size)
	for i := from; i < from+width; i++ {
		if i > from {
			b.WriteString(g.Separator)
		}
		b.WriteString(g.at(row, i))
	}
	return b.String()
}

// at is a row's text, or padding.
func (g *TextNGrams) at(row []string, i int) string {
	switch {
	case i < 0:
		return g.Left
	case i >= len(row):
		return g.Right
	}
	return row[i]
}
