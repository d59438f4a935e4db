package main

import (
	"archive/zip"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/energeticc/energeticc/cmd/internal/cases"
)

// suite is a folder of cases in the layout of ONNX's backend tests.
type suite struct {
	name       string // of its file or folder
	dir        string
	atol       float64
	tolerances map[string]tolerance
	groups     map[string]string // what a case is for: "Op", "Op-version", "form:…"
	odd        map[string]string // where ONNX Runtime, which gave the answers, reads the standard its own way
	manifest   []hostile         // of a suite of hostile models
	cases      []*testCase
}

// tolerance is how far values may be apart: atol + rtol·|want|.
type tolerance struct{ Rtol, Atol float64 }

// testCase is a model with its sets of inputs and answers.
type testCase struct {
	suite *suite
	name  string // its folder within the suite, slash-separated
	kind  string

	// What the cases of a TensorFlow.js suite have beyond that.
	tfjs   *tfjsCase
	folder string // where it is not name
	own    *tolerance
	// hostile is what the manifest says of a hostile model; nil for cases with answers.
	hostile *hostile
}

// id names a case among all suites'.
func (c *testCase) id() string { return c.suite.name + "/" + c.name }

func (c *testCase) dir() string {
	return filepath.Join(c.suite.dir, filepath.FromSlash(cmp.Or(c.folder, c.name)))
}

func (c *testCase) tolerance() tolerance {
	if c.own != nil {
		return *c.own
	}
	if t, own := c.suite.tolerances[c.name]; own {
		return t
	}
	return tolerance{cases.DefaultRtol, c.suite.atol}
}

// ortAtol is the absolute tolerance of suites whose answers ONNX Runtime gave; those say what each case is for.
const ortAtol = 1e-5

// suiteZips lists the zips below a folder.
func suiteZips(dir string) ([]string, error) {
	var found []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Ext(path) == ".zip" {
			found = append(found, path)
		}
		return err
	})
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("%s holds no zip", dir)
	}
	if err != nil {
		return nil, fmt.Errorf("no suites: %w; run this in the project's root, or name suites by --data", err)
	}
	return found, nil
}

// openSuites lists the cases of several suites, whose zips it unpacks below a folder.
func openSuites(paths []string, work string) ([]*testCase, error) {
	var all []*testCase
	for i, path := range paths {
		s, err := openSuite(path, filepath.Join(work, fmt.Sprint(i)))
		if err != nil {
			return nil, err
		}
		all = append(all, s.cases...)
	}
	return all, nil
}

// openSuite lists the cases of a folder, or of a zip, which it unpacks to a new folder.
func openSuite(path, unpacked string) (*suite, error) {
	s := &suite{dir: path, atol: cases.DefaultAtol}
	s.name = strings.TrimSuffix(filepath.Base(filepath.Clean(path)), ".zip")
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		if s.dir, err = unpacked, unzip(path, unpacked); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	for name, into := range map[string]any{"tolerances.json": &s.tolerances, "groups.json": &s.groups, "ort_specific.json": &s.odd, manifestFile: &s.manifest} {
		if err := readJSON(filepath.Join(s.dir, name), into); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, name, err)
		}
	}
	if s.groups != nil {
		s.atol = ortAtol
	}
	list := s.list
	if s.manifest != nil {
		list = s.listHostile
	}
	if err := list(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := s.listTFJS(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(s.cases) == 0 {
		return nil, fmt.Errorf("%s holds no <category>/<case>/model.onnx, no <case>/model.onnx and no <suite>/cases.json", path)
	}
	return s, nil
}

func unzip(path, to string) error {
	z, err := zip.OpenReader(path)
	if err != nil {
		return err
	}
	defer z.Close()
	return os.CopyFS(to, z)
}

// readJSON reads a file that may be missing.
func readJSON(path string, into any) error {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}

// list finds the cases: folders with a model at the first or second level.
func (s *suite) list() error {
	for _, pattern := range []string{"*/model.onnx", "*/*/model.onnx"} {
		found, err := fs.Glob(os.DirFS(s.dir), pattern)
		if err != nil {
			return err
		}
		for _, f := range found {
			c := &testCase{suite: s, name: path.Dir(f)}
			c.kind = s.kind(c.name)
			s.cases = append(s.cases, c)
		}
	}
	return nil
}

// kind is a case's category, or what its group begins with.
func (s *suite) kind(name string) string {
	if category, _, ok := strings.Cut(name, "/"); ok {
		return category
	}
	if kind, _, ok := strings.Cut(s.groups[name], ":"); ok {
		return kind
	}
	return "operator"
}

// choose applies the filter and takes the sample: the cases whose names have the least hashes, so that a case that
// comes or goes changes the choice by one.
func choose(all []*testCase, opt options) []*testCase {
	chosen := slices.DeleteFunc(slices.Clone(all), func(c *testCase) bool {
		return opt.filter != nil && !opt.filter.MatchString(c.id())
	})
	if opt.sample <= 0 || opt.sample >= len(chosen) {
		return chosen
	}
	hash := map[*testCase]string{}
	for _, c := range chosen {
		sum := sha256.Sum256([]byte(c.id()))
		hash[c] = string(sum[:])
	}
	slices.SortFunc(chosen, func(a, b *testCase) int { return cmp.Compare(hash[a], hash[b]) })
	return chosen[:opt.sample]
}
