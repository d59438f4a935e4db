package op

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/exact"
)

// randomOps are the rows of the family. With a seed an op gives the same numbers in every run and on every platform.
// Without one they go by how many draws the session has made, so that they differ between runs, and a new session
// repeats them.
var randomOps = []Def{
	{Name: "RandomUniform", Doc: "RandomUniform draws numbers from A up to, not including, B. Source: ONNX RandomUniform.", New: func() ir.Op { return Random{Fn: "RandomUniform"} }, ULP: 1},
	{Name: "RandomNormal", Doc: "RandomNormal draws numbers with mean A and standard deviation B. Source: ONNX RandomNormal.", New: func() ir.Op { return Random{Fn: "RandomNormal"} }, ULP: 4},
	{Name: "Multinomial", Doc: "Multinomial draws class numbers by the logarithms of their probabilities. Source: ONNX Multinomial.", New: func() ir.Op { return Multinomial{} }, DTypes: floats},
	{Name: "Dropout", Doc: "Dropout sets a random part of the elements to zero and scales the others, as in training. Source: ONNX Dropout.", New: func() ir.Op { return Dropout{} }, DTypes: anyFloat, ULP: 1},
}

// Random draws a tensor of Shape: uniformly from A to B, or with mean A and standard deviation B. Fn is RandomUniform or
// RandomNormal. Seed counts where Seeded is set.
type Random struct {
	Fn     string `ir:"-"`
	Shape  []ir.Dim
	A, B   float64
	DType  ir.DType
	Seeded bool
	Seed   int
}

// OpName is RandomUniform or RandomNormal.
func (o Random) OpName() string { return o.Fn }

// IsImpure says that no two draws are the same, though their attributes are.
func (Random) IsImpure() bool { return true }

// Draws says that without a seed the number of the draw counts.
func (o Random) Draws() bool { return !o.Seeded }

// SubstituteDims replaces symbols in the shape.
func (o Random) SubstituteDims(env map[string]ir.Dim) ir.Op {
	o.Shape = substituteAll(o.Shape, env)
	return o
}

// Infer takes the shape as it is.
func (o Random) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := want(x, 0, 0); err != nil {
		return nil, err
	}
	if !o.DType.IsFloat() {
		return nil, unsupported(o.DType)
	}
	if err := wantSizes(x, o.Shape); err != nil {
		return nil, err
	}
	return one(ir.TensorType(o.DType, o.Shape...))
}

// Eval draws as a session's first call does.
func (o Random) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) { return o.EvalDraw(1, in) }

// EvalDraw draws element by element.
func (o Random) EvalDraw(draw uint64, _ []*ir.Tensor) ([]*ir.Tensor, error) {
	shape, ok := ir.KnownShape(o.Shape)
	if !ok {
		return nil, fmt.Errorf("the shape %s is not known", ir.ShapeString(o.Shape))
	}
	s := newStream(o.Seeded, o.Seed, draw)
	y := ir.NewTensor(o.DType, shape...)
	for i := range y.Len() {
		if o.Fn == "RandomUniform" {
			y.SetFloat(i, o.A+float64(s.uniform(uint64(i))*(o.B-o.A)))
		} else {
			y.SetFloat(i, o.A+float64(s.normal(uint64(i))*o.B))
		}
	}
	return result(y)
}

// Lower calls the kernel.
func (o Random) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return call("kernel."+o.Fn, ir.Out(0), seedArg(o.Seeded, o.Seed), ir.Num(ir.Float64, o.A), ir.Num(ir.Float64, o.B))
}

// seedArg is what a kernel draws by: the seed, or the number of the draw.
func seedArg(seeded bool, seed int) ir.Arg {
	if !seeded {
		return ir.Draw()
	}
	return ir.Arg{Kind: ir.ArgNum, DType: ir.Uint64, Int: int64(seed)}
}

// stream is a sequence of random numbers of which each is known by its place: SplitMix64.
type stream struct{ key uint64 }

func newStream(seeded bool, seed int, draw uint64) stream {
	if seeded {
		draw = uint64(seed)
	}
	return stream{mix64(draw)}
}

// mix64 is SplitMix64's finaliser, a permutation of 64 bits in which each depends on all.
func mix64(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// uniform is number i between 0 and, not included, 1.
func (s stream) uniform(i uint64) float64 {
	return float64(mix64(s.key+(i+1)*0x9e3779b97f4a7c15)>>11) / (1 << 53)
}

// normal is number i with mean 0 and standard deviation 1, by Box and Muller's method.
func (s stream) normal(i uint64) float64 {
	u, angle := 1-s.uniform(i&^1), 2*math.Pi*s.uniform(i|1)
	r := math.Sqrt(-2 * exact.Log(u))
	if i&1 == 0 {
		return r * exact.Cos(angle)
	}
	return r * exact.Sin(angle)
}

// Multinomial draws Samples class numbers for each row of x [n, classes], whose elements are the logarithms of the
// classes' probabilities, but for a common factor.
type Multinomial struct {
	Samples int
	DType   ir.DType
	Seeded  bool
	Seed    int
}

// OpName is Multinomial.
func (Multinomial) OpName() string { return "Multinomial" }

// IsImpure says that no two draws are the same, though their attributes are.
func (Multinomial) IsImpure() bool { return true }

// Draws says that without a seed the number of the draw counts.
func (o Multinomial) Draws() bool { return !o.Seeded }

// Infer gives [n, Samples].
func (o Multinomial) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, floats...); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if t.Rank() != 2 || o.Samples < 0 || o.DType != ir.Int32 && o.DType != ir.Int64 {
		return nil, fmt.Errorf("%d samples of %s as %s, want [n, classes] and i32 or i64", o.Samples, t, o.DType)
	}
	if _, err := x.Equal(t.Shape[1].Max(ir.Const(1)), t.Shape[1], "there is no class to draw"); err != nil {
		return nil, err
	}
	return one(ir.TensorType(o.DType, t.Shape[0], ir.Const(int64(o.Samples))))
}

