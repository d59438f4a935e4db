package op

import (
	"fmt"
	"slices"
	"strings"

	"github.com/energeticc/energeticc/ir"
)

// einsumOps are the rows of the family.
var einsumOps = []Def{
	{Name: "Einsum", Doc: "Einsum multiplies tensors and sums over axes by Einstein's convention. Source: ONNX Einsum.", New: func() ir.Op { return Einsum{} }, DTypes: number, ULP: 64},
}

// Einsum is what Equation says: "ij,jk->ik" is a matrix product. Each letter names an axis of every input in whose term
// it stands; axes that the result's term leaves out are summed over. A letter twice in a term is the diagonal. "..."
// stands for axes that broadcast. Without "->" the result has the axes of "..." and then those of the letters that occur
// once, in the order of their codes.
type Einsum struct{ Equation string }

// OpName is Einsum.
func (Einsum) OpName() string { return "Einsum" }

// label names an axis in an equation: a letter, or, below 0, an axis of "...", the last one -1.
type label int

// equation is an equation with "..." spelt out for inputs of known ranks.
type equation struct {
	terms [][]label
	out   []label
}

// parseEquation reads an equation for inputs of these ranks.
func parseEquation(text string, ranks []int) (equation, error) {
	left, right, explicit := strings.Cut(strings.ReplaceAll(text, " ", ""), "->")
	words := strings.Split(left, ",")
	e := equation{}
	if len(words) != len(ranks) {
		return e, fmt.Errorf("equation %q has %d terms for %d inputs", text, len(words), len(ranks))
	}
	dots := 0
	for i, w := range words {
		letters := len(strings.Replace(w, "...", "", 1))
		hidden := ranks[i] - letters
		if hidden < 0 || hidden > 0 && !strings.Contains(w, "...") {
			return e, fmt.Errorf("equation %q names %d axes of input %d, which has %d", text, letters, i, ranks[i])
		}
		dots = max(dots, hidden)
		term, err := parseTerm(w, hidden)
		if err != nil {
			return e, fmt.Errorf("equation %q: %w", text, err)
		}
		e.terms = append(e.terms, term)
	}
	if !explicit {
		e.out = e.implicit(dots)
		return e, nil
	}
	var err error
	if e.out, err = parseTerm(right, dots); err != nil {
		return e, fmt.Errorf("equation %q: %w", text, err)
	}
	for i, l := range e.out {
		if !slices.ContainsFunc(e.terms, func(t []label) bool { return slices.Contains(t, l) }) {
			return e, fmt.Errorf("equation %q: %q of the result stands in no input's term", text, rune(l))
		}
		if slices.Contains(e.out[:i], l) {
			return e, fmt.Errorf("equation %q: %q stands twice in the result's term", text, rune(l))
		}
	}
	return e, nil
}

// parseTerm reads a term in which "..." stands for so many axes.
func parseTerm(word string, dots int) ([]label, error) {
	before, after, has := strings.Cut(word, "...")
	var term []label
	for i, part := range []string{before, after} {
		if i == 1 && has {
			for k := range dots {
				term = append(term, label(k-dots))
			}
		}
		for _, c := range part {
			if c < 'A' || c > 'Z' && c < 'a' || c > 'z' {
				return nil, fmt.Errorf("%q in term %q is no letter", c, word)
			}
			term = append(term, label(c))
		}
	}
	return term, nil
}

// implicit is the result's term where the equation gives none.
func (e equation) implicit(dots int) []label {
	count := map[label]int{}
	for _, t := range e.terms {
		for _, l := range t {
			count[l]++
		}
	}
	var out []label
	for l, n := range count {
		if l < 0 || n == 1 {
			out = append(out, l)
		}
	}
	slices.Sort(out) // the axes of "..." first
	return out
}

// labelled is a tensor with its axes' labels, each once.
type labelled struct {
	v      *ir.Value
	labels []label
}

