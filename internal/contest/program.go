package contest

import (
	"embed"
	"fmt"
	"path"
)

//go:embed program/*.go
var program embed.FS

// Program is the files of the Go contender, by name, for a module that holds a compiled package under an import path:
// beside them it takes the package's adapter and, within the package, emit.Profiled.
func Program(importPath string) (map[string][]byte, error) {
	list, err := program.ReadDir("program")
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{"hooks.go": fmt.Appendf(nil, hooks, importPath, path.Base(importPath))}
	for _, e := range list {
		if files[e.Name()], err = program.ReadFile("program/" + e.Name()); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// hooks hands the package's profile and weights to the program.
const hooks = `package main

import %[2]s %[1]q

func init() {
	hooks.weights = %[2]s.Weights()
	hooks.profile = func(clock func() int64) func() []stepTime {
		times := %[2]s.Profile(clock)
		return func() []stepTime {
			all := make([]stepTime, len(times))
			for i, t := range times {
				all[i] = stepTime{float64(t.Runs), float64(t.Time)}
			}
			return all
		}
	}
}
`
