package par

import "testing"

func TestQuotaOf(t *testing.T) {
	for text, want := range map[string]int{
		"max 100000\n": unlimited, "100000 100000\n": 1, "250000 100000\n": 2, "199999 100000": 1, "50000 100000": 1, "": unlimited,
		"1 0": unlimited, "-1\n 100000\n": unlimited, " ": unlimited, "1 2 3": unlimited, "99999999999999999999 1": unlimited,
	} {
		if got := quotaOf(text); got != want {
			t.Errorf("quotaOf(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestReadFile(t *testing.T) {
	if got := readFile("quota_other.go"); len(got) < 100 || got[:5] != "//go:" {
		t.Errorf("readFile gives %q", got)
	}
	if got := readFile("no such file"); got != "" {
		t.Errorf("readFile gives %q of no file", got)
	}
	if quota() < 1 {
		t.Errorf("quota() = %d", quota())
	}
}
