package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

// columns is how many targets are summed at a time.
const columns = 2 * 8

// votes writes the sum of the votes that leaves have for every target. It reads whole vectors, beyond the end of a row of
// votes: masked loads take ten times as long on the first Zen.
func votes() {
	TEXT("treeVotesAVX2", NOSPLIT, "func(row, weights *float32, leaves *uint32, count, stride, targets int)")
	Pragma("noescape")
	Doc("treeVotesAVX2 sets row to the sum of count rows of targets weights: the first begins at weights[leaves[0]], the",
		"second at weights[leaves[stride]], and so on. Behind each are up to 15 weights more. count and targets may not be 0.")
	row, weights, targets := Load(Param("row"), GP64()), Load(Param("weights"), GP64()), Load(Param("targets"), GP64())
	stride := Load(Param("stride"), GP64())
	SHLQ(U8(2), stride)
	rest := AllocLocal(4 * columns)
	Label("columns")
	sums := vec.New(2)
	for _, s := range sums {
		VXORPS(s, s, s)
	}
	leaves, count, at := Load(Param("leaves"), GP64()), Load(Param("count"), GP64()), GP64()
	Label("leaf")
	MOVL(Mem{Base: leaves}, at.As32())
	for i, s := range sums {
		VADDPS(Mem{Base: weights, Index: at, Scale: 4, Disp: 4 * vec.Lanes * i}, s, s)
	}
	ADDQ(stride, leaves)
	DECQ(count)
	JNZ(LabelRef("leaf"))
	CMPQ(targets, U8(columns))
	JL(LabelRef("rest"))
	sums.Write(row, nil)
	ADDQ(U8(4*columns), row)
	ADDQ(U8(4*columns), weights)
	SUBQ(U8(columns), targets)
	JNZ(LabelRef("columns"))
	JMP(LabelRef("done"))
	Label("rest")
	writeRest(row, targets, rest, sums)
	Label("done")
	VZEROUPPER()
	RET()
}

// writeRest writes so many sums, from 1 to 15, by way of memory.
func writeRest(row, n reg.Register, memory Mem, sums vec.V) {
	from, v := GP64(), GP64()
	LEAQ(memory, from)
	sums.Write(from, nil)
	Label("one")
	MOVL(Mem{Base: from, Index: n, Scale: 4, Disp: -4}, v.As32())
	MOVL(v.As32(), Mem{Base: row, Index: n, Scale: 4, Disp: -4})
	DECQ(n)
	JNZ(LabelRef("one"))
}