// einsumBody is the state of Einsum's Body.
type einsumBody struct {
	steps
	eq    equation
	terms []labelled
}

// Body contracts the first two terms until one is left.
func (o Einsum) Body(b *ir.Builder, in []*ir.Value) ([]*ir.Value, error) {
	ranks := make([]int, len(in))
	for i, v := range in {
		if v == nil || !v.Type.IsTensor() || v.Type.DType != in[0].Type.DType || !slices.Contains(number, v.Type.DType) {
			return nil, fmt.Errorf("input %d is %s, want numbers of one type", i, v)
		}
		ranks[i] = v.Type.Rank()
	}
	eq, err := parseEquation(o.Equation, ranks)
	if err != nil {
		return nil, err
	}
	d := in[0].Type.DType
	wide := d
	if d.IsInteger() && d.Bits() < 32 { // products wrap in the end as they do at once
		wide = ir.Int32
	}
	e := &einsumBody{steps: steps{b: b}, eq: eq}
	for i, v := range in {
		if wide != d {
			v = e.add(Cast{To: wide}, v)
		}
		e.terms = append(e.terms, e.diagonal(labelled{v, eq.terms[i]}))
	}
	y := e.contract()
	if wide != d {
		y = e.add(Cast{To: d}, y)
	}
	if e.err != nil {
		return nil, e.err
	}
	return []*ir.Value{y}, nil
}

// contract joins all terms and orders the result's axes.
func (e *einsumBody) contract() *ir.Value {
	e.dropOnes()
	for len(e.terms) > 1 && e.err == nil {
		e.sumAlone(0)
		e.sumAlone(1)
		joined := e.join(e.terms[0], e.terms[1], e.neededAfter(2))
		e.terms = append([]labelled{joined}, e.terms[2:]...)
	}
	e.sumAlone(0)
	return e.order(e.terms[0], e.eq.out).v
}

// neededAfter lists the labels of the result and of the terms from i on.
func (e *einsumBody) neededAfter(i int) []label {
	need := slices.Clone(e.eq.out)
	for _, t := range e.terms[min(i, len(e.terms)):] {
		need = append(need, t.labels...)
	}
	return need
}

// size is the length of a label's axis.
func (t labelled) size(l label) ir.Dim { return t.v.Type.Shape[slices.Index(t.labels, l)] }

func (t labelled) sizes(labels []label) []ir.Dim {
	out := make([]ir.Dim, len(labels))
	for i, l := range labels {
		out[i] = t.size(l)
	}
	return out
}

// diagonal leaves one of each label: what lies on the diagonal of its axes, as a slice of both axes seen as one.
func (e *einsumBody) diagonal(t labelled) labelled {
	for i := 0; i < len(t.labels) && e.err == nil; i++ {
		k := slices.Index(t.labels[i+1:], t.labels[i])
		if k < 0 {
			continue
		}
		// Bring both axes to the end.
		l := t.labels[i]
		perm, rest := []int{}, []label{}
		for j, m := range t.labels {
			if j != i && j != i+1+k {
				perm, rest = append(perm, j), append(rest, m)
			}
		}
		n, other := t.v.Type.Shape[i], t.v.Type.Shape[i+1+k]
		v := e.add(Transpose{Perm: append(perm, i, i+1+k)}, t.v)
		if e.err != nil {
			return t
		}
		shape := v.Type.Shape[:len(rest)]
		if !n.Equal(other) { // the reshape below finds out whether they are
			v = e.add(Reshape{Shape: append(slices.Clone(shape), n, n)}, v)
		}
		v = e.add(Reshape{Shape: append(slices.Clone(shape), n.Mul(n))}, v)
		s := Slice{Size: append(slices.Clone(shape), n)}
		for range shape {
			s.Begin, s.Step = append(s.Begin, ir.Const(0)), append(s.Step, ir.Const(1))
		}
		s.Begin, s.Step = append(s.Begin, ir.Const(0)), append(s.Step, n.Add(ir.Const(1)))
		t = labelled{e.add(s, v), append(rest, l)}
		i = -1
	}
	return t
}

