package ir

import "math"

// smallFormat describes a floating-point type of 16 bits or fewer.
// Sources: IEEE 754-2019 (binary16), OCP 8-bit Floating Point 1.0, OCP Microscaling Formats 1.0, ONNX float8 notes.
type smallFormat struct {
	exp, man, bias int
	special        specials
}

type specials uint8

const (
	ieeeSpecials specials = iota // all ones in the exponent: infinities and NaNs
	finiteNaN                    // no infinity; NaN is all ones (FN)
	unsignedZero                 // no infinity, no negative zero; NaN is the pattern of -0 (FNUZ)
	noSpecials                   // every pattern is a number; saturates
	exponentOnly                 // 2^(e-127), no sign; NaN is 0xff (E8M0)
)

var smallFormats = map[DType]smallFormat{
	Float16:        {5, 10, 15, ieeeSpecials},
	BFloat16:       {8, 7, 127, ieeeSpecials},
	Float8E4M3FN:   {4, 3, 7, finiteNaN},
	Float8E4M3FNUZ: {4, 3, 8, unsignedZero},
	Float8E5M2:     {5, 2, 15, ieeeSpecials},
	Float8E5M2FNUZ: {5, 2, 16, unsignedZero},
	Float8E8M0:     {8, 0, 127, exponentOnly},
	Float6E2M3:     {2, 3, 1, noSpecials},
	Float6E3M2:     {3, 2, 3, noSpecials},
	Float4E2M1:     {2, 1, 1, noSpecials},
}

// decodeSmall widens a pattern; exact.
func decodeSmall(d DType, v uint32) float32 {
	f := smallFormats[d]
	if f.special == exponentOnly {
		if v == 0xff {
			return float32(math.NaN())
		}
		return float32(math.Ldexp(1, int(v)-f.bias))
	}
	sign := v >> (f.exp + f.man) & 1
	e := int(v >> f.man & (1<<f.exp - 1))
	m := v & (1<<f.man - 1)
	top := 1<<f.exp - 1
	switch {
	case f.special == ieeeSpecials && e == top && m != 0,
		f.special == finiteNaN && e == top && m == 1<<f.man-1,
		f.special == unsignedZero && sign == 1 && e == 0 && m == 0:
		return float32(math.NaN())
	case f.special == ieeeSpecials && e == top:
		return float32(math.Inf(1 - 2*int(sign)))
	}
	x := math.Ldexp(float64(m), 1-f.bias-f.man)
	if e != 0 {
		x = math.Ldexp(float64(m|1<<f.man), e-f.bias-f.man)
	}
	if sign == 1 {
		x = -x
	}
	return float32(x)
}

// encodeSmall rounds to nearest, ties to even. Beyond the largest number: infinity where the type has one, NaN
// where it has only that, else the largest number.
func encodeSmall(d DType, x float64) uint32 {
	f := smallFormats[d]
	if f.special == exponentOnly {
		return encodeE8M0(x)
	}
	nan := uint32(1<<(f.exp+f.man) - 1) // FN: all ones
	switch f.special {
	case ieeeSpecials:
		nan = uint32((1<<f.exp-1)<<f.man | 1<<(f.man-1))
	case unsignedZero:
		nan = 1 << (f.exp + f.man)
	case noSpecials:
		nan = 0
	}
	if x != x {
		return nan
	}
	sign := uint32(0)
	if math.Signbit(x) {
		sign, x = 1<<(f.exp+f.man), -x
	}
	if v, ok := f.roundFinite(x); ok {
		if v == 0 && f.special == unsignedZero {
			return 0
		}
		return sign | v
	}
	switch f.special {
	case ieeeSpecials:
		return sign | uint32((1<<f.exp-1)<<f.man)
	case noSpecials:
		return sign | uint32(1<<(f.exp+f.man)-1)
	case finiteNaN:
		return sign | nan
	}
	return nan
}

// roundFinite gives the pattern of |x| without its sign; false beyond the largest number.
func (f smallFormat) roundFinite(x float64) (uint32, bool) {
	if math.IsInf(x, 1) {
		return 0, false
	}
	if x == 0 {
		return 0, true
	}
	_, e := math.Frexp(x) // x = frac·2^e with frac in [1/2, 1)
	e = max(e-1, 1-f.bias)
	q := math.RoundToEven(math.Ldexp(x, f.man-e)) // in units of the last place
	v := uint32(0)
	if q >= float64(uint32(1)<<f.man) {
		v = uint32(e+f.bias-1)<<f.man + uint32(q) // the leading one carries into the exponent
	} else {
		v = uint32(q)
	}
	limit := uint32(1<<(f.exp+f.man) - 1)
	switch f.special {
	case ieeeSpecials:
		limit = uint32((1<<f.exp-1)<<f.man - 1)
	case finiteNaN:
		limit--
	}
	return v, v <= limit
}

// encodeE8M0 rounds up to a power of two's exponent as the ONNX reference does by default.
func encodeE8M0(x float64) uint32 {
	if x != x || x < 0 || math.IsInf(x, 0) {
		return 0xff
	}
	if x == 0 {
		return 0
	}
	frac, e := math.Frexp(x)
	if frac > 0.5 {
		e++
	}
	return uint32(min(max(e-1+127, 0), 254))
}

// RoundTo rounds a number to the element type and back.
func RoundTo(d DType, x float64) float64 {
	switch d {
	case Float32:
		return float64(float32(x))
	case Float64:
		return x
	}
	if d.IsFloat() {
		return float64(decodeSmall(d, encodeSmall(d, x)))
	}
	return x
}
