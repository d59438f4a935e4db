package main

import (
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows the stage of long work where messages go to a terminal.
type progress struct{ bar *progressbar.ProgressBar }

func newProgress(e *env, stages int) *progress {
	f, ok := e.errout.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return &progress{progressbar.NewOptions(stages, progressbar.OptionSetWriter(io.Discard))}
	}
	return &progress{progressbar.NewOptions(stages, progressbar.OptionSetWriter(f), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(24), progressbar.OptionSetPredictTime(false))}
}

// stage begins the next stage.
func (p *progress) stage(name string) {
	p.bar.Describe(name)
	_ = p.bar.Add(1) // a bar that cannot be drawn is no reason to stop
}

// done removes the bar.
func (p *progress) done() { _ = p.bar.Finish() }
