package jsregex

import "errors"

// maxSteps bounds the work of a match: going back over all choices may take time without end.
const maxSteps = 1 << 22

var errSteps = errors.New("the pattern takes too many steps on this text")

// matcher looks for a match as ECMAScript's semantics say it, with what is to match behind each part as a function.
type matcher struct {
	text  []uint16
	slots []int // where each group begins and ends, -1 for nowhere
	steps int
	depth int
	err   error
}

// Replace puts a rewrite in place of the first match, or of all. It fails where that takes too long; what the kernel
// runs does not.
func (p *Pattern) Replace(s string, rewrite []Part, all bool) (string, error) {
	m := &matcher{text: decode(s)}
	var out []uint16
	done := 0 // copied so far
	for at := 0; at <= len(m.text); {
		from, to := m.find(p, at)
		if m.err != nil {
			return "", m.err
		}
		if from < 0 {
			break
		}
		out = append(out, m.text[done:from]...)
		for _, part := range rewrite {
			out = append(out, m.part(part, from, to)...)
		}
		done = to
		if at = to; from == to {
			at++
		}
		if !all {
			break
		}
	}
	return encode(append(out, m.text[done:]...)), nil
}

// part is what a part of a rewrite says.
func (m *matcher) part(r Part, from, to int) []uint16 {
	switch {
	case r.Text != "":
		return decode(r.Text)
	case r.Group == Before:
		return m.text[:from]
	case r.Group == After:
		return m.text[to:]
	case r.Group == 0:
		return m.text[from:to]
	case m.slots[2*r.Group] < 0:
		return nil
	}
	return m.text[m.slots[2*r.Group]:m.slots[2*r.Group+1]]
}

// find gives the bounds of the first match from a position on, -1 if there is none.
func (m *matcher) find(p *Pattern, at int) (from, to int) {
	for ; at <= len(m.text); at++ {
		m.slots = make([]int, 2*p.Groups+2)
		for i := range m.slots {
			m.slots[i] = -1
		}
		end := -1
		if m.match(p.root, at, func(at int) bool { end = at; return true }) {
			return at, end
		}
	}
	return -1, -1
}

// match reports whether n matches at a position, and what follows matches behind it.
func (m *matcher) match(n *node, at int, follow func(at int) bool) bool {
	m.steps++
	m.depth++
	defer func() { m.depth-- }()
	if m.steps > maxSteps || m.depth > maxSteps>>6 {
		m.err = errSteps
	}
	if m.err != nil {
		return false
	}
	switch n.kind {
	case units:
		return at < len(m.text) && n.set.has(m.text[at]) && follow(at+1)
	case begin:
		return at == 0 && follow(at)
	case end:
		return at == len(m.text) && follow(at)
	case word, inside:
		return (m.isWord(at-1) != m.isWord(at)) == (n.kind == word) && follow(at)
	case group:
		return m.group(n, at, follow)
	case join:
		return m.join(n.subs, at, follow)
	case choice:
		for _, sub := range n.subs {
			if m.match(sub, at, follow) {
				return true
			}
		}
		return false
	case repeat:
		return m.repeat(n, n.min, n.max, at, follow)
	}
	return follow(at)
}

func (m *matcher) isWord(at int) bool {
	return at >= 0 && at < len(m.text) && wordUnits.has(m.text[at])
}

func (m *matcher) join(subs []*node, at int, follow func(int) bool) bool {
	if len(subs) == 0 {
		return follow(at)
	}
	return m.match(subs[0], at, func(at int) bool { return m.join(subs[1:], at, follow) })
}

// group captures what is matched, for what follows.
func (m *matcher) group(n *node, from int, follow func(int) bool) bool {
	return m.match(n.subs[0], from, func(to int) bool {
		own := m.slots[2*n.group:][:2]
		before := [2]int{own[0], own[1]}
		own[0], own[1] = from, to
		if follow(to) {
			return true
		}
		own[0], own[1] = before[0], before[1]
		return false
	})
}

// repeat matches a part again, and what follows. A repetition beyond the least number must not match nothing, and forgets
// what groups in it captured before.
func (m *matcher) repeat(n *node, least, most, at int, follow func(int) bool) bool {
	if most == 0 {
		return follow(at)
	}
	again := func() bool {
		before := append([]int{}, m.slots[2*n.first:2*n.behind]...)
		for i := range before {
			m.slots[2*n.first+i] = -1
		}
		ok := m.match(n.subs[0], at, func(to int) bool {
			if least == 0 && to == at {
				return false
			}
			return m.repeat(n, max(least-1, 0), max(most-1, -1), to, follow)
		})
		if !ok {
			copy(m.slots[2*n.first:], before)
		}
		return ok
	}
	switch {
	case least > 0:
		return again()
	case n.lazy:
		return follow(at) || again()
	}
	return again() || follow(at)
}
