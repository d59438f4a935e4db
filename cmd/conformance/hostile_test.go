package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMustRefuse(t *testing.T) {
	for text, want := range map[string]bool{
		"must be rejected with a clear error":                                                    true,
		"must be rejected with a clear error (last or first byte)":                               true,
		"must be rejected with a clear error without opening the file":                           true,
		"must be refused with a clear error naming the depth limit; never overflow the stack":    true,
		"must be refused with a clear error naming the depth limit, or compile; never overflow":  false,
		"must be rejected with a clear error (of 3) or a run-time error":                         false,
		"valid: must compile or be refused clearly":                                              false,
		"must not crash the compiler":                                                            false,
		"must be rejected, or any non-zero read as true":                                         false,
		"must be rejected with a clear error or left to run time: no allocation while compiling": false,
	} {
		if got := (&hostile{Expectation: text}).mustRefuse(); got != want {
			t.Errorf("mustRefuse(%q) = %v, want %v", text, got, want)
		}
	}
}

func TestRefusal(t *testing.T) {
	left := filepath.Join(t.TempDir(), "left")
	if err := os.Mkdir(left, 0o755); err != nil {
		t.Fatal(err)
	}
	none := filepath.Join(t.TempDir(), "none")
	for _, tt := range []struct{ said, out, want string }{
		{"model: byte 3: the file ends early", none, ""},
		{" \n", none, "without a word"},
		{strings.Repeat("long ", 1000), none, "5000 bytes of text"},
		{"node \xff", none, "not UTF-8"},
		{"panic: runtime error", none, "panicked"},
		{"model: no", left, "left left behind"},
	} {
		err := refusal([]byte(tt.said), tt.out)
		if err != nil && tt.want == "" || err == nil && tt.want != "" || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("refusal(%.20q, %s) = %v, want %q in it", tt.said, filepath.Base(tt.out), err, tt.want)
		}
	}
}
