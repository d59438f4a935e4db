package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWeightsFile compiles packages that get their weights from the program, and runs the tests that they bring: one
// with numbers, one with texts.
func TestWeightsFile(t *testing.T) {
	mod := newModule(t)
	for _, name := range []string{"digits-mlp", "text-tfidf-logreg"} {
		mustRun(t, "compile", testModel(t, name), "-o", filepath.Join(mod.Dir, name), "--package", "loaded", "--weights-file")
		source, err := os.ReadFile(filepath.Join(mod.Dir, name, "weights.go"))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(source), "go:embed") {
			t.Errorf("%s: weights.go embeds the weights", name)
		}
	}
	goTool(t, mod, "vet", "./...")
	goTool(t, mod, "test", "./digits-mlp", "./text-tfidf-logreg")
}
