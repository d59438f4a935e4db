package kernel

import (
	"strings"
	"unicode/utf8"
)

// DecodeUTF8 puts U+FFFD in place of what is not UTF-8: of each byte that begins no character, and of each beginning of
// a character that does not go on.
func DecodeUTF8(dst, src []string) {
	for i, s := range src[:len(dst)] {
		if utf8.ValidString(s) {
			dst[i] = s
			continue
		}
		var b strings.Builder
		for s != "" {
			r, n := utf8.DecodeRuneInString(s)
			if r == utf8.RuneError && n == 1 {
				n = brokenRune(s)
			}
			b.WriteRune(r)
			s = s[n:]
		}
		dst[i] = b.String()
	}
}

// brokenRune is the length of what stands in place of a character: a first byte, and those behind it that could follow.
func brokenRune(s string) int {
	rest, lo, hi := 0, byte(0x80), byte(0xbf)
	switch c := s[0]; {
	case c >= 0xc2 && c <= 0xdf:
		rest = 1
	case c >= 0xe0 && c <= 0xef:
		rest = 2
		if c == 0xe0 {
			lo = 0xa0
		} else if c == 0xed {
			hi = 0x9f
		}
	case c >= 0xf0 && c <= 0xf4:
		rest = 3
		if c == 0xf0 {
			lo = 0x90
		} else if c == 0xf4 {
			hi = 0x8f
		}
	}
	n := 1
	for n <= rest && n < len(s) && s[n] >= lo && s[n] <= hi {
		n, lo, hi = n+1, 0x80, 0xbf
	}
	return n
}
