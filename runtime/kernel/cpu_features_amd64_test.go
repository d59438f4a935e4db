//go:build gc && !purego

package kernel

import (
	"os"
	"testing"
)

// sapphire is a processor that has everything.
var sapphire = cpuFeatures{
	c1:   1<<12 | 1<<27 | 1<<29,
	b7:   1<<5 | 1<<8 | 1<<16 | 1<<17,
	c7:   1 << 11,
	d7:   1<<24 | 1<<25,
	xcr0: 0x600e7,
}

// TestFeatures holds what is used of processors, of which something is missing or hidden, or unwanted.
func TestFeatures(t *testing.T) {
	const avx2, avx512, vnni, amx = 1, 2, 4, 8
	without := func(change func(f *cpuFeatures)) cpuFeatures {
		f := sapphire
		change(&f)
		return f
	}
	debug := func(text string) cpuFeatures { return without(func(f *cpuFeatures) { f.godebug = text }) }
	for _, tt := range []struct {
		name string
		cpu  cpuFeatures
		want int
	}{
		{"everything", sapphire, avx2 | avx512 | vnni | amx},
		{"nothing", cpuFeatures{}, 0},
		{"no FMA", without(func(f *cpuFeatures) { f.c1 &^= 1 << 12 }), 0},
		{"no F16C", without(func(f *cpuFeatures) { f.c1 &^= 1 << 29 }), 0},
		{"no AVX2", without(func(f *cpuFeatures) { f.b7 &^= 1 << 5 }), 0},
		{"no XSAVE, so no XGETBV", without(func(f *cpuFeatures) { f.c1 &^= 1 << 27; f.xcr0 = 0 }), 0},
		{"YMM is not saved", without(func(f *cpuFeatures) { f.xcr0 &^= 1 << 2 }), 0},
		{"XMM is not saved", without(func(f *cpuFeatures) { f.xcr0 &^= 1 << 1 }), 0},
		{"no BMI2", without(func(f *cpuFeatures) { f.b7 &^= 1 << 8 }), avx2 | amx},
		{"no AVX-512", without(func(f *cpuFeatures) { f.b7 &^= 1 << 16 }), avx2 | amx},
		{"no DQ", without(func(f *cpuFeatures) { f.b7 &^= 1 << 17 }), avx2 | amx},
		{"masks are not saved", without(func(f *cpuFeatures) { f.xcr0 &^= 1 << 5 }), avx2 | amx},
		{"upper halves are not saved", without(func(f *cpuFeatures) { f.xcr0 &^= 1 << 6 }), avx2 | amx},
		{"ZMM16 to 31 are not saved", without(func(f *cpuFeatures) { f.xcr0 &^= 1 << 7 }), avx2 | amx},
		{"a virtual machine without AVX-512's states", without(func(f *cpuFeatures) { f.xcr0 = 7 }), avx2},
		{"no VNNI", without(func(f *cpuFeatures) { f.c7 = 0 }), avx2 | avx512 | amx},
		{"no tiles", without(func(f *cpuFeatures) { f.d7 &^= 1 << 24 }), avx2 | avx512 | vnni},
		{"tiles without bytes", without(func(f *cpuFeatures) { f.d7 &^= 1 << 25 }), avx2 | avx512 | vnni},
		{"tiles are not saved", without(func(f *cpuFeatures) { f.xcr0 &^= 1 << 18 }), avx2 | avx512 | vnni},
		{"their configuration is not saved", without(func(f *cpuFeatures) { f.xcr0 &^= 1 << 17 }), avx2 | avx512 | vnni},
		{"cpu.all=off", debug("cpu.all=off"), 0},
		{"cpu.avx=off", debug("cpu.avx=off"), 0},
		{"cpu.avx2=off among others", debug("gctrace=0,cpu.avx2=off,madvdontneed=1"), 0},
		{"cpu.fma=off", debug("cpu.fma=off"), 0},
		{"cpu.bmi2=off", debug("cpu.bmi2=off"), avx2 | amx},
		{"cpu.avx512f=off", debug("cpu.avx512f=off"), avx2 | amx},
		{"cpu.avx512dq=off", debug(",cpu.avx512dq=off,"), avx2 | amx},
		{"cpu.avx512vnni=off", debug("cpu.avx512vnni=off"), avx2 | avx512 | amx},
		{"cpu.amx=off", debug("cpu.amx=off"), avx2 | avx512 | vnni},
		{"the last counts", debug("cpu.all=off,cpu.all=on"), avx2 | avx512 | vnni | amx},
		{"one of them is back", debug("cpu.all=off,cpu.avx2=on"), 0},
		{"others are off", debug("cpu.sse3=off,avx2=off,cpu.avx2,cpu.avx2=no,cpu.=off,cpu.avx2x=off"), avx2 | avx512 | vnni | amx},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := 0
			for i, has := range []bool{tt.cpu.avx2(), tt.cpu.avx512(), tt.cpu.vnni(), tt.cpu.amx(func() uintptr { return 0 })} {
				if has {
					got |= 1 << i
				}
			}
			if got != tt.want {
				t.Errorf("AVX2, AVX-512, VNNI, AMX = %04b, want %04b, from the right", got, tt.want)
			}
			if tt.cpu.amx(func() uintptr { return ^uintptr(0) }) {
				t.Error("tiles are used without permission")
			}
		})
	}
}

// TestPermission demands that nobody asks for tiles in vain.
func TestPermission(t *testing.T) {
	f := sapphire
	f.xcr0 = 0xe7
	f.amx(func() uintptr {
		t.Error("asked for tiles that the processor lacks")
		return 0
	})
}

// TestEnvironment demands that the environment reaches what is used.
func TestEnvironment(t *testing.T) {
	if got, want := hostCPU.godebug, os.Getenv("GODEBUG"); got != want {
		t.Errorf("GODEBUG is %q, want %q", got, want)
	}
	if has, want := hasAVX2, hostCPU.avx2(); has != want {
		t.Errorf("hasAVX2 = %v, want %v", has, want)
	}
}
