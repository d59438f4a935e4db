package simulator

import (
	"fmt"
	"os"
	"strings"
	"unsafe"
)

// Program is the functions of an assembly file.
type Program struct {
	name      string
	functions map[string]*function
	data      map[string][]byte // constants, by symbol
}

// function is one function, as it stands and ready to run.
type function struct {
	name   string
	lines  []line
	labels map[string]int
	code   []func(m *machine)
	ran    []bool // by instruction
}

// line is an instruction's name and operands, and where it stands.
type line struct {
	number int
	op     string
	args   []string
}

// Load reads a file.
func Load(name string) (*Program, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return Parse(name, string(text))
}

// Parse reads the text of a file. An error names the first line that is not known.
func Parse(name, text string) (*Program, error) {
	p := &Program{name: name, functions: map[string]*function{}, data: map[string][]byte{}}
	var f *function
	for i, s := range strings.Split(text, "\n") {
		s, _, _ = strings.Cut(s, "//")
		op, rest, _ := strings.Cut(strings.TrimSpace(s), " ")
		l := line{number: i + 1, op: op, args: operands(rest)}
		var err error
		switch {
		case op == "", op[0] == '#':
		case op == "DATA":
			err = p.addData(l)
		case op == "GLOBL":
		case op == "TEXT":
			f = &function{name: strings.TrimSuffix(strings.TrimPrefix(l.args[0], "·"), "(SB)"), labels: map[string]int{}}
			p.functions[f.name] = f
		case f == nil:
			err = fmt.Errorf("%s stands outside of a function", op)
		case strings.HasSuffix(op, ":"):
			f.labels[strings.TrimSuffix(op, ":")] = len(f.lines)
		default:
			f.lines = append(f.lines, l)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, i+1, err)
		}
	}
	for _, f := range p.functions {
		if err := p.compile(f); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// operands cuts at commas.
func operands(s string) []string {
	var all []string
	for _, o := range strings.Split(s, ",") {
		if o = strings.TrimSpace(o); o != "" {
			all = append(all, o)
		}
	}
	return all
}

// addData adds to a symbol what a line such as DATA x<>+8(SB)/8, $0x1 says.
func (p *Program) addData(l line) error {
	var size, at int
	place, width, _ := strings.Cut(l.args[0], "/")
	symbol, offset, _ := strings.Cut(place, "<>")
	if _, err := fmt.Sscanf(width, "%d", &size); err != nil {
		return fmt.Errorf("DATA %q: %w", l.args, err)
	}
	if _, err := fmt.Sscanf(offset, "+%d(SB)", &at); err != nil {
		return fmt.Errorf("DATA %q: %w", l.args, err)
	}
	v, err := immediate(l.args[1])
	if err != nil {
		return err
	}
	if d := p.data[symbol]; len(d) < at+size {
		// Beyond what a function may read of it: pointers that compile keeps are taken only when all is read.
		p.data[symbol] = append(d, make([]byte, at+size-len(d))...)
	}
	for i := range size {
		p.data[symbol][at+i] = byte(v >> (8 * i))
	}
	return nil
}

// compile makes functions of a function's lines.
func (p *Program) compile(f *function) error {
	f.ran = make([]bool, len(f.lines))
	for at := 0; at < len(f.lines); at++ {
		l := f.lines[at]
		run, taken, err := p.instruction(f, at)
		if err != nil {
			return fmt.Errorf("%s:%d: %s %s: %w", p.name, l.number, l.op, strings.Join(l.args, ", "), err)
		}
		f.code = append(f.code, run)
		for range taken - 1 { // an instruction that stands in several lines
			f.code = append(f.code, func(*machine) {})
			at++
			f.ran[at] = true
		}
	}
	return nil
}

// instruction compiles what stands from a line on, and gives how many lines that is.
func (p *Program) instruction(f *function, at int) (run func(m *machine), taken int, err error) {
	l := f.lines[at]
	switch {
	case l.op == "BYTE":
		return tileInstruction(f.lines[at:])
	case l.op == "RET":
		run = func(m *machine) { m.pc = -1 }
	case l.op == "VZEROUPPER":
		run = func(m *machine) { m.dirty = false }
	case strings.HasPrefix(l.op, "PREFETCH"):
		run = func(*machine) {}
	case l.op[0] == 'J':
		run, err = f.jump(l)
	default:
		ops, e := p.parse(l)
		switch {
		case e != nil:
			err = e
		case l.op[0] == 'V':
			run, err = vectorInstruction(l.op, ops)
		default:
			run, err = scalarInstruction(l.op, ops)
		}
	}
	return run, 1, err
}

// Call runs a function on arguments that lie as the stub's signature says, results behind them. It panics where the
// function touches memory that is not there, or leaves the processor in a state that it should not.
func (p *Program) Call(name string, args unsafe.Pointer) {
	f := p.functions[name]
	if f == nil {
		panic(fmt.Sprintf("simulator: %s has no function %s", p.name, name))
	}
	m := newMachine(args)
	defer func() {
		if e := recover(); e != nil {
			l := f.lines[max(min(m.at, len(f.lines)-1), 0)]
			panic(fmt.Sprintf("simulator: %s:%d: %s: %s %s: %v", p.name, l.number, name, l.op, strings.Join(l.args, ", "), e))
		}
	}()
	defer faultsPanic()()
	for m.pc >= 0 {
		m.at = m.pc
		m.pc++
		f.ran[m.at] = true
		f.code[m.at](m)
	}
	if m.dirty || m.tiles.configured {
		panic("returns without VZEROUPPER or TILERELEASE")
	}
}

// Missed gives for each function the lines whose instructions never ran, of how many.
func (p *Program) Missed() map[string]struct {
	Lines []int
	Of    int
} {
	missed := map[string]struct {
		Lines []int
		Of    int
	}{}
	for name, f := range p.functions {
		m := missed[name]
		for i, ran := range f.ran {
			if m.Of++; !ran {
				m.Lines = append(m.Lines, f.lines[i].number)
			}
		}
		missed[name] = m
	}
	return missed
}
