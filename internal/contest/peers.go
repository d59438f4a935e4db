package contest

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// peerProgram runs a model by a runtime for Python.
//
//go:embed peer.py
var peerProgram string

// Peers are the runtimes that a Python may have; the names are those of the modules and of the packages on PyPI.
var Peers = []string{"onnxruntime", "openvino", "tract"}

// Python is the interpreter that is asked for peers: $PYTHON, else python3.
func Python() string { return cmp.Or(os.Getenv("PYTHON"), "python3") }

// HasPeer says why a Python lacks a peer; nil if it has it.
func HasPeer(ctx context.Context, python, peer string) error {
	if !slices.Contains(Peers, peer) {
		return fmt.Errorf("there is no peer %q; want some of %s", peer, strings.Join(Peers, ", "))
	}
	if exec.CommandContext(ctx, python, "-c", "import numpy, "+peer).Run() == nil {
		return nil
	}
	return fmt.Errorf("%s has no %s: pip install numpy %s, or name another Python by $PYTHON", python, peer, peer)
}

// StartPeer starts a peer on a job, a JSON file.
func StartPeer(ctx context.Context, python, peer, job string) (*Process, error) {
	return Start(ctx, peer, PeerCommand(python, peer, job))
}

// PeerCommand is the call of a peer on a job.
func PeerCommand(python, peer, job string) []string {
	return []string{python, "-c", peerProgram, peer, job}
}
