//go:build gc && !purego

package kernel

import "unsafe"

// sumAVX2 adds the products by assembly, which ends before it holds up the scheduler. The offsets in jobs are what smallJobs
// made of the window, within x, w and sums.
func (t *convSmall) sumAVX2(sums, x, w []float32) {
	chunk := max(callWork/(smallMost*smallPanel*t.channels), 1) * smallJob
	for jobs := t.jobs; len(jobs) > 0; {
		n := min(chunk, len(jobs))
		convSmallAVX2(unsafe.SliceData(sums), unsafe.SliceData(w), unsafe.SliceData(x), unsafe.SliceData(jobs), n/smallJob, t.channels, t.inPlane)
		jobs = jobs[n:]
	}
}

// convPanelsF32AVX2 is convPanels of one panel.
func convPanelsF32AVX2(dst, src []float32, taps, k int) {
	size := taps * k * smallPanel
	dst, src = dst[:size], src[:size]
	convPanelsAVX2(unsafe.SliceData(dst), unsafe.SliceData(src), taps, k)
}
