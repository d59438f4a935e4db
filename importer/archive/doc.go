// Package archive opens zip, tar and tar.gz files as folders. Its input is not trusted: nothing is written anywhere,
// names that lead out of the archive are refused, links are not followed, and what all members that are read unpack to
// is bounded.
//
//	a, err := archive.Open("model.zip", 1<<30)
//	if err != nil {
//		return err // model.zip: member "../model.json": want a path inside the archive
//	}
//	data, err := fs.ReadFile(a, "model/model.json")
package archive
