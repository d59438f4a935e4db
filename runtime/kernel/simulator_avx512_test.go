package kernel

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"strings"
	"testing"
)

// zmm is a vector register, as lanes of 32 bits.
type zmm [16]uint32

// load reads a vector operand, lanes that the mask leaves out as 0.
func (s *simulator) load(o string, mask uint64) (v zmm, err error) {
	if !strings.Contains(o, "(") {
		return s.vector[o], nil
	}
	return v, s.lanes(o, mask, func(b []byte, i int) { v[i] = binary.LittleEndian.Uint32(b) })
}

func (s *simulator) store(v zmm, o string, mask uint64) error {
	if !strings.Contains(o, "(") {
		s.vector[o] = v
		return nil
	}
	return s.lanes(o, mask, func(b []byte, i int) { binary.LittleEndian.PutUint32(b, v[i]) })
}

// lanes calls f with the memory of every lane of the mask.
func (s *simulator) lanes(o string, mask uint64, f func(b []byte, i int)) error {
	a := s.address(o)
	for i := range len(zmm{}) {
		if mask>>i&1 == 0 {
			continue
		}
		b, err := s.at(a+uint64(4*i), 4)
		if err != nil {
			return err
		}
		f(b, i)
	}
	return nil
}

// compute runs a vector instruction; the last operand is the target.
func (s *simulator) compute(c []string) error {
	last, mask := c[len(c)-1], uint64(1<<16-1)
	move := strings.HasPrefix(c[0], "VMOV")
	if move && len(c) == 4 {
		mask = s.mask[c[2]]
	}
	if strings.HasPrefix(c[0], "VBROADCASTSS") || strings.HasPrefix(c[0], "VPBROADCASTD") {
		b, err := s.at(s.address(c[1]), 4)
		if err != nil {
			return err
		}
		var v zmm
		for i := range v {
			v[i] = binary.LittleEndian.Uint32(b)
		}
		s.vector[last] = v
		return nil
	}
	x, err := s.load(c[1], mask)
	if err != nil {
		return err
	}
	switch {
	case move:
		return s.store(x, last, mask)
	case c[0] == "VXORPS":
		if c[1] != c[2] {
			return fmt.Errorf("only zeroing is known")
		}
		s.vector[last] = zmm{}
		return nil
	}
	f, ok := vectorInstructions[c[0]]
	if !ok {
		return fmt.Errorf("unknown")
	}
	y, z := s.vector[c[2]], s.vector[last]
	for i := range z {
		z[i] = f(x[i], y[i], z[i])
	}
	s.vector[last] = z
	return nil
}

// vectorInstructions are those that work on each lane by itself: x is the first operand, z the target before.
var vectorInstructions = map[string]func(x, y, z uint32) uint32{
	"VADDPS": func(x, y, _ uint32) uint32 {
		return math.Float32bits(math.Float32frombits(x) + math.Float32frombits(y))
	},
	"VFMADD231PS": func(x, y, z uint32) uint32 {
		f := func(v uint32) float64 { return float64(math.Float32frombits(v)) }
		return math.Float32bits(float32(math.FMA(f(x), f(y), f(z))))
	},
	"VPDPBUSD": func(x, y, z uint32) uint32 { // bytes of y without a sign
		for i := 0; i < 32; i += 8 {
			z += uint32(int32(uint8(y>>i)) * int32(int8(x>>i)))
		}
		return z
	},
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
					"dst": pointer(s, dst), "a": pointer(s, a), "b": pointer(s, b), "bias": pointer(s, bias), "ahead": pointer(s, b),
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
