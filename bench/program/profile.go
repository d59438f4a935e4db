//go:build cgo

package main

import (
	"os"
	"runtime"
	"runtime/pprof"
	"time"
)

// profiled is how long a profile is taken.
const profiled = 4 * time.Second

// profile writes a processor profile of the package's runs. It is left out where there is no ONNX Runtime, since the
// bytes of that program are counted.
func profile(j job, path string) error {
	runtime.UnlockOSThread() // handing a locked thread on would show in the profile
	run, err := models[j.Model].session(j.Inputs)
	if err != nil {
		return err
	}
	if err := run(); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	for end := time.Now().Add(profiled); time.Now().Before(end); {
		if err := run(); err != nil {
			return err
		}
	}
	pprof.StopCPUProfile()
	return f.Close()
}
