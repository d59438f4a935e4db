// A module of its own, so that whoever downloads energeticc does not download its conformance suites.
module github.com/energeticc/energeticc/testdata/conformance

go 1.26.0
