package op

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"sort"
	"unicode"
)

// runeClasses splits the code points into classes that a program does not tell apart.
type runeClasses struct {
	starts  []rune            // where ranges of code points begin, ascending from 0
	classes []int             // of each range
	count   int               // of classes
	context []context         // of each class, as what stands before the next character
	takes   map[uint32][]bool // by instruction, which classes it reads
}

// of is a code point's class.
func (c *runeClasses) of(r rune) int {
	return c.classes[sort.Search(len(c.starts), func(i int) bool { return c.starts[i] > r })-1]
}

// classify finds a program's classes.
func classify(prog *syntax.Prog) runeClasses {
	c := runeClasses{starts: []rune{0}, takes: map[uint32][]bool{}}
	kinds := map[string][]uint32{} // instructions that read the same characters
	asserts := false
	for pc := range prog.Inst {
		inst := &prog.Inst[pc]
		switch inst.Op {
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			key := fmt.Sprint(inst.Op, inst.Arg, inst.Rune)
			if kinds[key] == nil {
				c.starts = append(c.starts, borders(inst)...)
			}
			kinds[key] = append(kinds[key], uint32(pc))
		case syntax.InstEmptyWidth:
			asserts = true
		}
	}
	if asserts {
		c.starts = append(c.starts, '\n', '\n'+1, '0', '9'+1, 'A', 'Z'+1, '_', '_'+1, 'a', 'z'+1)
	}
	slices.Sort(c.starts)
	c.starts = slices.Compact(c.starts)
	if n := len(c.starts); c.starts[n-1] > unicode.MaxRune {
		c.starts = c.starts[:n-1]
	}
	c.group(prog, kinds, asserts)
	return c
}

// borders are where the characters that an instruction reads begin and end.
func borders(inst *syntax.Inst) []rune {
	var out []rune
	if len(inst.Rune) == 1 {
		r := inst.Rune[0]
		out = append(out, r, r+1)
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			out = append(out, f, f+1)
		}
		return out
	}
	for i := 0; i+1 < len(inst.Rune); i += 2 {
		out = append(out, inst.Rune[i], inst.Rune[i+1]+1)
	}
	return out
}

// group gives ranges that the same instructions read the same class.
func (c *runeClasses) group(prog *syntax.Prog, kinds map[string][]uint32, asserts bool) {
	keys := make([]string, 0, len(kinds))
	for k := range kinds {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	index := map[string]int{}
	for _, r := range c.starts {
		around := afterOther
		switch {
		case asserts && r == '\n':
			around = afterNewline
		case asserts && syntax.IsWordChar(r):
			around = afterWord
		}
		signature := []byte{byte(around)}
		for _, k := range keys {
			signature = append(signature, byte(truth(prog.Inst[kinds[k][0]].MatchRune(r))))
		}
		class, known := index[string(signature)]
		if !known {
			class = c.count
			index[string(signature)] = class
			c.count++
			c.context = append(c.context, around)
			for i, k := range keys {
				for _, pc := range kinds[k] {
					c.takes[pc] = append(c.takes[pc], signature[i+1] != 0)
				}
			}
		}
		c.classes = append(c.classes, class)
	}
	c.join()
}

// join makes one range of neighbours of the same class.
func (c *runeClasses) join() {
	n := 0
	for i, class := range c.classes {
		if n > 0 && c.classes[n-1] == class {
			continue
		}
		c.starts[n], c.classes[n] = c.starts[i], class
		n++
	}
	c.starts, c.classes = c.starts[:n], c.classes[:n]
}
