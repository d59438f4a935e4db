package simulator

import (
	"fmt"
	"math"
)

// shuffle gives lane i of the result: a lane of the first operand or the second one, x if first.
type shuffle struct {
	size     int
	operands int
	of       func(i, n int, imm uint64) (first bool, lane int)
}

// unpack interleaves what begins at a lane of each 16 bytes: even lanes are the second operand's.
func unpack(size, from int) shuffle {
	return shuffle{size, 3, func(i, _ int, _ uint64) (bool, int) {
		per := 16 / size
		return i%2 == 1, i/per*per + from + i%per/2
	}}
}

var shuffles = map[string]shuffle{
	"VUNPCKLPS": unpack(4, 0), "VUNPCKHPS": unpack(4, 2), "VUNPCKLPD": unpack(8, 0), "VUNPCKHPD": unpack(8, 1),
	"VMOVSHDUP": {4, 2, func(i, _ int, _ uint64) (bool, int) { return true, i | 1 }},
	"VMOVHLPS":  {4, 3, func(i, _ int, _ uint64) (bool, int) { return i < 2, i%4&^2 + 2 }},
	"VSHUFPS":   {4, 3, func(i, _ int, imm uint64) (bool, int) { return i%4 >= 2, i&^3 + int(imm>>(2*(i%4))&3) }},
	"VSHUFF32X4": {4, 3, func(i, n int, imm uint64) (bool, int) {
		return i >= n/2, 4*int(imm>>(2*(i/4))&3) + i%4
	}},
	"VSHUFF64X2": {8, 3, func(i, n int, imm uint64) (bool, int) {
		return i >= n/2, 2*int(imm>>(2*(i/2))&3) + i%2
	}},
	"VINSERTF32X4": {4, 3, func(i, _ int, imm uint64) (bool, int) {
		if i/4 == int(imm) {
			return true, i % 4
		}
		return false, i
	}},
	"VINSERTF64X4": {4, 3, func(i, _ int, imm uint64) (bool, int) {
		if i/8 == int(imm) {
			return true, i % 8
		}
		return false, i
	}},
}

// shuffle compiles what moves lanes.
func (f *form) shuffle(s shuffle) (func(m *machine), error) {
	if len(f.o) != s.operands || f.mask >= 0 && f.o[0].kind == 'm' {
		return nil, fmt.Errorf("operands are not those that are known")
	}
	n := f.bytes / s.size
	given := n
	if f.o[0].kind == 'm' && f.op[:4] == "VINS" {
		given = map[string]int{"VINSERTF32X4": 4, "VINSERTF64X4": 8}[f.op]
	}
	return func(m *machine) {
		var x, y, z vector
		f.lanes(m, &f.o[0], given, s.size, &x)
		if s.operands == 3 {
			y = m.vector[f.o[1].number]
		}
		for i := range n {
			from, first, lane := &y, false, 0
			if first, lane = s.of(i, n, f.imm); first {
				from = &x
			}
			z.set(i, s.size, from.lane(lane, s.size))
		}
		f.store(m, &z, n, s.size)
	}, nil
}

// specials are instructions that no table has a form for.
var specials map[string]func(f *form) (func(m *machine), error)

func init() {
	specials = map[string]func(f *form) (func(m *machine), error){
		"VBROADCASTSS":    func(f *form) (func(m *machine), error) { return f.spread(4, 1) },
		"VPBROADCASTD":    func(f *form) (func(m *machine), error) { return f.spread(4, 1) },
		"VBROADCASTSD":    func(f *form) (func(m *machine), error) { return f.spread(8, 1) },
		"VBROADCASTF32X4": func(f *form) (func(m *machine), error) { return f.spread(4, 4) },
		"VBROADCASTF128":  func(f *form) (func(m *machine), error) { return f.spread(4, 4) },
		"VEXTRACTF128":    func(f *form) (func(m *machine), error) { return f.extract(16) },
		"VEXTRACTF32X4":   func(f *form) (func(m *machine), error) { return f.extract(16) },
		"VEXTRACTF64X4":   func(f *form) (func(m *machine), error) { return f.extract(32) },
		"VEXTRACTPS": func(f *form) (func(m *machine), error) {
			return func(m *machine) { f.destination.put(m, m.vector[f.o[0].number].lane(int(f.imm), 4), 4) }, nil
		},
		"VMOVSS": func(f *form) (func(m *machine), error) { return f.lowest(4) },
		"VMOVD":  func(f *form) (func(m *machine), error) { return f.lowest(4) },
		"VMOVSD": func(f *form) (func(m *machine), error) { return f.lowest(8) },
		"VMOVQ":  func(f *form) (func(m *machine), error) { return f.lowest(8) },
		"VCVTSI2SDQ": func(f *form) (func(m *machine), error) {
			return f.scalar(laneOp{8, 3, func(x, _, _, _ uint64) uint64 { return math.Float64bits(float64(int64(x))) }, false})
		},
		"VCMPPS":    func(f *form) (func(m *machine), error) { return f.compare() },
		"VPMOVD2M":  func(f *form) (func(m *machine), error) { return f.signs() },
		"VBLENDMPS": func(f *form) (func(m *machine), error) { return f.blend() },
		"VPCMPEQD":  func(f *form) (func(m *machine), error) { return f.equalWords() },
		"VPERMPS":   func(f *form) (func(m *machine), error) { return f.permute(1) },
		"VPERMT2PS": func(f *form) (func(m *machine), error) { return f.permute(2) },
		"VPERMI2PS": func(f *form) (func(m *machine), error) { return f.permute(3) },
	}
}
