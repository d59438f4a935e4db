//go:build gc && !purego && linux

package kernel

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/internal/simulator"
)

// simulatedMain makes the tests of the package those of a processor that has everything, and says what of the assembly
// they have not run.
const simulatedMain = `package kernel

import (
	"fmt"
	"os"
	"testing"

	"github.com/energeticc/energeticc/internal/simulator"
)

func TestMain(m *testing.M) {
	hasAVX512, hasVNNI, hasAMX = true, true, true
	code := m.Run()
	for _, p := range simulator.Loaded() {
		for name, missed := range p.Missed() {
			fmt.Println("simulated:", name, missed.Of, "instructions, never run:", missed.Lines)
		}
	}
	os.Exit(code)
}
`

var simulated = flag.String("simulated", "", "the tests that TestSimulated runs; not all instructions need run then")

// TestSimulated runs the tests of this package with the assembly for AVX-512, VNNI and AMX in simulation, whatever this
// processor has, but for those that count allocations, of which the simulator has some. Each instruction must have run.
func TestSimulated(t *testing.T) {
	needAVX2(t) // for what the others of the functions do
	if testing.Short() {
		t.Skip("it takes minutes")
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, pattern := range []string{"*_avx512_amd64.s", "*_amx_amd64.s"} {
		some, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, some...)
	}
	overlay, err := simulator.WriteOverlay(t.TempDir(), dir, files, map[string]string{"simulated_main_test.go": simulatedMain})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "test", "-overlay", overlay, "-vet=off", "-short", "-count=1", "-v", "-skip", "^TestSimulated$|NoAlloc", "-run", *simulated, ".")
	out, err := cmd.CombinedOutput()
	ran := 0
	for _, line := range strings.Split(string(out), "\n") {
		switch {
		case strings.HasPrefix(line, "simulated: "):
			ran++
			t.Log(line)
			if !strings.HasSuffix(line, "[]") && *simulated == "" {
				t.Errorf("%s", line)
			}
		case strings.HasPrefix(line, "--- PASS"):
			t.Log(line)
		}
	}
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	if ran < len(files) && *simulated == "" {
		t.Errorf("%d of %d files were run", ran, len(files))
	}
}
