package ir

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"text/scanner"
)

// String writes the expression as ParseDim reads it: batch*seq + 2*div(h - 1, 2).
func (d Dim) String() string {
	if len(d.terms) == 0 {
		return "0"
	}
	var b strings.Builder
	for i, t := range d.terms {
		c := t.coef
		switch {
		case i > 0 && c < 0:
			b.WriteString(" - ")
			c = -c
		case i > 0:
			b.WriteString(" + ")
		case c == -1 && t.key != "":
			b.WriteString("-")
			c = 1
		}
		switch {
		case t.key == "":
			b.WriteString(strconv.FormatInt(c, 10))
		case c == 1:
			b.WriteString(t.key)
		default:
			b.WriteString(strconv.FormatInt(c, 10) + "*" + t.key)
		}
	}
	return b.String()
}

// Symbols lists the names that occur, sorted.
func (d Dim) Symbols() []string {
	seen := map[string]bool{}
	d.walk(func(a *atom) {
		if a.fn == "" {
			seen[a.sym] = true
		}
	})
	names := make([]string, 0, len(seen))
	for s := range seen {
		names = append(names, s)
	}
	sort.Strings(names)
	return names
}

func (d Dim) walk(f func(*atom)) {
	for _, t := range d.terms {
		for _, a := range t.atoms {
			f(a)
			for _, x := range a.args {
				x.walk(f)
			}
		}
	}
}

// Eval computes the expression; it fails where a symbol has no value, on a division by zero and where a broadcast
// does not fit.
func (d Dim) Eval(env map[string]int64) (int64, error) {
	sum := int64(0)
	for _, t := range d.terms {
		p := t.coef
		for _, a := range t.atoms {
			v, err := a.eval(env)
			if err != nil {
				return 0, err
			}
			p = satMul(p, v)
		}
		sum = satAdd(sum, p)
	}
	return sum, nil
}

func (a *atom) eval(env map[string]int64) (int64, error) {
	if a.fn == "" {
		v, ok := env[a.sym]
		if !ok {
			return 0, fmt.Errorf("%s has no value", a.sym)
		}
		return v, nil
	}
	args := make([]int64, len(a.args))
	for i, x := range a.args {
		v, err := x.Eval(env)
		if err != nil {
			return 0, err
		}
		args[i] = v
	}
	return dimFuncs[a.fn](args)
}

// Substitute replaces symbols by expressions.
func (d Dim) Substitute(env map[string]Dim) Dim {
	if len(env) == 0 {
		return d
	}
	sum := Dim{}
	for _, t := range d.terms {
		p := Const(t.coef)
		for _, a := range t.atoms {
			p = p.Mul(a.substitute(env))
		}
		sum = sum.Add(p)
	}
	return sum
}

func (a *atom) substitute(env map[string]Dim) Dim {
	if a.fn == "" {
		if v, ok := env[a.sym]; ok {
			return v
		}
		return ofAtom(a)
	}
	args := make([]Dim, len(a.args))
	for i, x := range a.args {
		args[i] = x.Substitute(env)
	}
	return applyFunction(a.fn, args)
}

func applyFunction(fn string, args []Dim) Dim {
	switch fn {
	case "div":
		return args[0].Div(args[1])
	case "mod":
		return args[0].Mod(args[1])
	case "max":
		return args[0].Max(args[1])
	case "min":
		return args[0].Min(args[1])
	case "bcast":
		if d, err := args[0].Broadcast(args[1]); err == nil {
			return d
		}
	}
	return function(fn, args...)
}

// Visitor builds something else from an expression: source code, say.
type Visitor[T any] struct {
	Const    func(v int64) T
	Symbol   func(name string) T
	Sum      func(a, b T) T // b is never a negated product: see Diff
	Diff     func(a, b T) T
	Product  func(a, b T) T
	Function func(fn string, args []T, d Dim) T // d is the whole call
}

// Visit folds the expression with the visitor.
func Visit[T any](d Dim, v Visitor[T]) T {
	if len(d.terms) == 0 {
		return v.Const(0)
	}
	var sum T
	for i, t := range orderForPrint(d.terms) {
		coef := t.coef
		if i > 0 && coef < 0 {
			coef = -coef
		}
		p := visitTerm(t, coef, v)
		switch {
		case i == 0:
			sum = p
		case t.coef < 0:
			sum = v.Diff(sum, p)
		default:
			sum = v.Sum(sum, p)
		}
	}
	return sum
}

// orderForPrint puts a positive term first, so that no expression starts with a minus unless it must.
func orderForPrint(terms []term) []term {
	for i, t := range terms {
		if t.coef > 0 {
			out := append([]term{t}, terms[:i]...)
			return append(out, terms[i+1:]...)
		}
	}
	return terms
}

func visitTerm[T any](t term, coef int64, v Visitor[T]) T {
	if len(t.atoms) == 0 {
		return v.Const(coef)
	}
	var p T
	for i, a := range t.atoms {
		x := visitAtom(a, v)
		if i == 0 {
			p = x
		} else {
			p = v.Product(p, x)
		}
	}
	if coef != 1 {
		p = v.Product(p, v.Const(coef))
	}
	return p
}

