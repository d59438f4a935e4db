// Package contest times compiled packages beside other runtimes. Contenders are processes that run the same model on
// the same inputs and speak one protocol over their pipes; they take turns, so that what the machine does meanwhile
// meets all of them alike:
//
//	p, err := contest.Start(ctx, "ours", []string{"./program", "serve", "job.json"})
//	…
//	ours, err := contest.Side{Process: p, Name: "ours"}.Time(1000, false)
//	fmt.Println(contest.Duration(ours.CPU))
//
// A Go program of this package, which is built beside a compiled package, is one kind of contender (see its command
// comment for the protocol), a Python program with ONNX Runtime, OpenVINO or tract another.
package contest
