//go:build gc && !purego

package kernel

import "runtime"

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

// hasAVX512 says that, besides, the processor has the foundation of AVX-512, DQ and BMI2, and that the operating system
// saves the masks and the upper vectors. Where it would on first use, as macOS does, AVX2 is taken.
var hasAVX512 = detectAVX512()

func detectAVX512() bool {
	const (
		want    = 1<<8 | 1<<16 | 1<<17 // leaf 7, b: BMI2, F, DQ
		vectors = 1<<5 | 1<<6 | 1<<7   // masks, the upper halves of ZMM0 to 15, and ZMM16 to 31
	)
	if !detectAVX2() || xgetbv()&vectors != vectors {
		return false
	}
	_, b, _, _ := cpuid(7, 0)
	return b&want == want
}

// hasVNNI says that, besides, the processor adds products of bytes in vectors of AVX-512.
var hasVNNI = detectVNNI()

func detectVNNI() bool {
	if !detectAVX512() {
		return false
	}
	_, _, c, _ := cpuid(7, 0)
	return c&(1<<11) != 0
}

// hasAMX says that, besides AVX2, the processor multiplies matrices of bytes and that Linux lets this process do so, which
// it refuses in some sandboxes. Elsewhere nobody is asked.
var hasAMX = detectAMX()

func detectAMX() bool {
	const (
		tiles, int8 = 1 << 24, 1 << 25 // leaf 7, d
		states      = 1<<17 | 1<<18    // the configuration, and the tiles
	)
	if runtime.GOOS != "linux" || !detectAVX2() || xgetbv()&states != states {
		return false
	}
	_, _, _, d := cpuid(7, 0)
	return d&tiles != 0 && d&int8 != 0 && allowTiles() == 0
}

// cpuid asks the processor about itself.
//
//go:noescape
func cpuid(leaf, subleaf uint32) (a, b, c, d uint32)

// xgetbv gives the register states that the operating system saves. It needs xsave.
//
//go:noescape
func xgetbv() uint32

// allowTiles asks Linux for the use of tiles, in all threads, and gives 0 or the error.
//
//go:noescape
func allowTiles() uintptr
