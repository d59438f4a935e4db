package simulator

import (
	"fmt"
	"strings"
)

// form is a vector instruction with what its name and operands say beyond what it computes.
type form struct {
	op          string // without suffixes
	o           []operand
	mask        int // register, -1 for none
	zeroing     bool
	broadcast   bool
	bytes       int    // of the widest register
	imm         uint64 // the first operand, if that is an immediate
	destination *operand
}

// vectorInstruction compiles an instruction whose name begins with V.
func vectorInstruction(op string, o []operand) (func(m *machine), error) {
	name, suffix, _ := strings.Cut(op, ".")
	f := form{op: name, mask: -1}
	for _, s := range strings.Split(suffix, ".") {
		switch s {
		case "":
		case "Z":
			f.zeroing = true
		case "BCST":
			f.broadcast = true
		default:
			return nil, fmt.Errorf("the suffix %s is unknown", s)
		}
	}
	if len(o) == 0 {
		return nil, fmt.Errorf("unknown")
	}
	f.destination = &o[len(o)-1]
	if n := len(o) - 2; n >= 0 && o[n].kind == 'k' { // before the destination stands the mask
		f.mask = o[n].number
		o = append(append([]operand(nil), o[:n]...), o[n+1:]...)
	}
	if o[0].kind == 'i' {
		f.imm = o[0].value
		o = o[1:]
	}
	f.o = o
	for _, one := range o {
		f.bytes = max(f.bytes, one.bytes)
	}
	if f.zeroing && (f.mask <= 0 || f.destination.kind == 'm') {
		return nil, fmt.Errorf("nothing to zero")
	}
	run, err := f.compile()
	if err != nil {
		return nil, err
	}
	wide := f.bytes > 16
	return func(m *machine) {
		m.dirty = m.dirty || wide
		run(m)
	}, nil
}

// compile finds the instruction in its table.
func (f *form) compile() (func(m *machine), error) {
	if w, ok := lanewise[f.op]; ok {
		return f.lanewise(w)
	}
	if c, ok := conversions[f.op]; ok {
		return f.convert(c)
	}
	if s, ok := scalars[f.op]; ok {
		return f.scalar(s)
	}
	if s, ok := shuffles[f.op]; ok {
		return f.shuffle(s)
	}
	if s, ok := specials[f.op]; ok {
		return s(f)
	}
	return nil, fmt.Errorf("unknown")
}

// on reports whether a lane counts.
func (f *form) on(m *machine, i int) bool { return f.mask < 0 || m.mask[f.mask]>>i&1 == 1 }

// lanes reads the lanes of an operand, those of memory that the mask leaves out as 0: they are not touched.
func (f *form) lanes(m *machine, o *operand, n, size int, to *vector) {
	switch {
	case o.kind == 'v':
		*to = m.vector[o.number]
	case f.broadcast:
		v := read(o.address(m), size)
		for i := range n {
			to.set(i, size, v)
		}
	default:
		a := o.address(m)
		for i := range n {
			if f.on(m, i) {
				to.set(i, size, read(a+uint64(i*size), size))
			} else {
				to.set(i, size, 0)
			}
		}
	}
}

// store writes n lanes, those that the mask leaves out as it says, and 0 in a register beyond them.
func (f *form) store(m *machine, v *vector, n, size int) {
	if f.destination.kind == 'm' {
		a := f.destination.address(m)
		for i := range n {
			if f.on(m, i) {
				write(a+uint64(i*size), v.lane(i, size), size)
			}
		}
		return
	}
	to := &m.vector[f.destination.number]
	var out vector
	for i := range n {
		switch {
		case f.on(m, i):
			out.set(i, size, v.lane(i, size))
		case !f.zeroing:
			out.set(i, size, to.lane(i, size))
		}
	}
	*to = out
}

// lanewise compiles what works on each lane by itself.
func (f *form) lanewise(w laneOp) (func(m *machine), error) {
	want := w.operands
	if len(f.o) != want || f.destination.kind != 'v' {
		return nil, fmt.Errorf("operands are not those that are known")
	}
	n := f.bytes / w.size
	return func(m *machine) {
		var x, y vector
		f.lanes(m, &f.o[0], n, w.size, &x)
		if want == 3 {
			y = m.vector[f.o[1].number]
		}
		z := m.vector[f.destination.number]
		for i := range n {
			if f.on(m, i) {
				z.set(i, w.size, w.of(x.lane(i, w.size), y.lane(i, w.size), z.lane(i, w.size), f.imm))
			}
		}
		f.store(m, &z, n, w.size)
	}, nil
}

// convert compiles what makes each lane of one of another width, moves included.
func (f *form) convert(c conversion) (func(m *machine), error) {
	if len(f.o) != 2 {
		return nil, fmt.Errorf("operands are not those that are known")
	}
	n := f.o[0].bytes / c.from
	if f.o[0].kind == 'm' || c.to > c.from {
		n = f.destination.bytes / c.to
	}
	if n == 0 {
		return nil, fmt.Errorf("no register")
	}
	return func(m *machine) {
		var x, y vector
		f.lanes(m, &f.o[0], n, c.from, &x)
		for i := range n {
			y.set(i, c.to, c.of(x.lane(i, c.from), f.imm))
		}
		f.store(m, &y, n, c.to)
	}, nil
}

// scalar compiles what computes the lowest lane; the others, of 16 bytes, are those of the second operand.
func (f *form) scalar(s laneOp) (func(m *machine), error) {
	if len(f.o) != 3 || f.mask >= 0 {
		return nil, fmt.Errorf("operands are not those that are known")
	}
	return func(m *machine) {
		x := f.o[0].get(m, s.size)
		from := m.vector[f.o[1].number]
		to := &m.vector[f.destination.number]
		v := s.of(x, from.lane(0, s.size), to.lane(0, s.size), f.imm)
		if s.fused {
			from = *to
		}
		*to = vector{}
		copy(to[:16], from[:16])
		to.set(0, s.size, v)
	}, nil
}
