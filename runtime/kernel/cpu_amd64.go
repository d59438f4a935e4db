//go:build gc && !purego

package kernel

import (
	"runtime"
	"strings"
	"syscall"
)

// hasAVX2 says that the processor has AVX2, FMA and F16C, and that the operating system saves their registers.
// Tests clear it to run the portable kernels.
var hasAVX2 = hostCPU.avx2()

// hasAVX512 says that, besides, the processor has the foundation of AVX-512, DQ and BMI2, and that the operating system
// saves the masks and the upper vectors. Where it would on first use, as macOS does, AVX2 is taken.
var hasAVX512 = hostCPU.avx512()

// hasVNNI says that, besides, the processor adds products of bytes in vectors of AVX-512.
var hasVNNI = hostCPU.vnni()

// hasAMX says that, besides AVX2, the processor multiplies matrices of bytes and that Linux lets this process do so, which
// it refuses in some sandboxes. Elsewhere nobody is asked.
var hasAMX = runtime.GOOS == "linux" && hostCPU.amx(allowTiles)

// hostCPU is the processor that the program runs on.
var hostCPU = askCPU()

// cpuFeatures is what the processor and the operating system say of themselves, and what those who run the program want.
type cpuFeatures struct {
	c1, b7, c7, d7 uint32 // what CPUID answers: of leaf 1, c, and of leaf 7, b to d
	xcr0           uint32 // the register states that the operating system saves
	godebug        string // cpu.avx2=off takes away instructions, as from Go's own packages
}

func askCPU() (f cpuFeatures) {
	const xsave = 1 << 27 // leaf 1, c: the operating system's choice
	f.godebug, _ = syscall.Getenv("GODEBUG")
	last, _, _, _ := cpuid(0, 0)
	if last < 7 {
		return f
	}
	_, _, f.c1, _ = cpuid(1, 0)
	_, f.b7, f.c7, f.d7 = cpuid(7, 0)
	if f.c1&xsave != 0 {
		f.xcr0 = xgetbv()
	}
	return f
}

func (f cpuFeatures) avx2() bool {
	const (
		fma, f16c = 1 << 12, 1 << 29 // leaf 1, c
		avx2      = 1 << 5           // leaf 7, b
		vectors   = 1<<1 | 1<<2      // XMM and YMM are saved
	)
	return f.c1&fma != 0 && f.c1&f16c != 0 && f.b7&avx2 != 0 && f.xcr0&vectors == vectors &&
		f.wanted("avx") && f.wanted("avx2") && f.wanted("fma")
}

func (f cpuFeatures) avx512() bool {
	const (
		want    = 1<<8 | 1<<16 | 1<<17 // leaf 7, b: BMI2, F, DQ
		vectors = 1<<5 | 1<<6 | 1<<7   // masks, the upper halves of ZMM0 to 15, and ZMM16 to 31
	)
	return f.avx2() && f.b7&want == want && f.xcr0&vectors == vectors &&
		f.wanted("bmi2") && f.wanted("avx512f") && f.wanted("avx512dq")
}

func (f cpuFeatures) vnni() bool {
	const vnni = 1 << 11 // leaf 7, c
	return f.avx512() && f.c7&vnni != 0 && f.wanted("avx512vnni")
}

// amx asks for the use of tiles last: allow gives 0 or an error.
func (f cpuFeatures) amx(allow func() uintptr) bool {
	const (
		want   = 1<<24 | 1<<25 // leaf 7, d: tiles, and products of bytes
		states = 1<<17 | 1<<18 // the configuration, and the tiles
	)
	return f.avx2() && f.d7&want == want && f.xcr0&states == states && f.wanted("amx") && allow() == 0
}

// wanted reports whether GODEBUG leaves a set of instructions on: the last of cpu.NAME and cpu.all counts.
func (f cpuFeatures) wanted(name string) bool {
	on := true
	for rest := f.godebug; rest != ""; {
		var field string
		field, rest, _ = strings.Cut(rest, ",")
		key, value, _ := strings.Cut(field, "=")
		if key, ok := strings.CutPrefix(key, "cpu."); ok && (key == name || key == "all") && (value == "on" || value == "off") {
			on = value == "on"
		}
	}
	return on
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
