package kernel

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// StringConcatRow puts b after a. One of a and b may be a single element that stands for all.
func StringConcatRow(dst, a, b []string) {
	for i := range dst {
		x, y := a[0], b[0]
		if len(a) == len(dst) {
			x = a[i]
		}
		if len(b) == len(dst) {
			y = b[i]
		}
		dst[i] = x + y
	}
}

// nextPart cuts off the first part of what is left of a text: at a delimiter, or at white space where that is "". With
// last there is no cut. more is whether something is left.
func nextPart(s, delimiter string, last bool) (part, rest string, more bool) {
	if delimiter != "" {
		at := strings.Index(s, delimiter)
		if at < 0 || last {
			return s, "", false
		}
		return s[:at], s[at+len(delimiter):], true
	}
	at := strings.IndexFunc(s, unicode.IsSpace)
	if at < 0 || last {
		return s, "", false
	}
	rest = strings.TrimLeftFunc(s[at:], unicode.IsSpace)
	return s[:at], rest, rest != ""
}

// splitParts writes the parts of a text to dst, as far as they fit, and returns how many they are. With most ≥ 0 there
// are that many cuts at most.
func splitParts(dst []string, s, delimiter string, most int) int {
	if delimiter == "" {
		s = strings.TrimSpace(s)
	}
	if s == "" {
		return 0
	}
	n := 0
	for more := true; more; n++ {
		var part string
		if part, s, more = nextPart(s, delimiter, n == most); n < len(dst) {
			dst[n] = part
		}
	}
	return n
}

// CountParts sets counts to the number of parts of each text, see StringSplit, and returns the greatest.
func CountParts(counts []int64, src []string, delimiter string, most int) int {
	width := 0
	for i, s := range src[:len(counts)] {
		n := splitParts(nil, s, delimiter, most)
		counts[i] = int64(n)
		width = max(width, n)
	}
	return width
}

// StringSplit writes the parts of each text to a row of dst, width long, filled with "". Parts stand between
// delimiters or, where that is "", between white space, which at the ends counts for nothing; with most ≥ 0 there are
// that many cuts at most. An empty text has no parts.
func StringSplit(dst, src []string, delimiter string, most, width int) {
	if width == 0 {
		return
	}
	for _, s := range src {
		n := splitParts(dst[:width], s, delimiter, most)
		clear(dst[min(n, width):width])
		dst = dst[width:]
	}
}

// LowerCase makes every character lower case, by Unicode's simple mapping. It returns the position of the first text
// that is not UTF-8, -1 if all are.
func LowerCase(dst, src []string) int {
	for i, s := range src[:len(dst)] {
		if !utf8.ValidString(s) {
			return i
		}
		dst[i] = strings.Map(unicode.ToLower, s)
	}
	return -1
}

// UpperCase makes every character upper case, by Unicode's simple mapping. It returns the position of the first text
// that is not UTF-8, -1 if all are.
func UpperCase(dst, src []string) int {
	for i, s := range src[:len(dst)] {
		if !utf8.ValidString(s) {
			return i
		}
		dst[i] = strings.Map(unicode.ToUpper, s)
	}
	return -1
}

// RuneLower is the character in lower case.
func RuneLower(r rune) rune { return unicode.ToLower(r) }

// RuneUpper is the character in upper case.
func RuneUpper(r rune) rune { return unicode.ToUpper(r) }

// hasWord reports whether a text, its characters mapped if mapping is not nil, is among words, which are in ascending
// order.
func hasWord(words []string, s string, mapping func(r rune) rune) bool {
	if mapping == nil {
		return findLabel(words, s) >= 0
	}
	lo, hi := 0, len(words)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		switch c := compareMapped(s, words[mid], mapping); {
		case c == 0:
			return true
		case c > 0:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return false
}

// compareMapped orders a text, its characters mapped, and a word. UTF-8 has the order of its code points.
func compareMapped(s, word string, mapping func(r rune) rune) int {
	for s != "" && word != "" {
		a, n := utf8.DecodeRuneInString(s)
		b, m := utf8.DecodeRuneInString(word)
		if a = mapping(a); a != b {
			return int(a - b)
		}
		s, word = s[n:], word[m:]
	}
	return len(s) - len(word)
}

// CountKept is how many texts are not among words, see DropWords.
func CountKept(src, words []string, mapping func(r rune) rune) int {
	n := 0
	for _, s := range src {
		if !hasWord(words, s, mapping) {
			n++
		}
	}
	return max(n, 1)
}

// CountKeptUTF8 is CountKept that also returns the position of the first text that is not UTF-8, -1 if all are.
func CountKeptUTF8(src, words []string, mapping func(r rune) rune) (kept, bad int) {
	for i, s := range src {
		if !utf8.ValidString(s) {
			return 0, i
		}
	}
	return CountKept(src, words, mapping), -1
}

// DropWords copies the texts that are not among words, which are in ascending order; a mapping that is not nil is
// applied to a text's characters before they are compared. Where none is left it writes one empty text.
func DropWords(dst, src, words []string, mapping func(r rune) rune) {
	n := 0
	for _, s := range src {
		if n < len(dst) && !hasWord(words, s, mapping) {
			dst[n] = s
			n++
		}
	}
	clear(dst[n:])
}
