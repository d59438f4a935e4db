package file

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// literal reads a JavaScript literal, which code is not: objects, arrays, texts, numbers, truth values and null, as
// minifiers write them. It writes them as JSON.
type literal struct {
	src []byte
	at  int
	out bytes.Buffer
}

// maxLiteralDepth bounds how deep objects and arrays stand in each other.
const maxLiteralDepth = 1000

// peek is the next byte, 0 at the end.
func (l *literal) peek() byte {
	if l.at < len(l.src) {
		return l.src[l.at]
	}
	return 0
}

// word takes what comes next if it is w.
func (l *literal) word(w string) bool {
	if !bytes.HasPrefix(l.src[l.at:], []byte(w)) {
		return false
	}
	l.at += len(w)
	return true
}

// space passes over white space and comments.
func (l *literal) space() {
	for l.at < len(l.src) {
		rest := l.src[l.at:]
		end := -1
		switch {
		case strings.IndexByte(" \t\r\n", rest[0]) >= 0:
			end = 1
		case bytes.HasPrefix(rest, []byte("//")):
			end = bytes.IndexByte(rest, '\n')
		case bytes.HasPrefix(rest, []byte("/*")):
			if end = bytes.Index(rest[2:], []byte("*/")); end >= 0 {
				end += 4
			}
		default:
			return
		}
		if end < 0 {
			end = len(rest)
		}
		l.at += end
	}
}

// value reads any value.
func (l *literal) value(depth int) error {
	if depth > maxLiteralDepth {
		return fmt.Errorf("objects and arrays stand more than %d deep in each other", maxLiteralDepth)
	}
	l.space()
	switch c := l.peek(); {
	case c == '{':
		return l.list('}', depth, l.property)
	case c == '[':
		return l.list(']', depth, l.value)
	case c == '"' || c == '\'' || c == '`':
		s, err := l.text()
		if err == nil {
			err = l.write(s)
		}
		return err
	case l.word("!0") || l.word("true"):
		l.out.WriteString("true")
	case l.word("!1") || l.word("false"):
		l.out.WriteString("false")
	case l.word("null") || l.word("void 0") || l.word("undefined"):
		l.out.WriteString("null")
	default:
		return l.number()
	}
	return nil
}

// write writes a value as JSON.
func (l *literal) write(v any) error {
	text, err := json.Marshal(v)
	l.out.Write(text)
	return err
}

// list reads what stands between brackets, a comma after each.
func (l *literal) list(end byte, depth int, entry func(depth int) error) error {
	l.out.WriteByte(l.peek())
	l.at++
	for first := true; ; first = false {
		l.space()
		if l.peek() == end {
			break
		}
		if !first {
			l.out.WriteByte(',')
		}
		if err := entry(depth + 1); err != nil {
			return err
		}
		l.space()
		if l.peek() != end && !l.word(",") {
			return fmt.Errorf("want , or %c", end)
		}
	}
	l.at++
	l.out.WriteByte(end)
	return nil
}

// property reads a name and a value.
func (l *literal) property(depth int) error {
	var name string
	var err error
	if c := l.peek(); c == '"' || c == '\'' {
		name, err = l.text()
	} else {
		from := l.at
		for c := l.peek(); c == '_' || c == '$' || c|32 >= 'a' && c|32 <= 'z' || c >= '0' && c <= '9'; c = l.peek() {
			l.at++
		}
		if name = string(l.src[from:l.at]); name == "" {
			err = errors.New("want a property's name")
		}
	}
	if err == nil {
		err = l.write(name)
	}
	if err != nil {
		return err
	}
	l.space()
	if !l.word(":") {
		return errors.New("want : behind a property's name")
	}
	l.out.WriteByte(':')
	return l.value(depth)
}

// number reads a number, which may do without a zero before its point.
func (l *literal) number() error {
	from := l.at
	for l.at < len(l.src) && strings.IndexByte("+-.0123456789abcdefABCDEFxX_", l.src[l.at]) >= 0 {
		l.at++
	}
	text := string(l.src[from:l.at])
	switch word := strings.TrimPrefix(text, "-"); {
	case word == "" && (l.word("Infinity") || l.word("NaN")):
		text = string(l.src[from:l.at]) // as text, which those who read numbers understand
		return l.write(text)
	case strings.HasPrefix(word, "0x"), strings.HasPrefix(word, "0b"):
		n, err := strconv.ParseInt(text, 0, 64)
		if err != nil {
			return fmt.Errorf("%.40q is no number", text)
		}
		return l.write(n)
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return l.write(n)
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) || strings.ContainsAny(text, "xXp_") {
		l.at = from
		return fmt.Errorf("%.40q is no value; want an object, an array, a text, a number, a truth value or null", l.src[from:min(from+40, len(l.src))])
	}
	return l.write(f)
}

// text reads what stands between quotes.
func (l *literal) text() (string, error) {
	quote := l.peek()
	l.at++
	var b strings.Builder
	for {
		end := l.at
		for end < len(l.src) && l.src[end] != quote && l.src[end] != '\\' && l.src[end] != '$' {
			end++
		}
		b.Write(l.src[l.at:end])
		if l.at = end; end == len(l.src) {
			return "", errors.New("a text has no end")
		}
		l.at++
		switch l.src[end] {
		case quote:
			return b.String(), nil
		case '$':
			if quote == '`' && l.peek() == '{' {
				return "", errors.New("a text has ${ in it, which is code")
			}
			b.WriteByte('$')
		default:
			if err := l.escape(&b); err != nil {
				return "", err
			}
		}
	}
}

// escape reads what follows \ in a text.
func (l *literal) escape(b *strings.Builder) error {
	c := l.peek()
	l.at++
	switch c {
	case 'n', 't', 'r', 'b', 'f', 'v', '0':
		b.WriteByte(map[byte]byte{'n': '\n', 't': '\t', 'r': '\r', 'b': '\b', 'f': '\f', 'v': '\v'}[c])
	case '\n': // the line goes on
	case 'x':
		r, err := l.hex(2)
		b.WriteRune(r)
		return err
	case 'u':
		r, err := l.hex(4)
		if utf16.IsSurrogate(r) && bytes.HasPrefix(l.src[l.at:], []byte(`\u`)) {
			l.at += 2
			low, lowErr := l.hex(4)
			r, err = utf16.DecodeRune(r, low), errors.Join(err, lowErr)
		}
		b.WriteRune(r)
		return err
	default:
		if c >= utf8.RuneSelf || c == 0 {
			return errors.New(`\ is followed by no character that it is known before`)
		}
		b.WriteByte(c)
	}
	return nil
}

// hex reads a number of hexadecimal digits.
func (l *literal) hex(digits int) (rune, error) {
	if l.at+digits > len(l.src) {
		return utf8.RuneError, errors.New("a text has no end")
	}
	n, err := strconv.ParseUint(string(l.src[l.at:l.at+digits]), 16, 32)
	if err != nil {
		return utf8.RuneError, fmt.Errorf("%q are no hexadecimal digits", l.src[l.at:l.at+digits])
	}
	l.at += digits
	return rune(n), nil
}
