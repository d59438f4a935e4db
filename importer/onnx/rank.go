package onnx

import (
	"fmt"

	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// maxOpenRank is up to how many dims a tensor may have of a sequence or an input whose type does not say, nor the
// model's value_info.
const maxOpenRank = 6

// openRank reports whether a node takes a tensor out of a sequence whose type leaves its rank open.
func (n *node) openRank() bool {
	if len(n.in) != 2 || n.in[0] == nil || n.in[1] == nil || n.in[0].Type.Kind != ir.KindSequence {
		return false
	}
	held := *n.in[0].Type.Elem
	_, declared := n.declaredRank()
	_, listed := n.im.lists[n.in[0]]
	return held.IsTensor() && held.Open == ir.OpenShape && !declared && !listed
}

// byRank reads a SequenceAt of tensors of any rank: a run finds out the rank, and what follows the node is read once
// for each.
func (im *importer) byRank(n *node, g *pb.GraphProto, rest []*pb.NodeProto) ([]*ir.Value, error) {
	if _, _, err := n.place(1, 0, 0); err != nil {
		return nil, err
	}
	if err := im.copied(maxOpenRank+1, rest); err != nil {
		return nil, err
	}
	rank, err := n.one(op.SequenceRank{}, n.in...)
	if err != nil {
		return nil, err
	}
	take := func(r int) ir.Op { return op.SequenceAt{Rank: r} }
	return im.ofRank(n, rank, 0, take, n.after(g, rest))
}

// ofRank reads what follows for tensors of rank r, which an op takes out of what holds them, and of those above it.
func (im *importer) ofRank(n *node, rank *ir.Value, r int, take func(r int) ir.Op, then *onward) ([]*ir.Value, error) {
	is, err := n.one(op.Binary{Fn: "Equal"}, rank, n.Const("rank", ir.FromInts(ir.Int64, nil, []int64{int64(r)})))
	if err != nil {
		return nil, err
	}
	a, errA := im.path(n, nil, func(b *ir.Builder, _ *scope) ([]*ir.Value, error) {
		outs, err := b.Add(n.name, take(r), n.in...)
		if err != nil {
			return nil, err
		}
		return then.read(im, b, outs)
	})
	above := *n
	above.Builder = n.Sub(n.name)
	outs, errB := []*ir.Value(nil), fmt.Errorf("%s has more than %d dims", n.in[0].Name, maxOpenRank)
	if r < maxOpenRank {
		outs, errB = im.ofRank(&above, rank, r+1, take, then)
	}
	above.Output(outs...)
	return n.either(is, a, errA, above.Graph, errB)
}
