package indexer

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"

	"github.com/energeticc/energeticc/codegen/lift/index"
)

// symbol matches a reference to a name of the package itself: ·name(SB), not
// local<>(SB) nor other·name(SB).
var symbol = regexp.MustCompile(`(^|[^\pL\pN_·∕])·([\pL_][\pL\pN_]*)(?:\+[0-9]+)?\(SB\)`)

// contract matches the comment that gives a function's Go declaration.
var contract = regexp.MustCompile(`(?m)^// func ([\pL_][\pL\pN_]*)\(`)

// splitAsm makes the one unit of an assembly file and gives the functions it defines.
func (s *source) splitAsm() (defined []string, err error) {
	u := newUnit(index.Asm, s.file.Name)
	u.decl.Len = len(s.text)
	u.base = token.Pos(1) // any: positions below are relative to it
	s.units = []*unit{u}
	if bytes.Contains(s.text, []byte(`"go_asm.h"`)) {
		return nil, fmt.Errorf("%s/%s: includes go_asm.h, whose names lifting would break", s.pkg.name, s.file.Name)
	}
	for _, m := range symbol.FindAllSubmatchIndex(s.text, -1) {
		name := string(s.text[m[4]:m[5]])
		u.use(s.pkg.name+"."+name, u.base+token.Pos(m[4]))
		line := s.text[bytes.LastIndexByte(s.text[:m[4]], '\n')+1 : m[4]]
		if strings.HasPrefix(strings.TrimSpace(string(line)), "TEXT") {
			defined = append(defined, name)
		}
	}
	for _, m := range contract.FindAllSubmatchIndex(s.text, -1) {
		if name := string(s.text[m[2]:m[3]]); slices.Contains(defined, name) {
			u.use(s.pkg.name+"."+name, u.base+token.Pos(m[2]))
		}
	}
	return defined, nil
}

// joinAsm makes every function without a body use the files that define it.
func (p *pkg) joinAsm() error {
	files := map[string][]string{} // function → assembly files
	for _, s := range p.sources {
		if s.ast != nil {
			continue
		}
		defined, err := s.splitAsm()
		if err != nil {
			return err
		}
		for _, name := range defined {
			files[name] = append(files[name], s.file.Name)
		}
	}
	for _, s := range p.sources {
		for _, u := range s.units {
			d, ok := u.node.(*ast.FuncDecl)
			if !ok || d.Body != nil {
				continue
			}
			if files[d.Name.Name] == nil {
				return fmt.Errorf("%s/%s: %s has no body and no assembly", p.name, s.file.Name, d.Name.Name)
			}
			for _, f := range files[d.Name.Name] {
				u.use(p.name+"."+f, token.NoPos)
			}
		}
	}
	return nil
}
