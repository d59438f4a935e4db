//go:build gc && !purego

package kernel

import "unsafe"

// panelAVX2 is panel by assembly, which ends before it holds up the scheduler. The offsets in jobs are what smallJobs
// made of the window, within x, w and sums.
func (s *convSmall) panelAVX2(sums, x, w []float32) {
	chunk := max(callWork/(smallMost*smallPanel*s.k), 1) * smallJob
	for jobs := s.jobs; len(jobs) > 0; {
		n := min(chunk, len(jobs))
		convSmallAVX2(unsafe.SliceData(sums), unsafe.SliceData(w), unsafe.SliceData(x), unsafe.SliceData(jobs), n/smallJob, s.k, s.step)
		jobs = jobs[n:]
	}
}

// convPanelsF32AVX2 is convPanels of one panel.
func convPanelsF32AVX2(dst, src []float32, taps, k int) {
	size := taps * k * smallPanel
	dst, src = dst[:size], src[:size]
	convPanelsAVX2(unsafe.SliceData(dst), unsafe.SliceData(src), taps, k)
}
