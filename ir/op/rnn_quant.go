package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// QuantizedLSTM is Recurrent's LSTM for weights that are integers of eight bits. Its products are of integers: x is
// quantised to uint8 by the span of its elements once, the state of all sequences in each step. Inputs, those from bias
// to peepholes optional:
//
//	0  x          [steps, batch, in] float32
//	1  w          [dirs, in, 4·h] int8 or uint8, for the gates i o f c
//	2  r          [dirs, h, 4·h] of w's type
//	3  bias       [dirs, 8·h]: what is added to w's product, then to r's
//	4  lengths    [batch] int32: the steps of each sequence; from there on y is 0
//	5  h0         [dirs, batch, h], else 0
//	6  c0         [dirs, batch, h], else 0
//	7  peepholes  [dirs, 3·h]: factors of the cell for i o f
//	8  wScale     [dirs], or [dirs, 4·h] with one for each column
//	9  wZero      of wScale's shape and w's type
//	10 rScale     [dirs] or [dirs, 4·h]
//	11 rZero      of rScale's shape and r's type
//
// Attributes and outputs are Recurrent's. Going backwards, sequences begin at their own ends.
type QuantizedLSTM struct {
	Reverse    []bool
	Acts       []string
	ActA, ActB []float64
	Clip       float64
	Coupled    bool
}

// The inputs of QuantizedLSTM beyond Recurrent's; zero points follow their scales.
const rnnWScale, rnnRScale = 8, 10

// quantizedInputs names the inputs in errors.
var quantizedInputs = append(recurrentInputs[:8:8], "the scale of w", "the zero point of w", "the scale of r", "the zero point of r")

// OpName is DynamicQuantizeLSTM.
func (QuantizedLSTM) OpName() string { return "DynamicQuantizeLSTM" }

// plain is the layer without what is known of its weights.
func (o QuantizedLSTM) plain() Recurrent {
	return Recurrent{Fn: "LSTM", Reverse: o.Reverse, Acts: o.Acts, ActA: o.ActA, ActB: o.ActB, Clip: o.Clip, Coupled: o.Coupled}
}

// Work is that of Recurrent.
func (o QuantizedLSTM) Work(in, out []ir.Type) ir.Dim { return o.plain().Work(in, out) }

// Infer demands that all shapes agree.
func (o QuantizedLSTM) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 3, 12); err != nil {
		return nil, err
	}
	for _, i := range []int{rnnWScale, rnnWScale + 1, rnnRScale, rnnRScale + 1} {
		if !x.Has(i) {
			return nil, fmt.Errorf("%s is missing", quantizedInputs[i])
		}
	}
	if err := o.plain().check(); err != nil {
		return nil, err
	}
	t, r := x.Type(rnnX), x.Type(rnnR)
	if t.Rank() != 3 || r.Rank() != 3 {
		return nil, fmt.Errorf("x is %s and r %s, want three axes each", t, r)
	}
	dirs := ir.Const(int64(len(o.Reverse)))
	steps, batch, in, h := t.Shape[0], t.Shape[1], t.Shape[2], r.Shape[1]
	wide := h.Mul(ir.Const(4))
	for i, shape := range [][]ir.Dim{
		rnnX: t.Shape, rnnW: {dirs, in, wide}, rnnR: {dirs, h, wide}, rnnBias: {dirs, wide.Mul(ir.Const(2))},
		rnnLengths: {batch}, rnnH0: {dirs, batch, h}, rnnC0: {dirs, batch, h}, rnnPeep: {dirs, h.Mul(ir.Const(3))},
		rnnWScale: perColumn(x, rnnWScale, dirs, wide), rnnWScale + 1: perColumn(x, rnnWScale, dirs, wide),
		rnnRScale: perColumn(x, rnnRScale, dirs, wide), rnnRScale + 1: perColumn(x, rnnRScale, dirs, wide),
	} {
		if err := o.wantShape(x, i, shape); err != nil {
			return nil, err
		}
	}
	last := ir.TensorType(ir.Float32, dirs, batch, h)
	return []ir.Type{ir.TensorType(ir.Float32, steps, dirs, batch, h), last, last}, nil
}

// perColumn is the shape that the scale at input i should have: one for a direction, or one for each of its columns.
func perColumn(x *ir.Inference, i int, dirs, columns ir.Dim) []ir.Dim {
	if x.Type(i).Rank() > 1 {
		return []ir.Dim{dirs, columns}
	}
	return []ir.Dim{dirs}
}

