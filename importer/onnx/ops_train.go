package onnx

import (
	"errors"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var trainRows = []row{
	{"Adagrad", 1, adagrad}, {"Adam", 1, adam}, {"Momentum", 1, momentum}, {"Gradient", 1, gradient},
}

// small is what optimisers add to a divisor, where the model does not say.
const small = float64(float32(1e-6))

func adagrad(n *node) ([]*ir.Value, error) {
	return n.add(op.Adagrad{Decay: n.float("norm_coefficient", 0), RateDecay: n.float("decay_factor", 0), Eps: n.float("epsilon", small)}, n.in...)
}

func adam(n *node) ([]*ir.Value, error) {
	return n.add(op.Adam{
		Alpha: n.float("alpha", float64(float32(0.9))), Beta: n.float("beta", float64(float32(0.999))),
		Decay: n.float("norm_coefficient", 0), PostDecay: n.float("norm_coefficient_post", 0), Eps: n.float("epsilon", small),
	}, n.in...)
}

func momentum(n *node) ([]*ir.Value, error) {
	for _, name := range []string{"alpha", "beta", "norm_coefficient", "mode"} {
		if !n.has(name) {
			return nil, errors.New("attribute " + name + " is missing")
		}
	}
	nesterov := n.oneOf("mode", "standard", "nesterov") == "nesterov"
	return n.add(op.Momentum{
		Alpha: n.float("alpha", 0), Beta: n.float("beta", 0), Decay: n.float("norm_coefficient", 0), Nesterov: nesterov,
	}, n.in...)
}
