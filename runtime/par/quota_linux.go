package par

import (
	"strconv"
	"strings"
	"syscall"
)

// quota is how many whole cores the process's control group leaves it, at least 1.
func quota() int {
	const root = "/sys/fs/cgroup"
	_, own, _ := strings.Cut("\n"+readFile("/proc/self/cgroup"), "\n0::/")
	own, _, _ = strings.Cut(own, "\n")
	text := readFile(root + "/" + own + "/cpu.max")
	if text == "" { // within a container, whose group may be the root of what it sees
		text = readFile(root + "/cpu.max")
	}
	if text == "" { // groups of version 1
		text = readFile(root+"/cpu/cpu.cfs_quota_us") + " " + readFile(root+"/cpu/cpu.cfs_period_us")
	}
	return quotaOf(text)
}

// quotaOf reads the microseconds of processor time in each period, or what says that there is no limit, and the period.
func quotaOf(text string) int {
	f := strings.Fields(text)
	if len(f) != 2 {
		return unlimited
	}
	granted, err := strconv.Atoi(f[0])
	if err != nil || granted <= 0 {
		return unlimited
	}
	period, err := strconv.Atoi(f[1])
	if err != nil || period <= 0 {
		return unlimited
	}
	return max(granted/period, 1)
}

// readFile gives the beginning of a file, which is all of those that are read here; "" where there is none.
func readFile(name string) string {
	fd, err := syscall.Open(name, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return ""
	}
	defer syscall.Close(fd)
	var text [4096]byte
	n, err := syscall.Read(fd, text[:])
	if err != nil {
		return ""
	}
	return string(text[:n])
}
