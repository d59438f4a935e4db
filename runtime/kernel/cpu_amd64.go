//go:build gc && !purego

package kernel

// hasAVX2 says that the processor has AVX2, FMA and F16C, and that the operating system saves their registers.
// Tests clear it to run the portable kernels.
var hasAVX2 = detectAVX2()

func detectAVX2() bool {
	const (
		fma, xsave, f16c = 1 << 12, 1 << 27, 1 << 29 // leaf 1, c; xsave: the operating system's choice
		avx2             = 1 << 5                    // leaf 7, b
		vectors          = 1<<1 | 1<<2               // XMM and YMM are saved
	)
	last, _, _, _ := cpuid(0, 0)
	if last < 7 {
		return false
	}
	_, _, c, _ := cpuid(1, 0)
	if want := uint32(fma | xsave | f16c); c&want != want || xgetbv()&vectors != vectors {
		return false
	}
	_, b, _, _ := cpuid(7, 0)
	return b&avx2 != 0
}

// cpuid asks the processor about itself.
//
//go:noescape
func cpuid(leaf, subleaf uint32) (a, b, c, d uint32)

// xgetbv gives the register states that the operating system saves. It needs xsave.
//
//go:noescape
func xgetbv() uint32
