package pass

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// shareWeights keeps products from packing weights that other steps read as they are, or packed otherwise: they would
// be stored twice. Which way round a product wants its weights must be settled.
func shareWeights(top *ir.Graph) error {
	packed := map[*ir.Value]map[string]int{} // readers by how they pack
	top.Walk(func(n *ir.Node) {
		if o, ok := n.Op.(op.MatMul); ok && n.In[inputWeights].Const != nil {
			w := n.In[inputWeights]
			if packed[w] == nil {
				packed[w] = map[string]int{}
			}
			packed[w][packing(n, o)]++
		}
	})
	uses := top.Uses()
	top.Walk(func(n *ir.Node) {
		o, ok := n.Op.(op.MatMul)
		if !ok || o.Plain {
			return
		}
		w := n.In[inputWeights]
		if w.Const == nil || packed[w][packing(n, o)] == uses[w] {
			return
		}
		o.Plain = true
		_ = top.Rewrite(n, o, n.In...) // a product that only exists packed stays as it is
	})
	return nil
}

// packing tells layouts apart.
func packing(n *ir.Node, o op.MatMul) string {
	key := "b"
	if o.TransB {
		key = "bT"
	}
	if input(n, 4) != nil {
		key += " scaled"
	}
	return key
}
