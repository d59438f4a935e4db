package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestVerifyORT verifies without cases: inputs are drawn, and the compiled package has to agree with the reference
// evaluator and with ONNX Runtime. A test without a Python that has it is skipped, or fails where
// ENERGETICC_REQUIRE_ORT=1.
func TestVerifyORT(t *testing.T) {
	if python, ok := hasORT(&env{ctx: t.Context()}); !ok {
		missing(t, "ENERGETICC_REQUIRE_ORT", "%s has no ONNX Runtime: pip install onnxruntime, or name another by $PYTHON", python)
	}
	for _, name := range []string{
		"digits-mlp",
		"digits-random-forest",
		"iris-logreg-pipeline", // strings and maps
		"wine-knn",             // a Scan
		"torch-bilstm-tagger",  // tokens, an LSTM
		"ppocr-v2-cls",         // pools, which small pictures do not fit
		"silero-vad-v6",        // an If, states
		"resnet18-quarter-dynamic-int8",
	} {
		t.Run(name, func(t *testing.T) {
			var report result
			out := mustRun(t, "verify", testModel(t, name), "--json")
			if err := json.Unmarshal([]byte(out), &report); err != nil {
				t.Fatalf("verify prints\n%s(%v)", out, err)
			}
			if report.Against != "the reference evaluator" || report.Agree != 1 {
				t.Errorf("verify agrees with %s in %d cases, want the reference evaluator in 1", report.Against, report.Agree)
			}
			theirs := report.ORT
			if theirs == nil || !strings.HasPrefix(theirs.Against, "onnxruntime ") || theirs.Agree != 1 || len(theirs.Outputs) != len(report.Outputs) {
				t.Fatalf("verify says of ONNX Runtime %+v, want 1 case that agrees in %d outputs", theirs, len(report.Outputs))
			}
		})
	}
}
