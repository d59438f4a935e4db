package op

import "fmt"

// broadcastInts is NumPy's rule on numbers.
func broadcastInts(shapes ...[]int) ([]int, error) {
	rank := 0
	for _, s := range shapes {
		rank = max(rank, len(s))
	}
	out := make([]int, rank)
	for i := range out {
		out[i] = 1
	}
	for _, s := range shapes {
		for i, d := range s {
			k := rank - len(s) + i
			switch {
			case out[k] == 1:
				out[k] = d
			case d != 1 && d != out[k]:
				return nil, fmt.Errorf("shapes %v do not broadcast at axis %d", shapes, k)
			}
		}
	}
	return out, nil
}

// odometer walks an operand's elements in the order of a result that it broadcasts to.
type odometer struct {
	shape, stride, at []int
	offset            int
}

func newOdometer(shape, operand []int) *odometer {
	o := &odometer{shape: shape, stride: make([]int, len(shape)), at: make([]int, len(shape))}
	step := 1
	for i := len(operand) - 1; i >= 0; i-- {
		if operand[i] != 1 {
			o.stride[i+len(shape)-len(operand)] = step
		}
		step *= operand[i]
	}
	return o
}

// next gives the operand's index for the result's next element.
func (o *odometer) next() int {
	at := o.offset
	for i := len(o.shape) - 1; i >= 0; i-- {
		o.at[i]++
		o.offset += o.stride[i]
		if o.at[i] < o.shape[i] {
			break
		}
		o.offset -= o.stride[i] * o.shape[i]
		o.at[i] = 0
	}
	return at
}

// strides gives the row-major strides of a shape, in elements.
func strides(shape []int) []int {
	s := make([]int, len(shape))
	step := 1
	for i := len(shape) - 1; i >= 0; i-- {
		s[i] = step
		step *= shape[i]
	}
	return s
}
