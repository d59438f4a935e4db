package simulator

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"unsafe"
)

// TestFuse compares sums rounded once with those by exact arithmetic, ties between float32 among them.
func TestFuse(t *testing.T) {
	ulp := 0x1p-23
	for _, tt := range []struct{ a, b, c, want float64 }{
		{2, 3, 4, 10},
		{1 + ulp, 1 + ulp, 0, 1 + 2*ulp},
		// Half a unit and a little: in float64 the little is lost, and the half goes to the even one.
		{0x1p-12, 0x1p-12, 1, 1},
		{0x1p-12 * (1 + ulp), 0x1p-12, 1, 1 + ulp},
		{1 + 0x1p-12, 0x1p-60, 1 + ulp/2*0, 1},
		{-0x1p-12 * (1 + ulp), 0x1p-12, 1 + 2*ulp, 1 + ulp},
		{0x1p-75, 0x1p-75, 0x1p-149, 0x1p-148}, // a tie
		{0x1p100, 0x1p100, 1, math.Inf(1)},
		{3, -3, 9, 0},
	} {
		if got := fma32(tt.a, tt.b, tt.c); float64(got) != tt.want {
			t.Errorf("%v·%v + %v = %v, want %v", tt.a, tt.b, tt.c, got, tt.want)
		}
	}
}

// TestHalves widens every float16 and rounds it back.
func TestHalves(t *testing.T) {
	for h := range 1 << 16 {
		x := fromHalf(uint16(h))
		want := uint16(h)
		if x != x {
			want |= 1 << 9
		}
		if got := toHalf(x); got != want {
			t.Fatalf("%#x is %v, which is %#x", h, x, got)
		}
	}
	for x, want := range map[float32]uint16{65519: 0x7bff, 65520: 0x7c00, 0x1p-25: 0, 0x1.002p-25: 1, 1 + 0x1p-11: 0x3c00, 1 + 0x3p-11: 0x3c02} {
		if got := toHalf(x); got != want {
			t.Errorf("%v is %#x, want %#x", x, got, want)
		}
	}
}

// sum is a function with a loop, a mask and constants.
const sum = `
DATA two<>+0(SB)/4, $0x40000000
GLOBL two<>(SB), RODATA|NOPTR, $4

// func sum(dst, src *float32, n int) int
TEXT ·sum(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ n+16(FP), CX
	MOVQ $-1, AX
	SHLXQ CX, AX, AX
	NOTQ AX
	KMOVW AX, K1
	VMOVUPS.Z (SI), K1, Z0
	VMULPS.BCST two<>+0(SB), Z0, Z0
	VMOVUPS Z0, K1, (DI)
	MOVQ CX, ret+24(FP)
	TESTQ CX, CX
	JZ done
	VZEROUPPER
done:
	VZEROUPPER
	RET
`

// TestCall runs a function on memory that ends with what it may touch.
func TestCall(t *testing.T) {
	p, err := Parse("sum.s", sum)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 16 {
		src, dst := make([]float32, 16), make([]float32, 16)
		for i := range src {
			src[i], dst[i] = rand.Float32(), 7
		}
		args := struct {
			dst, src *float32
			n        int
			_        [0]uint64
			ret      int
		}{dst: &dst[0], src: &src[0], n: n}
		p.Call("sum", unsafe.Pointer(&args))
		for i, got := range dst {
			want := float32(7)
			if i < n {
				want = 2 * src[i]
			}
			if got != want || args.ret != n {
				t.Fatalf("n = %d: element %d is %v, want %v; %d returned", n, i, got, want, args.ret)
			}
		}
	}
	if m := p.Missed()["sum"]; m.Of != 16 || len(m.Lines) != 0 {
		t.Errorf("missed %v of %d", m.Lines, m.Of)
	}
}

// TestFaults demands a panic that names the instruction.
func TestFaults(t *testing.T) {
	for _, tt := range []struct{ body, want string }{
		{"\tMOVQ $8, AX\n\tMOVQ (AX), BX\n\tRET\n", "bad.s:3: f: MOVQ (AX), BX: "},
		{"\tVXORPS Z0, Z0, Z0\n\tRET\n", "without VZEROUPPER"},
	} {
		p, err := Parse("bad.s", "TEXT ·f(SB), NOSPLIT, $0\n"+tt.body)
		if err != nil {
			t.Fatal(err)
		}
		func() {
			defer func() {
				if got, _ := recover().(string); !strings.Contains(got, tt.want) {
					t.Errorf("%q: got %q, want %q in it", tt.body, got, tt.want)
				}
			}()
			p.Call("f", nil)
		}()
	}
}

// TestUnknown demands an error that names the line.
func TestUnknown(t *testing.T) {
	for body, want := range map[string]string{
		"\tVNOTHING Z0, Z1\n":      "bad.s:2: VNOTHING Z0, Z1: unknown",
		"\tJMP away\n":             "no such label",
		"\tMOVQ x<>+0(SB), AX\n":   "there is no",
		"\tVADDPS.RN_SAE Z0, Z1\n": "suffix",
		"\tBYTE $0x0f\n":           "no instruction that is known",
	} {
		if _, err := Parse("bad.s", "TEXT ·f(SB), NOSPLIT, $0\n"+body); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", body, err, want)
		}
	}
}
