package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var textRows = []row{
	{"StringConcat", 20, stringConcat},
	{"StringSplit", 20, stringSplit},
	{"StringNormalizer", 10, stringNormalizer},
	{"RegexFullMatch", 20, regexFullMatch},
	{"TfIdfVectorizer", 9, tfIdfVectorizer},
}

// stringConcat reads StringConcat.
func stringConcat(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	return n.add(op.StringConcat{}, n.in...)
}

// stringSplit reads StringSplit.
func stringSplit(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	most := int(min(max(n.integer("maxsplit", -1), -1), math.MaxInt32))
	return n.add(op.StringSplit{Delimiter: n.text("delimiter", ""), Most: most}, n.in[0])
}

// regexFullMatch reads RegexFullMatch.
func regexFullMatch(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	if !n.has("pattern") {
		return nil, errors.New("attribute pattern is missing")
	}
	return n.add(op.RegexFullMatch{Pattern: n.text("pattern", "")}, n.in[0])
}

// stringNormalizer reads StringNormalizer. Its locale is not looked at: Unicode's simple mappings are what glibc has in
// all but the Turkic locales.
func stringNormalizer(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	action := n.oneOf("case_change_action", "NONE", "LOWER", "UPPER")
	sensitive := n.flag("is_case_sensitive", false)
	x, words := n.in[0], n.texts("stopwords")
	if n.err != nil {
		return nil, n.err
	}
	if rank := x.Type.Rank(); !x.Type.IsTensor() || rank != 1 && rank != 2 {
		return nil, fmt.Errorf("input 0 is %s, want texts of shape [n] or [1, n]", x.Type)
	}
	if len(words) > 0 {
		o := op.DropWords{}
		if !sensitive {
			o.Case = "lower"
			if action == "UPPER" {
				o.Case = "upper"
			}
			if !utf8.ValidString(strings.Join(words, "")) {
				return nil, errors.New("attribute stopwords is not UTF-8")
			}
			for i, w := range words {
				words[i] = changedCase(w, o.Case == "upper")
			}
		}
		slices.Sort(words)
		words = slices.Compact(words)
		kept, err := n.one(o, x, n.Const(n.name+"/stopwords", ir.OfStrings([]int{len(words)}, words)))
		if err != nil {
			return nil, err
		}
		x = kept
	}
	if action == "NONE" {
		return []*ir.Value{x}, nil
	}
	return n.add(op.ChangeCase{Upper: action == "UPPER"}, x)
}

func changedCase(s string, upper bool) string {
	if upper {
		return strings.Map(unicode.ToUpper, s)
	}
	return strings.Map(unicode.ToLower, s)
}

// tfIdfVectorizer reads TfIdfVectorizer.
func tfIdfVectorizer(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	mode := n.text("mode", "")
	if mode != "TF" && mode != "IDF" && mode != "TFIDF" {
		return nil, fmt.Errorf("attribute mode is %q, want TF, IDF or TFIDF", mode)
	}
	pool, err := n.gramPool()
	if err != nil {
		return nil, err
	}
	g, err := n.grams(pool)
	if err != nil {
		return nil, err
	}
	skip := n.integer("max_skip_count", 0)
	if n.err != nil {
		return nil, n.err
	}
	if skip < 0 {
		return nil, fmt.Errorf("attribute max_skip_count is %d, want 0 or more", skip)
	}
	kept, counts := g.sorted(pool, n.in[0].Type.DType)
	items, columns, weights := g.tables(pool, kept, n.in[0].Type.DType)
	o := op.NGrams{Counts: counts, Skip: int(min(skip, math.MaxInt32)), Width: g.width, Once: mode == "IDF"}
	in := []*ir.Value{n.in[0], n.Const(n.name+"/pool", items), n.Const(n.name+"/columns", columns)}
	if mode != "TF" && weights != nil {
		in = append(in, n.Const(n.name+"/weights", weights))
	}
	return n.add(o, in...)
}

// gramPool reads the items of all n-grams, of the input's element type, though int64 where that is int32.
func (n *node) gramPool() (*ir.Tensor, error) {
	names, numbers := n.texts("pool_strings"), n.integers("pool_int64s")
	if n.err != nil {
		return nil, n.err
	}
	if (len(names) > 0) == (len(numbers) > 0) {
		return nil, errors.New("attributes pool_strings and pool_int64s: want one of them")
	}
	d := n.in[0].Type.DType
	if want := d == ir.String; !n.in[0].Type.IsTensor() || want != (len(names) > 0) || !want && d != ir.Int32 && d != ir.Int64 {
		return nil, fmt.Errorf("input 0 is %s, want a tensor of the pool's items: strings, int32 or int64", n.in[0].Type)
	}
	if len(names) > 0 {
		return ir.OfStrings([]int{len(names)}, names), nil
	}
	return ir.OfInts(numbers...), nil
}

