// Command bench measures compiled packages against ONNX Runtime, both in one process and in turn.
//
//	go run -C bench . -models minilm-l6-fp32 -tokens 12,64 -rounds 15 -results RESULTS.md
//
// Each model of testdata/models is compiled into a throw-away module that also holds ONNX Runtime's C API, which
// fetch.sh brings, pinned. ONNX Runtime has all its optimisations, one thread, and its inputs and outputs bound.
// The sides take turns, round by round; a call's time is the median over the rounds of the calling thread's
// processor time, which neighbours on a shared machine disturb least, and the wall time stands beside it in the JSON.
// Before the first round both sides' answers are compared with case 0's, or ours with theirs in a sweep, and those
// beyond the model's tolerance are counted. ONNX Runtime itself misses some int8 models' answers on processors without
// VNNI, where its products of bytes saturate.
//
// The first answer is timed from the start of a process, built without ONNX Runtime for the package and with it for
// the other, both as Go programs that read the same input files.
package main
