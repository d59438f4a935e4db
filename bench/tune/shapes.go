package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/energeticc/energeticc/ir/op"
	"github.com/energeticc/energeticc/runtime/kernel"
)

// shape is a convolution by 3×3 kernels, padded by one position: of c channels to m, over planes of size × size.
type shape struct{ m, c, size int }

// grid is what the table is made of, and between what it is checked by.
var (
	grid    = shapes([]int{16, 32, 64, 128}, []int{6, 12, 14, 28, 48})
	between = shapes([]int{24, 48, 96}, []int{7, 10, 20, 40})
)

// shapes combines numbers of channels, which differ by no more than a factor of two, with sizes.
func shapes(channels, sizes []int) []shape {
	var all []shape
	for i, c := range channels {
		for _, m := range channels[max(i-1, 0):min(i+2, len(channels))] {
			for _, size := range sizes {
				all = append(all, shape{m, c, size})
			}
		}
	}
	return all
}

// sample is what a shape takes by Winograd's tiles, as a multiple of what it takes directly.
type sample struct {
	shape
	ratio float64
}

// operands are a shape's, at random.
type operands struct {
	y, x, w, scratch []float32
	table            []int64
	win              kernel.Window
}

func (s shape) operands() *operands {
	random := func(n int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = rand.Float32() - 0.5
		}
		return v
	}
	k := 9 * s.c
	strip := op.ConvStrip(k)
	o := &operands{
		y: make([]float32, s.m*s.size*s.size), x: random(s.c * s.size * s.size), w: make([]float32, s.m*k),
		scratch: make([]float32, max(k*strip+8, op.WinogradRoom(s.m, s.c, s.size, s.size))), table: make([]int64, 9*max(strip, s.c)),
		win: kernel.Window{
			In: []int{s.size, s.size}, Out: []int{s.size, s.size}, Kernel: []int{3, 3},
			Stride: []int{1, 1}, Dilation: []int{1, 1}, Pad: []int{1, 1},
		},
	}
	kernel.PackConvF32(o.w, random(s.m*k), 1, s.m, k)
	return o
}

// measure lets both kernels take turns.
func (s shape) measure(rounds int) sample {
	o := s.operands()
	k := 9 * s.c
	direct := func() {
		kernel.ConvF32(o.y, o.x, o.w, nil, nil, o.scratch[:k*op.ConvStrip(k)+8], o.table, kernel.Act{}, 1, 1, s.m, s.c, o.win)
	}
	tiled := func() { // tiles that cost nothing pay
		kernel.ConvWinogradF32(o.y, o.x, o.w, nil, nil, o.scratch, o.table, kernel.Act{}, 1, s.m, s.c, o.win, op.WinogradBlock(s.m), 0, 0)
	}
	calls := max(1, int(time.Millisecond/max(spent(direct, 1), 1)))
	ratios := make([]float64, rounds)
	for i := range ratios {
		ratios[i] = float64(spent(tiled, calls)) / float64(spent(direct, calls))
	}
	slices.Sort(ratios)
	return sample{s, ratios[rounds/2]}
}

// spent is the processor time of some calls, after one that is not counted.
func spent(call func(), n int) time.Duration {
	call()
	start := threadTime()
	for range n {
		call()
	}
	return threadTime() - start
}

func threadTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		panic(err) // every Linux has this clock
	}
	return time.Duration(t.Nano())
}

// tolerated is how much slower the chosen kernel may be: near the point where both take the same time either will do.
const tolerated = 1.1

// checkTable compares the table's choice at each shape with the kernel that is faster.
func checkTable(shapes []shape, rounds int) error {
	wrong := 0
	for _, s := range shapes {
		got := s.measure(rounds)
		tile, filters := op.WinogradCost(s.m, s.c)
		tiled := kernel.WinogradPays([]int{s.size, s.size}, tile, filters)
		verdict := "direct"
		if tiled {
			verdict = "tiles"
		}
		if slower := got.ratio; tiled && slower > tolerated || !tiled && 1/slower > tolerated {
			wrong++
			verdict += ", which is the slower"
		}
		fmt.Printf("%3d to %3d channels, %2d×%2d: tiles take %.2f of the direct time; the table says %s\n", s.c, s.m, s.size, s.size, got.ratio, verdict)
	}
	fmt.Printf("%d of %d choices are good within %.0f %%\n", len(shapes)-wrong, len(shapes), 100*(tolerated-1))
	if 10*wrong > len(shapes) {
		return fmt.Errorf("the table does not fit this machine: more than a tenth of its choices are wrong")
	}
	return nil
}
