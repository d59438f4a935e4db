package jsregex

import (
	"errors"
	"slices"
)

// The instructions of a program, of three words each: what it does, and two operands. See kernel.ReplaceRegex.
const (
	opMatch  = iota // a match ends here
	opUnit          // go on behind a unit of the set at word x, of y ranges
	opJump          // go on at x
	opSplit         // go on at x or, if that leads nowhere, at y
	opSave          // note the position in slot x
	opClear         // forget slot x
	opMoved         // go on where slot x is not this position
	opBegin         // go on at the text's begin
	opEnd           // or its end
	opWord          // or between a word's character and another
	opInside        // or elsewhere
)

// What bounds a program, and by it the time for a unit of text: its instructions, its ways, which is as often as it can
// be at each of them, and the slots of all ways.
const (
	maxInsts = 1 << 12
	maxWays  = 1 << 14
	maxCells = 1 << 20
)

var errSize = errors.New("the pattern needs too large a program; write it with fewer or smaller repetitions")

// compiler makes a program.
type compiler struct {
	insts [][3]int
	sets  []uint16
	slots int // of groups
	depth int // of loops around what is being compiled that might go on without an end
	loops int // the greatest depth
	work  int
}

// Program is the pattern as the kernel runs it: how many instructions, slots and loops there are, the instructions, and
// the sets. Slots 2g and 2g+1 are where group g begins and ends, group 0 being the match; the last say, for each loop
// whose body may match nothing, where the body began: one for those that stand in no other, one for those in them, and
// so on.
func (p *Pattern) Program() ([]uint16, error) {
	c := &compiler{slots: 2*p.Groups + 2}
	c.emit(opSave, 0, 0)
	if err := c.node(p.root); err != nil {
		return nil, err
	}
	c.emit(opSave, 1, 0)
	c.emit(opMatch, 0, 0)
	n, slots := len(c.insts), c.slots+c.loops
	if n > maxInsts || c.loops > 14 || n<<c.loops > maxWays || n<<c.loops*slots > maxCells || len(c.sets) > 1<<16-1 {
		return nil, errSize
	}
	table := []uint16{uint16(n), uint16(slots), uint16(c.loops)}
	for _, i := range c.insts {
		table = append(table, uint16(i[0]), uint16(i[1]), uint16(i[2]))
	}
	return append(table, c.sets...), nil
}

func (c *compiler) emit(op, x, y int) int {
	c.insts = append(c.insts, [3]int{op, x, y})
	return len(c.insts) - 1
}

// set gives a set its place among all.
func (c *compiler) set(s set) int {
	for at := 0; at+len(s) <= len(c.sets); at += 2 {
		if slices.Equal(c.sets[at:at+len(s)], s) {
			return at
		}
	}
	c.sets = append(c.sets, s...)
	return len(c.sets) - len(s)
}

// node makes the instructions of a part.
func (c *compiler) node(n *node) error {
	if c.work++; c.work > 4*maxInsts || len(c.insts) > maxInsts {
		return errSize
	}
	switch n.kind {
	case units:
		c.emit(opUnit, c.set(n.set), len(n.set)/2)
	case begin:
		c.emit(opBegin, 0, 0)
	case end:
		c.emit(opEnd, 0, 0)
	case word:
		c.emit(opWord, 0, 0)
	case inside:
		c.emit(opInside, 0, 0)
	case group:
		c.emit(opSave, 2*n.group, 0)
		if err := c.node(n.subs[0]); err != nil {
			return err
		}
		c.emit(opSave, 2*n.group+1, 0)
	case join:
		for _, sub := range n.subs {
			if err := c.node(sub); err != nil {
				return err
			}
		}
	case choice:
		return c.choice(n)
	case repeat:
		return c.repeat(n)
	}
	return nil
}

