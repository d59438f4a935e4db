// Small writes the products of a convolution over a small plane by AVX2. Registers hold 16 output channels of up to six
// positions, which read their inputs where they are: nothing is gathered, and no tap multiplies padding. -fn panels
// writes what lays the weights out as other convolutions read them.
package main

import (
	"flag"
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const (
	most     = 6 // positions of a job: two sums each, two registers of weights and one of the input
	jobBytes = 8 * (2 + 2*most)
	vecs     = 2 // registers of 16 channels
)

func main() {
	name := flag.String("fn", "small", "the function: small or panels")
	flag.Parse()
	ConstraintExpr("gc,!purego")
	if *name == "panels" {
		panels()
	} else {
		products()
	}
	VZEROUPPER()
	RET()
	Generate()
}

// products writes the products.
func products() {
	TEXT("convSmallAVX2", NOSPLIT, "func(sums, w, x *float32, jobs *int64, count, k, step int)")
	Pragma("noescape")
	Doc("convSmallAVX2 does so many jobs, at least one. A job is 14 numbers: where its weights are, n, where n inputs are and",
		"where n sums are, the last two in six places each; 1 ≤ n ≤ 6, and all offsets count bytes. It adds to the 16 numbers",
		"of sum p the products of weights [k][16] and inputs x[p], of which each is step elements after the one before. Each",
		"product is fused with its sum; of few positions, those of several channels are summed up apart.")
	s := &small{job: Load(Param("jobs"), GP64()), count: Load(Param("count"), GP64()), step: Load(Param("step"), GP64())}
	SHLQ(U8(2), s.step)
	Label("job")
	n := GP64()
	MOVQ(Mem{Base: s.job, Disp: 8}, n)
	for i := 2; i <= most; i++ {
		CMPQ(n, U8(i))
		JE(LabelRef(fmt.Sprintf("positions%d", i)))
	}
	for i := 1; i <= most; i++ {
		s.positions(i, max(6/i, 1))
	}
	Label("next")
	ADDQ(U8(jobBytes), s.job)
	DECQ(s.count)
	JNZ(LabelRef("job"))
}

// small is the state of the function, in registers.
type small struct {
	job, count, step reg.Register
}

// positions does a job of n positions. A sum waits for the one before: of few positions there are several sums each, in
// phases that take turns.
func (s *small) positions(n, phases int) {
	name := fmt.Sprintf("positions%d", n)
	Label(name)
	sums := s.begin(n, phases)
	w, at, left, base := Load(Param("w"), GP64()), GP64(), Load(Param("k"), GP64()), Load(Param("x"), GP64())
	ADDQ(Mem{Base: s.job}, w)
	XORQ(at, at)
	inputs := make([]reg.Register, n)
	for p := range inputs {
		inputs[p] = GP64()
		MOVQ(Mem{Base: s.job, Disp: 8 * (2 + p)}, inputs[p])
		ADDQ(base, inputs[p])
	}
	step := func(phase int) {
		weights := make([]reg.VecVirtual, vecs)
		for v := range weights {
			weights[v] = YMM()
			VMOVUPS(Mem{Base: w, Disp: 64*phase + 32*v}, weights[v])
		}
		for p, from := range inputs {
			x := YMM()
			VBROADCASTSS(Mem{Base: from, Index: at, Scale: 1}, x)
			for v, sum := range sums[phase][p] {
				VFMADD231PS(weights[v], x, sum)
			}
		}
		ADDQ(s.step, at)
	}
	SUBQ(U8(phases), left)
	JL(LabelRef(name + "Last"))
	Label(name + "Loop")
	for phase := range phases {
		step(phase)
	}
	ADDQ(U32(64*phases), w)
	SUBQ(U8(phases), left)
	JGE(LabelRef(name + "Loop"))
	Label(name + "Last")
	ADDQ(U8(phases), left)
	for phase := range phases - 1 { // of the first phases there may be one more each
		JZ(LabelRef(name + "End"))
		step(phase)
		DECQ(left)
	}
	Label(name + "End")
	s.end(sums)
	JMP(LabelRef("next"))
}

// begin loads the sums, by phase and position; those of further phases begin at 0.
func (s *small) begin(n, phases int) [][][]reg.VecVirtual {
	sums := make([][][]reg.VecVirtual, phases)
	for phase := range sums {
		sums[phase] = make([][]reg.VecVirtual, n)
		for p := range n {
			from := GP64()
			if phase == 0 {
				from = s.sum(p)
			}
			for v := range vecs {
				sum := YMM()
				if phase == 0 {
					VMOVUPS(Mem{Base: from, Disp: 32 * v}, sum)
				} else {
					VXORPS(sum, sum, sum)
				}
				sums[phase][p] = append(sums[phase][p], sum)
			}
		}
	}
	return sums
}

// sum addresses the sums of position p.
func (s *small) sum(p int) reg.GPVirtual {
	at := Load(Param("sums"), GP64()).(reg.GPVirtual)
	ADDQ(Mem{Base: s.job, Disp: 8 * (2 + most + p)}, at)
	return at
}

// end adds up the phases and stores the sums.
func (s *small) end(sums [][][]reg.VecVirtual) {
	for n := len(sums); n > 1; n = (n + 1) / 2 {
		for phase := range n / 2 {
			for p, to := range sums[phase] {
				for v, sum := range to {
					VADDPS(sums[n-1-phase][p][v], sum, sum)
				}
			}
		}
	}
	for p, vs := range sums[0] {
		to := s.sum(p)
		for v, sum := range vs {
			VMOVUPS(sum, Mem{Base: to, Disp: 32 * v})
		}
	}
}
