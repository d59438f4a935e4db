package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// locks are what is installed, with checksums.
//
//go:embed requirements.txt node
var locks embed.FS

// peers are the other runtimes, where they were installed.
type peers struct {
	python  string // with ONNX Runtime, OpenVINO and tract
	library string // of ONNX Runtime
	node    string // the folder of TensorFlow.js and EnergeticAI; "" where they could not be installed
	env     []string
}

// install brings the peers into a folder, or finds them there. Without ONNX Runtime there is nothing to measure
// against; the others may be missing.
func install(ctx context.Context, cache string, with func(peer string) bool) (*peers, error) {
	cache, err := filepath.Abs(cache)
	if err != nil {
		return nil, err
	}
	p := new(peers)
	if p.python, err = installPython(ctx, filepath.Join(cache, "python")); err != nil {
		return nil, err
	}
	found, err := filepath.Glob(filepath.Join(cache, "python", "lib", "python3*", "site-packages", "onnxruntime", "capi", "libonnxruntime.so.*"))
	if err != nil || len(found) == 0 {
		return nil, fmt.Errorf("%s holds no libonnxruntime.so: bench knows linux/amd64 alone", cache)
	}
	p.library = found[0]
	if with(energetic) || with(tensorflow) || with(javascript) {
		if p.node, err = installNode(ctx, filepath.Join(cache, "node")); err != nil {
			fmt.Fprintln(os.Stderr, "bench: without TensorFlow.js and EnergeticAI:", err)
		}
	}
	if err := p.locale(ctx, filepath.Join(cache, "locale")); err != nil {
		fmt.Fprintln(os.Stderr, "bench: without the locale en_US.UTF-8, which ONNX Runtime wants for strings:", err)
	}
	return p, nil
}

// installPython makes an environment of requirements.txt.
func installPython(ctx context.Context, dir string) (string, error) {
	python := filepath.Join(dir, "bin", "python")
	lock, err := locks.ReadFile("requirements.txt")
	if err != nil || current(dir, lock) {
		return python, err
	}
	return python, errors.Join(
		os.RemoveAll(dir),
		command(ctx, "", "python3", "-m", "venv", dir),
		command(ctx, "", python, "-m", "pip", "install", "-q", "--require-hashes", "--only-binary=:all:", "-r", "requirements.txt"),
		done(dir, lock),
	)
}

// installNode makes a folder of node/, with what its package-lock.json names.
func installNode(ctx context.Context, dir string) (string, error) {
	lock, err := nodeLock()
	if err != nil || current(dir, lock) {
		return dir, err
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	from, err := fs.Sub(locks, "node")
	if err != nil {
		return "", err
	}
	if err := os.CopyFS(dir, from); err != nil {
		return "", err
	}
	if err := command(ctx, dir, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"); err != nil {
		return "", err
	}
	return dir, done(dir, lock)
}

// embed is the call of EnergeticAI.
func (p *peers) embed(how string) []string {
	return []string{"node", filepath.Join(p.node, "embed.js"), how}
}

// tfjs is the call of TensorFlow.js with one of its backends.
func (p *peers) tfjs(backend, how, job string) []string {
	return []string{"node", filepath.Join(p.node, "tfjs.js"), backend, how, job}
}

// tfjsFiles are what TensorFlow.js needs beside a model: its bundle, its WebAssembly backend and that one's kernels.
func (p *peers) tfjsFiles() []string {
	from := filepath.Join(p.node, "node_modules", "@tensorflow")
	return []string{
		filepath.Join(from, "tfjs", "dist", "tf.node.js"), filepath.Join(from, "tfjs-backend-wasm", "dist", "tf-backend-wasm.node.js"),
		filepath.Join(from, "tfjs-backend-wasm", "dist", "tfjs-backend-wasm-simd.wasm"),
	}
}

// embeds reports whether EnergeticAI is measured beside a model: one of English sentences, as its own is, or that one.
func (b *bench) embeds(model string) bool {
	return b.with(energetic) && b.peers.node != "" && (strings.HasPrefix(model, "minilm") || model == "energeticai-use-lite")
}

// nodeLock is what the folder of Node is made of: the lock, and the programs beside it.
func nodeLock() ([]byte, error) {
	list, err := locks.ReadDir("node")
	if err != nil {
		return nil, err
	}
	var all []byte
	for _, e := range list {
		data, err := locks.ReadFile("node/" + e.Name())
		if err != nil {
			return nil, err
		}
		all = append(all, data...)
	}
	return all, nil
}

// locale makes en_US.UTF-8 where the system has none.
func (p *peers) locale(ctx context.Context, dir string) error {
	if all, err := exec.CommandContext(ctx, "locale", "-a").Output(); err == nil && bytes.Contains(all, []byte("en_US.utf8")) {
		return nil
	}
	p.env = append(p.env, "LOCPATH="+dir)
	made := filepath.Join(dir, "en_US.UTF-8")
	if _, err := os.Stat(filepath.Join(made, "LC_CTYPE")); err == nil {
		return nil
	}
	return errors.Join(os.MkdirAll(dir, 0o755), command(ctx, "", "localedef", "-i", "en_US", "-f", "UTF-8", made))
}

// current reports whether a folder was made of this lock to its end.
func current(dir string, lock []byte) bool {
	mark, err := os.ReadFile(filepath.Join(dir, ".lock.sha256"))
	return err == nil && string(mark) == digest(lock)
}

func done(dir string, lock []byte) error {
	return os.WriteFile(filepath.Join(dir, ".lock.sha256"), []byte(digest(lock)), 0o644)
}

func digest(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data)) }

func command(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}
