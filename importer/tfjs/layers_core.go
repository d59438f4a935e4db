package tfjs

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var coreLayers = []layerRow{
	{"Dense", dense, true}, {"Embedding", embedding, false}, {"Masking", masking, false},
	{"Activation", activationLayer, true}, {"Flatten", flatten, false}, {"RepeatVector", repeatVector, false},
	{"Reshape", reshapeLayer, false}, {"Permute", permute, false},
	{"Dropout", same, true}, {"SpatialDropout1D", same, true}, {"GaussianNoise", same, true}, {"GaussianDropout", same, true}, {"AlphaDropout", same, true},
	{"ActivityRegularization", same, true},
}

// same is what training alone needs.
func same(l *layer) []*ir.Value { return one(l.only()) }

// dense multiplies the last axis by a matrix.
func dense(l *layer) []*ir.Value {
	x := l.float(l.only())
	y := l.do(op.MatMul{}, x, l.weight("kernel"))
	if b := l.optional("bias", "use_bias", true); b != nil {
		y = l.binary("Add", y, b)
	}
	return one(l.activate(y))
}

// embedding gives each number its row of a table. With mask_zero, 0 is no step.
func embedding(l *layer) []*ir.Value {
	x := l.only()
	y := l.gather(l.weight("embeddings"), l.cast(x, ir.Int32), 0)
	if l.flag("mask_zero", false) {
		l.setMask(y, l.unary("Not", l.binary("Equal", x, l.constant(x.Type.DType, 0))))
	}
	return one(y)
}

// masking sets steps to zero in which all numbers are one that stands for nothing.
func masking(l *layer) []*ir.Value {
	x := l.only()
	other := l.unary("Not", l.binary("Equal", x, l.constant(x.Type.DType, l.number("mask_value", 0))))
	last := x.Type.Rank() - 1
	counts := l.do(op.Reduce{Fn: "ReduceMax", Axes: []int{last}, KeepDims: true}, other)
	y := l.binary("Mul", x, l.cast(counts, x.Type.DType))
	if l.err == nil {
		l.setMask(y, l.reshape(counts, x.Type.Shape[:last]...))
	}
	return one(y)
}

func flatten(l *layer) []*ir.Value {
	x := l.only()
	if r := x.Type.Rank(); l.first() && r > 1 {
		x = l.transpose(x, lastPerm(r)...)
	}
	if l.err != nil {
		return nil
	}
	return one(l.reshape(x, x.Type.Shape[0], ir.Product(x.Type.Shape[1:]...)))
}

func repeatVector(l *layer) []*ir.Value {
	x := l.tensor(0, 2, 2)
	times := ir.Const(int64(l.count("n")))
	if l.err != nil {
		return nil
	}
	s := x.Type.Shape
	return one(l.do(op.Expand{Shape: []ir.Dim{s[0], times, s[1]}}, l.reshape(x, s[0], ir.Const(1), s[1])))
}

// reshapeLayer gives what is after the batch another shape; null and -1 are what is left.
func reshapeLayer(l *layer) []*ir.Value {
	x := l.only()
	var sizes []*int64
	if !l.field("target_shape", &sizes) {
		l.fail("config field target_shape is missing")
		return nil
	}
	if l.err != nil {
		return nil
	}
	shape, rest := []ir.Dim{x.Type.Shape[0]}, -1
	for i, s := range sizes {
		switch {
		case s == nil || *s < 0:
			if rest >= 0 {
				l.fail("target_shape leaves more than one size open")
			}
			rest = 1 + i
			shape = append(shape, ir.Const(1))
		default:
			shape = append(shape, ir.Const(*s))
		}
	}
	if rest >= 0 {
		known := ir.Product(shape[1:]...)
		if known.Is(0) {
			l.fail("target_shape has an open size beside one of 0")
			return nil
		}
		shape[rest] = ir.Product(x.Type.Shape[1:]...).Div(known)
	}
	return one(l.reshape(x, shape...))
}

func permute(l *layer) []*ir.Value {
	x := l.only()
	var dims []int
	l.field("dims", &dims)
	return one(l.do(op.Transpose{Perm: append([]int{0}, dims...)}, x))
}
