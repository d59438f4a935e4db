package simulator

import "fmt"

// spread compiles what repeats the first lanes of an operand.
func (f *form) spread(size, lanes int) (func(m *machine), error) {
	n := f.bytes / size
	return func(m *machine) {
		var v, to vector
		if o := &f.o[0]; o.kind == 'v' {
			v = m.vector[o.number]
		} else {
			a := o.address(m)
			for i := range lanes {
				v.set(i, size, read(a+uint64(i*size), size))
			}
		}
		for i := range n {
			to.set(i, size, v.lane(i%lanes, size))
		}
		f.store(m, &to, n, size)
	}, nil
}

// extract compiles what takes some bytes of a register.
func (f *form) extract(bytes int) (func(m *machine), error) {
	if f.mask >= 0 || f.destination.bytes > bytes {
		return nil, fmt.Errorf("operands are not those that are known")
	}
	return func(m *machine) {
		var to vector
		copy(to[:bytes], m.vector[f.o[0].number][int(f.imm)*bytes:])
		f.store(m, &to, bytes/4, 4)
	}, nil
}

// lowest compiles what moves one lane.
func (f *form) lowest(size int) (func(m *machine), error) {
	if len(f.o) != 2 || f.mask >= 0 {
		return nil, fmt.Errorf("operands are not those that are known")
	}
	return func(m *machine) { f.destination.put(m, f.o[0].get(m, size), size) }, nil
}

// predicates are comparisons of the second operand y with the first one, by their immediate.
var predicates = map[uint64]func(x, y float32) bool{
	0: func(x, y float32) bool { return y == x },
	1: func(x, y float32) bool { return y < x },
	2: func(x, y float32) bool { return y <= x },
	3: func(x, y float32) bool { return y != y || x != x },
	4: func(x, y float32) bool { return y != x },
	5: func(x, y float32) bool { return !(y < x) },
	6: func(x, y float32) bool { return !(y <= x) },
	7: func(x, y float32) bool { return y == y && x == x },
}

// toMask compiles what asks something of each lane of four bytes.
func (f *form) toMask(of func(x, y uint64) bool) (func(m *machine), error) {
	if f.destination.kind != 'k' {
		return nil, fmt.Errorf("operands are not those that are known")
	}
	n := f.bytes / 4
	return func(m *machine) {
		var x, y vector
		f.lanes(m, &f.o[0], n, 4, &x)
		if len(f.o) == 3 {
			y = m.vector[f.o[1].number]
		}
		v := uint64(0)
		for i := range n {
			if f.on(m, i) && of(x.lane(i, 4), y.lane(i, 4)) {
				v |= 1 << i
			}
		}
		m.mask[f.destination.number] = v
	}, nil
}

func (f *form) compare() (func(m *machine), error) {
	is, ok := predicates[f.imm]
	if !ok {
		return nil, fmt.Errorf("unknown comparison")
	}
	return f.toMask(func(x, y uint64) bool { return is(f32(x), f32(y)) })
}

func (f *form) signs() (func(m *machine), error) {
	return f.toMask(func(x, _ uint64) bool { return x>>31 == 1 })
}

func (f *form) equalWords() (func(m *machine), error) {
	return f.toMask(func(x, y uint64) bool { return x == y })
}

// blend compiles the choice of the first operand's lanes by the mask, else the second's, or 0.
func (f *form) blend() (func(m *machine), error) {
	if len(f.o) != 3 || f.mask < 0 {
		return nil, fmt.Errorf("operands are not those that are known")
	}
	n := f.bytes / 4
	return func(m *machine) {
		var x, z vector
		f.lanes(m, &f.o[0], n, 4, &x)
		y := m.vector[f.o[1].number]
		for i := range n {
			switch {
			case f.on(m, i):
				z.set(i, 4, x.lane(i, 4))
			case !f.zeroing:
				z.set(i, 4, y.lane(i, 4))
			}
		}
		m.vector[f.destination.number] = z
	}, nil
}

// permute compiles what picks lanes by their number: of one operand (1), of two by the destination's numbers (3), or by
// the second operand's, from the first and the destination (2).
func (f *form) permute(kind int) (func(m *machine), error) {
	if len(f.o) != 3 {
		return nil, fmt.Errorf("operands are not those that are known")
	}
	n := f.bytes / 4
	return func(m *machine) {
		var first, x, z vector
		f.lanes(m, &f.o[0], n, 4, &first)
		second, to := m.vector[f.o[1].number], m.vector[f.destination.number]
		from, by := [2]*vector{&first, &first}, &second
		switch kind {
		case 2:
			from = [2]*vector{&to, &first}
		case 3:
			from, by = [2]*vector{&second, &first}, &to
		}
		for i := range n {
			p := int(by.lane(i, 4)) & (2*n - 1)
			x = *from[p/n]
			z.set(i, 4, x.lane(p%n, 4))
		}
		f.store(m, &z, n, 4)
	}, nil
}
