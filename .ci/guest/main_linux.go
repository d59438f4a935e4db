// Guest is the first program of the machine that .ci/avx512 emulates: it runs the test binaries below /tests, prints
// what `go tool test2json` reads, and turns the machine off.
//
// Each folder of /tests is a package's: its name, which `go list` says, stands in the file package, which of its tests to
// run in the file run, the binary is test, and what else the tests read lies beside.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Println("guest:", err)
	}
	time.Sleep(3 * time.Second) // for the serial line to carry what waits
	if err := syscall.Reboot(syscall.LINUX_REBOOT_CMD_POWER_OFF); err != nil {
		fmt.Println("guest:", err)
	}
}

func run(out io.Writer) error {
	for _, m := range []struct{ kind, at string }{{"proc", "/proc"}, {"tmpfs", "/tmp"}, {"devtmpfs", "/dev"}} {
		if err := os.MkdirAll(m.at, 0o755); err != nil {
			return err
		}
		if err := syscall.Mount(m.kind, m.at, m.kind, 0, ""); err != nil {
			return fmt.Errorf("%s: %w", m.at, err)
		}
	}
	binaries, err := filepath.Glob("/tests/*/test")
	if err != nil {
		return err
	}
	for _, b := range binaries {
		if err := test(out, b); err != nil {
			return fmt.Errorf("%s: %w", b, err)
		}
	}
	return nil
}

// test runs the tests of one package.
func test(out io.Writer, binary string) error {
	dir := filepath.Dir(binary)
	name, err := os.ReadFile(filepath.Join(dir, "package"))
	if err != nil {
		return err
	}
	pattern, err := os.ReadFile(filepath.Join(dir, "run"))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "guest: package %s\n", bytes.TrimSpace(name))
	cmd := exec.Command(binary, "-test.v", "-test.short", "-test.timeout=0", "-test.run="+string(bytes.TrimSpace(pattern)))
	cmd.Dir = dir
	// Bochs 2.7 computes some instructions of AVX-512 wrongly that the garbage collector uses where there is VL, too.
	cmd.Env = []string{"HOME=/tmp", "GODEBUG=cpu.avx512vl=off"}
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		return err
	}
	if err := relay(out, pipe); err != nil {
		return err
	}
	var failed *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &failed) {
		return err
	}
	fmt.Fprintf(out, "guest: %v\n", cmd.ProcessState)
	return nil
}

// relay copies what a test binary prints, but for the starts of tests and the passing of tests within tests within
// tests: the serial line that out ends at is slow.
func relay(out io.Writer, in io.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		l := lines.Text()
		deep := strings.HasPrefix(l, "        ") && strings.HasPrefix(strings.TrimLeft(l, " "), "--- PASS")
		if !strings.HasPrefix(l, "=== ") && !deep {
			fmt.Fprintln(out, l)
		}
	}
	return lines.Err()
}
