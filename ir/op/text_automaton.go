package op

import (
	"encoding/binary"
	"errors"
	"fmt"
	"regexp/syntax"
	"slices"
	"unicode"

	"github.com/energeticc/energeticc/ir"
)

// automaton is a regular expression as a deterministic automaton. It reads code points by class: those that no part of
// the expression tells apart have the same class. Row s of its table says, for each class and for the end of the text,
// which state follows s, and whether a match ends before what is read. State 0 is where nothing can match any more.
type automaton struct {
	runeClasses
	states [][]transition // by state, then class; the last is the end of the text
	first  [contexts]int  // the first state, by what stands before a match
}

type transition struct {
	next    int
	matched bool
}

// context is what assertions such as \b and ^ know of the character before.
type context int

const (
	afterNothing context = iota // the text begins
	afterNewline
	afterWord
	afterOther
	contexts
)

// What a pattern may take: a model that asks for more is refused rather than compiled for minutes.
const (
	maxPatternInsts  = 1 << 14
	maxPatternStates = 1 << 14
	maxPatternCells  = 1 << 18
	maxPatternWork   = 1 << 25
)

var errPatternSize = errors.New("the pattern needs too large an automaton; write it with fewer or shorter repetitions")

// newAutomaton compiles a pattern in RE2's syntax.
func newAutomaton(pattern string) (*automaton, error) {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("pattern %q: %w", pattern, err)
	}
	prog, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil, fmt.Errorf("pattern %q: %w", pattern, err)
	}
	if len(prog.Inst) > maxPatternInsts {
		return nil, fmt.Errorf("pattern %q: %w", pattern, errPatternSize)
	}
	b := &subsets{prog: prog, runeClasses: classify(prog), index: map[string]int{}}
	a, err := b.build()
	if err != nil {
		return nil, fmt.Errorf("pattern %q: %w", pattern, err)
	}
	a.minimise()
	return a, nil
}

// subsets builds an automaton whose states are sets of the program's instructions.
type subsets struct {
	runeClasses
	prog     *syntax.Prog
	asserts  bool // some instruction looks at the characters around it
	index    map[string]int
	sets     []instSet
	stack    []uint32
	seen     []int // by instruction, the closure that met it last
	closures int
	work     int
}

// instSet is the instructions that a state begins at, ascending, and what stands before.
type instSet struct {
	pcs    []uint32
	before context
}

func (b *subsets) build() (*automaton, error) {
	b.seen = make([]int, len(b.prog.Inst))
	for i := range b.prog.Inst {
		b.asserts = b.asserts || b.prog.Inst[i].Op == syntax.InstEmptyWidth
	}
	a := &automaton{runeClasses: b.runeClasses}
	b.state(nil, afterOther) // the dead one
	for c := range a.first {
		a.first[c] = b.state([]uint32{uint32(b.prog.Start)}, context(c))
	}
	for s := 0; s < len(b.sets); s++ {
		row := make([]transition, b.count+1)
		for c := range row {
			row[c] = b.step(b.sets[s], c)
		}
		a.states = append(a.states, row)
		if len(b.sets) > maxPatternStates || len(b.sets)*(b.count+1) > maxPatternCells || b.work > maxPatternWork {
			return nil, errPatternSize
		}
	}
	return a, nil
}

// state gives a set its number.
func (b *subsets) state(pcs []uint32, before context) int {
	if !b.asserts || len(pcs) == 0 {
		before = afterOther
	}
	slices.Sort(pcs)
	pcs = slices.Compact(pcs)
	key := make([]byte, 1, 1+4*len(pcs))
	key[0] = byte(before)
	for _, pc := range pcs {
		key = binary.LittleEndian.AppendUint32(key, pc)
	}
	if s, ok := b.index[string(key)]; ok {
		return s
	}
	b.index[string(key)] = len(b.sets)
	b.sets = append(b.sets, instSet{pcs, before})
	return len(b.sets) - 1
}

