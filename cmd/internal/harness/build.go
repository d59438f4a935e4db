package harness

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Build makes the binary.
func (m *Module) Build(ctx context.Context) error {
	_, err := m.build(ctx)
	return err
}

func (m *Module) build(ctx context.Context) ([]byte, error) {
	return m.Go(ctx, "build", "-trimpath", "-ldflags=-s -w", "-o", "program", ".")
}

// BuildRest makes the binary of those packages that compile, and gives for each of the others, which it takes out of
// the module, what the Go compiler said.
func (m *Module) BuildRest(ctx context.Context) (broken map[string]string, err error) {
	broken = map[string]string{}
	for {
		out, err := m.build(ctx)
		if err == nil || ctx.Err() != nil {
			return broken, err
		}
		found := blame(string(out))
		if len(found) == 0 {
			return broken, err
		}
		for name, said := range found {
			if _, again := broken[name]; again {
				return broken, err
			}
			broken[name] = said
			if err := m.remove(name); err != nil {
				return broken, err
			}
		}
	}
}

// remove takes a package out of the module.
func (m *Module) remove(name string) error {
	if err := os.Remove(filepath.Join(m.Dir, "model_"+name+".go")); err != nil {
		return fmt.Errorf("package %s is not in the module: %w", name, err)
	}
	return os.RemoveAll(filepath.Join(m.Dir, name))
}

// at finds the place that a line of the Go compiler names: a package's file, or its adapter's.
var at = regexp.MustCompile(`^(?:\./)?(?:([A-Za-z0-9_]+)/[^ :/]+|model_([A-Za-z0-9_]+)\.go):\d+`)

// blame sorts what go build said by package and keeps the first line of each.
func blame(out string) map[string]string {
	said := map[string]string{}
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		found := at.FindStringSubmatch(line)
		if found == nil {
			continue
		}
		if name := found[1] + found[2]; said[name] == "" {
			said[name] = line
		}
	}
	return said
}
