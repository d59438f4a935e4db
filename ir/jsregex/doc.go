// Package jsregex reads regular expressions and replacements as JavaScript does (ECMAScript 2023 with annex B, without
// flags), because TensorFlow.js hands patterns to it. Texts are UTF-16 to it: a character beyond U+FFFF is two units,
// which \W and . match one by one.
//
//	p, err := jsregex.Parse(`(\w)(\w)`)
//	if err != nil {
//		return err
//	}
//	r := p.Rewrite("$2$1")
//	swapped, err := p.Replace("abc", r, true) // "bac"
//
// What an automaton cannot match is refused: lookahead, lookbehind and backreferences. Program gives what the kernel
// runs; Replace is the reference for it, which goes back over its choices as the standard's text does.
package jsregex
