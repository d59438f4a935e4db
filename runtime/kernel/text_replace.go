package kernel

import "unicode/utf8"

// regexVM runs a regular expression's program over UTF-16, one unit after the other: it keeps all ways that the pattern
// may go, in the order in which they count. In order, the program's table holds
//
//	the number of instructions, that of slots and that of loops: slots 2g and 2g+1 are where group g begins and ends,
//	the last, one a loop, where the body of a loop began that must not match nothing
//	the instructions, three words each: what to do, see add, and two operands
//	the sets of units, the first and the last of each range
type regexVM struct {
	insts, sets []uint16
	text        []uint16
	now, next   regexThreads
	loops       int
	slots       []int32 // of the way that is being followed
	match       []int32 // the slots of the best match
}

// regexThreads are ways that go on at one position. Two of them are at the same instruction only if they are in bodies
// of loops of which just one has matched something.
type regexThreads struct {
	at     []uint16 // by way: the instruction, plus their number times a bit for each loop whose body matched nothing yet
	order  []uint16 // by what at says, which way it may be
	slots  []int32  // by way
	count  int
	widths int
}

// newRegexVM makes room for a program's ways.
func newRegexVM(program []uint16) *regexVM {
	n, slots, loops := int(program[0]), int(program[1]), int(program[2])
	room := func() regexThreads {
		ways := n << loops
		return regexThreads{at: make([]uint16, ways), order: make([]uint16, ways), slots: make([]int32, ways*slots), widths: slots}
	}
	return &regexVM{insts: program[3 : 3+3*n], sets: program[3+3*n:], now: room(), next: room(), loops: loops,
		slots: make([]int32, slots), match: make([]int32, slots)}
}

// visit notes that the way meets an instruction, and reports whether it is the first like it that does.
func (m *regexVM) visit(t *regexThreads, pc, at int) bool {
	unmoved := 0
	for i, began := range m.slots[len(m.slots)-m.loops:] {
		if began == int32(at) {
			unmoved |= 1 << i
		}
	}
	key := unmoved*(len(m.insts)/3) + pc
	if i := int(t.order[key]); i < t.count && int(t.at[i]) == key {
		return false
	}
	t.order[key], t.at[t.count] = uint16(t.count), uint16(key)
	t.count++
	return true
}

// add follows a way from an instruction on to where it reads a unit or matches. What slots hold is what that way noted;
// it is left as it was.
func (m *regexVM) add(t *regexThreads, pc, at int) {
	for m.visit(t, pc, at) {
		way := t.count - 1
		x, y := int(m.insts[3*pc+1]), int(m.insts[3*pc+2])
		goes := true
		switch m.insts[3*pc] {
		case 0, 1: // a match, a unit
			copy(t.slots[way*t.widths:][:t.widths], m.slots)
			return
		case 2: // a jump
			pc = x - 1
		case 3: // a split
			m.add(t, x, at)
			pc = y - 1
		case 4, 5: // note the position, or that there is none
			old := m.slots[x]
			m.slots[x] = int32(at)
			if m.insts[3*pc] == 5 {
				m.slots[x] = -1
			}
			m.add(t, pc+1, at)
			m.slots[x] = old
			return
		case 6: // only where something was matched since
			goes = m.slots[x] != int32(at)
		case 7: // only at the begin
			goes = at == 0
		case 8: // only at the end
			goes = at == len(m.text)
		case 9: // only between a word's character and another
			goes = m.isWord(at-1) != m.isWord(at)
		default: // only elsewhere
			goes = m.isWord(at-1) == m.isWord(at)
		}
		if !goes {
			return
		}
		pc++
	}
}

// isWord reports whether there is a letter, a digit or _, of ASCII.
func (m *regexVM) isWord(at int) bool {
	if at < 0 || at >= len(m.text) {
		return false
	}
	u := m.text[at]
	return u >= '0' && u <= '9' || u|32 >= 'a' && u|32 <= 'z' || u == '_'
}

// find looks for the first match from a position on, and leaves its slots in match.
func (m *regexVM) find(at int) bool {
	found := false
	m.now.count = 0
	for ; at <= len(m.text); at++ {
		if !found {
			for i := range m.slots {
				m.slots[i] = -1
			}
			m.add(&m.now, 0, at)
		}
		m.next.count = 0
		if m.step(at) {
			found = true
		}
		m.now, m.next = m.next, m.now
		if found && m.now.count == 0 {
			break
		}
	}
	return found
}

