package emit

import (
	"go/token"
	"strconv"
	"strings"
	"unicode"
)

// initialisms are written in capitals as a whole, as Go does.
var initialisms = map[string]string{
	"id": "ID", "ids": "IDs", "url": "URL", "cpu": "CPU", "gpu": "GPU", "api": "API", "html": "HTML", "json": "JSON",
	"rgb": "RGB", "sql": "SQL", "uid": "UID", "uuid": "UUID", "xml": "XML", "utf8": "UTF8", "ip": "IP",
}

// words cuts a name of any kind into lower-case words of letters and digits.
func words(name string) []string {
	var all []string
	var w []rune
	flush := func() {
		if len(w) > 0 {
			all = append(all, strings.ToLower(string(w)))
			w = w[:0]
		}
	}
	prev := rune(0)
	for _, r := range name {
		switch {
		case r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
		case unicode.IsUpper(r) && unicode.IsLower(prev):
			flush()
			w = append(w, r)
		default:
			w = append(w, r)
		}
		prev = r
	}
	flush()
	return all
}

// exported makes an exported identifier of a name: input_ids becomes InputIDs.
func exported(name, fallback string) string {
	s := camel(words(name))
	if s == "" {
		return fallback
	}
	if s[0] >= '0' && s[0] <= '9' {
		s = fallback + s
	}
	return s
}

func camel(ws []string) string {
	var b strings.Builder
	for _, w := range ws {
		if u, ok := initialisms[w]; ok {
			b.WriteString(u)
			continue
		}
		b.WriteString(strings.ToUpper(w[:1]) + w[1:])
	}
	return b.String()
}

// local makes an unexported identifier of a name.
func local(name, fallback string) string {
	ws := words(name)
	if len(ws) == 0 {
		return fallback
	}
	s := ws[0] + camel(ws[1:])
	if s[0] >= '0' && s[0] <= '9' {
		s = fallback + s
	}
	if len(s) > 40 {
		s = s[:40]
	}
	return s
}

// names hands out identifiers that are unlike all others of their scope.
type names struct {
	taken map[string]bool
	outer *names
}

func newNames(outer *names, reserved ...string) *names {
	n := &names{taken: map[string]bool{}, outer: outer}
	for _, r := range reserved {
		n.taken[r] = true
	}
	return n
}

func (n *names) has(s string) bool {
	for ; n != nil; n = n.outer {
		if n.taken[s] {
			return true
		}
	}
	return false
}

// unique gives the name, or the name with a number where it is taken or means something to Go.
func (n *names) unique(s string) string {
	try := s
	for i := 2; n.has(try) || token.IsKeyword(try) || predeclared[try]; i++ {
		try = s + strconv.Itoa(i)
		if last := s[len(s)-1]; last >= '0' && last <= '9' {
			try = s + "x" + strconv.Itoa(i)
		}
	}
	n.taken[try] = true
	return try
}

// predeclared are Go's universe and the packages that generated files import.
var predeclared = map[string]bool{}

func init() {
	for _, s := range strings.Fields(`any bool byte comparable complex64 complex128 error float32 float64 int int8 int16
		int32 int64 rune string uint uint8 uint16 uint32 uint64 uintptr true false iota nil append cap clear close complex
		copy delete imag len make max min new panic print println real recover context unsafe sync strconv math embed _`) {
		predeclared[s] = true
	}
}

// valueWords takes the telling end of a tensor's name: /encoder/layer.0/query/Add_output_0 becomes query add.
func valueWords(name string) string {
	name = strings.TrimSuffix(name, "_output_0")
	parts := strings.FieldsFunc(name, func(r rune) bool { return r == '/' || r == ':' })
	if len(parts) > 2 {
		parts = parts[len(parts)-2:]
	}
	return strings.Join(parts, "_")
}
