package op

import (
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/runtime/kernel"
)

// What a convolution costs by one way and another, in the products that ConvF32 computes in the same time: measured on
// AMD Zen 1 as the processor time of each part, hot, one thread, of 3×3 kernels between 16 and 64 channels and planes of
// 6×6 to 56×56. Only ratios count, and between processors with vectors of 8 floats these are much the same.
var convCost = struct {
	winogradProduct float64 // of one of the 16 products that a tile, an input and an output channel have
	winogradInput   float64 // of transforming a tile of an input channel
	winogradOutput  float64 // of transforming a tile of an output channel
	winogradFilter  float64 // of transforming the filter between two channels
}{
	winogradProduct: 1.05, // they are many small ones
	winogradInput:   100,
	winogradOutput:  44,
	winogradFilter:  46,
}

const (
	// winogradTiles is how many tiles are computed at a time: fewer make the products inefficient, and what more take
	// leaves the second cache.
	winogradTiles = 96
	// winogradBlock is of how many output channels filters are transformed at a time.
	winogradBlock = 64
)

// winogradCost is what ConvWinogradF32 takes for a tile, and for transforming the filters, in hundredths of what ConvF32
// takes for an output position.
func winogradCost(m, c int) (tile, filters int) {
	pairs := float64(m * c)
	position := 9 * pairs
	perTile := 16*convCost.winogradProduct*pairs + convCost.winogradInput*float64(c) + convCost.winogradOutput*float64(m)
	return int(100*perTile/position + 0.5), int(100*convCost.winogradFilter*pairs/position + 0.5)
}

// byWinograd says how ConvWinogradF32 computes a convolution.
type byWinograd struct {
	block, tile, filters int
	scratch              int64 // floats
}

// winograd chooses it for 3×3 kernels without strides that it may compute and, if planes are large enough, in less time
// than ConvF32. How large they are may be known in the run alone.
func (o Conv) winograd(win window, w, y ir.Type) (byWinograd, bool) {
	m, okM := w.Shape[0].IsConst()
	c, okC := w.Shape[1].IsConst()
	if !okM || !okC || m == 0 || c == 0 || m%4 != 0 || o.Group > 1 || !slices.Equal(win.kernel, []int{3, 3}) {
		return byWinograd{}, false
	}
	if !slices.Equal(win.strides, []int{1, 1}) || !slices.Equal(win.dilations, []int{1, 1}) {
		return byWinograd{}, false
	}
	by := byWinograd{block: min(int(m), winogradBlock)}
	by.tile, by.filters = winogradCost(int(m), int(c))
	tiles, pays := winogradTiles, by.tile < 400 // a tile has four positions
	if out, ok := ir.KnownShape(y.Shape[2:]); ok {
		tiles = min(tiles, ((out[0]+1)/2*((out[1]+1)/2)+7)&^7)
		pays = kernel.WinogradPays(out, by.tile, by.filters)
	}
	by.scratch = int64(kernel.WinogradScratch(by.block, int(c), tiles))
	return by, pays
}
