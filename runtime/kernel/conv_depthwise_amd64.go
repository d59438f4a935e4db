//go:build gc && !purego

package kernel

import "unsafe"

// convDepthwiseF32AVX2 is ConvDepthwiseF32, each product fused with its sum. What a strip of a channel meets is gathered
// with its padding, so that no tap has to look where it is.
func convDepthwiseF32AVX2(y, x, w, bias, residual, scratch []float32, table []int64, act Act, n, channels, multiplier int, win Window) {
	v := win.spatial3()
	plane, inPlane, taps := win.plane(), win.inPlane(), win.taps()
	if plane == 0 {
		return
	}
	s := v.strips(1, len(scratch)-strayLanes, false)
	s.offsets(table, &v, 1)
	for i := range n * channels {
		o := i % channels * multiplier
		d := depthwiseProduct{
			y: y[i*multiplier*plane : (i+1)*multiplier*plane], x: x[i*inPlane : (i+1)*inPlane], w: w[o*taps : (o+multiplier)*taps],
			bias: rowsOf(bias, o, multiplier), offsets: table[:taps], ldy: v.out[2], plane: plane,
		}
		for z := range v.out[0] {
			for y := 0; y < v.out[1]; y += s.rows {
				for x := 0; x < v.out[2]; x += s.cols {
					d.strip(scratch, &s, &v, [3]int{z, y, x}, min(s.rows, v.out[1]-y), min(s.cols, v.out[2]-x))
				}
			}
		}
		convFinish(d.y, rowsOf(residual, i*multiplier*plane, multiplier*plane), act, multiplier, 0, plane, plane)
	}
}

// depthwiseProduct is an input channel with the output channels that it makes.
type depthwiseProduct struct {
	y, x, w, bias []float32
	offsets       []int64
	ldy, plane    int
}

// strip computes rows × cols positions from o on. No call is so long that it holds up the scheduler.
func (d *depthwiseProduct) strip(scratch []float32, s *convStrips, v *window3, o [3]int, rows, cols int) {
	s.gather(scratch, d.x, v, o, rows, cols, 1)
	taps := len(d.offsets)
	chunk := max(callWork/(cols*max(taps, 1)), 4) &^ 3
	at := (o[0]*v.out[1]+o[1])*v.out[2] + o[2]
	for i := 0; i*d.plane < len(d.y); i++ {
		start := float32(0)
		if d.bias != nil {
			start = d.bias[i]
		}
		w, y := d.w[i*taps:(i+1)*taps], d.y[i*d.plane+at:]
		for r := 0; r < rows; r += chunk {
			count := min(chunk, rows-r)
			to := y[r*d.ldy : (r+count-1)*d.ldy+cols]
			depthwiseAVX2(unsafe.SliceData(to), unsafe.SliceData(scratch[r*s.x.length:]), unsafe.SliceData(w),
				unsafe.SliceData(d.offsets), count, cols, taps, s.x.length, d.ldy, start)
		}
	}
}
