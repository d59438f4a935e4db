package main

import (
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	for _, tt := range []struct {
		name, in, out, counts string
	}{
		{
			"pass is quiet",
			`{"Action":"run","Package":"p","Test":"T"}
{"Action":"output","Package":"p","Test":"T","Output":"=== RUN T\n"}
{"Action":"pass","Package":"p","Test":"T"}
{"Action":"output","Package":"p","Output":"PASS\n"}
{"Action":"output","Package":"p","Output":"ok  \tp\t0.1s\n"}
{"Action":"pass","Package":"p"}`,
			"ok  \tp\t0.1s\n", "1 passed, 0 failed, 0 skipped",
		},
		{
			"failure and skip are shown",
			`{"Action":"output","Package":"p","Test":"F","Output":"got 1, want 2\n"}
{"Action":"fail","Package":"p","Test":"F"}
{"Action":"output","Package":"p","Test":"S","Output":"no model\n"}
{"Action":"skip","Package":"p","Test":"S"}
{"Action":"fail","Package":"p"}`,
			"got 1, want 2\nno model\n", "0 passed, 1 failed, 1 skipped",
		},
		{
			"a package that does not build fails once",
			`{"ImportPath":"p","Action":"build-output","Output":"p.go:1: no\n"}
{"ImportPath":"p","Action":"build-fail"}
{"Action":"output","Package":"p","Output":"FAIL\tp [build failed]\n"}
{"Action":"fail","Package":"p","FailedBuild":"p"}`,
			"p.go:1: no\nFAIL\tp [build failed]\n", "0 passed, 1 failed, 0 skipped",
		},
		{
			"a panic shows what the test printed",
			`{"Action":"output","Package":"p","Test":"T","Output":"panic: boom\n"}
{"Action":"fail","Package":"p"}`,
			"panic: boom\n", "0 passed, 1 failed, 0 skipped",
		},
		{
			"skipped here, run there", `{"Action":"skip","Package":"p","Test":"S"}
{"Action":"pass","Package":"p","Test":"S"}
{"Action":"pass","Package":"p","Test":"T"}
{"Action":"skip","Package":"p","Test":"T"}
{"Action":"fail","Package":"p","Test":"F"}
{"Action":"pass","Package":"p","Test":"F"}
{"Action":"skip","Package":"q","Test":"S"}`,
			"", "2 passed, 1 failed, 1 skipped",
		},
		{"other words", "go: warning", "go: warning\n", "0 passed, 0 failed, 0 skipped"},
		{"a package without tests", `{"Action":"output","Package":"p","Output":"?   \tp\t[no test files]\n"}
{"Action":"skip","Package":"p"}`, "", "0 passed, 0 failed, 0 skipped"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			c, err := report(strings.NewReader(tt.in), &out)
			if err != nil || out.String() != tt.out || c.String() != tt.counts {
				t.Errorf("report = %q, %s, %v; want %q, %s", out.String(), c, err, tt.out, tt.counts)
			}
		})
	}
}
