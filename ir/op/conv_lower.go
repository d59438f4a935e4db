package op

import (
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/runtime/kernel"
)

// ConvCosts are what parts of a convolution cost, in the products that ConvF32 computes in the same time. Only ratios
// count, and between processors with vectors of 8 floats these are much the same. bench/tune measures them.
type ConvCosts struct {
	WinogradProduct float64 // of one of the 16 products that a tile, an input and an output channel have
	WinogradInput   float64 // of transforming a tile of an input channel
	WinogradOutput  float64 // of transforming a tile of an output channel
	WinogradFilter  float64 // of transforming the filter between two channels
}

const (
	// winogradTiles is how many tiles are computed at a time: fewer make the products inefficient, and what more take
	// leaves the second cache.
	winogradTiles = 96
	// winogradBlock is of how many output channels filters are transformed at a time.
	winogradBlock = 64
)

// WinogradCost is what ConvWinogradF32 takes for a tile, and for transforming the filters, in hundredths of what ConvF32
// takes for an output position.
func WinogradCost(m, c int) (tile, filters int) {
	pairs := float64(m * c)
	position := 9 * pairs
	perTile := 16*convCosts.WinogradProduct*pairs + convCosts.WinogradInput*float64(c) + convCosts.WinogradOutput*float64(m)
	return int(100*perTile/position + 0.5), int(100*convCosts.WinogradFilter*pairs/position + 0.5)
}

// ConvStrip is how many positions' inputs, of k each, ConvF32 gathers at a time.
func ConvStrip(k int) int { return int(stripWidthOf(k)) }

// WinogradBlock is of how many output channels filters are transformed at a time.
func WinogradBlock(m int) int { return min(m, winogradBlock) }

// WinogradRoom is how many floats of scratch ConvWinogradF32 gets for planes of height × width.
func WinogradRoom(m, c, height, width int) int {
	tiles := min(winogradTiles, ((height+1)/2*((width+1)/2)+7)&^7)
	return kernel.WinogradScratch(WinogradBlock(m), c, tiles)
}

// byWinograd says how ConvWinogradF32 computes a convolution.
type byWinograd struct {
	block, tile, filters int
	scratch              int64 // floats
}

// winograd chooses it for 3×3 kernels without strides that it may compute and, if planes are large enough, in less time
// than ConvF32. How large they are may be known in the run alone.
func (o Conv) winograd(win window, w, y ir.Type) (by byWinograd, pays bool) {
	m, okM := w.Shape[0].IsConst()
	c, okC := w.Shape[1].IsConst()
	if !okM || !okC || m == 0 || c == 0 || m%4 != 0 || o.Group > 1 || !slices.Equal(win.kernel, []int{3, 3}) {
		return byWinograd{}, false
	}
	if !slices.Equal(win.strides, []int{1, 1}) || !slices.Equal(win.dilations, []int{1, 1}) {
		return byWinograd{}, false
	}
	by = byWinograd{block: WinogradBlock(int(m))}
	by.tile, by.filters = WinogradCost(int(m), int(c))
	by.scratch, pays = int64(kernel.WinogradScratch(by.block, int(c), winogradTiles)), by.tile < 400 // a tile has four positions
	if out, ok := ir.KnownShape(y.Shape[2:]); ok {
		by.scratch, pays = int64(WinogradRoom(int(m), int(c), out[0], out[1])), kernel.WinogradPays(out, by.tile, by.filters)
	}
	return by, pays
}
