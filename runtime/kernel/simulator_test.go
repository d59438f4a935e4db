package kernel

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

// simulator runs the instructions of an assembly file that a processor at hand may lack, in AVX-512: those that the
// generator of products uses. Memory is slices, and what lies outside of them is out of bounds.
type simulator struct {
	code   [][]string // mnemonic and operands
	labels map[string]int
	gp     map[string]uint64
	vector map[string][16]float32
	mask   map[string]uint64
	args   map[string]uint64
	memory [][]float32 // slice i begins at address (i+1)<<40
	less   bool        // of what was compared or computed
	equal  bool
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
		case op == "":
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

// pointer makes x memory and gives its address, 0 for nil.
func (s *simulator) pointer(x []float32) uint64 {
	if x == nil {
		return 0
	}
	s.memory = append(s.memory, x)
	return uint64(len(s.memory)) << 40
}

// element finds the float32 at an address.
func (s *simulator) element(address uint64) (*float32, error) {
	i, at := int(address>>40)-1, int64(address<<24)>>26
	if i < 0 || i >= len(s.memory) || at < 0 || at >= int64(len(s.memory[i])) || address&3 != 0 {
		return nil, fmt.Errorf("address %#x is outside of the operands", address)
	}
	return &s.memory[i][at], nil
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

// load reads a vector operand, elements that the mask leaves out as 0.
func (s *simulator) load(o string, mask uint64) (v [16]float32, err error) {
	if !strings.Contains(o, "(") {
		return s.vector[o], nil
	}
	a := s.address(o)
	for i := range v {
		if mask>>i&1 == 0 {
			continue
		}
		x, err := s.element(a + uint64(4*i))
		if err != nil {
			return v, err
		}
		v[i] = *x
	}
	return v, nil
}

func (s *simulator) store(v [16]float32, o string, mask uint64) error {
	if !strings.Contains(o, "(") {
		s.vector[o] = v
		return nil
	}
	a := s.address(o)
	for i, e := range v {
		if mask>>i&1 == 0 {
			continue
		}
		x, err := s.element(a + uint64(4*i))
		if err != nil {
			return err
		}
		*x = e
	}
	return nil
}

// run runs the function until it returns.
func (s *simulator) run(args map[string]uint64) error {
	s.args, s.gp, s.vector, s.mask = args, map[string]uint64{}, map[string][16]float32{}, map[string]uint64{}
	clean := true
	for pc, steps := 0, 0; ; steps++ {
		if steps > 1e7 || pc >= len(s.code) {
			return fmt.Errorf("no end at %d after %d steps", pc, steps)
		}
		c := s.code[pc]
		pc++
		switch {
		case c[0] == "RET":
			if !clean {
				return fmt.Errorf("returns without VZEROUPPER")
			}
			return nil
		case c[0] == "VZEROUPPER":
			clean = true
		case c[0] == "PREFETCHT1":
		case c[0][0] == 'J':
			if s.jumps(c[0]) {
				to, ok := s.labels[c[1]]
				if !ok {
					return fmt.Errorf("no label %s", c[1])
				}
				pc = to
			}
		case c[0][0] == 'V':
			clean = false
			if err := s.compute(c); err != nil {
				return fmt.Errorf("%v: %w", c, err)
			}
		default:
			if err := s.count(c); err != nil {
				return err
			}
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

// compute runs a vector instruction; the last operand is the target.
func (s *simulator) compute(c []string) error {
	const all = 1<<16 - 1
	last := c[len(c)-1]
	mask := uint64(all)
	if len(c) == 4 && strings.HasPrefix(c[0], "VMOVUPS") {
		mask = s.mask[c[2]]
	}
	if c[0] == "VBROADCASTSS" {
		x, err := s.element(s.address(c[1]))
		if err != nil {
			return err
		}
		var v [16]float32
		for i := range v {
			v[i] = *x
		}
		s.vector[last] = v
		return nil
	}
	x, err := s.load(c[1], mask)
	if err != nil {
		return err
	}
	switch c[0] {
	case "VMOVUPS", "VMOVUPS.Z":
		return s.store(x, last, mask)
	case "VXORPS":
		if c[1] != c[2] {
			return fmt.Errorf("only zeroing is known")
		}
		s.vector[last] = [16]float32{}
		return nil
	}
	y, z := s.vector[c[2]], s.vector[last]
	for i := range z {
		switch c[0] {
		case "VADDPS":
			z[i] = x[i] + y[i]
		case "VFMADD231PS":
			z[i] = float32(math.FMA(float64(x[i]), float64(y[i]), float64(z[i])))
		default:
			return fmt.Errorf("unknown")
		}
	}
	s.vector[last] = z
	return nil
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
		return fmt.Errorf("unknown instruction %v", c)
	}
	s.gp[last], s.less, s.equal = z, int64(z) < 0, z == 0
	return nil
}

// TestProductAVX512 runs the committed assembly in the simulator: every tile and tail gives the product in order, to the
// bit, and touches nothing beside its operands.
func TestProductAVX512(t *testing.T) {
	s := assemble(t, "gemm_avx512_amd64.s")
	rng := rand.New(rand.NewPCG(13, 1))
	random := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(rng.NormFloat64())
		}
		return x
	}
	for rows := 1; rows <= 19; rows++ {
		for _, cols := range []int{1, 15, 16, 17, 31, 32, 33, 47, 48, 49, 96, 100} {
			for _, k := range []int{0, 1, 3, 4, 9} {
				flags := bits.OnesCount(uint(rows*cols+k)) % 4
				lda, ldb, ldc := k+flags, cols+flags*3, cols+flags%3
				a, b := random(max((rows-1)*lda+k, 0)), random(max((k-1)*ldb+cols, 0))
				dst := random((rows-1)*ldc + cols)
				var bias, residual []float32
				if flags&1 != 0 {
					bias = random(cols)
				}
				if flags&2 != 0 {
					residual = dst
				}
				want := append([]float32(nil), dst...)
				for i := range rows {
					for j := range cols {
						sum := float32(0)
						for p := range k {
							sum = float32(math.FMA(float64(a[i*lda+p]), float64(b[p*ldb+j]), float64(sum)))
						}
						if bias != nil {
							sum += bias[j]
						}
						if residual != nil {
							sum += residual[i*ldc+j]
						}
						want[i*ldc+j] = sum
					}
				}
				s.memory = nil
				args := map[string]uint64{
					"dst": s.pointer(dst), "a": s.pointer(a), "b": s.pointer(b), "bias": s.pointer(bias), "ahead": s.pointer(b),
					"rows": uint64(rows), "cols": uint64(cols), "k": uint64(k),
					"lda": uint64(lda), "ldb": uint64(ldb), "ldc": uint64(ldc), "step": 64, "residual": 0,
				}
				if residual != nil {
					args["residual"] = args["dst"]
				}
				name := fmt.Sprintf("%d×%d×%d, flags %d", rows, cols, k, flags)
				if err := s.run(args); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				for i, w := range want {
					if dst[i] != w {
						t.Fatalf("%s: element %d is %v, want %v", name, i, dst[i], w)
					}
				}
			}
		}
	}
}
