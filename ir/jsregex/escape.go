package jsregex

import (
	"errors"
	"fmt"
	"slices"
)

// set is units of UTF-16: pairs of the first and the last of each range.
type set []uint16

// The sets that have names.
var (
	digits    = set{'0', '9'}
	wordUnits = set{'0', '9', 'A', 'Z', '_', '_', 'a', 'z'}
	spaces    = set{'\t', '\r', ' ', ' ', 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000, 0xfeff, 0xfeff}
	lineEnds  = set{'\n', '\n', '\r', '\r', 0x2028, 0x2029}
)

// has reports whether a unit is in the set.
func (s set) has(u uint16) bool {
	for i := 0; i < len(s); i += 2 {
		if u >= s[i] && u <= s[i+1] {
			return true
		}
	}
	return false
}

// sorted puts ranges in order and joins those that touch.
func (s set) sorted() set {
	type span struct{ lo, hi uint16 }
	var all []span
	for i := 0; i < len(s); i += 2 {
		all = append(all, span{s[i], s[i+1]})
	}
	slices.SortFunc(all, func(a, b span) int { return int(a.lo) - int(b.lo) })
	out := set{}
	for _, r := range all {
		if n := len(out); n > 0 && int(r.lo) <= int(out[n-1])+1 {
			out[n-1] = max(out[n-1], r.hi)
			continue
		}
		out = append(out, r.lo, r.hi)
	}
	return out
}

// complement is all other units.
func complement(s set) set {
	out, next := set{}, 0
	s = s.sorted()
	for i := 0; i < len(s); i += 2 {
		if int(s[i]) > next {
			out = append(out, uint16(next), s[i]-1)
		}
		next = int(s[i+1]) + 1
	}
	if next <= 0xffff {
		out = append(out, uint16(next), 0xffff)
	}
	return out
}

// named are the classes that a letter after \ stands for.
var named = map[uint16]set{
	'd': digits, 'D': complement(digits), 'w': wordUnits, 'W': complement(wordUnits), 's': spaces, 'S': complement(spaces),
}

// controls are the characters that a letter after \ stands for.
var controls = map[uint16]uint16{'t': '\t', 'n': '\n', 'v': '\v', 'f': '\f', 'r': '\r'}

// escape reads what follows \ outside of a class.
func (p *parser) escape() (*node, error) {
	if p.at == len(p.src) {
		return nil, errors.New(`\ stands at the end`)
	}
	switch c := p.src[p.at]; {
	case c >= '1' && c <= '9':
		from := p.at
		if n, _ := p.number(); n <= p.total {
			return nil, fmt.Errorf(`a backreference, \%d, is not supported; write the pattern without it`, n)
		}
		p.at = from
	case c == 'k' && p.hasNames():
		return nil, errors.New(`a backreference, \k, is not supported; write the pattern without it`)
	}
	return &node{kind: units, set: p.escaped()}, nil
}

// hasNames reports whether some group of the pattern has a name.
func (p *parser) hasNames() bool {
	for i := 0; i+3 < len(p.src); i++ {
		if p.src[i] == '(' && p.src[i+1] == '?' && p.src[i+2] == '<' && p.src[i+3] != '=' && p.src[i+3] != '!' {
			return true
		}
	}
	return false
}

// escaped reads what follows \ and is no reference: a class, or one unit.
func (p *parser) escaped() set {
	c := p.src[p.at]
	p.at++
	if s, ok := named[c]; ok {
		return s
	}
	if u, ok := controls[c]; ok {
		return set{u, u}
	}
	u := c
	switch {
	case c == 'c':
		if p.at < len(p.src) && isLetter(p.src[p.at]) {
			u = p.src[p.at] % 32
			p.at++
		} else { // no control character: \ stands for itself, and c for itself behind it
			u = '\\'
			p.at--
		}
	case c == 'x':
		u = p.hex(2, c)
	case c == 'u':
		u = p.hex(4, c)
	case c >= '0' && c <= '7':
		u = p.octal(c)
	}
	return set{u, u}
}

func isLetter(u uint16) bool { return u|32 >= 'a' && u|32 <= 'z' }

// hex reads a number of hexadecimal digits; where they are not there, the letter stands for itself.
func (p *parser) hex(count int, letter uint16) uint16 {
	if p.at+count > len(p.src) {
		return letter
	}
	u := uint16(0)
	for _, c := range p.src[p.at : p.at+count] {
		switch {
		case c >= '0' && c <= '9':
			u = u<<4 | (c - '0')
		case c|32 >= 'a' && c|32 <= 'f':
			u = u<<4 | (c | 32 - 'a' + 10)
		default:
			return letter
		}
	}
	p.at += count
	return u
}

// octal reads up to three octal digits, no more than make a byte.
func (p *parser) octal(first uint16) uint16 {
	u := first - '0'
	for n := 1; n < 3 && p.at < len(p.src) && p.src[p.at] >= '0' && p.src[p.at] <= '7' && u < 32; n++ {
		u = u<<3 | (p.src[p.at] - '0')
		p.at++
	}
	return u
}

// class reads what stands between brackets.
func (p *parser) class() (*node, error) {
	others := p.next('^')
	var all set
	for !p.next(']') {
		lo, one, err := p.member()
		if err != nil {
			return nil, err
		}
		if p.at+1 < len(p.src) && p.src[p.at] == '-' && p.src[p.at+1] != ']' {
			p.at++
			hi, single, err := p.member()
			switch {
			case err != nil:
				return nil, err
			case one && single && lo[0] > hi[0]:
				return nil, fmt.Errorf("a range in [] goes from %#U back to %#U", lo[0], hi[0])
			case one && single:
				lo = set{lo[0], hi[0]}
			default: // next to a class - stands for itself
				lo = append(append(append(set{}, lo...), '-', '-'), hi...)
			}
		}
		all = append(all, lo...)
	}
	all = all.sorted()
	if others {
		all = complement(all)
	}
	return &node{kind: units, set: all}, nil
}

// member reads one unit of a class, or a class within it.
func (p *parser) member() (s set, one bool, err error) {
	if p.at == len(p.src) {
		return nil, false, errors.New("[ has no ]")
	}
	c := p.src[p.at]
	p.at++
	if c != '\\' {
		return set{c, c}, true, nil
	}
	if p.at == len(p.src) {
		return nil, false, errors.New(`\ stands at the end`)
	}
	if p.next('b') {
		return set{'\b', '\b'}, true, nil
	}
	if p.src[p.at] == 'c' && p.at+1 < len(p.src) && (p.src[p.at+1] >= '0' && p.src[p.at+1] <= '9' || p.src[p.at+1] == '_') {
		u := p.src[p.at+1] % 32
		p.at += 2
		return set{u, u}, true, nil
	}
	_, isClass := named[p.src[p.at]]
	return p.escaped(), !isClass, nil
}
