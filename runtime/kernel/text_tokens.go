package kernel

import "unicode/utf8"

// tokenList takes up the tokens of a text as far as there is room, and counts them all.
type tokenList struct {
	dst   []string
	count int
	least int // characters of a token, at least 1
}

// add takes up a token that is long enough and reports whether it is.
func (l *tokenList) add(token string) bool {
	if utf8.RuneCountInString(token) < l.least {
		return false
	}
	if l.count < len(l.dst) {
		l.dst[l.count] = token
	}
	l.count++
	return true
}

// cut adds the tokens of a text.
func (l *tokenList) cut(s string, patterns [][]uint16, split bool) {
	if split {
		l.split(s, patterns)
		return
	}
	p := openPattern(patterns[0])
	for at := 0; ; {
		from, to := p.find(s, at)
		if from < 0 {
			return
		}
		if at = to; !l.add(s[from:to]) {
			at = afterRune(s, from) // too short: a longer one may begin inside it
		}
		if at > len(s) {
			return
		}
	}
}

// split adds what the first pattern's matches leave, split by the other patterns in turn.
func (l *tokenList) split(s string, patterns [][]uint16) {
	if len(patterns) == 0 {
		l.add(s)
		return
	}
	p := openPattern(patterns[0])
	at := 0
	for at <= len(s) {
		from, to := p.find(s, at)
		if from < 0 {
			break
		}
		l.piece(s[at:from], patterns[1:])
		if at = to; from == to {
			at = afterRune(s, from) // an empty match takes a character with it
		}
	}
	l.piece(s[min(at, len(s)):], patterns[1:])
}

// piece splits what one pattern left by the others, unless it is too short already.
func (l *tokenList) piece(s string, patterns [][]uint16) {
	if utf8.RuneCountInString(s) >= l.least {
		l.split(s, patterns)
	}
}

// afterRune is where the character at a position ends, beyond the text's end where there is none.
func afterRune(s string, at int) int {
	_, n := utf8.DecodeRuneInString(s[at:])
	return at + max(n, 1)
}

// TokenWidth is how many places the tokens of each text need, two more where they are marked, 0 where there are none
// at all; the other arguments are those of Tokenize. bad is the position of the first text that is not UTF-8, -1 if
// all are.
func TokenWidth(src []string, patterns [][]uint16, split bool, least int, mark bool) (width, bad int) {
	for i, s := range src {
		if !utf8.ValidString(s) {
			return 0, i
		}
		l := tokenList{least: least}
		l.cut(s, patterns, split)
		width = max(width, l.count)
	}
	if width > 0 && mark {
		width += 2
	}
	return width, -1
}

// Tokenize writes the tokens of each text to a row of dst, width long, filled with pad: the leftmost and longest
// matches of a pattern, see TextPattern, or, with split, what is left between those of all patterns, one after the
// other. Tokens of less than least characters are left out. With mark they stand between "\x02" and "\x03".
func Tokenize(dst, src []string, patterns [][]uint16, split bool, least int, mark bool, pad string, width int) {
	if width == 0 {
		return
	}
	for _, s := range src {
		row := dst[:width]
		dst = dst[width:]
		l := tokenList{dst: row, least: least}
		if mark {
			l.dst, l.count = row, 1
			row[0] = "\x02"
		}
		l.cut(s, patterns, split)
		n := min(l.count, width)
		if mark && n < width {
			row[n] = "\x03"
			n++
		}
		for i := range row[n:] {
			row[n+i] = pad
		}
	}
}