func visitAtom[T any](a *atom, v Visitor[T]) T {
	if a.fn == "" {
		return v.Symbol(a.sym)
	}
	args := make([]T, len(a.args))
	for i, x := range a.args {
		args[i] = Visit(x, v)
	}
	return v.Function(a.fn, args, ofAtom(a))
}

// ParseDim reads what String wrote, and the ordinary spellings of exporters: a + b, 2*(n - 1), n // 2, floor(n / 2).
func ParseDim(s string) (Dim, error) {
	p := &dimParser{}
	p.s.Init(strings.NewReader(s))
	p.s.Mode = scanner.ScanIdents | scanner.ScanInts | scanner.ScanStrings
	p.s.IsIdentRune = func(r rune, i int) bool {
		return r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || i > 0 && (r >= '0' && r <= '9' || r == '.')
	}
	p.s.Error = func(*scanner.Scanner, string) {}
	p.next()
	d := p.sum()
	if p.err == nil && p.tok != scanner.EOF {
		p.fail("end of expression")
	}
	if p.err != nil {
		return Dim{}, fmt.Errorf("dim %q: %w", s, p.err)
	}
	return d, nil
}

type dimParser struct {
	s     scanner.Scanner
	tok   rune
	depth int
	err   error
}

func (p *dimParser) next() { p.tok = p.s.Scan() }

func (p *dimParser) fail(want string) {
	if p.err == nil {
		p.err = fmt.Errorf("at %d: want %s", p.s.Position.Offset, want)
	}
	p.tok = scanner.EOF
}

func (p *dimParser) sum() Dim {
	d := p.product()
	for p.tok == '+' || p.tok == '-' {
		op := p.tok
		p.next()
		e := p.product()
		if op == '-' {
			e = e.Neg()
		}
		d = p.bounded(d.Add(e))
	}
	return d
}

// maxDimText bounds what an expression may grow to: products of sums multiply terms.
const maxDimText = 1 << 12

// tooLong reports whether an expression has grown beyond what models compute with sizes.
func (d Dim) tooLong() bool {
	n := 0
	for _, t := range d.terms {
		n += len(t.key)
	}
	return n > maxDimText
}

func (p *dimParser) bounded(d Dim) Dim {
	if d.tooLong() {
		p.fail("a shorter expression")
		return Dim{}
	}
	return d
}

func (p *dimParser) product() Dim {
	d := p.factor()
	for p.tok == '*' || p.tok == '/' {
		op := p.tok
		p.next()
		if op == '/' && p.tok == '/' {
			p.next()
		}
		e := p.factor()
		if op == '/' {
			d = p.bounded(d.Div(e))
		} else {
			d = p.bounded(d.Mul(e))
		}
	}
	return d
}

func (p *dimParser) factor() Dim {
	if p.depth++; p.depth > maxDimDepth {
		p.fail("a flatter expression")
		return Dim{}
	}
	defer func() { p.depth-- }()
	text := p.s.TokenText()
	switch p.tok {
	case '-':
		p.next()
		return p.factor().Neg()
	case '(':
		p.next()
		d := p.sum()
		p.expect(')')
		return d
	case scanner.Int:
		v, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			p.fail("a decimal number")
		}
		p.next()
		return Const(v)
	case scanner.String:
		name, err := strconv.Unquote(text)
		if err != nil {
			p.fail("a quoted name")
		}
		p.next()
		return Sym(name)
	case scanner.Ident:
		p.next()
		if p.tok == '(' {
			return p.call(text)
		}
		return Sym(text)
	}
	p.fail("a number, a name or (")
	return Dim{}
}

func (p *dimParser) expect(r rune) {
	if p.tok != r {
		p.fail(strconv.QuoteRune(r))
		return
	}
	p.next()
}

func (p *dimParser) call(fn string) Dim {
	p.expect('(')
	args := []Dim{p.sum()}
	for p.tok == ',' {
		p.next()
		args = append(args, p.sum())
	}
	p.expect(')')
	switch {
	case p.err != nil:
		return Dim{}
	case (fn == "floor" || fn == "sum") && len(args) == 1:
		if fn == "sum" {
			return wide(args[0])
		}
		return args[0]
	case fn != "sum" && dimFuncs[fn] != nil && len(args) == 2:
		return applyFunction(fn, args)
	}
	p.fail("a known function with two arguments instead of " + fn)
	return Dim{}
}

// Functions lists the functions in the expression as expressions of their own, each after those inside it.
func (d Dim) Functions() []Dim {
	var all []Dim
	for _, t := range d.terms {
		for _, a := range t.atoms {
			for _, x := range a.args {
				all = append(all, x.Functions()...)
			}
			if a.fn != "" {
				all = append(all, ofAtom(a))
			}
		}
	}
	return all
}

// HasFunction reports whether a function of that name occurs.
func (d Dim) HasFunction(fn string) bool {
	found := false
	d.walk(func(a *atom) { found = found || a.fn == fn })
	return found
}
