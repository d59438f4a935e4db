// Proxy writes a folder that serves the committed module to the go command, as a module proxy would, so that its use
// from another module can be tried before it is published:
//
//	version=$(go run -C .ci ./proxy /some/folder)
//	GOPROXY=file:///some/folder,$(go env GOPROXY) GONOSUMDB=github.com/energeticc/energeticc \
//		go run github.com/energeticc/energeticc/cmd/energeticc@$version help
//
// It prints the version: a pseudo-version of the commit, or what -version says.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
	"golang.org/x/mod/zip"
)

func main() {
	version := flag.String("version", "", "the module's `version`, such as v0.1.0 (default: a pseudo-version of the commit)")
	rev := flag.String("rev", "HEAD", "the `commit` to serve")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: go run -C .ci ./proxy [-version V] [-rev COMMIT] FOLDER")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 || !filepath.IsAbs(flag.Arg(0)) {
		fmt.Fprintln(os.Stderr, "proxy: want one absolute path, of the folder to write")
		os.Exit(2)
	}
	v, err := serve(flag.Arg(0), *rev, *version)
	if err != nil {
		fmt.Fprintln(os.Stderr, "proxy:", err)
		os.Exit(1)
	}
	fmt.Println(v)
}

// info is what a module proxy says of a version.
type info struct {
	Version string
	Time    time.Time
}

// serve writes the files of one version below folder and returns the version.
func serve(folder, rev, version string) (string, error) {
	top, err := git(".", "rev-parse", "--show-toplevel")
	if err != nil {
		return "", err
	}
	commit, err := git(top, "rev-parse", rev+"^{commit}")
	if err != nil {
		return "", err
	}
	stamp, err := git(top, "show", "--no-patch", "--format=%cI", commit)
	if err != nil {
		return "", err
	}
	at, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return "", err
	}
	at = at.UTC()
	if version == "" {
		version = module.PseudoVersion("v0", "", at, commit[:12])
	}
	if semver.Canonical(version) != version {
		return "", fmt.Errorf("version %q is not of the form v1.2.3", version)
	}
	mod, err := git(top, "show", commit+":go.mod")
	if err != nil {
		return "", err
	}
	path := modfile.ModulePath([]byte(mod))
	escaped, err := module.EscapePath(path)
	if err != nil {
		return "", err
	}
	about, err := json.Marshal(info{version, at})
	if err != nil {
		return "", err
	}
	dir := filepath.Join(folder, filepath.FromSlash(escaped))
	if err := os.MkdirAll(filepath.Join(dir, "@v"), 0o755); err != nil {
		return "", err
	}
	for name, data := range map[string]string{
		"@latest":                 string(about),
		"@v/list":                 version + "\n",
		"@v/" + version + ".info": string(about),
		"@v/" + version + ".mod":  mod + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(data), 0o644); err != nil {
			return "", err
		}
	}
	out, err := os.Create(filepath.Join(dir, "@v", version+".zip"))
	if err != nil {
		return "", err
	}
	err = zip.CreateFromVCS(out, module.Version{Path: path, Version: version}, top, commit, "")
	return version, errors.Join(err, out.Close())
}

// git runs a git command in dir and returns what it prints, without the last line's end.
func git(dir string, args ...string) (string, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w", strings.Join(args, " "), err)
	}
	return strings.TrimSuffix(string(out), "\n"), nil
}
