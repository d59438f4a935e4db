package kernel

import "github.com/energeticc/energeticc/runtime/par"

const (
	// smallPanel is how many output channels ConvSmallF32 computes side by side.
	smallPanel = 16
	// smallMost is how many positions of a panel are computed at once.
	smallMost = 6
	// smallJob is how many numbers tell of them: where the weights are, how many positions, where each one's input is,
	// and where its sums are. Offsets count bytes.
	smallJob = 2 + 2*smallMost
)

// ConvSmallF32 is ConvF32 for planes of few positions, which would not fill registers: output channels do. m/groups is
// a multiple of 16, and the weights are laid out as [m/16][taps][c/groups][16]. Inputs are read where they are, and no
// tap meets padding. scratch has m floats a position of the output and table ConvSmallTable numbers.
func ConvSmallF32(y, x, w, bias, residual, scratch []float32, table []int64, act Act, n, groups, m, c int, win Window) {
	v := win.spatial3()
	plane, inPlane, taps := win.plane(), win.inPlane(), win.taps()
	if plane == 0 || m == 0 {
		return
	}
	t := convSmall{
		y: y, x: x, w: w, bias: bias, residual: residual, sums: scratch, act: act, jobs: v.smallJobs(table, c/groups),
		images: n, groups: groups, rows: m, channels: c / groups, plane: plane, inPlane: inPlane, taps: taps,
	}
	panels := m / smallPanel
	if !worthSharing(n * m * t.channels * taps * plane) {
		for i := range panels {
			t.panel(i)
		}
		return
	}
	shared := convSmalls.Get()
	*shared = t
	shared.grid = cutConv(panels, 1)
	par.Do(shared, shared.grid.parts())
	*shared = convSmall{} // what is spare holds on to no memory
	convSmalls.Put(shared)
}

// ConvSmallTable is how many numbers ConvSmallF32 takes for a plane of so many positions.
func ConvSmallTable(taps, plane int) int {
	return smallJob * taps * ((plane + smallMost - 1) / smallMost)
}

// smallJobs writes what there is to do for a panel into table: of each tap, the positions at which it meets the input,
// as many at once as may be.
func (w *window3) smallJobs(table []int64, channels int) []int64 {
	jobs, weights := table[:0], int64(0)
	for kz := range w.kernel[0] {
		for ky := range w.kernel[1] {
			for kx := range w.kernel[2] {
				jobs = w.tapJobs(jobs, [3]int{kz, ky, kx}, weights)
				weights += int64(4 * channels * smallPanel)
			}
		}
	}
	return jobs
}

// tapJobs adds the jobs of one tap, whose weights are at an offset. They are cut evenly.
func (w *window3) tapJobs(jobs []int64, tap [3]int, weights int64) []int64 {
	var off, lo, hi [3]int
	count := 1
	for a := range tap {
		off[a] = tap[a]*w.dilation[a] - w.pad[a]
		lo[a], hi[a] = tapRange(w.in[a], w.out[a], w.stride[a], off[a])
		count *= hi[a] - lo[a]
	}
	parts := (count + smallMost - 1) / smallMost
	at := lo
	for i := range parts {
		size := (i+1)*count/parts - i*count/parts
		jobs = jobs[:len(jobs)+smallJob]
		job := jobs[len(jobs)-smallJob:]
		job[0], job[1] = weights, int64(size)
		for p := range size {
			z, y, x := at[0]*w.stride[0]+off[0], at[1]*w.stride[1]+off[1], at[2]*w.stride[2]+off[2]
			job[2+p] = 4 * int64((z*w.in[1]+y)*w.in[2]+x)
			job[2+smallMost+p] = 4 * smallPanel * int64((at[0]*w.out[1]+at[1])*w.out[2]+at[2])
			for a := 2; a >= 0; a-- { // the next position
				if at[a]++; at[a] < hi[a] || a == 0 {
					break
				}
				at[a] = lo[a]
			}
		}
	}
	return jobs
}

// convSmall is a convolution of small planes. Its parts are of whole panels.
type convSmall struct {
	y, x, w, bias, residual, sums []float32
	jobs                          []int64 // of each panel
	act                           Act
	images, groups, rows          int
	channels                      int // of a group's input
	plane, inPlane, taps          int
	grid                          convGrid
}

// convSmalls are those that nobody is at.
var convSmalls par.Spare[convSmall]

// Part computes a part.
func (t *convSmall) Part(i int) {
	panel, end, _, _ := t.grid.part(i)
	for ; panel < end; panel++ {
		t.panel(panel)
	}
}

// panel computes the output channels of a panel of each image.
func (t *convSmall) panel(i int) {
	o := i * smallPanel
	g := o / (t.rows / t.groups)
	w := t.w[o*t.channels*t.taps : (o+smallPanel)*t.channels*t.taps]
	sums, bias := t.sums[o*t.plane:(o+smallPanel)*t.plane], rowsOf(t.bias, o, smallPanel)
	for image := range t.images {
		from, to := (image*t.groups+g)*t.channels*t.inPlane, (image*t.rows+o)*t.plane
		t.sum(sums, t.x[from:from+t.channels*t.inPlane], w, bias)
		out := t.y[to : to+smallPanel*t.plane]
		Transpose(out, sums, 1, t.plane, smallPanel)
		if t.residual != nil {
			AddRow(out, out, t.residual[to:to+len(out)])
		}
		if t.act.F != nil {
			t.act.F(out, t.act.A, t.act.B)
		}
	}
}

// sum computes sums [plane][16] of a panel's weights [taps][channels][16] and x, the inputs of its group.
func (t *convSmall) sum(sums, x, w, bias []float32) {
	if bias == nil {
		clear(sums)
	} else {
		for p := 0; p < len(sums); p += smallPanel {
			copy(sums[p:p+smallPanel], bias)
		}
	}
	if t.channels == 0 {
		return
	}
	if hasAVX2 {
		t.sumAVX2(sums, x, w)
		return
	}
	for jobs := t.jobs; len(jobs) > 0; jobs = jobs[smallJob:] {
		weights := w[jobs[0]/4:][:t.channels*smallPanel]
		for p := range int(jobs[1]) {
			sum := sums[jobs[2+smallMost+p]/4:][:smallPanel]
			from := x[jobs[2+p]/4:]
			for i := 0; i < smallPanel; i += 4 {
				smallTile((*[4]float32)(sum[i:]), weights[i:], from, t.inPlane)
			}
		}
	}
}

// smallTile adds the products of four channels of a panel to their sums.
func smallTile(sum *[4]float32, w, x []float32, step int) {
	c0, c1, c2, c3 := sum[0], sum[1], sum[2], sum[3]
	at := 0
	for ; len(w) >= 4; at += step {
		v := x[at]
		c0 += float32(w[0] * v)
		c1 += float32(w[1] * v)
		c2 += float32(w[2] * v)
		c3 += float32(w[3] * v)
		if len(w) < smallPanel {
			break
		}
		w = w[smallPanel:]
	}
	sum[0], sum[1], sum[2], sum[3] = c0, c1, c2, c3
}
