package par

import (
	"os"
	"strconv"
	"strings"
)

// unlimited is more cores than there are.
const unlimited = int(^uint(0) >> 1)

// quota is how many cores the process's control group leaves it, at least 1: Go's own count heeds it from 1.25 on.
func quota() int {
	data, err := os.ReadFile("/sys/fs/cgroup/cpu.max")
	if err != nil {
		return unlimited
	}
	return quotaOf(string(data))
}

// quotaOf reads cpu.max: the microseconds of processor time in each period, or max, and the period.
func quotaOf(text string) int {
	fields := strings.Fields(text)
	if len(fields) != 2 {
		return unlimited
	}
	limit, errLimit := strconv.Atoi(fields[0])
	period, errPeriod := strconv.Atoi(fields[1])
	if errLimit != nil || errPeriod != nil || period < 1 {
		return unlimited
	}
	return max(limit/period, 1)
}
