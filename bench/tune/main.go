// Command tune measures the kernels between which a plan chooses by shape, and writes the table of costs by which it
// does.
//
//	go run -C bench ./tune            writes ir/op/conv_cost_table.go
//	go run -C bench ./tune -check     measures other shapes and counts where the table chooses the slower kernel
//
// Both kernels of a shape take turns, in processor time of one thread; a shape's figure is the median of the rounds'
// ratios. So another load of the machine matters little, and the table's costs are ratios: on processors with vectors
// of the same length they are much the same.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
)

func main() {
	check := flag.Bool("check", false, "compare the table's choices with what is measured, and write nothing")
	rounds := flag.Int("rounds", 15, "turns of each kernel")
	out := flag.String("o", "../ir/op/conv_cost_table.go", "the table's `FILE`")
	flag.Parse()
	runtime.LockOSThread() // whose processor time is measured
	if err := run(*check, *rounds, *out); err != nil {
		fmt.Fprintln(os.Stderr, "tune:", err)
		os.Exit(1)
	}
}

func run(check bool, rounds int, out string) error {
	if check {
		return checkTable(between, rounds)
	}
	var samples []sample
	for _, s := range grid {
		samples = append(samples, s.measure(rounds))
	}
	return os.WriteFile(out, source(fit(samples)), 0o644)
}
