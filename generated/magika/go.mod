module github.com/energeticc/energeticc/generated/magika

go 1.23
