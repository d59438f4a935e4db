package export_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the scripts into ../export.md anew")

// A quotation is a comment that names a file of this folder, and the fenced block under it.
var quotation = regexp.MustCompile("(?ms)^<!-- export/(\\S+) -->\n```\\w*\n.*?^```\n")

// TestPage holds docs/export.md to the scripts that run.sh runs: it quotes each of them, word for word.
func TestPage(t *testing.T) {
	const page = "../export.md"
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	quoted := map[string]bool{}
	want := quotation.ReplaceAllStringFunc(string(data), func(block string) string {
		name := quotation.FindStringSubmatch(block)[1]
		quoted[name] = true
		return quote(t, name)
	})
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(data) {
		t.Errorf("%s quotes a script as it no longer is; run: go test ./docs/export -update", page)
	}
	for _, pattern := range []string{"from-*.py", "requirements-*.txt"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("Glob(%q) = %v, %v; want files", pattern, files, err)
		}
		for _, f := range files {
			if !quoted[f] {
				t.Errorf("%s does not quote %s", page, f)
			}
		}
	}
}

// quote returns the quotation of a file.
func quote(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	language := "text"
	if strings.HasSuffix(name, ".py") {
		language = "python"
	}
	return fmt.Sprintf("<!-- export/%s -->\n```%s\n%s```\n", name, language, data)
}
