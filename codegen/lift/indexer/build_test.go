package indexer

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/energeticc/energeticc/codegen/lift/index"
)

func TestRules(t *testing.T) {
	ar, err := txtar.ParseFile("testdata/rules.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range ar.Files {
		t.Run(f.Name, func(t *testing.T) {
			source, wants, _ := strings.Cut(string(f.Data), "want: ")
			_, problems, err := Build(writeTree(t, "p/p.go", "package p\n"+source))
			if err != nil {
				problems = append(problems, strings.Split(err.Error(), "\n")...)
			}
			got := strings.Join(problems, "\n")
			if wants == "" {
				if got != "" {
					t.Errorf("problems = %s, want none", got)
				}
				return
			}
			for _, want := range strings.Split(wants, "want: ") {
				if !strings.Contains(got, strings.TrimSpace(want)) {
					t.Errorf("problems = %s\nwant one with %s", got, want)
				}
			}
		})
	}
}

// writeTree makes a tree of files, given as names and texts.
func writeTree(t *testing.T, files ...string) Tree {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		name := filepath.Join(dir, files[i])
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(files[i+1]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return Tree{Dir: dir, Path: "example.com/tree"}
}

// A package that does not compile must not hold up the others.
func TestBuildKeepsGoodPackages(t *testing.T) {
	pkgs, problems, err := Build(writeTree(t,
		"bad/bad.go", "package bad\nfunc F() int {\n",
		"good/good.go", "package good\nfunc G() {}\n",
		"needs/needs.go", "package needs\nimport \"example.com/tree/bad\"\nfunc H() { bad.F() }\n",
		"plan9/p_plan9.go", "package plan9\nfunc P() {}\n",
	))
	if len(pkgs) != 1 || pkgs[0].Name != "good" || len(problems) > 0 {
		t.Errorf("packages = %v, problems %q, want good alone and none", pkgs, problems)
	}
	for _, want := range []string{"bad.go:2", "example.com/tree/bad is not at hand", "no variant builds it"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error = %v, want one with %q", err, want)
		}
	}
}

// Two declarations whose files never meet may share a name, in one package;
// two packages may not.
func TestUniqueNames(t *testing.T) {
	_, problems, err := Build(writeTree(t,
		"a/x_amd64.go", "package a\nconst Wide = true\n",
		"a/x_other.go", "//go:build !amd64\n\npackage a\nconst Wide = false\n",
		"b/b.go", "package b\nvar wide int\n",
	))
	if err != nil || len(problems) != 1 || !strings.Contains(problems[0], "b.wide becomes wide when lifted, as does a.Wide") {
		t.Errorf("problems = %q, error %v, want one about wide", problems, err)
	}
}

func TestBuildDeterministic(t *testing.T) {
	tree := Tree{Dir: "../testdata/sample", Path: "example.com/sample"}
	var texts [2][]byte
	for i := range texts {
		pkgs, _, err := Build(tree)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range pkgs {
			texts[i] = append(texts[i], index.Format(p)...)
		}
	}
	if !bytes.Equal(texts[0], texts[1]) {
		t.Errorf("two runs differ:\n%s\n%s", texts[0], texts[1])
	}
}
