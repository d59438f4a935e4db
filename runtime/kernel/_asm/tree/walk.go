package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const (
	abreast = 8
	between = 2 // levels between two looks whether all are at their leaf
)

// walks writes the walk over keys of so many bits.
func walks(bits int) {
	w := &walk{width: bits / 8}
	name, what := "treeRow", "the trees at so many roots, a multiple of 8, for the row"
	if *rows {
		name, what = "treeRows", "the trees at so many roots for 8 rows"
	}
	name = fmt.Sprintf("%sU%dAVX2", name, bits)
	sum, doc := "", []string{name + " walks " + what + " and writes what the leaves' splits hold. Trees tells of", "the tables; count may not be 0."}
	if !*rows {
		sum, doc = fmt.Sprintf(", sum *uint%d", bits), append(doc, "To sum, if it is not nil, it adds the votes that these are the bits of, in turn.")
	}
	TEXT(name, NOSPLIT, fmt.Sprintf("func(leaves, row, splits *uint%d, nodes, roots *int32, count, levels int%s)", bits, sum))
	Pragma("noescape")
	Doc(doc...)
	w.row, w.splits, w.nodes = Load(Param("row"), GP64()), Load(Param("splits"), GP64()), Load(Param("nodes"), GP64())
	w.node, w.column, w.split = GP64(), GP64(), GP64()
	level := AllocLocal(8)
	for i := range w.at {
		w.at[i] = GP64()
	}
	w.open()
	Label("next")
	w.begin()
	MOVQ(argument("levels"), w.node)
	Label("level")
	SUBQ(U8(1), w.node)
	JL(LabelRef("look"))
	MOVQ(w.node, level)
	w.level()
	MOVQ(level, w.node)
	JMP(LabelRef("level"))
	Label("more")
	for range between {
		w.level()
	}
	Label("look")
	w.look()
	JNE(LabelRef("more"))
	w.end()
	JNZ(LabelRef("next"))
	w.close()
	RET()
}

// argument is where an argument lies; leaves, roots and count are advanced there, for want of registers.
func argument(name string) Mem {
	p, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}

// walk is the state of the function, in registers.
type walk struct {
	width               int // of a key, in bytes
	row, splits, nodes  reg.Register
	at                  [abreast]reg.GPVirtual // the nodes
	node, column, split reg.GPVirtual
	sum, vote           reg.VecVirtual
}

// open reads the sum so far.
func (w *walk) open() {
	if *rows {
		return
	}
	w.sum, w.vote = XMM(), XMM()
	VXORPS(w.sum, w.sum, w.sum)
	w.ifSum("walk", func() {
		if w.width == 8 {
			VMOVSD(Mem{Base: w.node}, w.sum)
			return
		}
		VMOVSS(Mem{Base: w.node}, w.sum)
	})
}

// add adds the votes that the walks found to the sum: by the time that the next walks are at their leaf, this is done.
func (w *walk) add() {
	if *rows {
		return
	}
	w.ifSum("count", func() {
		for _, at := range w.at {
			if w.width == 8 {
				VMOVQ(at, w.vote)
				VADDSD(w.vote, w.sum, w.sum)
				continue
			}
			VMOVD(at.As32(), w.vote)
			VADDSS(w.vote, w.sum, w.sum)
		}
	})
}

// close writes the sum.
func (w *walk) close() {
	if *rows {
		return
	}
	w.ifSum("return", func() {
		if w.width == 8 {
			VMOVSD(w.sum, Mem{Base: w.node})
			return
		}
		VMOVSS(w.sum, Mem{Base: w.node})
	})
}

// ifSum does something where a sum is wanted, whose place it puts into node; what follows bears a label.
func (w *walk) ifSum(label string, do func()) {
	MOVQ(argument("sum"), w.node)
	TESTQ(w.node, w.node)
	JZ(LabelRef(label))
	do()
	Label(label)
}

// begin takes eight roots, or one for all.
func (w *walk) begin() {
	MOVQ(argument("roots"), w.node)
	MOVL(Mem{Base: w.node}, w.at[0].As32())
	for i := 1; i < abreast; i++ {
		if *rows {
			MOVL(w.at[0].As32(), w.at[i].As32())
			continue
		}
		MOVL(Mem{Base: w.node, Disp: 4 * i}, w.at[i].As32())
	}
	ADDQ(U8(4*w.roots()), argument("roots"))
}

// roots is how many roots a round takes.
func (w *walk) roots() int {
	if *rows {
		return 1
	}
	return abreast
}

// level brings every walk to its next node: a comparison carries where the key is above the split.
func (w *walk) level() {
	for i, at := range w.at {
		MOVQ(Mem{Base: w.nodes, Index: at, Scale: 8}, w.node)
		w.load(Mem{Base: w.splits, Index: at, Scale: uint8(w.width)}, w.split)
		MOVQ(w.node, w.column)
		SHRQ(U8(32), w.column)
		// A column stands in nodes four times as large, by which it finds 32 bits; of 8 rows, each key is there 8 times.
		key := Mem{Base: w.row, Index: w.column, Scale: uint8(w.width / 4)}
		if *rows {
			key.Scale, key.Disp = 8, w.width*i
			if w.width == 8 {
				ADDQ(w.column, w.column)
			}
		}
		if w.width == 8 {
			CMPQ(w.split, key)
		} else {
			CMPL(w.split.As32(), key)
		}
		ADCL(w.node.As32(), at.As32())
	}
}

// load reads a key.
func (w *walk) load(from Mem, to reg.GPVirtual) {
	if w.width == 8 {
		MOVQ(from, to)
		return
	}
	MOVL(from, to.As32())
}

// look compares all walks' ways with -1, the leaves' one.
func (w *walk) look() {
	MOVL(Mem{Base: w.nodes, Index: w.at[0], Scale: 8}, w.node.As32())
	for _, at := range w.at[1:] {
		ANDL(Mem{Base: w.nodes, Index: at, Scale: 8}, w.node.As32())
	}
	CMPL(w.node.As32(), I8(-1))
}

// end writes what the leaves hold and counts the roots.
func (w *walk) end() {
	MOVQ(argument("leaves"), w.node)
	for i, at := range w.at {
		from, to := Mem{Base: w.splits, Index: at, Scale: uint8(w.width)}, Mem{Base: w.node, Disp: w.width * i}
		w.load(from, at)
		if w.width == 8 {
			MOVQ(at, to)
			continue
		}
		MOVL(at.As32(), to)
	}
	w.add()
	ADDQ(U8(abreast*w.width), argument("leaves"))
	SUBQ(U8(w.roots()), argument("count"))
}
