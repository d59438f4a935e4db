package emit

import (
	"strings"

	"github.com/dave/jennifer/jen"
)

// comment writes a comment of one or more lines.
func comment(text string) *jen.Statement {
	s := jen.Null()
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			s = s.Line()
		}
		s = s.Comment("// " + line)
	}
	return s
}

// literal writes a struct literal, its fields in the given order: name, value, name, value …
func literal(typ string, pairs ...jen.Code) *jen.Statement {
	return jen.Id(typ).ValuesFunc(func(g *jen.Group) {
		for i := 0; i+1 < len(pairs); i += 2 {
			g.Line().Add(pairs[i]).Op(":").Add(pairs[i+1])
		}
		g.Line()
	})
}

// field names a field for literal.
func field(name string) jen.Code { return jen.Id(name) }
