package ir

import (
	"fmt"
	"math"
	"math/bits"
	"sort"
	"strconv"
	"strings"
)

// Dim is an integer expression over named symbols: a size of a tensor, or an integer that a model computes from
// sizes. It is kept in a canonical form, a sum of products of atoms, so that equal polynomials are equal values.
// The zero Dim is 0. Dims are immutable.
type Dim struct{ terms []term }

// term is coef times the product of its atoms; an atom repeated is a power.
type term struct {
	coef  int64
	atoms []*atom
	key   string // the atoms' keys joined: the order of terms and what may be added up
}

// atom is a symbol or a function of Dims that is no polynomial.
type atom struct {
	key  string
	sym  string // a symbol's name, "" for a function
	fn   string // div (floor), mod, max, min, bcast
	args []Dim
}

// maxTerms bounds an expression; a product beyond it is kept as an atom.
const maxTerms = 24

// maxDimDepth bounds nesting of functions.
const maxDimDepth = 24

// Const is a number as a Dim.
func Const(v int64) Dim {
	if v == 0 {
		return Dim{}
	}
	return Dim{[]term{{coef: v}}}
}

// Sym is a named unknown. Symbols are never negative.
func Sym(name string) Dim { return ofAtom(&atom{key: symbolKey(name), sym: name}) }

// symbolKey is the spelling of a symbol in an expression: names that are no identifiers are quoted.
func symbolKey(name string) string {
	if isIdentifier(name) && dimFuncs[name] == nil {
		return name
	}
	return strconv.Quote(name)
}

