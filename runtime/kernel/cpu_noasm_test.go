//go:build !amd64 || !gc || purego

package kernel

import "testing"

// eachVariant runs a test with the portable kernels, which are all there is.
func eachVariant(t *testing.T, test func(t *testing.T)) { t.Run("portable", test) }

// portable runs the rest of the test without assembly: there is none.
func portable(*testing.T) {}
