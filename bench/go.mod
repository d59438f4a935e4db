module github.com/energeticc/energeticc/bench

go 1.26.0

require (
	github.com/energeticc/energeticc v0.0.0-00010101000000-000000000000
	github.com/yalue/onnxruntime_go v1.27.0
	golang.org/x/mod v0.42.0
	golang.org/x/sys v0.49.0
)

require (
	github.com/dave/jennifer v1.7.1 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
)

replace github.com/energeticc/energeticc => ../