func isIdentifier(s string) bool {
	for i, r := range s {
		if r != '_' && r != '.' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != "" && s[0] != '.'
}

func ofAtom(a *atom) Dim { return Dim{[]term{{coef: 1, atoms: []*atom{a}, key: a.key}}} }

// ConstDims makes constant dims of numbers.
func ConstDims(v []int) []Dim {
	d := make([]Dim, len(v))
	for i, x := range v {
		d[i] = Const(int64(x))
	}
	return d
}

// IsConst gives the number, if the expression is one.
func (d Dim) IsConst() (int64, bool) {
	switch {
	case len(d.terms) == 0:
		return 0, true
	case len(d.terms) == 1 && len(d.terms[0].atoms) == 0:
		return d.terms[0].coef, true
	}
	return 0, false
}

// Is reports whether the expression is this number.
func (d Dim) Is(v int64) bool {
	c, ok := d.IsConst()
	return ok && c == v
}

// IsSym gives the symbol's name, if the expression is one.
func (d Dim) IsSym() (string, bool) {
	if len(d.terms) == 1 && d.terms[0].coef == 1 && len(d.terms[0].atoms) == 1 && d.terms[0].atoms[0].fn == "" {
		return d.terms[0].atoms[0].sym, true
	}
	return "", false
}

// Equal reports whether both are the same expression, and so equal under every assignment.
func (d Dim) Equal(e Dim) bool {
	if len(d.terms) != len(e.terms) {
		return false
	}
	for i, t := range d.terms {
		if t.coef != e.terms[i].coef || t.key != e.terms[i].key {
			return false
		}
	}
	return true
}

// collect sorts terms and adds up those of equal atoms.
func collect(terms []term) Dim {
	sort.SliceStable(terms, func(i, j int) bool {
		if a, b := len(terms[i].atoms), len(terms[j].atoms); a != b {
			return a > b
		}
		return terms[i].key < terms[j].key
	})
	out := terms[:0]
	for _, t := range terms {
		if n := len(out); n > 0 && out[n-1].key == t.key {
			out[n-1].coef = addCoef(out[n-1].coef, t.coef)
			if out[n-1].coef == 0 {
				out = out[:n-1]
			}
			continue
		}
		if t.coef != 0 {
			out = append(out, t)
		}
	}
	return Dim{out}
}

// Add is d + e.
func (d Dim) Add(e Dim) Dim {
	return collect(append(append([]term{}, d.terms...), e.terms...))
}

// Neg is -d.
func (d Dim) Neg() Dim { return d.Mul(Const(-1)) }

// Sub is d - e.
func (d Dim) Sub(e Dim) Dim { return d.Add(e.Neg()) }

// Mul is d · e.
func (d Dim) Mul(e Dim) Dim {
	// A sum that is long already is kept as one atom: multiplied out again and again it would grow without bound.
	if n := len(d.terms) * len(e.terms); n > maxTerms || n > 1 && (d.tooLong() || e.tooLong()) {
		return wide(d).Mul(wide(e))
	}
	var out []term
	for _, a := range d.terms {
		for _, b := range e.terms {
			out = append(out, mulTerms(a, b))
		}
	}
	return collect(out)
}

// mulCoef multiplies, held at the ends of int64 where the product lies beyond them: sizes that large are refused
// (Type.CheckSize), and must not come out small.
func mulCoef(a, b int64) int64 {
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	negative := (a < 0) != (b < 0)
	switch {
	case hi == 0 && lo <= math.MaxInt64 && negative:
		return -int64(lo)
	case hi == 0 && lo <= math.MaxInt64:
		return int64(lo)
	case negative:
		return math.MinInt64
	}
	return math.MaxInt64
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

// addCoef adds, held at the ends of int64.
func addCoef(a, b int64) int64 {
	switch s := a + b; {
	case a > 0 && b > 0 && s < 0:
		return math.MaxInt64
	case a < 0 && b < 0 && s >= 0:
		return math.MinInt64
	default:
		return s
	}
}

// wide hides a sum of many terms in one atom.
func wide(d Dim) Dim {
	if len(d.terms) <= 1 {
		return d
	}
	return function("sum", d)
}

func mulTerms(a, b term) term {
	atoms := append(append([]*atom{}, a.atoms...), b.atoms...)
	sort.SliceStable(atoms, func(i, j int) bool { return atoms[i].key < atoms[j].key })
	keys := make([]string, len(atoms))
	for i, x := range atoms {
		keys[i] = x.key
	}
	return term{mulCoef(a.coef, b.coef), atoms, strings.Join(keys, "*")}
}

// dimFuncs are the functions of an expression, each over numbers.
var dimFuncs = map[string]func(a []int64) (int64, error){
	"div": func(a []int64) (int64, error) {
		if a[1] == 0 {
			return 0, fmt.Errorf("division by zero")
		}
		return floorDiv(a[0], a[1]), nil
	},
	"mod": func(a []int64) (int64, error) {
		if a[1] == 0 {
			return 0, fmt.Errorf("division by zero")
		}
		return a[0] - floorDiv(a[0], a[1])*a[1], nil
	},
	"max": func(a []int64) (int64, error) { return max(a[0], a[1]), nil },
	"min": func(a []int64) (int64, error) { return min(a[0], a[1]), nil },
	"sum": func(a []int64) (int64, error) { return a[0], nil },
	"bcast": func(a []int64) (int64, error) {
		switch {
		case a[0] == a[1] || a[1] == 1:
			return a[0], nil
		case a[0] == 1:
			return a[1], nil
		}
		return 0, fmt.Errorf("%d and %d do not broadcast", a[0], a[1])
	},
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if (a%b != 0) && ((a < 0) != (b < 0)) {
		q--
	}
	return q
}

func function(fn string, args ...Dim) Dim {
	nums := make([]int64, len(args))
	known := true
	for i, a := range args {
		c, ok := a.IsConst()
		nums[i], known = c, known && ok
	}
	if known {
		if v, err := dimFuncs[fn](nums); err == nil {
			return Const(v)
		}
	}
	keys := make([]string, len(args))
	for i, a := range args {
		keys[i] = a.String()
	}
	return ofAtom(&atom{key: fn + "(" + strings.Join(keys, ", ") + ")", fn: fn, args: args})
}

// Div is d / e rounded down. What e divides is divided, so that batch·seq·384 / (batch·seq) is 384.
func (d Dim) Div(e Dim) Dim {
	if len(e.terms) == 1 {
		whole, rest := d.split(e.terms[0])
		if len(rest.terms) == 0 {
			return whole
		}
		if c, ok := e.IsConst(); ok && c > 0 {
			// the constant part of the rest is reduced: (2h + 5) / 2 = h + 2 + (1 / 2)
			k := rest.constant()
			q := floorDiv(k, c)
			return whole.Add(Const(q)).Add(function("div", rest.Sub(Const(q*c)), e))
		}
	}
	if d.Equal(e) {
		return Const(1)
	}
	return function("div", d, e)
}

// CeilDiv is d / e rounded up.
func (d Dim) CeilDiv(e Dim) Dim { return d.Add(e).Sub(Const(1)).Div(e) }

// split divides the terms that t divides; the others are the rest.
func (d Dim) split(t term) (whole, rest Dim) {
	var w, r []term
	for _, x := range d.terms {
		if atoms, ok := without(x.atoms, t.atoms); ok && t.coef != 0 && x.coef%t.coef == 0 {
			w = append(w, mulTerms(term{coef: x.coef / t.coef}, term{coef: 1, atoms: atoms}))
		} else {
			r = append(r, x)
		}
	}
	return collect(w), collect(r)
}

// without removes the atoms of b from a; false where one is missing.
func without(a, b []*atom) ([]*atom, bool) {
	out := append([]*atom{}, a...)
next:
	for _, y := range b {
		for i, x := range out {
			if x.key == y.key {
				out = append(out[:i], out[i+1:]...)
				continue next
			}
		}
		return nil, false
	}
	return out, true
}

func (d Dim) constant() int64 {
	for _, t := range d.terms {
		if len(t.atoms) == 0 {
			return t.coef
		}
	}
	return 0
}

// Mod is d - e·(d div e).
func (d Dim) Mod(e Dim) Dim {
	if len(e.terms) == 1 {
		if _, rest := d.split(e.terms[0]); len(rest.terms) == 0 {
			return Dim{}
		}
	}
	return function("mod", d, e)
}

// Max is the larger of the two.
func (d Dim) Max(e Dim) Dim {
	if lo, _ := d.Sub(e).Bounds(nil); lo >= 0 {
		return d
	}
	if lo, _ := e.Sub(d).Bounds(nil); lo >= 0 {
		return e
	}
	return function("max", d, e)
}

// Min is the smaller of the two.
func (d Dim) Min(e Dim) Dim {
	if lo, _ := d.Sub(e).Bounds(nil); lo >= 0 {
		return e
	}
	if lo, _ := e.Sub(d).Bounds(nil); lo >= 0 {
		return d
	}
	return function("min", d, e)
}

// Broadcast is the dim that two dims give by NumPy's rule: equal, or one of them 1. Evaluating it fails where
// they do not fit.
func (d Dim) Broadcast(e Dim) (Dim, error) {
	if d.Equal(e) || e.Is(1) {
		return d, nil
	}
	if d.Is(1) {
		return e, nil
	}
	a, okA := d.IsConst()
	b, okB := e.IsConst()
	if okA && okB {
		return Dim{}, fmt.Errorf("%d and %d do not broadcast", a, b)
	}
	if okA || okB { // a constant other than 1 decides; the other must be it or 1
		if okB {
			d, e = e, d
		}
	}
	return function("bcast", d, e), nil
}

// cappedBroadcast recognises bcast(n, min(n, most)) of a symbol n and a number most above 1.
func (d Dim) cappedBroadcast() (symbol string, most int64, ok bool) {
	if len(d.terms) != 1 || len(d.terms[0].atoms) != 1 || d.terms[0].coef != 1 || d.terms[0].atoms[0].fn != "bcast" {
		return "", 0, false
	}
	args := d.terms[0].atoms[0].args
	for i, a := range args {
		name, isSym := a.IsSym()
		other := args[1-i].terms
		if !isSym || len(other) != 1 || len(other[0].atoms) != 1 || other[0].coef != 1 || other[0].atoms[0].fn != "min" {
			continue
		}
		for k, m := range other[0].atoms[0].args {
			if c, isConst := other[0].atoms[0].args[1-k].IsConst(); isConst && c > 1 && m.Equal(a) {
				return name, c, true
			}
		}
	}
	return "", 0, false
}

// Simplify decides minima and maxima that the symbols' ranges decide.
func (d Dim) Simplify(ranges map[string]Range) Dim {
	sum := Dim{}
	for _, t := range d.terms {
		p := Const(t.coef)
		for _, a := range t.atoms {
			p = p.Mul(a.simplify(ranges))
		}
		sum = sum.Add(p)
	}
	return sum
}

func (a *atom) simplify(ranges map[string]Range) Dim {
	if a.fn == "" {
		return ofAtom(a)
	}
	args := make([]Dim, len(a.args))
	for i, x := range a.args {
		args[i] = x.Simplify(ranges)
	}
	if a.fn == "min" || a.fn == "max" {
		lo, hi := args[0].Sub(args[1]).Bounds(ranges)
		switch larger := a.fn == "max"; {
		case lo >= 0 && larger, hi <= 0 && !larger:
			return args[0]
		case lo >= 0, hi <= 0:
			return args[1]
		}
	}
	return applyFunction(a.fn, args)
}

// most is the largest coefficient: an expression's value where its symbols are 1.
func (d Dim) most() int64 {
	n := int64(math.MinInt64)
	for _, t := range d.terms {
		n = max(n, t.coef)
	}
	return n
}

// beyond reports whether the expression holds a number at an end of int64: one that did not fit, or one that a writer
// meant as endless.
func (d Dim) beyond() bool {
	for _, t := range d.terms {
		if t.coef == math.MaxInt64 || t.coef == math.MinInt64 {
			return true
		}
	}
	return false
}

// Product multiplies dims.
func Product(dims ...Dim) Dim {
	p := Const(1)
	for _, d := range dims {
		p = p.Mul(d)
	}
	return p
}

// Range bounds a symbol's values, both ends included.
type Range struct{ Lo, Hi int64 }

// MaxSize is the largest value that a symbol may take, so that the "infinite" ends that exporters write (10⁹, 2³¹-1,
// 2⁶³-1) are known to lie beyond every size. A run checks it.
const MaxSize = 1 << 28

// Unbounded stands for no upper bound but MaxSize.
const Unbounded = math.MaxInt64

// Bounds gives an interval that holds the expression under every assignment within the symbols' ranges; a symbol
// without one is any number from 0.
func (d Dim) Bounds(ranges map[string]Range) (lo, hi int64) {
	for _, t := range d.terms {
		l, h := int64(1), int64(1)
		for _, a := range t.atoms {
			al, ah := a.bounds(ranges)
			l, h = mulBounds(l, h, al, ah)
		}
		l, h = mulBounds(l, h, t.coef, t.coef)
		lo, hi = satAdd(lo, l), satAdd(hi, h)
	}
	return lo, hi
}

func (a *atom) bounds(ranges map[string]Range) (lo, hi int64) {
	if a.fn == "" {
		if r, ok := ranges[a.sym]; ok {
			return r.Lo, min(r.Hi, MaxSize)
		}
		return 0, MaxSize
	}
	l0, h0 := a.args[0].Bounds(ranges)
	if a.fn == "sum" {
		return l0, h0
	}
	l1, h1 := a.args[1].Bounds(ranges)
	switch a.fn {
	case "max":
		return max(l0, l1), max(h0, h1)
	case "min":
		return min(l0, l1), min(h0, h1)
	case "bcast":
		return min(l0, l1), max(h0, h1)
	case "div":
		if l1 == h1 && l1 > 0 {
			return divBound(l0, l1), divBound(h0, l1)
		}
		if l0 >= 0 && l1 >= 0 {
			return 0, h0
		}
	case "mod":
		if l1 > 0 && h1 < Unbounded {
			return 0, h1 - 1
		}
		if l1 >= 0 {
			return 0, Unbounded
		}
	}
	return math.MinInt64, Unbounded
}

func divBound(v, by int64) int64 {
	if v == Unbounded || v == math.MinInt64 {
		return v
	}
	return floorDiv(v, by)
}

func mulBounds(l0, h0, l1, h1 int64) (lo, hi int64) {
	p := [4]int64{satMul(l0, l1), satMul(l0, h1), satMul(h0, l1), satMul(h0, h1)}
	lo, hi = p[0], p[0]
	for _, v := range p[1:] {
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo, hi
}

// satMul multiplies, held at the ends of int64.
func satMul(a, b int64) int64 {
	if a == 0 || b == 0 {
		return 0
	}
	p := a * b
	if p/b != a || (a == -1 && b == math.MinInt64) || (b == -1 && a == math.MinInt64) || a == Unbounded || b == Unbounded || a == math.MinInt64 || b == math.MinInt64 {
		if (a < 0) == (b < 0) {
			return Unbounded
		}
		return math.MinInt64
	}
	return p
}

// satAdd adds, held at the ends of int64; opposite infinities count as unknown from below.
func satAdd(a, b int64) int64 {
	switch {
	case a == math.MinInt64 || b == math.MinInt64:
		return math.MinInt64
	case a == Unbounded || b == Unbounded:
		return Unbounded
	}
	s := a + b
	if (a > 0) == (b > 0) && (s > 0) != (a > 0) && a != 0 && b != 0 {
		if a > 0 {
			return Unbounded
		}
		return math.MinInt64
	}
	return s
}
