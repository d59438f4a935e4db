// Command m2cgen compares a compiled forest with the Go code that m2cgen 0.10.0 makes of it, one row a call:
//
//	go run -C bench ./m2cgen [-model FILE] [-rounds N]
//
// It installs m2cgen into .cache/m2cgen, makes a module of both packages and a program that calls them in turn, and
// prints the medians and their ratio.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	_ "embed"

	"github.com/energeticc/energeticc/importer/onnx/file"
	"github.com/energeticc/energeticc/importer/onnx/pb"
)

var (
	//go:embed forest.py
	script []byte
	//go:embed requirements.txt
	requirements []byte
	//go:embed duel.txt
	program []byte
)

func main() {
	model := flag.String("model", "../testdata/models/digits-random-forest", "a file, or its folder, of one TreeEnsembleClassifier")
	rounds := flag.Int("rounds", 31, "rounds; the sides take turns")
	flag.Parse()
	if err := run(context.Background(), *model, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "m2cgen:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, path string, rounds int) error {
	path, err := filepath.Abs(path) // the compiler runs elsewhere
	if err != nil {
		return err
	}
	m, err := file.Open(path, file.Limits{})
	if err != nil {
		return err
	}
	tables, err := forest(m.Proto)
	if err != nil {
		return fmt.Errorf("%s: %w", m.Path, err)
	}
	code, err := generate(ctx, tables)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "energeticc-m2cgen-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for name, data := range map[string][]byte{"go.mod": []byte("module duel\n\ngo 1.23\n"), "main.go": program, "generated/generated.go": code} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, data, 0o644); err != nil {
			return err
		}
	}
	if err := command(ctx, "..", nil, os.Stderr, "go", "run", "./cmd/energeticc", "compile", path, "-o", filepath.Join(dir, "compiled"), "--package", "compiled", "--no-tests"); err != nil {
		return err
	}
	return command(ctx, dir, nil, os.Stdout, "go", "run", ".", fmt.Sprint(rounds))
}

// forest gives the attributes of the model's only forest, as JSON.
func forest(m *pb.ModelProto) ([]byte, error) {
	for _, n := range m.GetGraph().GetNode() {
		if n.GetOpType() != "TreeEnsembleClassifier" {
			continue
		}
		tables := map[string]any{}
		for _, a := range n.GetAttribute() {
			switch a.GetType() {
			case pb.AttributeProto_INTS:
				tables[a.GetName()] = a.GetInts()
			case pb.AttributeProto_FLOATS:
				tables[a.GetName()] = a.GetFloats()
			case pb.AttributeProto_STRINGS:
				var all []string
				for _, s := range a.GetStrings() {
					all = append(all, string(s))
				}
				tables[a.GetName()] = all
			}
		}
		return json.Marshal(tables)
	}
	return nil, fmt.Errorf("there is no TreeEnsembleClassifier, want one")
}

// generate runs m2cgen, which it installs first.
func generate(ctx context.Context, tables []byte) ([]byte, error) {
	dir, err := filepath.Abs(filepath.Join(".cache", "m2cgen"))
	if err != nil {
		return nil, err
	}
	python, lock := filepath.Join(dir, "bin", "python"), filepath.Join(dir, "requirements.txt")
	if old, err := os.ReadFile(lock); err != nil || !bytes.Equal(old, requirements) {
		if err := command(ctx, "", nil, os.Stderr, "python3", "-m", "venv", "--clear", dir); err != nil {
			return nil, err
		}
		if err := command(ctx, "", requirements, os.Stderr, python, "-m", "pip", "install", "-q", "--require-hashes", "-r", "/dev/stdin"); err != nil {
			return nil, err
		}
		if err := os.WriteFile(lock, requirements, 0o644); err != nil {
			return nil, err
		}
	}
	var code bytes.Buffer
	err = command(ctx, "", tables, &code, python, "-c", string(script))
	return code.Bytes(), err
}

// command runs a program in a folder.
func command(ctx context.Context, dir string, in []byte, out io.Writer, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = dir, bytes.NewReader(in), out, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