// Eval draws as a session's first call does.
func (o Multinomial) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) { return o.EvalDraw(1, in) }

// EvalDraw finds where each random part of the sum of probabilities falls.
func (o Multinomial) EvalDraw(draw uint64, in []*ir.Tensor) ([]*ir.Tensor, error) {
	x := in[0]
	s := newStream(o.Seeded, o.Seed, draw)
	n, classes := x.Shape[0], x.Shape[1]
	y := ir.NewTensor(o.DType, n, o.Samples)
	for b := range n {
		top := math.Inf(-1)
		for k := range classes {
			top = max(top, x.Float(b*classes+k))
		}
		sum, sums := 0.0, make([]float64, classes)
		for k := range sums {
			if v := x.Float(b*classes+k) - top; v <= 0 {
				sum += exact.Exp(v)
			}
			sums[k] = sum
		}
		for i := range o.Samples {
			at, k := s.uniform(uint64(b*o.Samples+i))*sum, 0
			for k < classes-1 && sums[k] <= at {
				k++
			}
			y.SetInt(b*o.Samples+i, int64(k))
		}
	}
	return result(y)
}

// Lower calls the kernel, which keeps a row of sums.
func (o Multinomial) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	classes := in[0].Type.Shape[1]
	return call("kernel.Multinomial", ir.Out(0), ir.In(0), ir.Scratch(0, ir.Float64, classes), ir.Int(classes), ir.IntC(o.Samples), seedArg(o.Seeded, o.Seed))
}

// Dropout sets each element of x (input 0) to zero with the probability ratio (input 1, a float64 number) and scales
// the others so that the mean stays, if training (input 2, a truth value) holds; else x passes. The second output is
// where elements were kept. The numbers drawn are those of NumPy's RandomState, by which the standard's own tests draw.
type Dropout struct {
	Seeded bool
	Seed   int
}

// OpName is Dropout.
func (Dropout) OpName() string { return "Dropout" }

// IsImpure says that no two draws are the same, though their attributes are.
func (Dropout) IsImpure() bool { return true }

// Draws says that without a seed the number of the draw counts.
func (o Dropout) Draws() bool { return !o.Seeded }

// Infer keeps the type, and makes a mask of its shape.
func (o Dropout) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 3, 3); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, anyFloat...); err != nil {
		return nil, err
	}
	if err := wantDType(x, 1, ir.Float64); err != nil {
		return nil, err
	}
	if err := wantDType(x, 2, ir.Bool); err != nil {
		return nil, err
	}
	for i := 1; i <= 2; i++ {
		if _, err := x.Equal(x.Type(i).Len(), ir.Const(1), "the ratio and whether it trains are single values"); err != nil {
			return nil, err
		}
	}
	return []ir.Type{x.Type(0), ir.TensorType(ir.Bool, x.Type(0).Shape...)}, nil
}

// Eval draws as a session's first call does.
func (o Dropout) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) { return o.EvalDraw(1, in) }

// EvalDraw draws a number for each element.
func (o Dropout) EvalDraw(draw uint64, in []*ir.Tensor) ([]*ir.Tensor, error) {
	x, ratio := in[0], in[1].Float(0)
	if o.Seeded {
		draw = uint64(o.Seed)
	}
	y, mask := ir.NewTensor(x.DType, x.Shape...), ir.NewTensor(ir.Bool, x.Shape...)
	if ratio == 0 || in[2].Int(0) == 0 {
		for i := range x.Len() {
			y.SetFloat(i, x.Float(i))
			mask.SetInt(i, 1)
		}
		return []*ir.Tensor{y, mask}, nil
	}
	s := newTwister(uint32(draw))
	for i := range x.Len() {
		if s.uniform() >= ratio {
			y.SetFloat(i, x.Float(i)/(1-ratio))
			mask.SetInt(i, 1)
		}
	}
	return []*ir.Tensor{y, mask}, nil
}

// Lower calls the kernel, which keeps the generator in scratch memory.
func (o Dropout) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return call("kernel.Dropout", ir.Out(0), ir.Out(1), ir.In(0), ir.In(1), ir.In(2), ir.Scratch(0, ir.Uint32, ir.Const(624)), seedArg(o.Seeded, o.Seed))
}

// twister is the generator MT19937 of Matsumoto and Nishimura.
type twister struct {
	state [624]uint32
	next  int
}

func newTwister(seed uint32) *twister {
	t := &twister{next: 624}
	t.state[0] = seed
	for i := 1; i < 624; i++ {
		p := t.state[i-1]
		t.state[i] = 1812433253*(p^p>>30) + uint32(i)
	}
	return t
}

// uint32 gives the next 32 bits.
func (t *twister) uint32() uint32 {
	if t.next == 624 {
		t.next = 0
		for i := range t.state {
			y := t.state[i]&(1<<31) | t.state[(i+1)%624]&(1<<31-1)
			t.state[i] = t.state[(i+397)%624] ^ y>>1 ^ 0x9908b0df*(y&1)
		}
	}
	y := t.state[t.next]
	t.next++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}

// uniform is a number of 53 bits between 0 and, not included, 1.
func (t *twister) uniform() float64 {
	high, low := t.uint32()>>5, t.uint32()>>6
	return (float64(high)*(1<<26) + float64(low)) / (1 << 53)
}
