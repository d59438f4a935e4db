package archive_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"

	"github.com/energeticc/energeticc/importer/archive"
)

// Example reads a member of an archive, and refuses one that a name leads out of.
func Example() {
	for _, name := range []string{"model/model.json", "../model.json"} {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		if w, err := z.Create(name); err == nil {
			fmt.Fprint(w, "{}")
		}
		z.Close()
		a, err := archive.New(b.Bytes(), 1<<30)
		if err != nil {
			fmt.Println(err)
			continue
		}
		data, err := fs.ReadFile(a, name)
		fmt.Println(a.Names(), string(data), err)
	}
	// Output:
	// [model/model.json] {} <nil>
	// member "../model.json": want a path inside the archive
}
