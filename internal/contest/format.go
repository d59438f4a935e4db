package contest

import "fmt"

// Duration writes nanoseconds as a person would.
func Duration(nanos float64) string {
	switch {
	case nanos < 1e4:
		return fmt.Sprintf("%.2f µs", nanos/1e3)
	case nanos < 1e6:
		return fmt.Sprintf("%.1f µs", nanos/1e3)
	}
	return fmt.Sprintf("%.2f ms", nanos/1e6)
}

// Rate writes the speed of multiply-adds, two operations each, in GFLOP/s.
func Rate(macs, nanos float64) string {
	if macs == 0 || nanos == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f", 2*macs/nanos)
}