// dropOnes takes axes of length 1 from terms where another term's axis of the label is longer: they broadcast.
func (e *einsumBody) dropOnes() {
	if e.err != nil {
		return
	}
	for i, t := range e.terms {
		var kept []label
		for _, l := range t.labels {
			longer := slices.ContainsFunc(e.terms, func(u labelled) bool {
				return slices.Contains(u.labels, l) && !u.size(l).Is(1)
			})
			if !t.size(l).Is(1) || !longer {
				kept = append(kept, l)
			}
		}
		if len(kept) < len(t.labels) {
			e.terms[i] = labelled{e.add(Reshape{Shape: t.sizes(kept)}, t.v), kept}
		}
	}
}

// sumAlone sums over the axes of term i that neither the result nor another term has.
func (e *einsumBody) sumAlone(i int) {
	if e.err != nil {
		return
	}
	t := e.terms[i]
	need := slices.Clone(e.eq.out)
	for k, u := range e.terms {
		if k != i {
			need = append(need, u.labels...)
		}
	}
	var axes []int
	var kept []label
	for k, l := range t.labels {
		if slices.Contains(need, l) {
			kept = append(kept, l)
		} else {
			axes = append(axes, k)
		}
	}
	if len(axes) > 0 {
		e.terms[i] = labelled{e.add(Reduce{Fn: "ReduceSum", Axes: axes}, t.v), kept}
	}
}

// order transposes to the labels' order.
func (e *einsumBody) order(t labelled, labels []label) labelled {
	if slices.Equal(t.labels, labels) || e.err != nil {
		return t
	}
	perm := make([]int, len(labels))
	for i, l := range labels {
		perm[i] = slices.Index(t.labels, l)
	}
	return labelled{e.add(Transpose{Perm: perm}, t.v), labels}
}

// join multiplies two terms and sums over what both have and nothing after them needs. Axes of "..." are not summed
// over here, as they may broadcast.
func (e *einsumBody) join(a, b labelled, need []label) labelled {
	if e.err != nil {
		return a
	}
	var batch, summed, rows, cols []label
	for _, l := range a.labels {
		switch {
		case !slices.Contains(b.labels, l):
			rows = append(rows, l)
		case slices.Contains(need, l) || l < 0:
			batch = append(batch, l)
		default:
			summed = append(summed, l)
		}
	}
	for _, l := range b.labels {
		if !slices.Contains(a.labels, l) {
			cols = append(cols, l)
		}
	}
	one := []ir.Dim{ir.Const(1)}
	a = e.order(a, slices.Concat(batch, rows, summed))
	b = e.order(b, slices.Concat(batch, summed, cols))
	if e.err != nil {
		return a
	}
	labels := slices.Concat(batch, rows, cols)
	if len(summed) == 0 {
		x := e.add(Reshape{Shape: slices.Concat(a.v.Type.Shape, slices.Repeat(one, len(cols)))}, a.v)
		y := e.add(Reshape{Shape: slices.Concat(b.sizes(batch), slices.Repeat(one, len(rows)), b.sizes(cols))}, b.v)
		return labelled{e.binary("Mul", x, y), labels}
	}
	k := a.sizes(summed)
	x := e.add(Reshape{Shape: append(a.sizes(batch), ir.Product(a.sizes(rows)...), ir.Product(k...))}, a.v)
	y := e.add(Reshape{Shape: append(b.sizes(batch), ir.Product(k...), ir.Product(b.sizes(cols)...))}, b.v)
	z := e.add(MatMul{}, x, y)
	if e.err != nil {
		return a
	}
	shape := slices.Concat(z.Type.Shape[:len(batch)], a.sizes(rows), b.sizes(cols))
	return labelled{e.add(Reshape{Shape: shape}, z), labels}
}