// step lets all ways read a unit. A way that matches ends those that count less.
func (m *regexVM) step(at int) (found bool) {
	for way := range m.now.count {
		pc := int(m.now.at[way]) % (len(m.insts) / 3)
		op, x, y := m.insts[3*pc], int(m.insts[3*pc+1]), int(m.insts[3*pc+2])
		if op > 1 {
			continue
		}
		slots := m.now.slots[way*m.now.widths:][:m.now.widths]
		if op == 0 {
			copy(m.match, slots)
			return true
		}
		if at < len(m.text) && hasUnit(m.sets[x:x+2*y], m.text[at]) {
			copy(m.slots, slots)
			m.add(&m.next, pc+1, at+1)
		}
	}
	return false
}

// hasUnit reports whether a unit is in ranges.
func hasUnit(ranges []uint16, u uint16) bool {
	for ; len(ranges) > 1; ranges = ranges[2:] {
		if u >= ranges[0] && u <= ranges[1] {
			return true
		}
	}
	return false
}

// rewrite appends what stands in place of the match. In order, its table holds the number of parts, and of each 0, the
// length and the units of a text, or else 1 for what stands before the match, 2 for what stands behind it, 3 + g for
// what group g matched.
func (m *regexVM) rewrite(dst, parts []uint16) []uint16 {
	for n, parts := parts[0], parts[1:]; n > 0; n-- {
		part := int(parts[0])
		parts = parts[1:]
		switch {
		case part == 0:
			end := 1 + int(parts[0])
			dst, parts = append(dst, parts[1:end]...), parts[end:]
		case part == 1:
			dst = append(dst, m.text[:m.match[0]]...)
		case part == 2:
			dst = append(dst, m.text[m.match[1]:]...)
		case m.match[2*part-6] >= 0 && m.match[2*part-5] >= 0:
			dst = append(dst, m.text[m.match[2*part-6]:m.match[2*part-5]]...)
		}
	}
	return dst
}

// ReplaceRegex puts a rewrite in place of each match, or of the first, of a regular expression as JavaScript reads it;
// program and rewrite are tables, see regexVM. Half a character that is left over becomes U+FFFD, as what is not UTF-8
// does. The time that a match takes is bounded by the length of the program times that of the text.
func ReplaceRegex(dst, src []string, program, rewrite []uint16, all bool) {
	m := newRegexVM(program)
	var made []uint16
	var bytes []byte
	for i, s := range src[:len(dst)] {
		m.text = appendUTF16(m.text[:0], s)
		made = made[:0]
		done, at, found := 0, 0, false
		for at <= len(m.text) && m.find(at) {
			found = true
			from, to := int(m.match[0]), int(m.match[1])
			made = m.rewrite(append(made, m.text[done:from]...), rewrite)
			done = to
			if at = to; from == to {
				at++
			}
			if !all {
				break
			}
		}
		if !found && utf8.ValidString(s) {
			dst[i] = s
			continue
		}
		made = append(made, m.text[done:]...)
		bytes = appendUTF8(bytes[:0], made)
		dst[i] = string(bytes)
	}
}

// appendUTF16 appends a text: characters beyond U+FFFF as two units, the upper ten bits before the lower.
func appendUTF16(dst []uint16, s string) []uint16 {
	for _, r := range s {
		if r > 0xffff {
			r -= 0x10000
			dst = append(dst, uint16(0xd800|r>>10), uint16(0xdc00|r&0x3ff))
			continue
		}
		dst = append(dst, uint16(r))
	}
	return dst
}

// appendUTF8 appends UTF-16, of which a half without its other becomes U+FFFD.
func appendUTF8(dst []byte, src []uint16) []byte {
	for i := 0; i < len(src); i++ {
		r := rune(src[i])
		if r>>10 == 0xd800>>10 && i+1 < len(src) && src[i+1]>>10 == 0xdc00>>10 {
			i++
			r = 0x10000 + r&0x3ff<<10 + rune(src[i])&0x3ff
		}
		dst = utf8.AppendRune(dst, r) // half a character is none, and written as U+FFFD
	}
	return dst
}
