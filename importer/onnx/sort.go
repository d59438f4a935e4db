package onnx

import (
	"container/heap"
	"fmt"
	"sort"

	"github.com/energeticc/energeticc/importer/onnx/pb"
)

// ordered gives nodes in an order in which every value is made before it is used. The standard demands that order of
// files, some writers do not keep it, and ONNX Runtime sorts too. Nodes that stand well stay where they are.
func ordered(nodes []*pb.NodeProto) ([]*pb.NodeProto, error) {
	maker := map[string]int{}
	for i, n := range nodes {
		for _, name := range n.GetOutput() {
			if _, twice := maker[name]; !twice && name != "" {
				maker[name] = i
			}
		}
	}
	needs := make([][]int, len(nodes)) // the nodes that each one waits for
	sorted := true
	for i, n := range nodes {
		seen := map[int]bool{}
		reads(n, func(name string) {
			if k, ok := maker[name]; ok && k != i && !seen[k] {
				seen[k] = true
				needs[i] = append(needs[i], k)
				sorted = sorted && k < i
			}
		})
	}
	if sorted {
		return nodes, nil
	}
	return topological(nodes, needs)
}

// reads calls f with every name that a node uses, its subgraphs included: names that a subgraph itself makes may be
// among them, which at most keeps an order that stood already.
func reads(n *pb.NodeProto, f func(name string)) {
	for _, name := range n.GetInput() {
		f(name)
	}
	for _, g := range subgraphs(n) {
		own := map[string]bool{}
		for _, v := range g.GetInput() {
			own[v.GetName()] = true
		}
		for _, t := range g.GetInitializer() {
			own[t.GetName()] = true
		}
		for _, inner := range g.GetNode() {
			for _, name := range inner.GetOutput() {
				own[name] = true
			}
		}
		outer := func(name string) {
			if !own[name] {
				f(name)
			}
		}
		for _, inner := range g.GetNode() {
			reads(inner, outer)
		}
		for _, o := range g.GetOutput() {
			outer(o.GetName())
		}
	}
}

// topological is Kahn's algorithm; of the nodes that are ready the first in the file comes next.
func topological(nodes []*pb.NodeProto, needs [][]int) ([]*pb.NodeProto, error) {
	waiting := make([]int, len(nodes))
	users := make([][]int, len(nodes))
	ready := &intHeap{}
	for i, list := range needs {
		waiting[i] = len(list)
		for _, k := range list {
			users[k] = append(users[k], i)
		}
		if len(list) == 0 {
			heap.Push(ready, i)
		}
	}
	var out []*pb.NodeProto
	for ready.Len() > 0 {
		i := heap.Pop(ready).(int)
		out = append(out, nodes[i])
		for _, u := range users[i] {
			if waiting[u]--; waiting[u] == 0 {
				heap.Push(ready, u)
			}
		}
	}
	if len(out) < len(nodes) {
		for i := range nodes {
			if waiting[i] > 0 {
				return nil, fmt.Errorf("%s: the nodes form a cycle: each waits for another's output", nodeName(i, nodes[i]))
			}
		}
	}
	return out, nil
}

// intHeap is a heap of numbers, the least first.
type intHeap struct{ sort.IntSlice }

// Push adds a number.
func (h *intHeap) Push(x any) { h.IntSlice = append(h.IntSlice, x.(int)) }

// Pop takes the last number away.
func (h *intHeap) Pop() any {
	last := h.IntSlice[len(h.IntSlice)-1]
	h.IntSlice = h.IntSlice[:len(h.IntSlice)-1]
	return last
}
