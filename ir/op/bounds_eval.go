package op

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// plusMinus splits numbers into what is above and what is below 0.
func plusMinus(v []int) []int {
	out := make([]int, 2*len(v))
	for i, x := range v {
		out[i], out[len(v)+i] = max(x, 0), max(-x, 0)
	}
	return out
}

func evalSigned(_ Bounds, in []*ir.Tensor) ([]int, error) {
	v, err := numbers(in[0])
	return plusMinus(v), err
}

func numbers(t *ir.Tensor) ([]int, error) {
	out := make([]int, t.Len())
	for i, v := range t.Ints() {
		if v < -maxSize || v > maxSize {
			return nil, fmt.Errorf("number %d at %d is too large", v, i)
		}
		out[i] = int(v)
	}
	return out, nil
}

// maxSize is the largest size that data may ask for along one axis.
const maxSize = 1<<31 - 1

func evalSizes(_ Bounds, in []*ir.Tensor) ([]int, error) {
	out, err := numbers(in[0])
	if err != nil {
		return nil, err
	}
	for i, v := range out {
		if v < 0 {
			return nil, fmt.Errorf("size %d at %d is negative", v, i)
		}
	}
	return out, nil
}

func evalReshape(o Bounds, in []*ir.Tensor) ([]int, error) {
	from := in[0].Shape
	shape, err := numbers(in[1])
	if err != nil {
		return nil, err
	}
	rest, known := -1, 1
	for i, v := range shape {
		switch {
		case v == -1 && rest < 0:
			rest = i
			continue
		case v < 0:
			return nil, fmt.Errorf("shape %v: want sizes of at least 0 and at most one -1", shape)
		case v == 0 && !o.Zero:
			if i >= len(from) {
				return nil, fmt.Errorf("shape %v: 0 at %d, but the input has rank %d", shape, i, len(from))
			}
			shape[i] = from[i]
		}
		known *= shape[i]
	}
	if rest >= 0 {
		if known == 0 {
			return nil, fmt.Errorf("shape %v: -1 beside a size of 0 is undetermined", shape)
		}
		shape[rest] = in[0].Len() / known
	}
	return shape, nil
}

// markAxes marks axes, which may count from the end, each at most once.
func markAxes(axes []int64, rank int) ([]bool, error) {
	marked := make([]bool, rank)
	for _, a := range axes {
		i, err := indexAt(a, rank)
		if err != nil {
			return nil, err
		}
		if marked[i] {
			return nil, fmt.Errorf("axis %d stands twice", i)
		}
		marked[i] = true
	}
	return marked, nil
}

func evalSqueeze(_ Bounds, in []*ir.Tensor) ([]int, error) {
	drop, err := markAxes(in[1].Ints(), len(in[0].Shape))
	if err != nil {
		return nil, err
	}
	var out []int
	for i, n := range in[0].Shape {
		switch {
		case !drop[i]:
			out = append(out, n)
		case n != 1:
			return nil, fmt.Errorf("axis %d has length %d, want 1", i, n)
		}
	}
	return out, nil
}

func evalChosen(_ Bounds, in []*ir.Tensor) ([]int, error) {
	chosen, err := markAxes(in[1].Ints(), len(in[0].Shape))
	if err != nil {
		return nil, err
	}
	out := make([]int, len(chosen))
	for i, c := range chosen {
		out[i] = int(truth(c))
	}
	return out, nil
}

func evalUnsqueeze(_ Bounds, in []*ir.Tensor) ([]int, error) {
	from := in[0].Shape
	added, err := markAxes(in[1].Ints(), len(from)+in[1].Len())
	if err != nil {
		return nil, err
	}
	out := make([]int, len(added))
	for i := range out {
		out[i] = 1
		if !added[i] {
			out[i], from = from[0], from[1:]
		}
	}
	return out, nil
}

func evalSlice(_ Bounds, in []*ir.Tensor) ([]int, error) {
	shape := in[0].Shape
	rank := len(shape)
	out, steps := make([]int, 2*rank), make([]int, rank)
	for i, n := range shape {
		out[rank+i], steps[i] = n, 1
	}
	for k := range in[1].Len() {
		i, step := k, int64(1)
		if len(in) > 3 && in[3] != nil {
			a, err := indexAt(in[3].Int(k), rank)
			if err != nil {
				return nil, err
			}
			i = a
		}
		if len(in) > 4 && in[4] != nil {
			step = in[4].Int(k)
		}
		if step == 0 {
			return nil, errors.New("step is 0")
		}
		begin, size := sliceInts(int64(shape[i]), in[1].Int(k), in[2].Int(k), step)
		out[i], out[rank+i], steps[i] = int(begin), int(size), int(min(max(step, -maxSize), maxSize))
	}
	return append(out, plusMinus(steps)...), nil
}

// sliceInts is what start:end:step takes of n entries.
func sliceInts(n, start, end, step int64) (begin, size int64) {
	lo, hi := int64(0), n // of both ends; going back, one before
	if step < 0 {
		lo, hi = -1, n-1
	}
	held := func(v int64) int64 {
		if v < 0 {
			v += n
		}
		return min(max(v, lo), hi)
	}
	begin, end = held(start), held(end)
	switch {
	case step > 0 && begin < end:
		size = (end-begin-1)/step + 1
	case step < 0 && begin > end:
		size = (end-begin+1)/step + 1
	}
	return max(begin, 0), size
}

func evalPad(_ Bounds, in []*ir.Tensor) ([]int, error) {
	rank := len(in[0].Shape)
	pads, err := numbers(in[1])
	if err != nil {
		return nil, err
	}
	before, sizes := make([]int, rank), append([]int{}, in[0].Shape...)
	n := len(pads) / 2
	for k := range n {
		i := k
		if len(in) > 2 && in[2] != nil {
			if i, err = indexAt(in[2].Int(k), rank); err != nil {
				return nil, err
			}
		}
		before[i], sizes[i] = pads[k], in[0].Shape[i]+pads[k]+pads[n+k]
		if sizes[i] < 0 {
			return nil, fmt.Errorf("axis %d of length %d cannot be padded by %d and %d", i, in[0].Shape[i], pads[k], pads[n+k])
		}
	}
	return append(plusMinus(before), sizes...), nil
}
