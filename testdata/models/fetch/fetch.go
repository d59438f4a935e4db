package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// whole reports whether every file of the model is in its folder, unchanged.
func (s source) whole(dir string) bool {
	for _, m := range s.files {
		if check(filepath.Join(dir, s.model, m.name), m.sha256, m.size) != nil {
			return false
		}
	}
	return true
}

// fetch downloads the archive unless an earlier run left it whole, and takes the model's files out of it. Where another
// model is to come out of the archive, it stays.
func (s source) fetch(dir string, stays bool) error {
	downloads, err := filepath.Abs(filepath.Join(dir, ".download"))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(downloads, 0o755); err != nil {
		return err
	}
	archive := filepath.Join(downloads, s.archive)
	if check(archive, s.sha256, s.size) != nil {
		if err := s.download(downloads); err != nil {
			return err
		}
		if err := check(archive, s.sha256, s.size); err != nil {
			return err
		}
	}
	if err := s.unpack(archive, filepath.Join(dir, s.model)); err != nil {
		return err
	}
	if stays {
		return nil
	}
	if err := os.Remove(archive); err != nil {
		return err
	}
	os.Remove(downloads) // succeeds once the last archive is gone
	return nil
}

// download has the package's own client write s.archive into folder.
func (s source) download(folder string) error {
	client, args, err := s.command()
	if err != nil {
		return err
	}
	cmd := exec.Command(client, args...)
	cmd.Dir = folder
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", strings.Join(append([]string{client}, args...), " "), err)
	}
	return nil
}

// command is the command line that downloads the package into the current folder.
func (s source) command() (string, []string, error) {
	if s.client == "npm" {
		npm, err := exec.LookPath("npm")
		if err != nil {
			return "", nil, errors.New("npm is wanted, which comes with Node.js: install it (Debian: apt install npm), then try again")
		}
		return npm, []string{"pack", "--silent", s.name + "@" + s.version}, nil
	}
	args := []string{"download", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--dest", ".", s.name + "==" + s.version}
	for _, python := range []string{"python3", "python"} {
		// A Python may be there without its pip.
		if exec.Command(python, "-m", "pip", "--version").Run() == nil {
			return python, append([]string{"-m", "pip"}, args...), nil
		}
	}
	return "", nil, errors.New("pip is wanted, which comes with Python: install it (Debian: apt install python3-pip), then try again")
}

// check compares a file with the size and SHA-256 that it should have.
func check(path, sum string, size int64) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Size() != size {
		return fmt.Errorf("%s has %d bytes; want %d", filepath.Base(path), info.Size(), size)
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != sum {
		return fmt.Errorf("%s has SHA-256 %s; want %s", filepath.Base(path), got, sum)
	}
	return nil
}

// unpack writes the model's files from the archive into folder.
func (s source) unpack(archive, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	each := eachInZip
	if strings.HasSuffix(archive, ".tgz") {
		each = eachInTgz
	}
	left := map[string]member{}
	for _, m := range s.files {
		left[m.path] = m
	}
	err := each(archive, func(path string, r io.Reader) error {
		m, ok := left[path]
		if !ok {
			return nil
		}
		delete(left, path)
		return m.write(folder, r)
	})
	if err != nil {
		return err
	}
	for path := range left {
		return fmt.Errorf("%s holds no %s", filepath.Base(archive), path)
	}
	return nil
}

// write copies the file from r into folder; it gets its name only once it is whole and right.
func (m member) write(folder string, r io.Reader) error {
	part := filepath.Join(folder, m.name+".part")
	defer os.Remove(part)
	f, err := os.Create(part)
	if err != nil {
		return err
	}
	// One byte more than wanted is enough for check to notice a file that is too long.
	if strings.HasSuffix(m.path, ".min.js") {
		r, err = exported(part+".cjs", r)
	}
	if err == nil {
		_, err = io.Copy(f, io.LimitReader(r, m.size+1))
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := check(part, m.sha256, m.size); err != nil {
		return err
	}
	return os.Rename(part, filepath.Join(folder, m.name))
}

// exporter is the program that writes what a module exports.
const exporter = `const v = require(require("path").resolve(process.argv[1])), e = v && v.default ? v.default : v;
process.stdout.write(typeof e === "string" ? Buffer.from(e, "base64") : JSON.stringify(e));`

// exported is what a JavaScript module exports, which passes through a file on its way.
func exported(file string, module io.Reader) (io.Reader, error) {
	data, err := io.ReadAll(module)
	if err != nil {
		return nil, err
	}
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, errors.New("node is wanted, to read a JavaScript module: install Node.js (Debian: apt install nodejs), then try again")
	}
	defer os.Remove(file)
	if err := os.WriteFile(file, data, 0o644); err != nil {
		return nil, err
	}
	cmd := exec.Command(node, "-e", exporter, file)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	return bytes.NewReader(out), err
}

// eachInZip calls visit for every file of a wheel.
func eachInZip(archive string, visit func(path string, r io.Reader) error) error {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer z.Close()
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return err
		}
		if err := errors.Join(visit(f.Name, r), r.Close()); err != nil {
			return err
		}
	}
	return nil
}

// eachInTgz calls visit for every file of an npm package.
func eachInTgz(archive string, visit func(path string, r io.Reader) error) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	g, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	t := tar.NewReader(g)
	for {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := visit(h.Name, t); err != nil {
			return err
		}
	}
}
