//go:build gc && !purego

package kernel

import "unsafe"

// reluActAVX2 is ReluAct.
func reluActAVX2(y []float32, a, b float32) {
	for len(y) > 0 {
		n := min(len(y), callElements)
		reluAVX2(unsafe.SliceData(y), n, a, b)
		y = y[n:]
	}
}

// leakyReluActAVX2 is LeakyReluAct.
func leakyReluActAVX2(y []float32, a, b float32) {
	for len(y) > 0 {
		n := min(len(y), callElements)
		leakyReluAVX2(unsafe.SliceData(y), n, a, b)
		y = y[n:]
	}
}

// clipActAVX2 is ClipAct.
func clipActAVX2(y []float32, a, b float32) {
	for len(y) > 0 {
		n := min(len(y), callElements)
		clipAVX2(unsafe.SliceData(y), n, a, b)
		y = y[n:]
	}
}

// hardSigmoidActAVX2 is HardSigmoidAct.
func hardSigmoidActAVX2(y []float32, a, b float32) {
	for len(y) > 0 {
		n := min(len(y), callElements)
		hardSigmoidAVX2(unsafe.SliceData(y), n, a, b)
		y = y[n:]
	}
}

// hardSwishActAVX2 is HardSwishAct.
func hardSwishActAVX2(y []float32, a, b float32) {
	for len(y) > 0 {
		n := min(len(y), callElements)
		hardSwishAVX2(unsafe.SliceData(y), n, a, b)
		y = y[n:]
	}
}
