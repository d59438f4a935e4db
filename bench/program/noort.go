//go:build !cgo

package main

import "errors"

// rival is absent: ONNX Runtime's C API needs cgo.
func rival(job) ([]tensor, func() error, error) {
	return nil, nil, errors.New("built without cgo: no ONNX Runtime")
}
