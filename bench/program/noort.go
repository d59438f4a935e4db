//go:build !cgo

package main

import "errors"

// rival is absent: ONNX Runtime's C API needs cgo.
func rival(job) ([]tensor, func() error, error) {
	return nil, nil, errNoORT
}

// profile is absent with it.
func profile(job, string) error { return errNoORT }

var errNoORT = errors.New("built without cgo: no ONNX Runtime and no profiles")
