package simulator

import "math"

// conversion makes a lane of to bytes of one of from.
type conversion struct {
	from, to int
	of       func(x, imm uint64) uint64
}

func same(x, _ uint64) uint64 { return x }

var conversions = map[string]conversion{
	"VMOVUPS": {4, 4, same}, "VMOVAPS": {4, 4, same}, "VMOVDQU": {4, 4, same}, "VMOVDQU32": {4, 4, same}, "VMOVDQA32": {4, 4, same},
	"VMOVUPD": {8, 8, same}, "VMOVAPD": {8, 8, same},
	"VPMOVZXBD": {1, 4, same},
	"VPMOVSXBD": {1, 4, func(x, _ uint64) uint64 { return uint64(int64(int8(x))) }},
	"VPMOVDB":   {4, 1, same},
	"VPMOVSDB":  {4, 1, func(x, _ uint64) uint64 { return uint64(min(max(int32(x), math.MinInt8), math.MaxInt8)) }},
	"VPMOVUSDB": {4, 1, func(x, _ uint64) uint64 { return min(uint64(uint32(x)), math.MaxUint8) }},

	"VCVTPS2PD":   {4, 8, func(x, _ uint64) uint64 { return math.Float64bits(float64(f32(x))) }},
	"VCVTPD2PS":   {8, 4, func(x, _ uint64) uint64 { return bits(float32(f64(x))) }},
	"VCVTDQ2PS":   {4, 4, func(x, _ uint64) uint64 { return bits(float32(int32(x))) }},
	"VCVTPS2DQ":   {4, 4, func(x, _ uint64) uint64 { return toInt(math.RoundToEven(float64(f32(x)))) }},
	"VCVTTPS2DQ":  {4, 4, func(x, _ uint64) uint64 { return toInt(math.Trunc(float64(f32(x)))) }},
	"VRNDSCALEPS": {4, 4, func(x, imm uint64) uint64 { return bits(rounded(f32(x), imm)) }},
	"VSQRTPS":     {4, 4, func(x, _ uint64) uint64 { return bits(float32(math.Sqrt(float64(f32(x))))) }},
	"VCVTPH2PS":   {2, 4, func(x, _ uint64) uint64 { return bits(fromHalf(uint16(x))) }},
	"VCVTPS2PH":   {4, 2, func(x, _ uint64) uint64 { return uint64(toHalf(f32(x))) }},
}

// toInt gives what a processor does: the least number for all that int32 does not hold.
func toInt(x float64) uint64 {
	if !(x >= math.MinInt32 && x <= math.MaxInt32) {
		return 1 << 31
	}
	return uint64(uint32(int32(x)))
}

// rounded rounds to an integer: to the nearest, down, up or towards zero.
func rounded(x float32, imm uint64) float32 {
	if imm&^0xb != 0 {
		panic("fractions are kept")
	}
	f := [...]func(float64) float64{math.RoundToEven, math.Floor, math.Ceil, math.Trunc}[imm&3]
	return float32(f(float64(x)))
}

// fromHalf widens a float16.
func fromHalf(h uint16) float32 {
	e, fraction := int(h>>10&31), float64(h&(1<<10-1))
	var v float64
	switch e {
	case 0:
		v = math.Ldexp(fraction, -24)
	case 31:
		if v = math.Inf(1); fraction != 0 {
			return math.Float32frombits(uint32(h>>15)<<31 | 0x7fc00000 | uint32(h&(1<<10-1))<<13)
		}
	default:
		v = math.Ldexp(fraction+1<<10, e-25)
	}
	return float32(math.Copysign(v, 1-2*float64(h>>15)))
}

// toHalf rounds to float16, to the nearest, in a tie to the even one.
func toHalf(x float32) uint16 {
	b := math.Float32bits(x)
	sign := uint16(b >> 31 << 15)
	if x != x {
		return sign | 0x7e00 | uint16(b>>13&(1<<10-1))
	}
	a := math.Abs(float64(x))
	_, e := math.Frexp(a)
	e = max(e-1, -14) // 2^e ≤ a, but for what is subnormal
	units := math.RoundToEven(math.Ldexp(a, 10-e))
	switch {
	case a == 0:
		return sign
	case a >= 65520:
		return sign | 31<<10
	}
	return sign | (uint16(e+14)<<10 + uint16(units)) // a carry goes into the exponent, as does the leading bit
}
