package ir

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxParseDepth bounds how deep types, attributes and subgraphs nest in the text form.
const maxParseDepth = 48

// syntaxError ends a parse; Parse recovers it.
type syntaxError struct{ error }

// scan reads the text form's words. White space and comments mean nothing between them.
type scan struct {
	src   string
	at    int
	depth int
}

// fail ends the parse at the current place.
func (s *scan) fail(format string, args ...any) {
	line := 1 + strings.Count(s.src[:s.at], "\n")
	panic(syntaxError{fmt.Errorf("line %d: %s", line, fmt.Sprintf(format, args...))})
}

// enter counts one level of nesting; the function that it gives leaves it.
func (s *scan) enter() func() {
	if s.depth++; s.depth > maxParseDepth {
		s.fail("nested more than %d deep", maxParseDepth)
	}
	return func() { s.depth-- }
}

func (s *scan) space() {
	for s.at < len(s.src) {
		switch c := s.src[s.at]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			s.at++
		case c == '#':
			s.restOfLine()
		default:
			return
		}
	}
}

func (s *scan) restOfLine() string {
	rest, _, _ := strings.Cut(s.src[s.at:], "\n")
	s.at += len(rest)
	return strings.TrimSpace(rest)
}

// comment gives what stands behind # on the current line, and whether there is one.
func (s *scan) comment() (string, bool) {
	for s.at < len(s.src) && (s.src[s.at] == ' ' || s.src[s.at] == '\t') {
		s.at++
	}
	if !s.peek("#") {
		return "", false
	}
	text := strings.TrimSpace(s.restOfLine()[1:])
	if name, err := strconv.Unquote(text); err == nil && text[0] == '"' {
		return name, true
	}
	return text, true
}

// peek reports whether what follows at once starts so.
func (s *scan) peek(text string) bool { return strings.HasPrefix(s.src[s.at:], text) }

// accept reads a punctuation mark if it is next.
func (s *scan) accept(mark string) bool {
	s.space()
	if !s.peek(mark) {
		return false
	}
	s.at += len(mark)
	return true
}

func (s *scan) expect(mark string) {
	if !s.accept(mark) {
		s.fail("%s instead of %s", s.found(), mark)
	}
}

// found shows what is next, for errors.
func (s *scan) found() string {
	s.space()
	if s.at == len(s.src) {
		return "the end"
	}
	r, _ := utf8.DecodeRuneInString(s.src[s.at:])
	return strconv.QuoteRune(r)
}

// word reads a run of letters, digits and the like; "" if there is none.
func (s *scan) word() string {
	s.space()
	start := s.at
	for s.at < len(s.src) {
		c := s.src[s.at]
		if c != '_' && c != '.' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			break
		}
		s.at++
	}
	return s.src[start:s.at]
}

// keyword reads a word if it is this one.
func (s *scan) keyword(word string) bool {
	at := s.at // before the space: a comment may follow that is a node's name
	if s.word() == word {
		return true
	}
	s.at = at
	return false
}

// name reads an identifier or a quoted name.
func (s *scan) name(what string) string {
	s.space()
	if s.peek(`"`) {
		return s.text()
	}
	at := s.at
	w := s.word()
	if !isIdentifier(w) || keywords[w] {
		s.at = at
		s.fail("%s instead of %s", s.found(), what)
	}
	return w
}

// text reads a quoted string.
func (s *scan) text() string {
	s.space()
	q, err := strconv.QuotedPrefix(s.src[s.at:])
	if err != nil || q[0] != '"' {
		s.fail("%s instead of a quoted string", s.found())
	}
	v, err := strconv.Unquote(q)
	if err != nil {
		s.fail("%s is no string", q)
	}
	s.at += len(q)
	return v
}

// number reads a word that may start with a sign.
func (s *scan) number() string {
	s.space()
	start := s.at
	if s.peek("-") || s.peek("+") {
		s.at++
	}
	for s.word(); s.at > start && (s.src[s.at-1] == 'e' || s.src[s.at-1] == 'E') && (s.peek("-") || s.peek("+")); s.word() {
		s.at++
	}
	return s.src[start:s.at]
}

// dim reads an expression up to one of the marks outside its parentheses.
func (s *scan) dim(marks string) Dim {
	s.space()
	start, open := s.at, 0
	for s.at < len(s.src) {
		c := s.src[s.at]
		if open == 0 && strings.IndexByte(marks, c) >= 0 || c == '\n' {
			break
		}
		switch c {
		case '(':
			open++
		case ')':
			open--
		case '"':
			s.text()
			continue
		}
		s.at++
	}
	if strings.TrimSpace(s.src[start:s.at]) == anyDim {
		return AnyDim()
	}
	d, err := ParseDim(s.src[start:s.at])
	if err != nil {
		s.at = start
		s.fail("%v", err)
	}
	return d
}

// dims reads expressions in brackets or braces.
func (s *scan) dims(open, end string) []Dim {
	s.expect(open)
	d := []Dim{}
	for !s.accept(end) {
		if len(d) > 0 {
			s.expect(",")
		}
		s.whole()
		d = append(d, s.dim(","+end))
	}
	return d
}

// whole refuses text that String has cut.
func (s *scan) whole() {
	if s.space(); s.peek("…") {
		s.fail("the text is abbreviated; write it with Text instead of String")
	}
}

func (s *scan) typ() Type {
	defer s.enter()()
	kind := s.word()
	switch kind {
	case "seq", "optional":
		s.expect("(")
		e := s.typ()
		s.expect(")")
		if kind == "seq" {
			return SequenceType(e)
		}
		return OptionalType(e)
	case "map":
		s.expect("(")
		k := s.dtype(s.word())
		s.expect(",")
		e := s.typ()
		s.expect(")")
		return MapType(k, e)
	}
	d := s.dtype(kind)
	for open, mark := range map[Open]string{OpenShape: "[*]", NoneYet: "[!]"} {
		if s.accept(mark) {
			return Type{DType: d, Open: open}
		}
	}
	return TensorType(d, s.dims("[", "]")...)
}

func (s *scan) dtype(name string) DType {
	d, ok := ParseDType(name)
	if !ok {
		s.fail("%q is no element type", name)
	}
	return d
}
