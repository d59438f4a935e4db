package simulator

import (
	"fmt"
	"strings"
)

// jumps are the conditions, by instruction.
var jumps = map[string]func(m *machine) bool{
	"JMP": func(*machine) bool { return true },
	"JE":  func(m *machine) bool { return m.equal },
	"JZ":  func(m *machine) bool { return m.equal },
	"JNE": func(m *machine) bool { return !m.equal },
	"JNZ": func(m *machine) bool { return !m.equal },
	"JL":  func(m *machine) bool { return m.less },
	"JLE": func(m *machine) bool { return m.less || m.equal },
	"JG":  func(m *machine) bool { return !m.less && !m.equal },
	"JGE": func(m *machine) bool { return !m.less },
}

// jump compiles a jump to a label.
func (f *function) jump(l line) (func(m *machine), error) {
	if_, ok := jumps[l.op]
	if !ok || len(l.args) != 1 {
		return nil, fmt.Errorf("unknown")
	}
	to, ok := f.labels[l.args[0]]
	if !ok {
		return nil, fmt.Errorf("no such label")
	}
	return func(m *machine) {
		if if_(m) {
			m.pc = to
		}
	}, nil
}

// sizes are the bytes that the last letter of an instruction's name stands for.
var sizes = map[byte]int{'B': 1, 'W': 2, 'L': 4, 'Q': 8}

// sums are what instructions without a flag of their own make of the first operand x and the last one y.
var sums = map[string]func(x, y uint64) uint64{
	"ADD": func(x, y uint64) uint64 { return y + x },
	"SUB": func(x, y uint64) uint64 { return y - x },
	"AND": func(x, y uint64) uint64 { return y & x },
	"OR":  func(x, y uint64) uint64 { return y | x },
	"XOR": func(x, y uint64) uint64 { return y ^ x },
	"SHL": func(x, y uint64) uint64 { return y << (x & 63) },
	"SHR": func(x, y uint64) uint64 { return y >> (x & 63) },
}

// scalarInstruction compiles an instruction on general registers or masks.
func scalarInstruction(op string, o []operand) (func(m *machine), error) {
	if len(o) == 0 {
		return nil, fmt.Errorf("unknown")
	}
	size := sizes[op[len(op)-1]]
	name, last := op[:len(op)-1], &o[len(o)-1]
	if strings.HasPrefix(op, "CMOVQ") {
		return conditionalMove(op, o)
	}
	if f, ok := sums[name]; ok && size > 0 && len(o) == 2 {
		return func(m *machine) {
			x, y := o[0].signed(m, size), last.signed(m, size)
			m.flags(name, x, y, f(x, y), size)
			last.put(m, f(x, y), size)
		}, nil
	}
	switch op {
	case "MOVQ", "MOVL", "MOVW", "MOVB", "KMOVB", "KMOVW", "KMOVD", "KMOVQ":
		if op == "KMOVD" {
			size = 4
		}
		return func(m *machine) { last.put(m, o[0].get(m, size), size) }, nil
	case "MOVSS", "MOVSD":
		if size = 8; op == "MOVSS" {
			size = 4
		}
		if last.kind != 'm' {
			return nil, fmt.Errorf("only storing is known")
		}
		return func(m *machine) { last.put(m, o[0].get(m, size), size) }, nil
	case "MOVBLZX":
		return func(m *machine) { last.put(m, o[0].get(m, 1), 4) }, nil
	case "MOVWLZX":
		return func(m *machine) { last.put(m, o[0].get(m, 2), 4) }, nil
	case "MOVBLSX":
		return func(m *machine) { last.put(m, uint64(uint32(int8(o[0].get(m, 1)))), 4) }, nil
	case "LEAQ":
		return func(m *machine) { last.put(m, o[0].address(m), 8) }, nil
	case "SHLXQ":
		return func(m *machine) { last.put(m, o[1].get(m, 8)<<(o[0].get(m, 8)&63), 8) }, nil
	case "NOTQ":
		return func(m *machine) { last.put(m, ^last.get(m, 8), 8) }, nil
	case "NEGQ":
		return func(m *machine) {
			v := -last.get(m, 8)
			m.flags("SUB", -v, 0, v, 8)
			last.put(m, v, 8)
		}, nil
	case "CMPQ", "CMPL", "CMPB": // unlike others, from the first operand the last
		return func(m *machine) {
			x, y := o[0].signed(m, size), last.signed(m, size)
			m.flags("SUB", y, x, x-y, size)
		}, nil
	case "TESTQ", "TESTB":
		return func(m *machine) {
			v := o[0].signed(m, size) & last.signed(m, size)
			m.flags("AND", 0, 0, v, size)
		}, nil
	case "DECQ", "INCQ":
		by := uint64(1)
		if op == "DECQ" {
			by = ^uint64(0)
		}
		return func(m *machine) {
			v := last.get(m, 8) + by
			m.flags("ADD", 0, 0, v, 8)
			last.put(m, v, 8)
		}, nil
	case "IMUL3Q":
		return func(m *machine) { last.put(m, o[0].signed(m, 8)*o[1].get(m, 8), 8) }, nil
	}
	return nil, fmt.Errorf("unknown")
}

// conditionalMove compiles CMOVQ with a condition as jumps have it.
func conditionalMove(op string, o []operand) (func(m *machine), error) {
	if_, ok := map[string]func(m *machine) bool{
		"GT": jumps["JG"], "LT": jumps["JL"], "NE": jumps["JNE"], "EQ": jumps["JE"], "LE": jumps["JLE"], "GE": jumps["JGE"],
	}[strings.TrimPrefix(op, "CMOVQ")]
	if !ok || len(o) != 2 {
		return nil, fmt.Errorf("unknown")
	}
	return func(m *machine) {
		if if_(m) {
			o[1].put(m, o[0].get(m, 8), 8)
		}
	}, nil
}

// signed is get, with the sign of fewer than eight bytes. Immediates, of 32 bits, have theirs in an instruction on more.
func (o *operand) signed(m *machine, size int) uint64 {
	v := o.get(m, size)
	switch {
	case o.kind == 'i' && size == 8 && v>>31 == 1:
		return uint64(int64(int32(v)))
	case size == 4:
		return uint64(int64(int32(v)))
	case size == 2:
		return uint64(int64(int16(v)))
	case size == 1:
		return uint64(int64(int8(v)))
	}
	return v
}

// flags notes how a result compares with 0, and for SUB how the operands, without a sign, do.
func (m *machine) flags(op string, x, y, v uint64, size int) {
	shift := 64 - 8*size
	m.equal = v<<shift == 0
	m.less = int64(v<<shift) < 0
	if op == "SUB" {
		m.less, m.below = int64(y) < int64(x), y < x
	}
}
