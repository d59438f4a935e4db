package kernel

import (
	"slices"
	"strings"
	"testing"
)

// words is the pattern a+ as TextPattern describes it: classes 0 for a and 1 for the rest, states 0 dead, 1 the first
// and 2 after an a.
func words() []uint16 {
	ascii := slices.Repeat([]uint16{1}, 128)
	ascii['a'] = 0
	p := append([]uint16{3, 1, 1, 1, 1, 1, 3, 3}, ascii...)
	return append(append(p, 0, 128, 1), 0, 0, 0, 4, 0, 0, 5, 1, 1)
}

func TestTokenizeKernel(t *testing.T) {
	src := []string{"aa-é-a", "", "b", "aaa"}
	tests := []struct {
		name  string
		split bool
		least int
		mark  bool
		want  []string
	}{
		{"matches", false, 1, false, []string{"aa", "a", "", "", "", "", "aaa", ""}},
		{"long matches", false, 2, false, []string{"aa", "", "", "aaa"}},
		{"marked", false, 3, true, []string{"\x02", "\x03", "", "\x02", "\x03", "", "\x02", "\x03", "", "\x02", "aaa", "\x03"}},
		{"between", true, 1, false, []string{"-é-", "", "b", ""}},
		{"nothing", true, 4, true, []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			width, bad := TokenWidth(src, [][]uint16{words()}, tt.split, tt.least, tt.mark)
			if bad >= 0 || width*len(src) != len(tt.want) {
				t.Fatalf("TokenWidth = %d, %d, want %d", width, bad, len(tt.want)/len(src))
			}
			got := slices.Repeat([]string{"old"}, len(tt.want))
			Tokenize(got, src, [][]uint16{words()}, tt.split, tt.least, tt.mark, "", width)
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if _, bad := TokenWidth([]string{"a", "\xff"}, [][]uint16{words()}, false, 1, false); bad != 1 {
		t.Errorf("the text at fault is %d, want 1", bad)
	}
}

// TestTextAllocs demands of the kernels that only show parts of a text that they allocate nothing.
func TestTextAllocs(t *testing.T) {
	src := []string{strings.Repeat("aa-é ", 50), "", "the A"}
	p, dst, flags, counts := words(), make([]string, 3*120), make([]bool, 3), make([]int64, 3)
	places, shape := make([]int32, 2*len(dst)), make([]int32, 2)
	stop, out := []string{"", "the a"}, make([]float32, 3*2)
	for name, f := range map[string]func(){
		"RegexFullMatch": func() { RegexFullMatch(flags, src, p) },
		"TokenWidth":     func() { TokenWidth(src, [][]uint16{p, p}, true, 1, true) },
		"Tokenize":       func() { Tokenize(dst, src, [][]uint16{p}, false, 1, true, "#", 120) },
		"CountParts":     func() { CountParts(counts, src, "-", -1) },
		"StringSplit":    func() { StringSplit(dst, src, "", -1, 120) },
		"CountPieces":    func() { CountPieces(src, "-", false) },
		"CutText":        func() { CutText(dst, places, shape, src, "", false) },
		"HashBuckets":    func() { HashBuckets(places[:3], src, 7) },
		"DropWords":      func() { DropWords(dst, src, stop, RuneLower) },
		"NGrams":         func() { NGrams(out, src, stop, []int32{0, 1}, nil, []int{2}, 0, 1, 2, false) },
	} {
		if n := testing.AllocsPerRun(10, f); n > 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}