// gramTable is the n-grams of a TfIdfVectorizer.
type gramTable struct {
	all     []gram // by length
	columns []int64
	weights []float32
	width   int
	longest int
}

// gram is an n-gram: where its items are in the pool, and its number among all.
type gram struct{ at, length, number int }

// grams reads where the n-grams are in the pool.
func (n *node) grams(pool *ir.Tensor) (*gramTable, error) {
	shortest, longest := n.integer("min_gram_length", 0), n.integer("max_gram_length", 0)
	begins := n.integers("ngram_counts")
	g := &gramTable{columns: n.integers("ngram_indexes"), weights: n.floats("weights")}
	if n.err != nil {
		return nil, n.err
	}
	if shortest < 1 || longest < shortest || longest > int64(len(begins)) {
		return nil, fmt.Errorf("attributes min_gram_length and max_gram_length are %d and %d, want 1 to %d, the lengths in ngram_counts", shortest, longest, len(begins))
	}
	if g.weights != nil && len(g.weights) != len(g.columns) {
		return nil, fmt.Errorf("%d weights, want as many as ngram_indexes, %d", len(g.weights), len(g.columns))
	}
	g.longest = int(longest)
	number := 0
	for k, from := range begins {
		to, length := int64(pool.Len()), k+1
		if k+1 < len(begins) {
			to = begins[k+1]
		}
		if from < 0 || to < from || to > int64(pool.Len()) || (to-from)%int64(length) != 0 {
			return nil, fmt.Errorf("attribute ngram_counts gives n-grams of length %d the items %d to %d of %d", length, from, to, pool.Len())
		}
		for at := int(from); at < int(to); at += length {
			if int64(length) >= shortest && int64(length) <= longest {
				g.all = append(g.all, gram{at, length, number})
			}
			number++
		}
	}
	if number > len(g.columns) {
		return nil, fmt.Errorf("%d ngram_indexes for %d n-grams", len(g.columns), number)
	}
	for _, c := range g.columns {
		if c < 0 || c >= math.MaxInt32 {
			return nil, fmt.Errorf("attribute ngram_indexes has %d, want a column from 0", c)
		}
		g.width = max(g.width, int(c)+1)
	}
	return g, nil
}

// sorted lists the n-grams that items of a type can make, by length and in ascending order, and counts those of each
// length. Of equal ones the first stays.
func (g *gramTable) sorted(pool *ir.Tensor, d ir.DType) ([]gram, []int) {
	kept := slices.DeleteFunc(slices.Clone(g.all), func(x gram) bool {
		for i := x.at; d == ir.Int32 && i < x.at+x.length; i++ {
			if v := pool.Int(i); v != int64(int32(v)) {
				return true
			}
		}
		return false
	})
	compare := func(a, b gram) int {
		if a.length != b.length {
			return a.length - b.length
		}
		for i := range a.length {
			switch {
			case op.LabelLess(pool, a.at+i, b.at+i):
				return -1
			case op.LabelLess(pool, b.at+i, a.at+i):
				return 1
			}
		}
		return 0
	}
	sort.SliceStable(kept, func(i, j int) bool { return compare(kept[i], kept[j]) < 0 })
	kept = slices.CompactFunc(kept, func(a, b gram) bool { return compare(a, b) == 0 })
	counts := make([]int, g.longest)
	for _, x := range kept {
		counts[x.length-1]++
	}
	return kept, counts
}

// tables are the items, of the given type, columns and weights of n-grams; the weights are nil where the model has none.
func (g *gramTable) tables(pool *ir.Tensor, kept []gram, d ir.DType) (items, columns, weights *ir.Tensor) {
	var at []int
	var to []int64
	var w []float32
	for _, x := range kept {
		for i := range x.length {
			at = append(at, x.at+i)
		}
		to = append(to, g.columns[x.number])
		if g.weights != nil {
			w = append(w, g.weights[x.number])
		}
	}
	if g.weights != nil {
		weights = ir.OfFloat32s([]int{len(w)}, w)
	}
	items = picked(pool, at)
	if d == ir.Int32 {
		items = ir.FromInts(d, items.Shape, items.Ints())
	}
	return items, ir.FromInts(ir.Int32, []int{len(to)}, to), weights
}
