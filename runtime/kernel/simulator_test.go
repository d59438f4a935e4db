package kernel

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"unsafe"
)

// simulator runs the instructions of an assembly file that a processor at hand may lack: those of AVX-512 and AMX that
// the generators use. Memory is slices, and what lies outside of them is out of bounds.
type simulator struct {
	code   [][]string // mnemonic and operands
	labels map[string]int
	gp     map[string]uint64
	vector map[string]zmm
	mask   map[string]uint64
	tiles  tileState
	args   map[string]uint64
	memory [][]byte // slice i begins at address (i+1)<<40
	less   bool     // of what was compared or computed
	equal  bool
	dirty  bool // the upper halves of registers are in use
}

// assemble reads the only function of a file.
func assemble(t *testing.T, name string) *simulator {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	s := &simulator{labels: map[string]int{}}
	_, body, _ := strings.Cut(string(text), "\nTEXT ")
	for _, line := range strings.Split(body, "\n")[1:] {
		op, operands, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case op == "", op == "//":
		case strings.HasSuffix(op, ":"):
			s.labels[strings.TrimSuffix(op, ":")] = len(s.code)
		default:
			one := []string{op}
			for _, o := range strings.Split(operands, ",") {
				one = append(one, strings.TrimSpace(o))
			}
			s.code = append(s.code, one)
		}
	}
	return s
}

// pointer makes x memory of a simulator and gives its address, 0 for nil.
func pointer[T int8 | uint8 | int32 | float32](s *simulator, x []T) uint64 {
	if x == nil {
		return 0
	}
	var v T
	b := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), len(x)*int(unsafe.Sizeof(v)))
	s.memory = append(s.memory, b)
	return uint64(len(s.memory)) << 40
}

// at finds n bytes at an address.
func (s *simulator) at(address uint64, n int) ([]byte, error) {
	i, at := int(address>>40)-1, int64(address<<24)>>24
	if i < 0 || i >= len(s.memory) || at < 0 || at+int64(n) > int64(len(s.memory[i])) {
		return nil, fmt.Errorf("address %#x is outside of the operands", address)
	}
	return s.memory[i][at:][:n], nil
}

// address evaluates an operand such as 64(DI)(R10*2).
func (s *simulator) address(o string) uint64 {
	disp, rest, _ := strings.Cut(o, "(")
	a := uint64(0)
	if disp != "" {
		v, err := strconv.ParseInt(disp, 0, 64)
		if err != nil {
			panic(err)
		}
		a = uint64(v)
	}
	base, index, indexed := strings.Cut(strings.TrimSuffix(rest, ")"), ")(")
	a += s.gp[base]
	if indexed {
		r, scale, _ := strings.Cut(index, "*")
		a += s.gp[r] * uint64(scale[0]-'0')
	}
	return a
}

// value gives an immediate, a parameter or a general-purpose register.
func (s *simulator) value(o string) uint64 {
	if v, ok := strings.CutPrefix(o, "$"); ok {
		u, err := strconv.ParseUint(v, 0, 64)
		if err != nil {
			i, err := strconv.ParseInt(v, 0, 64)
			if err != nil {
				panic(err)
			}
			return uint64(i)
		}
		if len(v) == len("0xffffffff") && u>>31 == 1 { // a signed immediate of 32 bits
			return uint64(int64(int32(u)))
		}
		return u
	}
	if name, ok := strings.CutSuffix(o, "(FP)"); ok {
		name, _, _ = strings.Cut(name, "+")
		v, ok := s.args[name]
		if !ok {
			panic("no parameter " + name)
		}
		return v
	}
	return s.gp[o]
}

// run runs the function until it returns.
func (s *simulator) run(args map[string]uint64) error {
	s.args, s.gp, s.vector, s.mask = args, map[string]uint64{}, map[string]zmm{}, map[string]uint64{}
	s.tiles, s.dirty = tileState{}, false
	for pc, steps := 0, 0; ; steps++ {
		if steps > 1e7 || pc >= len(s.code) {
			return fmt.Errorf("no end at %d after %d steps", pc, steps)
		}
		c := s.code[pc]
		pc++
		var err error
		switch {
		case c[0] == "RET":
			if s.dirty || s.tiles.configured {
				return fmt.Errorf("returns without VZEROUPPER or TILERELEASE")
			}
			return nil
		case c[0] == "VZEROUPPER":
			s.dirty = false
		case c[0] == "PREFETCHT1":
		case c[0][0] == 'J':
			if s.jumps(c[0]) {
				to, ok := s.labels[c[1]]
				if !ok {
					return fmt.Errorf("no label %s", c[1])
				}
				pc = to
			}
		case c[0] == "BYTE":
			pc, err = s.tile(pc - 1)
		case c[0][0] == 'V':
			s.dirty = true
			err = s.compute(c)
		default:
			err = s.count(c)
		}
		if err != nil {
			return fmt.Errorf("%v: %w", c, err)
		}
	}
}

func (s *simulator) jumps(op string) bool {
	switch op {
	case "JMP":
		return true
	case "JE", "JZ":
		return s.equal
	case "JNZ":
		return !s.equal
	case "JL":
		return s.less
	case "JLE":
		return s.less || s.equal
	case "JG":
		return !s.less && !s.equal
	case "JGE":
		return !s.less
	}
	panic("no jump " + op)
}

// count runs an instruction on general-purpose or mask registers.
func (s *simulator) count(c []string) error {
	last := c[len(c)-1]
	var x, y uint64
	if c[0] != "LEAQ" {
		x, y = s.value(c[1]), s.value(last)
	}
	var z uint64
	switch c[0] {
	case "MOVQ":
		s.gp[last] = x
		return nil
	case "LEAQ":
		s.gp[last] = s.address(c[1])
		return nil
	case "KMOVW":
		s.mask[last] = x & (1<<16 - 1)
		return nil
	case "SHLXQ":
		s.gp[last] = s.value(c[2]) << (x & 63)
		return nil
	case "NOTQ":
		s.gp[last] = ^y
		return nil
	case "CMPQ":
		s.less, s.equal = int64(x) < int64(y), x == y
		return nil
	case "TESTQ":
		s.less, s.equal = int64(x&y) < 0, x&y == 0
		return nil
	case "SUBQ":
		s.less, s.equal = int64(y) < int64(x), x == y
		s.gp[last] = y - x
		return nil
	case "ADDQ":
		z = y + x
	case "DECQ":
		z = y - 1
	case "IMUL3Q":
		z = x * s.value(c[2])
	case "SHLQ":
		z = y << x
	case "SHRQ":
		z = y >> x
	case "XORQ":
		z = 0
		if c[1] != last {
			z = x ^ y
		}
	default:
		return fmt.Errorf("unknown")
	}
	s.gp[last], s.less, s.equal = z, int64(z) < 0, z == 0
	return nil
}
