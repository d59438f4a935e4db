package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/energeticc/energeticc/codegen/emit"
	"github.com/energeticc/energeticc/internal/contest"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// compiled is how long the compiler took for a model's nodes.
type compiled struct {
	Model   string
	Nodes   int
	Seconds float64
}

// growth compiles chains of layers, each twice as long as the one before.
func growth() ([]compiled, error) {
	var all []compiled
	for layers := 64; layers <= 1024; layers *= 2 {
		var times []float64
		nodes := 0
		for range compilations {
			g, err := chain(layers)
			if err != nil {
				return nil, err
			}
			nodes = 0
			g.Walk(func(*ir.Node) { nodes++ })
			began := time.Now()
			if _, _, err := generate(g, emit.Options{Package: pkg, Source: "chain", SHA256: "0"}); err != nil {
				return nil, err
			}
			times = append(times, time.Since(began).Seconds())
		}
		all = append(all, compiled{fmt.Sprintf("%d layers", layers), nodes, contest.Median(times)})
	}
	return all, nil
}

// chain is a model of layers, of four nodes each: a product with a matrix of its own, a bias, a sigmoid, a sum with what came
// before.
func chain(layers int) (*ir.Graph, error) {
	const width = 16
	b := ir.NewBuilder("chain")
	x := b.Input("x", ir.TensorType(ir.Float32, ir.Sym("n"), ir.Const(width)))
	var err error
	add := func(name string, o ir.Op, in ...*ir.Value) *ir.Value {
		if err != nil {
			return nil
		}
		var y *ir.Value
		y, err = b.Add1(name, o, in...)
		return y
	}
	for i := range layers {
		w, bias := ir.NewTensor(ir.Float32, width, width), ir.NewTensor(ir.Float32, width)
		for k := range w.Len() {
			w.SetFloat(k, float64((k+i)%7)/7)
		}
		for k := range bias.Len() {
			bias.SetFloat(k, float64((k+i)%5)/5)
		}
		at := fmt.Sprintf("/layer%d/", i)
		y := add(at+"product", op.MatMul{}, x, b.Const(at+"w", w))
		y = add(at+"bias", op.Binary{Fn: "Add"}, y, b.Const(at+"b", bias))
		y = add(at+"act", op.Unary{Fn: "Sigmoid"}, y)
		x = add(at+"skip", op.Binary{Fn: "Add"}, y, x)
	}
	if err != nil {
		return nil, err
	}
	b.Output(x)
	return b.Graph, nil
}

// leastFlush is what is written to empty the caches where they are small or unknown, in bytes.
const leastFlush = 64 << 20

// flush is twice the last-level cache, in bytes.
func flush() int {
	size := 0
	for i := range 5 {
		data, err := os.ReadFile(fmt.Sprintf("/sys/devices/system/cpu/cpu0/cache/index%d/size", i))
		if err != nil {
			break
		}
		if kib, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(string(data)), "K")); err == nil {
			size = max(size, kib<<10)
		}
	}
	return max(leastFlush, 2*size)
}
