package jsregex

import (
	"strings"
	"unicode/utf16"
)

// The parts of a text around a match that a rewrite may name besides groups, 0 being the match.
const (
	Before = -1 // what stands before the match
	After  = -2 // and after it
)

// Part is a piece of a rewrite: a text, if Text is not empty, or else what a group matched.
type Part struct {
	Text  string
	Group int // 0 to Groups, Before or After
}

// Rewrite reads a replacement, in which $$ is $, $& the match, $` and $' what stands before and after it, $1 to $99 and
// $<name> groups. What is no such reference stands for itself.
func (p *Pattern) Rewrite(s string) []Part {
	var parts []Part
	text := ""
	for s != "" {
		at := strings.IndexByte(s, '$')
		if at < 0 {
			break
		}
		text, s = text+s[:at], s[at:]
		n, group, is := p.reference(s)
		switch {
		case is:
			if text != "" {
				parts = append(parts, Part{Text: text})
			}
			parts, text = append(parts, Part{Group: group}), ""
		case n == 0:
			text, n = text+"$", 1
		case s[1] == '$':
			text += "$"
		}
		s = s[n:]
	}
	if text += s; text != "" {
		parts = append(parts, Part{Text: text})
	}
	return parts
}

// reference reads what s begins with: its length, 0 if $ stands for itself, and which group it means, if it is one.
func (p *Pattern) reference(s string) (n, group int, is bool) {
	if len(s) < 2 {
		return 0, 0, false
	}
	switch c := s[1]; {
	case c == '$':
		return 2, 0, false
	case c == '&':
		return 2, 0, true
	case c == '`':
		return 2, Before, true
	case c == '\'':
		return 2, After, true
	case c >= '0' && c <= '9':
		one := int(c - '0')
		if len(s) > 2 && s[2] >= '0' && s[2] <= '9' {
			if two := 10*one + int(s[2]-'0'); two >= 1 && two <= p.Groups {
				return 3, two, true
			}
		}
		if one >= 1 && one <= p.Groups {
			return 2, one, true
		}
	case c == '<' && len(p.names) > 0:
		if close := strings.IndexByte(s, '>'); close > 0 {
			if g := p.names[s[2:close]]; g > 0 {
				return close + 1, g, true
			}
			return close + 1, 0, false // a name that no group has is nothing
		}
	}
	return 0, 0, false
}

// decode is a text in UTF-16.
func decode(s string) []uint16 { return utf16.Encode([]rune(s)) }

// encode is UTF-16 as text; halves of characters become U+FFFD.
func encode(u []uint16) string { return string(utf16.Decode(u)) }
