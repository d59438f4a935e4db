package op

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/energeticc/energeticc/ir"
)

// HashBuckets says which of as many buckets each text falls into: FarmHash's 64-bit fingerprint of its bytes modulo
// Buckets, of which the lower 32 bits count.
type HashBuckets struct{ Buckets int64 }

// OpName is HashBuckets.
func (HashBuckets) OpName() string { return "HashBuckets" }

// Infer keeps the shape.
func (o HashBuckets) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantText(x); err != nil {
		return nil, err
	}
	if o.Buckets < 1 {
		return nil, fmt.Errorf("%d buckets, want at least 1", o.Buckets)
	}
	return one(ir.TensorType(ir.Int32, x.Type(0).Shape...))
}

// Eval hashes text by text.
func (o HashBuckets) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	out := ir.NewTensor(ir.Int32, in[0].Shape...)
	for i, s := range in[0].Strings {
		out.SetInt(i, int64(int32(uint32(farmHash([]byte(s))%uint64(o.Buckets)))))
	}
	return result(out)
}

// Lower hashes text by text.
func (o HashBuckets) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	buckets := ir.Arg{Kind: ir.ArgNum, DType: ir.Int64, Num: float64(o.Buckets), Int: o.Buckets}
	return call("kernel.HashBuckets", ir.Out(0), ir.In(0), buckets)
}

// farmPrimes are the primes of FarmHash.
var farmPrimes = [3]uint64{0xc3a5c85c97cb3127, 0xb492b66fbe98f273, 0x9ae16a3b2f90404f}

// farmHash is FarmHash's 64-bit fingerprint (Pike, Google, 2014).
func farmHash(s []byte) uint64 {
	k := farmPrimes
	n, size := len(s), uint64(len(s))
	at := func(i int) uint64 { return binary.LittleEndian.Uint64(s[i:]) }
	right := func(v uint64, n int) uint64 { return bits.RotateLeft64(v, 64-n) }
	mul := k[2] + size*2
	switch {
	case n == 0:
		return k[2]
	case n < 4:
		y, z := uint64(s[0])+uint64(s[n>>1])*256, size+uint64(s[n-1])*4
		return farmShift(k[2]*y^k[0]*z) * k[2]
	case n < 8:
		first, last := binary.LittleEndian.Uint32(s), binary.LittleEndian.Uint32(s[n-4:])
		return farmMix(size+uint64(first)*8, uint64(last), mul)
	case n <= 16:
		a, b := at(0)+k[2], at(n-8)
		return farmMix(right(b, 37)*mul+a, (right(a, 25)+b)*mul, mul)
	case n <= 32:
		a, b, c, d := at(0)*k[1], at(8), at(n-8)*mul, at(n-16)*k[2]
		return farmMix(right(a+b, 43)+right(c, 30)+d, a+right(b+k[2], 18)+c, mul)
	case n <= 64:
		a, b, c, d := at(0)*k[2], at(8), at(n-8)*mul, at(n-16)*k[2]
		y := right(a+b, 43) + right(c, 30) + d
		z := farmMix(y, a+right(b+k[2], 18)+c, mul)
		e, f, g, h := at(16)*mul, at(24), (y+at(n-32))*mul, (z+at(n-24))*mul
		return farmMix(right(e+f, 43)+right(g, 30)+h, e+right(f+a, 18)+g, mul)
	}
	return farmLong(s)
}

func farmShift(v uint64) uint64 { return v ^ v>>47 }

func farmMix(u, v, mul uint64) uint64 {
	a := (u ^ v) * mul
	b := (v ^ farmShift(a)) * mul
	return farmShift(b) * mul
}

// farmLong hashes more than 64 bytes.
func farmLong(s []byte) uint64 {
	k := farmPrimes
	x, y := uint64(81), uint64(81)*farmPrimes[1]+113
	z := farmShift(y*k[2]+113) * k[2]
	var v, w [2]uint64
	x = x*k[2] + binary.LittleEndian.Uint64(s)
	weak := func(s []byte, a, b uint64) [2]uint64 {
		var word [4]uint64
		for i := range word {
			word[i] = binary.LittleEndian.Uint64(s[8*i:])
		}
		sum := a + word[0] + word[1] + word[2]
		b = bits.RotateLeft64(b+a+word[0]+word[3], 64-21)
		return [2]uint64{sum + word[3], b + bits.RotateLeft64(sum, 64-44) + a + word[0]}
	}
	round := func(s []byte, mul, times uint64) {
		at := func(i int) uint64 { return binary.LittleEndian.Uint64(s[i:]) }
		x = bits.RotateLeft64(x+y+v[0]+at(8), 64-37) * mul
		y = bits.RotateLeft64(y+v[1]+at(48), 64-42) * mul
		x ^= w[1] * times
		y += v[0]*times + at(40)
		z = bits.RotateLeft64(z+w[0], 64-33) * mul
		v = weak(s, v[1]*mul, x+w[0])
		w = weak(s[32:], z+w[1], y+at(16))
		z, x = x, z
	}
	rest := s
	for ; len(rest) > 64; rest = rest[64:] {
		round(rest, k[1], 1)
	}
	mul := k[1] + (z&0xff)*2
	w[0] += uint64(len(rest) - 1)
	v[0] += w[0]
	w[0] += v[0]
	round(s[len(s)-64:], mul, 9)
	return farmMix(farmMix(v[0], w[0], mul)+farmShift(y)*k[0]+z, farmMix(v[1], w[1], mul)+x, mul)
}
