//go:build gc && !purego

package kernel

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// eachVariant runs a test with each assembly that the processor can run, and without. Such tests don't run in parallel.
func eachVariant(t *testing.T, test func(t *testing.T)) {
	t.Run("amx", func(t *testing.T) {
		if !hasAMX {
			t.Skip("this processor has no AMX, or its use is denied")
		}
		test(t)
	})
	t.Run("avx512", func(t *testing.T) {
		if !hasAVX512 {
			t.Skip("this processor has no AVX-512, or it is hidden")
		}
		amx := hasAMX
		defer func() { hasAMX = amx }()
		hasAMX = false
		test(t)
	})
	t.Run("avx2", func(t *testing.T) {
		needAVX2(t)
		avx512, vnni, amx := hasAVX512, hasVNNI, hasAMX
		defer func() { hasAVX512, hasVNNI, hasAMX = avx512, vnni, amx }()
		hasAVX512, hasVNNI, hasAMX = false, false, false
		test(t)
	})
	t.Run("portable", func(t *testing.T) {
		portable(t)
		test(t)
	})
}

// eachVector is eachVariant but for the portable kernels, which the test itself may compare with.
func eachVector(t *testing.T, test func(t *testing.T)) {
	needAVX2(t)
	eachVariant(t, func(t *testing.T) {
		if hasAVX2 {
			test(t)
		}
	})
}

// portable runs the rest of the test without assembly.
func portable(t *testing.T) {
	avx2, avx512, vnni, amx := hasAVX2, hasAVX512, hasVNNI, hasAMX
	t.Cleanup(func() { hasAVX2, hasAVX512, hasVNNI, hasAMX = avx2, avx512, vnni, amx })
	hasAVX2, hasAVX512, hasVNNI, hasAMX = false, false, false, false
}

// needAVX2 skips the test on a processor that can't run what it tests.
func needAVX2(t testing.TB) {
	if !hasAVX2 {
		t.Skip("this processor has no AVX2 and FMA, or they are hidden")
	}
}

// TestAssembly checks every assembly file: AVX2's must not need the registers that came with AVX-512, which the
// generator would take without a word, and each function must leave the upper halves of registers clean.
func TestAssembly(t *testing.T) {
	files, err := filepath.Glob("*_amd64.s")
	if err != nil || len(files) == 0 {
		t.Fatalf("files: %q, %v", files, err)
	}
	beyond := regexp.MustCompile(`\b[XY](1[6-9]|2\d|3[01])\b|\bZ\d`)
	short := regexp.MustCompile(`\b[XY](1[6-9]|2\d|3[01])\b`)
	vectors := regexp.MustCompile(`\b[YZ]\d`)
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if at := beyond.Find(text); at != nil && !strings.Contains(name, "avx512") {
			t.Errorf("%s uses %s, which AVX2 lacks", name, at)
		}
		if at := short.Find(text); at != nil && strings.Contains(name, "avx512") {
			t.Errorf("%s uses %s, which needs AVX-512 VL, and nobody asks for that", name, at)
		}
		if !strings.Contains(string(text), "//go:build gc && !purego\n") {
			t.Errorf("%s lacks the constraint gc && !purego", name)
		}
		for i, function := range strings.Split(string(text), "\nTEXT ")[1:] {
			if !vectors.MatchString(function) {
				continue
			}
			for _, end := range strings.SplitAfter(function, "\tRET\n") {
				if strings.HasSuffix(end, "\tRET\n") && !strings.HasSuffix(end, "\tVZEROUPPER\n\tRET\n") {
					t.Errorf("%s: function %d returns without VZEROUPPER", name, i)
				}
			}
		}
	}
}
