module github.com/energeticc/energeticc/generated/digits

go 1.23
