package pass

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// fusePad takes a Pad of zeros around the spatial axes into the convolution that reads it, whose kernels know where
// the padding is and neither write nor read it. Exporters pad apart what a convolution's own attributes cannot say, an
// odd pad of a TensorFlow model maybe; here they can.
func fusePad(top *ir.Graph) error {
	return eachNode(top, func(e *editor, n *ir.Node) {
		o, ok := n.Op.(op.Conv)
		if !ok || o.Same != "" || len(n.In) == 0 {
			return
		}
		m := e.maker(n.In[inputX], "Pad")
		if m == nil || len(m.Checks) > 0 {
			return
		}
		if o.Pads = zeroPads(m, o.Pads); o.Pads != nil {
			e.rewrite(n, o, with(append([]*ir.Value{}, n.In...), inputX, m.In[0])...)
		}
	})
}

// zeroPads gives all begins, then all ends, of the spatial axes by which a Pad and those behind it pad with zeros; nil
// where it does anything else.
func zeroPads(m *ir.Node, behind []int) []int {
	o := m.Op.(op.Pad)
	rank := len(o.Before) - 2
	if o.Mode != "constant" || rank < 1 {
		return nil
	}
	if v := input(m, 1); v != nil {
		if fill, known := uniform(v); !known || fill != 0 {
			return nil
		}
	}
	pads := make([]int, 2*rank)
	copy(pads, behind)
	for end, sizes := range [][]ir.Dim{o.Before, o.After} {
		for i, d := range sizes {
			k, ok := d.IsConst()
			switch at := end*rank + i - 2; {
			case !ok || k < 0 || k > mostPad || i < 2 && k != 0:
				return nil
			case i >= 2:
				pads[at] += int(k)
			}
		}
	}
	for _, p := range behind {
		if p < 0 { // which crops, maybe what the Pad put there
			return nil
		}
	}
	return pads
}

// mostPad bounds the sizes that are added up.
const mostPad = 1 << 20
