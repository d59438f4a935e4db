package jsregex

import (
	"errors"
	"fmt"
	"unicode/utf16"
)

// Pattern is a regular expression.
type Pattern struct {
	Groups int // that capture
	names  map[string]int
	root   *node
}

// kind says what a node matches.
type kind uint8

const (
	empty  kind = iota // nothing
	units              // a unit of a set
	begin              // the text's begin
	end                // the text's end
	word               // between a word's character and another
	inside             // elsewhere
	group              // what sub matches, captured
	join               // what subs match, one after the other
	choice             // what one of subs matches, the first that leads on
	repeat             // sub, min to max times, as often as possible or, if lazy, as seldom
)

// node is a part of a pattern.
type node struct {
	kind     kind
	set      set
	subs     []*node
	group    int // of a group
	min, max int // of a repetition; max < 0 for any number
	lazy     bool
	first    int // the first group within a repetition,
	behind   int // and the one behind the last
}

// maxDepth bounds how deep groups may stand in each other.
const maxDepth = 200

// maxCount bounds the numbers in braces. JavaScript takes any, but a program has no room for more.
const maxCount = 1 << 20

// parser reads a pattern.
type parser struct {
	src    []uint16
	at     int
	depth  int
	groups int
	total  int // groups of the whole pattern
	names  map[string]int
}

// Parse reads a pattern.
func Parse(pattern string) (*Pattern, error) {
	p := &parser{src: utf16.Encode([]rune(pattern)), names: map[string]int{}}
	p.total = p.countGroups()
	root, err := p.choice()
	if err == nil && p.at < len(p.src) {
		err = errors.New(") has no (")
	}
	if err != nil {
		return nil, fmt.Errorf("pattern %.100q: %w", pattern, err)
	}
	return &Pattern{Groups: p.groups, names: p.names, root: root}, nil
}

// countGroups counts the groups that capture, which decides whether \1 means one of them.
func (p *parser) countGroups() int {
	n, class := 0, false
	for i := 0; i < len(p.src); i++ {
		switch c := p.src[i]; {
		case c == '\\':
			i++
		case class:
			class = c != ']'
		case c == '[':
			class = true
		case c == '(' && (i+1 == len(p.src) || p.src[i+1] != '?' || i+3 < len(p.src) && p.src[i+2] == '<' && p.src[i+3] != '=' && p.src[i+3] != '!'):
			n++
		}
	}
	return n
}

// next takes a unit if it is c.
func (p *parser) next(c uint16) bool {
	if p.at < len(p.src) && p.src[p.at] == c {
		p.at++
		return true
	}
	return false
}

// choice reads alternatives up to a closing parenthesis or the end.
func (p *parser) choice() (*node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, fmt.Errorf("groups stand more than %d deep in each other", maxDepth)
	}
	defer func() { p.depth-- }()
	var subs []*node
	for {
		n, err := p.join()
		if err != nil {
			return nil, err
		}
		subs = append(subs, n)
		if !p.next('|') {
			break
		}
	}
	if len(subs) == 1 {
		return subs[0], nil
	}
	return &node{kind: choice, subs: subs}, nil
}

// join reads what follows each other.
func (p *parser) join() (*node, error) {
	n := &node{kind: join}
	for p.at < len(p.src) && p.src[p.at] != '|' && p.src[p.at] != ')' {
		first := p.groups
		sub, repeats, err := p.atom()
		if err == nil && repeats {
			sub, err = p.repeated(sub, first)
		}
		if err != nil {
			return nil, err
		}
		n.subs = append(n.subs, sub)
	}
	if len(n.subs) == 1 {
		return n.subs[0], nil
	}
	return n, nil
}