// wantShape checks an input's element type and shape.
func (o QuantizedLSTM) wantShape(x *ir.Inference, i int, shape []ir.Dim) error {
	want := ir.TensorType(ir.Float32, shape...)
	switch i {
	case rnnLengths:
		want.DType = ir.Int32
	case rnnW, rnnR, rnnWScale + 1, rnnRScale + 1:
		if err := wantDType(x, rnnW, ir.Int8, ir.Uint8); err != nil {
			return err
		}
		want.DType = x.Type(rnnW).DType
	}
	return wantInput(x, i, quantizedInputs[i], want)
}

// quantizedLayer is the state of an evaluation.
type quantizedLayer struct {
	QuantizedLSTM
	in                   []*ir.Tensor
	steps, batch, hidden int
	peep, h, c           []float64 // of all directions
	y                    *ir.Tensor
}

// Eval runs step by step and cell by cell.
func (o QuantizedLSTM) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x, dirs := in[rnnX], len(o.Reverse)
	l := &quantizedLayer{QuantizedLSTM: o, in: in, steps: x.Shape[0], batch: x.Shape[1], hidden: in[rnnR].Shape[1]}
	l.peep = floatsOr(nth(in, rnnPeep), dirs*3*l.hidden)
	l.h = floatsOr(nth(in, rnnH0), dirs*l.batch*l.hidden)
	l.c = floatsOr(nth(in, rnnC0), dirs*l.batch*l.hidden)
	l.y = ir.NewTensor(ir.Float32, l.steps, dirs, l.batch, l.hidden)
	for dir := range dirs {
		l.direction(dir)
	}
	s := &recurrence{batch: l.batch, hidden: l.hidden, lengths: nth(in, rnnLengths), h: l.h, c: l.c}
	s.clearEmpty()
	last := []int{dirs, l.batch, l.hidden}
	return []*ir.Tensor{l.y, ir.FromFloats(ir.Float32, last, l.h), ir.FromFloats(ir.Float32, last, l.c)}, nil
}

// direction goes over the steps.
func (l *quantizedLayer) direction(dir int) {
	wide, rows := 4*l.hidden, l.batch*l.hidden
	gates := l.product(l.in[rnnX].Floats(), dir, rnnW, rnnWScale)
	bias := floatsOr(nth(l.in, rnnBias), len(l.Reverse)*2*wide)[dir*2*wide:]
	h, c := l.h[dir*rows:][:rows], l.c[dir*rows:][:rows]
	for s := range l.steps {
		own := l.product(h, dir, rnnR, rnnRScale)
		for b := range l.batch {
			steps := l.steps
			if lengths := nth(l.in, rnnLengths); lengths != nil {
				steps = int(min(lengths.Int(b), int64(l.steps)))
			}
			if s >= steps {
				continue
			}
			t := s
			if l.Reverse[dir] {
				t = steps - 1 - s
			}
			sums := own[b*wide:][:wide]
			for j := range sums {
				sums[j] += gates[(t*l.batch+b)*wide+j] + float64(bias[j]+bias[wide+j])
			}
			state := h[b*l.hidden:][:l.hidden]
			l.plain().cell(dir, sums, l.peep[dir*3*l.hidden:], state, c[b*l.hidden:][:l.hidden])
			for j, v := range state {
				state[j] = float64(float32(v)) // what is quantised next
				l.y.SetFloat(((t*len(l.Reverse)+dir)*l.batch+b)*l.hidden+j, v)
			}
		}
	}
}

// product is rows of numbers, quantised, times the direction's matrix at input i, whose scale and zero point are at
// input s and behind it.
func (l *quantizedLayer) product(rows []float64, dir, i, s int) []float64 {
	codes, scale, zero := dynamicCodes(rows)
	m, wide := l.in[i], 4*l.hidden
	k, each := m.Shape[1], l.in[s].Len()/len(l.Reverse)
	sums := make([]float64, len(rows)/max(k, 1)*wide)
	for at := range sums {
		row, j := at/wide, at%wide
		q := dir*each + j%each
		for p := range k {
			sums[at] += (codes[row*k+p] - zero) * float64(m.Int((dir*k+p)*wide+j)-l.in[s+1].Int(q))
		}
		sums[at] *= float64(float32(scale * l.in[s].Float(q)))
	}
	return sums
}
