package kernel

import "unicode/utf8"

// TextPattern is a regular expression as a deterministic automaton over classes of code points. State 0 is where
// nothing can match any more. In order, its table holds
//
//	the number of columns, which is that of the classes and one for the end of the text
//	the number of ranges of code points from 128 on
//	the states to begin in, by what stands before: nothing, a newline, a letter, digit or _, anything else
//	for each class, which of these its characters are
//	the class of each of the code points 0 to 127
//	for each range the upper and lower 16 bits of its first code point, and its class
//	for each state and column the next state, times 2, plus 1 where a match ends before what is read
type TextPattern struct {
	columns                             int
	first, before, ascii, ranges, table []uint16
}

// openPattern finds the parts of a pattern's table.
func openPattern(p []uint16) TextPattern {
	columns, ranges := int(p[0]), 6+int(p[0])-1+128
	states := ranges + 3*int(p[1])
	return TextPattern{columns, p[2:6], p[6:][:columns-1], p[ranges-128:][:128], p[ranges:states], p[states:]}
}

// read gives the class and the length of the first character; the length of what is not UTF-8 is 0.
func (p *TextPattern) read(s string) (class, length int) {
	if c := s[0]; c < utf8.RuneSelf {
		return int(p.ascii[c]), 1
	}
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && n == 1 {
		return 0, 0
	}
	lo, hi := 0, len(p.ranges)/3
	for hi-lo > 1 {
		mid := int(uint(lo+hi) >> 1)
		if rune(p.ranges[3*mid])<<16|rune(p.ranges[3*mid+1]) <= r {
			lo = mid
		} else {
			hi = mid
		}
	}
	return int(p.ranges[3*lo+2]), n
}

// whole reports whether the pattern matches all of a text.
func (p *TextPattern) whole(s string) bool {
	state := int(p.first[0])
	for at := 0; at < len(s); {
		class, n := p.read(s[at:])
		state = int(p.table[state*p.columns+class]) >> 1
		if state == 0 || n == 0 {
			return false
		}
		at += n
	}
	return p.table[(state+1)*p.columns-1]&1 != 0
}

// longest is where the longest match from a position on ends, -1 if there is none.
func (p *TextPattern) longest(s string, at, state int) int {
	end := -1
	for {
		class, n := p.columns-1, 0
		if at < len(s) {
			class, n = p.read(s[at:])
		}
		t := int(p.table[state*p.columns+class])
		if t&1 != 0 {
			end = at
		}
		if state = t >> 1; state == 0 || n == 0 {
			return end
		}
		at += n
	}
}

// find gives the bounds of the leftmost and longest match in valid UTF-8 from a position on, -1 if there is none. It
// may read as much as the square of the text's length where matches begin that do not end.
func (p *TextPattern) find(s string, at int) (from, to int) {
	before := 0
	if at > 0 {
		_, n := utf8.DecodeLastRuneInString(s[:at])
		class, _ := p.read(s[at-n:])
		before = int(p.before[class])
	}
	for {
		if end := p.longest(s, at, int(p.first[before])); end >= 0 {
			return at, end
		}
		if at >= len(s) {
			return -1, -1
		}
		class, n := p.read(s[at:])
		before = int(p.before[class])
		at += max(n, 1)
	}
}

// RegexFullMatch sets dst[i] to whether a pattern, see TextPattern, matches all of src[i]. It never matches what is not
// UTF-8.
func RegexFullMatch(dst []bool, src []string, pattern []uint16) {
	p := openPattern(pattern)
	for i, s := range src[:len(dst)] {
		dst[i] = p.whole(s)
	}
}
