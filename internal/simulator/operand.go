package simulator

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unsafe"
)

// operand is one of an instruction.
type operand struct {
	kind    byte // g: general, v: vector, k: mask, m: memory, i: immediate
	number  int  // of a register
	bytes   int  // of a vector register
	value   uint64
	address func(m *machine) uint64
}

// registers are the general ones, by their number in encodings.
var registers = []string{"AX", "CX", "DX", "BX", "SP", "BP", "SI", "DI", "R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15"}

// parse parses a line's operands.
func (p *Program) parse(l line) ([]operand, error) {
	ops := make([]operand, len(l.args))
	for i, a := range l.args {
		o, err := p.operand(a)
		if err != nil {
			return nil, err
		}
		ops[i] = o
	}
	return ops, nil
}

func (p *Program) operand(s string) (operand, error) {
	if n := slices.Index(registers, s); n >= 0 {
		return operand{kind: 'g', number: n}, nil
	}
	switch {
	case s[0] == '$':
		v, err := immediate(s)
		return operand{kind: 'i', value: v}, err
	case strings.HasSuffix(s, "(FP)"):
		_, offset, ok := strings.Cut(strings.TrimSuffix(s, "(FP)"), "+")
		n, err := strconv.ParseUint(offset, 0, 32)
		if !ok || err != nil {
			return operand{}, fmt.Errorf("%q is no parameter", s)
		}
		return operand{kind: 'm', address: func(m *machine) uint64 { return uint64(uintptr(m.args)) + n }}, nil
	case strings.HasSuffix(s, "(SB)"):
		symbol, offset, _ := strings.Cut(strings.TrimSuffix(s, "(SB)"), "<>")
		n, _ := strconv.ParseUint(strings.TrimPrefix(offset, "+"), 0, 32)
		if int(n) >= len(p.data[symbol]) {
			return operand{}, fmt.Errorf("there is no %q", s)
		}
		at := &p.data[symbol][n]
		return operand{kind: 'm', address: func(*machine) uint64 { return uint64(uintptr(unsafe.Pointer(at))) }}, nil
	case strings.Contains(s, "("):
		return memory(s)
	}
	n, err := strconv.Atoi(s[1:])
	if err != nil || n < 0 || n >= 32 {
		return operand{}, fmt.Errorf("%q is no operand that is known", s)
	}
	switch s[0] {
	case 'K':
		return operand{kind: 'k', number: n % 8}, nil
	case 'X', 'Y', 'Z':
		return operand{kind: 'v', number: n, bytes: 16 << (s[0] - 'X')}, nil
	}
	return operand{}, fmt.Errorf("%q is no operand that is known", s)
}

// memory parses an operand such as 64(DI)(R10*2).
func memory(s string) (operand, error) {
	disp, rest, _ := strings.Cut(s, "(")
	var d int64
	if disp != "" {
		v, err := strconv.ParseInt(disp, 0, 64)
		if err != nil {
			return operand{}, err
		}
		d = v
	}
	baseName, indexed, _ := strings.Cut(strings.TrimSuffix(rest, ")"), ")(")
	base := slices.Index(registers, baseName)
	index, scale := -1, uint64(0)
	if indexed != "" {
		name, by, _ := strings.Cut(indexed, "*")
		if index = slices.Index(registers, name); index < 0 || by == "" {
			return operand{}, fmt.Errorf("%q has no index that is known", s)
		}
		scale = uint64(by[0] - '0')
	}
	if base < 0 {
		return operand{}, fmt.Errorf("%q has no base that is known", s)
	}
	return operand{kind: 'm', address: func(m *machine) uint64 {
		a := m.gp[base] + uint64(d)
		if index >= 0 {
			a += m.gp[index] * scale
		}
		return a
	}}, nil
}

// immediate parses one, such as $-0x10.
func immediate(s string) (uint64, error) {
	s = strings.TrimPrefix(s, "$")
	u, err := strconv.ParseUint(s, 0, 64)
	if err != nil {
		i, err := strconv.ParseInt(s, 0, 64)
		return uint64(i), err
	}
	return u, nil
}

// get gives an operand's value, of so many bytes.
func (o *operand) get(m *machine, size int) uint64 {
	var v uint64
	switch o.kind {
	case 'i':
		v = o.value
	case 'g':
		v = m.gp[o.number]
	case 'k':
		v = m.mask[o.number]
	case 'm':
		return read(o.address(m), size)
	default:
		v = m.vector[o.number].lane(0, size)
	}
	if size < 8 {
		v &= 1<<(8*size) - 1
	}
	return v
}

// put sets an operand: of registers, what is beyond four bytes becomes 0, what is beyond fewer stays.
func (o *operand) put(m *machine, v uint64, size int) {
	switch {
	case o.kind == 'm':
		write(o.address(m), v, size)
	case o.kind == 'k':
		m.mask[o.number] = v & (1<<(8*size) - 1)
		if size == 8 {
			m.mask[o.number] = v
		}
	case o.kind == 'v':
		m.vector[o.number] = vector{}
		m.vector[o.number].set(0, size, v)
	case size == 8:
		m.gp[o.number] = v
	case size == 4:
		m.gp[o.number] = uint64(uint32(v))
	default:
		keep := ^uint64(0) << (8 * size)
		m.gp[o.number] = m.gp[o.number]&keep | v&^keep
	}
}
