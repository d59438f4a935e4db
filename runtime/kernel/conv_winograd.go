package kernel

// ConvWinogradF32 is ConvF32 of one group by kernels of 3×3 taps, stride and dilation 1, over two axes; m is a multiple
// of 4. Assembly computes it by Winograd's F(2×2, 3×3) where that pays: the filters, block output channels' at a time,
// and tiles of 4×4 inputs are taken to where a convolution is 16 products of matrices, with 4/9 of the multiplications,
// and their sums back to 2×2 outputs. That costs about half a digit of float32. tile is what a tile costs and filters
// what transforming the filters does, both in hundredths of what ConvF32 takes for an output position.
//
// scratch has at least WinogradScratch(block, c, 8) floats, and what it has more sets how many tiles are computed at a
// time; it and table suffice for ConvF32 too.
func ConvWinogradF32(y, x, w, bias, residual, scratch []float32, table []int64, act Act, n, m, c int, win Window, block, tile, filters int) {
	if hasAVX2 && WinogradPays(win.Out, tile, filters) {
		convWinogradF32AVX2(y, x, w, bias, residual, scratch, table, act, n, m, c, win, block, 4)
		return
	}
	ConvF32(y, x, w, bias, residual, convRoom(scratch, table, 9, c), table, act, n, 1, m, c, win)
}

// convRoom cuts scratch for ConvF32, so that strips have no more positions than table has room for.
func convRoom(scratch []float32, table []int64, taps, channels int) []float32 {
	return scratch[:min(len(scratch), len(table)/taps*taps*channels+8)]
}

// WinogradPays compares the costs of an image, as ConvWinogradF32 takes them. Fewer tiles than a register has elements
// don't repay the filters: 128 of 128 channels take twice as long for a plane of 3×3.
func WinogradPays(out []int, tile, filters int) bool {
	tiles := (out[0] + 1) / 2 * ((out[1] + 1) / 2)
	return (tiles >= 8 || filters+tile == 0) && winogradColumns(tiles)*tile+filters < 100*out[0]*out[1]
}

// winogradColumns is how many columns so many tiles are multiplied as: by whole registers, if what is left would fill
// most of one.
func winogradColumns(tiles int) int {
	if tiles%8 > columnsMost {
		return (tiles + 7) &^ 7
	}
	return tiles
}

// columnsMost is how many positions columnsAVX2 computes at most.
const columnsMost = 6

const (
	winogradSums = 16 // numbers that a tile is taken to
	// winogradSlack is how far vectors may reach beyond the end of what a strip of tiles meets.
	winogradSlack = 16
)

// WinogradScratch is how many floats of scratch ConvWinogradF32 takes for so many tiles, a multiple of 8, of c input
// channels and block output channels.
func WinogradScratch(block, c, tiles int) int {
	// filters, inputs, sums, and a plane's inputs: four a tile, and four more where tiles are all in a row
	return winogradSums*(apart(block*c)+apart(c*tiles+winogradSlack)+apart(block*tiles)) + 8*tiles + 8 + winogradSlack
}

// apart is how far the 16 parts of n floats each are from each other. What is read or written of all of them in turn
// should not be in one set of the nearest cache: so it is an odd number of cache lines.
func apart(n int) int { return (n+15)&^15 | 16 }
