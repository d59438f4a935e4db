package op

import "github.com/energeticc/energeticc/ir"

// recurrence is the state of an evaluation, in float64.
type recurrence struct {
	op                       Recurrent
	steps, batch, in, hidden int
	x, w, r, bias, peep      []float64
	lengths                  *ir.Tensor
	h, c                     []float64 // [dirs, batch, hidden]
}

// Eval runs step by step and cell by cell.
func (o Recurrent) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x, dirs := in[rnnX], len(o.Reverse)
	s := &recurrence{op: o, steps: x.Shape[0], batch: x.Shape[1], in: x.Shape[2], hidden: in[rnnR].Shape[2], lengths: nth(in, rnnLengths)}
	s.x, s.w, s.r = x.Floats(), in[rnnW].Floats(), in[rnnR].Floats()
	s.bias = floatsOr(nth(in, rnnBias), dirs*2*o.gates()*s.hidden)
	s.peep = floatsOr(nth(in, rnnPeep), dirs*3*s.hidden)
	s.h = floatsOr(nth(in, rnnH0), dirs*s.batch*s.hidden)
	s.c = floatsOr(nth(in, rnnC0), dirs*s.batch*s.hidden)
	y := ir.NewTensor(x.DType, s.steps, dirs, s.batch, s.hidden)
	for dir, reverse := range o.Reverse {
		for i := range s.steps {
			t := i
			if reverse {
				t = s.steps - 1 - i
			}
			for b := range s.batch {
				if s.lengths != nil && int64(t) >= s.lengths.Int(b) {
					continue
				}
				s.step(dir, t, b)
				at := (dir*s.batch + b) * s.hidden
				for j, v := range s.h[at : at+s.hidden] {
					y.SetFloat(((t*dirs+dir)*s.batch+b)*s.hidden+j, v)
				}
			}
		}
	}
	s.clearEmpty()
	last := []int{dirs, s.batch, s.hidden}
	out := []*ir.Tensor{y, ir.FromFloats(x.DType, last, s.h)}
	if o.Fn == "LSTM" {
		out = append(out, ir.FromFloats(x.DType, last, s.c))
	}
	return out, nil
}

// clearEmpty sets the state of sequences without a step to 0, whatever it began as.
func (s *recurrence) clearEmpty() {
	if s.lengths == nil {
		return
	}
	for at := range len(s.h) / max(s.hidden, 1) {
		if s.lengths.Int(at%s.batch) <= 0 {
			clear(s.h[at*s.hidden:][:s.hidden])
			clear(s.c[at*s.hidden:][:s.hidden])
		}
	}
}

// floatsOr reads a tensor, or gives n zeros where it is absent.
func floatsOr(t *ir.Tensor, n int) []float64 {
	if t == nil {
		return make([]float64, n)
	}
	return t.Floats()
}

// step advances one sequence by one step.
func (s *recurrence) step(dir, t, b int) {
	at := (dir*s.batch + b) * s.hidden
	x := s.x[(t*s.batch+b)*s.in:][:s.in]
	h, c := s.h[at:at+s.hidden], s.c[at:at+s.hidden]
	switch s.op.Fn {
	case "LSTM":
		s.lstm(dir, x, h, c)
	case "GRU":
		s.gru(dir, x, h)
	default:
		next := make([]float64, s.hidden)
		for j := range next {
			next[j] = s.op.apply(dir, 0, s.fromX(dir, j, x)+s.fromH(dir, j, h))
		}
		copy(h, next)
	}
}

// fromX is row j of w times x, with its bias.
func (s *recurrence) fromX(dir, j int, x []float64) float64 {
	wide := s.op.gates() * s.hidden
	return dot(s.w[(dir*wide+j)*s.in:], x) + s.bias[dir*2*wide+j]
}

// fromH is row j of r times h, with its bias.
func (s *recurrence) fromH(dir, j int, h []float64) float64 {
	wide := s.op.gates() * s.hidden
	return dot(s.r[(dir*wide+j)*s.hidden:], h) + s.bias[dir*2*wide+wide+j]
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range b {
		sum += float64(a[i] * v)
	}
	return sum
}

func (s *recurrence) lstm(dir int, x, h, c []float64) {
	gates := make([]float64, 4*s.hidden)
	for j := range gates {
		gates[j] = s.fromX(dir, j, x) + s.fromH(dir, j, h)
	}
	s.op.cell(dir, gates, s.peep[dir*3*s.hidden:], h, c)
}

// cell advances the state h, c of an LSTM's sequence by what the gates i o f c take.
func (o Recurrent) cell(dir int, gates, peep, h, c []float64) {
	n := len(h)
	for j := range h {
		i := o.apply(dir, 0, gates[j]+float64(peep[j]*c[j]))
		f := 1 - i
		if !o.Coupled {
			f = o.apply(dir, 0, gates[2*n+j]+float64(peep[2*n+j]*c[j]))
		}
		c[j] = float64(f*c[j]) + float64(i*o.apply(dir, 1, gates[3*n+j]))
		out := o.apply(dir, 0, gates[n+j]+float64(peep[n+j]*c[j]))
		k := dir*o.acts() + 2
		h[j] = out * gateFn(o.Acts[k]).float(c[j], o.ActA[k], o.ActB[k]) // the cell is not clipped
	}
}

func (s *recurrence) gru(dir int, x, h []float64) {
	n := s.hidden
	z, reset := make([]float64, n), make([]float64, n)
	for j := range n {
		z[j] = s.op.apply(dir, 0, s.fromX(dir, j, x)+s.fromH(dir, j, h))
		reset[j] = s.op.apply(dir, 0, s.fromX(dir, n+j, x)+s.fromH(dir, n+j, h))
	}
	held := make([]float64, n)
	for j := range held {
		held[j] = reset[j] * h[j]
	}
	next := make([]float64, n)
	for j := range next {
		sum := s.fromX(dir, 2*n+j, x)
		if s.op.Linear {
			sum += float64(reset[j] * s.fromH(dir, 2*n+j, h))
		} else {
			sum += s.fromH(dir, 2*n+j, held)
		}
		next[j] = float64((1-z[j])*s.op.apply(dir, 1, sum)) + float64(z[j]*h[j])
	}
	copy(h, next)
}
