//go:build !amd64

package peak

import "errors"

// Run is there for amd64 alone.
func Run() error { return errors.New("the peak is measured on amd64 alone") }
