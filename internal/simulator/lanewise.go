package simulator

import "math"

// laneOp is an instruction that works on lanes: x is the first operand but immediates, y the second of three, z the
// destination before.
type laneOp struct {
	size     int // bytes of a lane
	operands int // but masks and immediates
	of       func(x, y, z, imm uint64) uint64
	fused    bool
}

func f32(v uint64) float32  { return math.Float32frombits(uint32(v)) }
func f64(v uint64) float64  { return math.Float64frombits(v) }
func bits(v float32) uint64 { return uint64(math.Float32bits(v)) }
func single(f func(x, y float32) float32) func(x, y, _, _ uint64) uint64 {
	return func(x, y, _, _ uint64) uint64 { return bits(f(f32(x), f32(y))) }
}
func double(f func(x, y float64) float64) func(x, y, _, _ uint64) uint64 {
	return func(x, y, _, _ uint64) uint64 { return math.Float64bits(f(f64(x), f64(y))) }
}

// word is an instruction on 32 bits.
func word(f func(x, y uint32) uint32) laneOp {
	return laneOp{4, 3, func(x, y, _, _ uint64) uint64 { return uint64(f(uint32(x), uint32(y))) }, false}
}

// lanewise are the instructions by name; Go's operands are in the reverse of Intel's order.
var lanewise = map[string]laneOp{
	"VANDPS":  word(func(x, y uint32) uint32 { return x & y }),
	"VANDNPS": word(func(x, y uint32) uint32 { return x &^ y }),
	"VORPS":   word(func(x, y uint32) uint32 { return x | y }),
	"VXORPS":  word(func(x, y uint32) uint32 { return x ^ y }),
	"VXORPD":  word(func(x, y uint32) uint32 { return x ^ y }),
	"VPXORD":  word(func(x, y uint32) uint32 { return x ^ y }),
	"VPORD":   word(func(x, y uint32) uint32 { return x | y }),
	"VPANDD":  word(func(x, y uint32) uint32 { return x & y }),
	"VPADDD":  word(func(x, y uint32) uint32 { return y + x }),
	"VPSUBD":  word(func(x, y uint32) uint32 { return y - x }),
	"VPSLLVD": word(func(x, y uint32) uint32 { return y << x }),

	"VPSLLD":    {4, 2, func(x, _, _, imm uint64) uint64 { return x << imm }, false},
	"VPSRLD":    {4, 2, func(x, _, _, imm uint64) uint64 { return x >> imm }, false},
	"VPSRAD":    {4, 2, func(x, _, _, imm uint64) uint64 { return uint64(uint32(int32(x) >> imm)) }, false},
	"VSCALEFPS": {4, 3, func(x, y, _, _ uint64) uint64 { return bits(scaled(f32(y), f32(x))) }, false},
	"VPDPBUSD": {4, 3, func(x, y, z, _ uint64) uint64 { // bytes of y without a sign
		for i := 0; i < 32; i += 8 {
			z += uint64(int32(uint8(y>>i)) * int32(int8(x>>i)))
		}
		return z
	}, false},
}

// scalars work on the lowest lane.
var scalars = map[string]laneOp{
	"VSQRTSS": {4, 3, func(x, _, _, _ uint64) uint64 { return bits(float32(math.Sqrt(float64(f32(x))))) }, false},
	"VSQRTSD": {8, 3, func(x, _, _, _ uint64) uint64 { return math.Float64bits(math.Sqrt(f64(x))) }, false},
}

func init() {
	for name, f := range map[string]func(x, y float64) float64{
		"ADD": func(x, y float64) float64 { return y + x },
		"SUB": func(x, y float64) float64 { return y - x },
		"MUL": func(x, y float64) float64 { return y * x },
		"DIV": func(x, y float64) float64 { return y / x },
		// The first operand wins where either is no number, or both are zeros.
		"MAX": func(x, y float64) float64 {
			if y > x {
				return y
			}
			return x
		},
		"MIN": func(x, y float64) float64 {
			if y < x {
				return y
			}
			return x
		},
	} {
		// Of two float32, float64 holds enough for the result to be rounded as if it were exact.
		s, d := single(func(x, y float32) float32 { return float32(f(float64(x), float64(y))) }), double(f)
		lanewise["V"+name+"PS"], lanewise["V"+name+"PD"] = laneOp{4, 3, s, false}, laneOp{8, 3, d, false}
		scalars["V"+name+"SS"], scalars["V"+name+"SD"] = laneOp{4, 3, s, false}, laneOp{8, 3, d, false}
	}
	for name, sign := range map[string][2]float64{"VFMADD": {1, 1}, "VFMSUB": {1, -1}, "VFNMADD": {-1, 1}, "VFNMSUB": {-1, -1}} {
		for order, pick := range map[string]func(x, y, z uint64) (a, b, c uint64){
			"132": func(x, y, z uint64) (a, b, c uint64) { return z, x, y },
			"213": func(x, y, z uint64) (a, b, c uint64) { return z, y, x },
			"231": func(x, y, z uint64) (a, b, c uint64) { return y, x, z },
		} {
			s := laneOp{4, 3, func(x, y, z, _ uint64) uint64 {
				a, b, c := pick(x, y, z)
				return bits(fma32(sign[0]*float64(f32(a)), float64(f32(b)), sign[1]*float64(f32(c))))
			}, true}
			d := laneOp{8, 3, func(x, y, z, _ uint64) uint64 {
				a, b, c := pick(x, y, z)
				return math.Float64bits(math.FMA(sign[0]*f64(a), f64(b), sign[1]*f64(c)))
			}, true}
			lanewise[name+order+"PS"], lanewise[name+order+"PD"] = s, d
			scalars[name+order+"SS"], scalars[name+order+"SD"] = s, d
		}
	}
}

// scaled gives x·2^n, n rounded down, with one rounding.
func scaled(x, n float32) float32 {
	e := math.Floor(float64(n))
	if math.IsNaN(e) || math.IsInf(e, 0) {
		return x * float32(math.Exp2(e))
	}
	return float32(math.Ldexp(float64(x), int(max(min(e, 1000), -1000))))
}

// fma32 gives a·b + c of float32 with one rounding. In float64 the product is exact; of the sum's error no more than
// whether there is one counts, which goes into the lowest bit.
func fma32(a, b, c float64) float32 {
	product := a * b
	sum := product + c
	if part := sum - product; !math.IsInf(sum, 0) {
		if low := (product - (sum - part)) + (c - part); low != 0 {
			if v := math.Float64bits(sum); v&1 == 0 {
				if (low > 0) == (sum > 0) {
					v++
				} else {
					v--
				}
				sum = math.Float64frombits(v)
			}
		}
	}
	return float32(sum)
}
