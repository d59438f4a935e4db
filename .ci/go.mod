// The programs that .ci/run uses, apart from the compiler's module.
module github.com/energeticc/energeticc/ci

go 1.26.0

require golang.org/x/mod v0.42.0
