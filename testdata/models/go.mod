// A module of its own, so that whoever downloads energeticc does not download its test models.
module github.com/energeticc/energeticc/testdata/models

go 1.26.0

// Files to tell the kind of, not to build.
ignore ./magika-v3_3/files
