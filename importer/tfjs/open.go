package tfjs

import (
	"errors"
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/importer/tfjs/file"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// maxOpenRank is up to how many dims an input may have whose rank the model leaves open.
const maxOpenRank = 6

// openInput is a model's only input of open rank: an optional, which has its tensor's shape with it. A run finds out the
// rank, and the graph is read once for each.
type openInput struct {
	name  string // of its node
	value *ir.Value
}

// open makes an input of open rank.
func (im *importer) openPort(b *ir.Builder, name string, def *file.NodeDef, d ir.DType) error {
	if im.open != nil {
		return fmt.Errorf("input %q: the model does not say how many dims it has, nor those of another input; declare its shape (unknown dims may stay unknown)", name)
	}
	im.open = &openInput{def.Name, b.Input(name, ir.OptionalType(ir.Type{DType: d, Open: ir.OpenShape}))}
	return nil
}

// openOutputs reads the outputs for every rank that the open input may have.
func (im *importer) openOutputs(s *scope, outputs []port) ([]*ir.Value, error) {
	n := &node{scope: s, im: im, def: &file.NodeDef{Name: im.open.name}}
	rank := n.do(op.OptionalRank{}, im.open.value)
	if n.err != nil {
		return nil, n.err
	}
	return im.ofRank(n, rank, 0, outputs)
}

// ofRank reads the outputs for an input of rank r, and for those above it.
func (im *importer) ofRank(n *node, rank *ir.Value, r int, outputs []port) ([]*ir.Value, error) {
	is := n.binary("Equal", rank, n.constant(ir.Int64, float64(r)))
	if n.err != nil {
		return nil, n.err
	}
	then, errThen := im.atRank(n, r, outputs)
	above := &node{scope: newScope(nil, n.net, n.Sub(n.def.Name)), im: im, def: n.def}
	above.bound = n.bound
	outs, errElse := []*ir.Value(nil), fmt.Errorf("%s has more than %d dims", im.open.value.Name, maxOpenRank)
	if r < maxOpenRank {
		outs, errElse = im.ofRank(above, rank, r+1, outputs)
	}
	if errThen != nil && errElse != nil {
		return nil, errThen
	}
	otherwise := above.Graph
	switch {
	case errThen != nil:
		above.Output(outs...)
		then = failing(n, errThen, otherwise)
	case errElse != nil:
		otherwise = failing(n, errElse, then)
	default:
		above.Output(outs...)
	}
	return n.merged(is, then, otherwise), n.err
}

// atRank reads the outputs for an input of one rank. What goes wrong is the error of this rank alone.
func (im *importer) atRank(n *node, r int, outputs []port) (*ir.Graph, error) {
	before := len(im.errs)
	s := newScope(nil, n.net, n.Sub(n.def.Name))
	for ref, v := range n.bound {
		s.bound[ref] = v
	}
	x, err := s.Add1(n.def.Name, op.OptionalGetElement{Rank: r}, im.open.value)
	if err != nil {
		return nil, err
	}
	s.bound[im.open.name+":0"] = x
	for _, p := range outputs {
		v, err := im.value(s, p.ref)
		if err == nil {
			v, err = im.material(s, v)
		}
		if err == nil {
			v, err = im.decoded(s, v)
		}
		if err != nil {
			if errors.Is(err, errBroken) && len(im.errs) > before {
				err = im.errs[before]
			}
			im.errs = im.errs[:before]
			return nil, err
		}
		if v == x || slices.Contains(s.Graph.Outputs, v) || v.Const != nil {
			if v, err = s.Add1(p.name, copied, v); err != nil {
				return nil, err
			}
		}
		s.Output(v)
	}
	return s.Graph, nil
}

// failing is a path that cannot be read: a run that takes it ends with the error.
func failing(n *node, cause error, like *ir.Graph) *ir.Graph {
	b := n.Sub("impossible")
	types := make([]ir.Type, len(like.Outputs))
	for i, v := range like.Outputs {
		types[i] = v.Type
	}
	outs, err := b.Add(n.def.Name, op.Fail{Text: cause.Error(), Types: types})
	n.check(err)
	b.Output(outs...)
	return b.Graph
}
