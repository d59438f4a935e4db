// Command bench measures compiled packages against other runtimes, in turn.
//
//	go run -C bench . -models minilm-l6-fp32 -tokens 16,64 -threads 1,2 -cold -results RESULTS.md
//
// Each model of testdata/models is compiled into a throw-away module that also holds ONNX Runtime's C API. ONNX Runtime
// has all its optimisations, and its inputs and outputs bound. OpenVINO (static shapes, float32) and tract run beside it
// as Python processes, TensorFlow.js with WebAssembly and in JavaScript alone, for models of its own, and EnergeticAI, whose
// model of sentences is compared with others, as processes of Node. All of them are pinned by checksums (requirements.txt,
// node/package-lock.json) and installed into .cache.
//
// The sides take turns, round by round, by package contest's rules: a call's time is the median over the rounds, of
// processor time where one thread works and of wall time where several do. The processor's peak, a loop of
// multiply-adds, is one of the sides. Before the first round the sides' answers are compared with case 0's, or with ONNX
// Runtime's in a sweep, and those beyond the model's tolerance are counted. ONNX Runtime itself misses some int8 models'
// answers on processors without VNNI, where its products of bytes saturate.
//
// Calls with empty caches (-cold) begin after twice the last-level cache, or at least 64 MB, was written. Multiply-adds
// are counted from the graph's shapes, for the steps that ran.
//
// The first answer is timed from the start of a process, built without ONNX Runtime for the package and with it for the
// other, both as Go programs that read the same input files. What a package adds to a program is measured beside an
// empty one; weights that were touched are pages of the embedded data in the process's memory, with those that the
// system maps around a fault.
//
// Command m2cgen beside it compares a forest with the Go code that m2cgen makes of it.
package main
