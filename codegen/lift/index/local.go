package index

import (
	"strings"
	"unicode"
)

// Local gives the name that a declaration has in the user's package: without
// its package and unexported. "kernel.GemmF32" is "gemmF32", "kernel.LSTMCell"
// is "lstmCell", "kernel.RNNF32" is "rnnF32".
func Local(name string) string {
	name = name[strings.LastIndexByte(name, '.')+1:]
	run := 0
	for run < len(name) && unicode.IsUpper(rune(name[run])) {
		run++
	}
	if run > 1 && run < len(name) {
		run -= nextWord(name[:run], name[run])
	}
	return strings.ToLower(name[:run]) + name[run:]
}

// nextWord says how many of the upper-case letters of run belong to the word
// that next continues: the C of LSTMCell, the F of RNNF32, the BF of GRUBF16,
// but not the F of UTF8.
func nextWord(run string, next byte) int {
	switch {
	case unicode.IsLower(rune(next)):
		return 1
	case !unicode.IsDigit(rune(next)), run == "UTF", run == "CRC", run == "BF":
		return 0
	case strings.HasSuffix(run, "BF"):
		return 2
	case strings.ContainsRune("FIUQ", rune(run[len(run)-1])):
		return 1
	}
	return 0
}