// step reads a character of a class, or the text's end where class is the number of classes.
func (b *subsets) step(from instSet, class int) transition {
	var t transition
	var next []uint32
	b.closures++
	holds := b.assertions(from.before, class)
	b.stack = append(b.stack[:0], from.pcs...)
	for len(b.stack) > 0 {
		pc := b.stack[len(b.stack)-1]
		b.stack = b.stack[:len(b.stack)-1]
		if b.seen[pc] == b.closures {
			continue
		}
		b.seen[pc] = b.closures
		b.work++
		switch inst := &b.prog.Inst[pc]; inst.Op {
		case syntax.InstMatch:
			t.matched = true
		case syntax.InstAlt, syntax.InstAltMatch:
			b.stack = append(b.stack, inst.Out, inst.Arg)
		case syntax.InstCapture, syntax.InstNop:
			b.stack = append(b.stack, inst.Out)
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(inst.Arg)&^holds == 0 {
				b.stack = append(b.stack, inst.Out)
			}
		case syntax.InstFail:
		default:
			if class < b.count && b.takes[pc][class] {
				next = append(next, inst.Out)
			}
		}
	}
	if len(next) > 0 {
		t.next = b.state(next, b.context[class])
	}
	return t
}

// assertions are those that hold between a character and the next.
func (b *subsets) assertions(before context, class int) syntax.EmptyOp {
	prev, next := before.sample(), rune(-1)
	if class < b.count {
		next = b.context[class].sample()
	}
	return syntax.EmptyOpContext(prev, next)
}

// sample is a character of a context, -1 for none.
func (c context) sample() rune {
	return [contexts]rune{-1, '\n', 'w', ' '}[c]
}

// minimise merges states that no text tells apart, by refining classes of states until none splits. A large automaton
// that takes many rounds stays as it is.
func (a *automaton) minimise() {
	class, count := make([]int, len(a.states)), 0
	for work := 0; ; work += len(a.states) * (a.count + 1) {
		if work > maxPatternWork/64 {
			return
		}
		index := map[string]int{}
		refined := make([]int, len(a.states))
		for s, row := range a.states {
			key := binary.AppendUvarint(nil, uint64(class[s]))
			for _, t := range row {
				key = binary.AppendUvarint(key, uint64(class[t.next])<<1|uint64(truth(t.matched)))
			}
			if _, ok := index[string(key)]; !ok {
				index[string(key)] = len(index)
			}
			refined[s] = index[string(key)]
		}
		class = refined
		if len(index) == count {
			break
		}
		count = len(index)
	}
	states := make([][]transition, count)
	for s, row := range a.states { // state 0 is the first of its class, so that it stays 0
		if states[class[s]] != nil {
			continue
		}
		for i := range row {
			row[i].next = class[row[i].next]
		}
		states[class[s]] = row
	}
	a.states = states
	for c, s := range a.first {
		a.first[c] = class[s]
	}
}

// table is the automaton as its kernels read it, see kernel.TextPattern.
func (a *automaton) table() *ir.Tensor {
	var v []int64
	columns := a.count + 1
	beyond := slices.IndexFunc(a.starts, func(r rune) bool { return r > unicode.MaxASCII })
	if beyond < 0 {
		beyond = len(a.starts)
	}
	v = append(v, int64(columns), int64(len(a.starts)-beyond+1))
	for _, s := range a.first {
		v = append(v, int64(s))
	}
	for _, c := range a.context {
		v = append(v, int64(c))
	}
	for r := range rune(unicode.MaxASCII + 1) {
		v = append(v, int64(a.of(r)))
	}
	from := unicode.MaxASCII + 1
	v = append(v, int64(from>>16), int64(from&0xffff), int64(a.of(rune(from))))
	for _, r := range a.starts[beyond:] {
		v = append(v, int64(r>>16), int64(r&0xffff), int64(a.of(r)))
	}
	for _, row := range a.states {
		for _, t := range row {
			v = append(v, int64(t.next)<<1|truth(t.matched))
		}
	}
	return ir.FromInts(ir.Uint16, []int{len(v)}, v)
}