// atom reads what a quantifier may follow, or an assertion, which none may.
func (p *parser) atom() (n *node, repeats bool, err error) {
	c := p.src[p.at]
	p.at++
	switch c {
	case '^':
		return &node{kind: begin}, false, nil
	case '$':
		return &node{kind: end}, false, nil
	case '.':
		return &node{kind: units, set: complement(lineEnds)}, true, nil
	case '(':
		n, err = p.group()
		return n, true, err
	case '[':
		n, err = p.class()
		return n, true, err
	case '\\':
		if p.next('b') {
			return &node{kind: word}, false, nil
		}
		if p.next('B') {
			return &node{kind: inside}, false, nil
		}
		n, err = p.escape()
		return n, true, err
	case '*', '+', '?':
		return nil, false, fmt.Errorf("%c at %d has nothing to repeat", c, p.at-1)
	case '{':
		p.at--
		if _, _, ok := p.braces(); ok {
			return nil, false, fmt.Errorf("{ at %d has nothing to repeat", p.at)
		}
		p.at++
	}
	return &node{kind: units, set: set{c, c}}, true, nil
}

// group reads what stands between parentheses.
func (p *parser) group() (*node, error) {
	n := &node{kind: group}
	if !p.next('?') {
		p.groups++
		n.group = p.groups
	} else if !p.next(':') {
		if err := p.named(n); err != nil {
			return nil, err
		}
	}
	sub, err := p.choice()
	if err != nil {
		return nil, err
	}
	if !p.next(')') {
		return nil, errors.New("( has no )")
	}
	if n.group == 0 {
		return sub, nil
	}
	n.subs = []*node{sub}
	return n, nil
}

// named reads a group's name.
func (p *parser) named(n *node) error {
	if p.next('=') || p.next('!') {
		return errors.New("lookahead, (?= or (?!, is not supported; write the pattern without it")
	}
	if !p.next('<') {
		return errors.New("(? is followed by none of : and <, which is all that JavaScript knows; flags such as (?i) are RE2's")
	}
	if p.next('=') || p.next('!') {
		return errors.New("lookbehind, (?<= or (?<!, is not supported; write the pattern without it")
	}
	from := p.at
	for p.at < len(p.src) && p.src[p.at] != '>' {
		p.at++
	}
	name := string(utf16.Decode(p.src[from:p.at]))
	if !p.next('>') || name == "" {
		return errors.New("(?< has no name and >")
	}
	if p.names[name] > 0 {
		return fmt.Errorf("two groups are called %.40q", name)
	}
	p.groups++
	n.group, p.names[name] = p.groups, p.groups
	return nil
}

// repeated reads a quantifier, if there is one; first is how many groups there were before the atom.
func (p *parser) repeated(sub *node, first int) (*node, error) {
	n := &node{kind: repeat, subs: []*node{sub}, max: -1, first: first + 1, behind: p.groups + 1}
	switch {
	case p.next('*'):
	case p.next('+'):
		n.min = 1
	case p.next('?'):
		n.max = 1
	default:
		var ok bool
		if n.min, n.max, ok = p.braces(); !ok {
			return sub, nil
		}
		if n.max >= 0 && n.max < n.min {
			return nil, fmt.Errorf("{%d,%d} ends before it begins", n.min, n.max)
		}
	}
	n.lazy = p.next('?')
	return n, nil
}

// braces reads {n}, {n,} or {n,m}; what is neither stands for itself.
func (p *parser) braces() (least, most int, ok bool) {
	from := p.at
	if !p.next('{') {
		return 0, 0, false
	}
	if least, ok = p.number(); ok {
		if most = least; p.next(',') {
			if most, ok = p.number(); !ok {
				most, ok = -1, true
			}
		}
		ok = p.next('}')
	}
	if !ok {
		p.at = from
	}
	return least, most, ok
}

// number reads digits, of large numbers as maxCount.
func (p *parser) number() (n int, ok bool) {
	for p.at < len(p.src) && p.src[p.at] >= '0' && p.src[p.at] <= '9' {
		n = min(10*n+int(p.src[p.at]-'0'), maxCount)
		p.at++
		ok = true
	}
	return n, ok
}