// choice tries one part after the other.
func (c *compiler) choice(n *node) error {
	var ends []int
	for i, sub := range n.subs {
		split := -1
		if i < len(n.subs)-1 {
			split = c.emit(opSplit, len(c.insts)+1, 0)
		}
		if err := c.node(sub); err != nil {
			return err
		}
		if split >= 0 {
			ends = append(ends, c.emit(opJump, 0, 0))
			c.insts[split][2] = len(c.insts)
		}
	}
	for _, e := range ends {
		c.insts[e][1] = len(c.insts)
	}
	return nil
}

// repeat writes the part as often as it must be there, then what may follow.
func (c *compiler) repeat(n *node) error {
	loop := n.max < 0 && n.min > 0 && !nullable(n.subs[0]) // the last that must be there is the loop's body
	for i := range n.min {
		start := len(c.insts)
		if err := c.once(n); err != nil {
			return err
		}
		if loop && i == n.min-1 {
			c.split(n, start, len(c.insts)+1)
		}
	}
	switch {
	case loop:
		return nil
	case n.max < 0:
		split, err := c.optional(n)
		c.emit(opJump, split, 0)
		c.leave(n, split)
		return err
	}
	var splits []int
	for range n.max - n.min {
		split, err := c.optional(n)
		if err != nil {
			return err
		}
		splits = append(splits, split)
	}
	for _, s := range splits {
		c.leave(n, s)
	}
	return nil
}

// once writes the part one time. What its groups captured before is forgotten.
func (c *compiler) once(n *node) error {
	for g := n.first; g < n.behind; g++ {
		c.emit(opClear, 2*g, 0)
		c.emit(opClear, 2*g+1, 0)
	}
	return c.node(n.subs[0])
}

// optional writes the part behind a way past it, which leave completes. It must not match nothing.
func (c *compiler) optional(n *node) (split int, err error) {
	split = c.split(n, len(c.insts)+1, 0)
	if !nullable(n.subs[0]) {
		return split, c.once(n)
	}
	slot := c.slots + c.depth
	c.depth++
	c.loops = max(c.loops, c.depth)
	c.emit(opSave, slot, 0)
	err = c.once(n)
	c.emit(opMoved, slot, 0)
	c.emit(opClear, slot, 0)
	c.depth--
	return split, err
}

// split goes on with the part or, if it is lazy, rather behind it.
func (c *compiler) split(n *node, body, behind int) int {
	if n.lazy {
		return c.emit(opSplit, behind, body)
	}
	return c.emit(opSplit, body, behind)
}

// leave tells a split where it goes on past the part: here.
func (c *compiler) leave(n *node, split int) {
	operand := 2
	if n.lazy {
		operand = 1
	}
	c.insts[split][operand] = len(c.insts)
}

// nullable reports whether a part may match nothing.
func nullable(n *node) bool {
	switch n.kind {
	case units:
		return false
	case group:
		return nullable(n.subs[0])
	case join:
		return !slices.ContainsFunc(n.subs, func(s *node) bool { return !nullable(s) })
	case choice:
		return slices.ContainsFunc(n.subs, nullable)
	case repeat:
		return n.min == 0 || nullable(n.subs[0])
	}
	return true
}

// RewriteTable is a rewrite as the kernel reads it: how many parts there are, then for each 0, a text's length and its
// units, or else 1 for what stands before the match, 2 for what stands after it, 3 + g for group g.
func RewriteTable(parts []Part) ([]uint16, error) {
	table := []uint16{uint16(len(parts))}
	for _, r := range parts {
		if r.Text == "" {
			table = append(table, map[int]uint16{Before: 1, After: 2}[r.Group])
			if r.Group >= 0 {
				table[len(table)-1] = uint16(3 + r.Group)
			}
			continue
		}
		u := decode(r.Text)
		table = append(append(table, 0, uint16(len(u))), u...)
	}
	if len(table) > 1<<16-1 {
		return nil, errors.New("the rewrite is too long; want less than 65536 characters")
	}
	return table, nil
}
