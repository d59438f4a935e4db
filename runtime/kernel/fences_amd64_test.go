//go:build gc && !purego && linux

package kernel

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fenced says which test runs which assembly between fences, its operands at both ends of their pages. Where a function
// of AVX2 has a twin for AVX-512, the test runs both.
var fenced = map[string][]string{
	"TestArgBest":             {"argBestAVX2"},
	"TestAttend":              {"attendAVX2"},
	"TestCells":               {"lstmCellAVX2", "gruCellAVX2"},
	"TestStateI8":             {"rowI8AVX2"},
	"TestDynamicQuantize":     {"spanAVX2"},
	"TestConvI8":              {"columnBytesAVX2", "dotsPlacedAVX2", "dotsPlacedWideAVX2", "totalPairsAVX2", "widenPairsAVX2"},
	"TestConvProduct":         {"convAVX2", "columnsAVX2"},
	"TestFinishCodes":         {"finishCodesI8AVX2", "finishCodesU8AVX2"},
	"TestGatherFences":        {"gatherAVX2"},
	"TestGemmI8":              {"dotsAVX2", "dotsVNNI", "dotsAMX", "prepareBytesAVX2", "preparePairsAVX2", "finishColumnsI8AVX2"},
	"TestGroupNorm":           {"affineAVX2"},
	"TestLayI8":               {"layBytesAVX2", "layPairsAVX2"},
	"TestDecodeBetweenFences": {"decodeI8AVX2", "decodeU8AVX2", "decodeU16AVX2"},
	"TestProduct":             {"productAVX2"},
	"TestResizeBlendRows":     {"blendAVX2"},
	"TestRows":                {"layerNormAVX2", "maxAVX2", "expSumAVX2", "scaleAVX2", "softmaxRowsAVX2"},
	"TestSmallFences":         {"convSmallAVX2", "convPanelsAVX2"},
	"TestRowSums":             {"sumRowsAVX2", "sumAbsRowsAVX2", "sumSquareRowsAVX2"},
	"TestInner":               {"innerAVX2"},
	"TestTapsFences":          {"depthwiseAVX2", "maxTapsAVX2", "maxNumbersAVX2"},
	"TestTransposeBlocks":     {"transposeAVX2"},
	"TestTreesFenced": {"treeRowU32AVX2", "treeRowU64AVX2", "treeRowsU32AVX2", "treeRowsU64AVX2", "treeVotesAVX2",
		"treeTotalsU32AVX2", "treeKeysU32AVX2", "treeKeysRowsU32AVX2"},
	"TestVectorActs":     {"reluAVX2", "leakyReluAVX2", "clipAVX2", "hardSigmoidAVX2", "hardSwishAVX2"},
	"TestVectorCast":     {"cutI32AVX2", "widenI32AVX2", "widenI8AVX2", "widenU8AVX2"},
	"TestVectorLengths":  {"expAVX2", "tanhAVX2", "sigmoidAVX2", "erfAVX2", "geluAVX2", "geluTanhAVX2", "siluAVX2"},
	"TestVectorNarrow":   {"narrowF16AVX2"},
	"TestVectorQuantize": {"quantizeI8AVX2", "quantizeU8AVX2"},
	"TestVectorRows": {"addAVX2", "addOneAVX2", "subAVX2", "subOneAVX2", "subFromOneAVX2", "mulAVX2", "mulOneAVX2",
		"divAVX2", "divOneAVX2", "divFromOneAVX2"},
	"TestWidenColumns":   {"widenColumnsI8AVX2"},
	"TestVectorWiden":    {"widenF16AVX2"},
	"TestWinogradFences": {"winogradFiltersAVX2", "winogradInputAVX2", "winogradOutputAVX2"},
}

// unfenced are the functions that have no operands in memory.
var unfenced = []string{"cpuid", "xgetbv", "allowTiles"}

// TestFenced demands a test between fences for every function in assembly: one that reaches both by the names that its
// code, and the code it calls, mentions.
func TestFenced(t *testing.T) {
	p := parseKernel(t)
	test := map[string]string{} // by what it runs
	for name, functions := range fenced {
		mentioned := p.reach(name)
		if !mentioned["newFence"] {
			t.Errorf("%s has no fences, or is no test", name)
		}
		for _, f := range functions {
			if twin := strings.TrimSuffix(f, "AVX2") + "AVX512"; p.assembly[twin] && !slices.Contains(functions, twin) {
				functions = append(functions, twin)
			}
		}
		for _, f := range functions {
			if !p.assembly[f] || !mentioned[f] {
				t.Errorf("%s does not run %s, or that is not in assembly", name, f)
			}
			test[f] = name
		}
	}
	for _, f := range slices.Sorted(maps.Keys(p.assembly)) {
		if test[f] == "" && !slices.Contains(unfenced, f) {
			t.Errorf("%s runs between no fences: write a test with fencedCopy, and name it in fenced", f)
		}
	}
}

// declarations are those of this folder, tests included.
type declarations struct {
	mentions map[string][]string // the names in each function, method and variable; one name has those of all that share it
	assembly map[string]bool     // functions without a body
}

func parseKernel(t *testing.T) declarations {
	t.Helper()
	p := declarations{map[string][]string{}, map[string]bool{}}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_noasm.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Body == nil {
					p.assembly[d.Name.Name] = true
				}
				p.add(d.Name.Name, d)
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if v, ok := s.(*ast.ValueSpec); ok {
						p.add(v.Names[0].Name, v)
					}
				}
			}
		}
	}
	return p
}

// add notes what a declaration mentions.
func (p declarations) add(name string, in ast.Node) {
	ast.Inspect(in, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			p.mentions[name] = append(p.mentions[name], id.Name)
		}
		return true
	})
}

// reach gives the names that a declaration mentions, and those that what it mentions does.
func (p declarations) reach(name string) map[string]bool {
	found := map[string]bool{}
	for next := []string{name}; len(next) > 0; {
		n := next[0]
		next = next[1:]
		if !found[n] {
			found[n] = true
			next = append(next, p.mentions[n]...)
		}
	}
	return found
}

// TestTapsFences runs sums and maxima over taps between fences. Of AVX2, they read whole vectors of a row: up to seven
// elements beyond its end.
func TestTapsFences(t *testing.T) { eachVector(t, testTapsFences) }

func testTapsFences(t *testing.T) {
	for _, tc := range []struct{ rows, cols, taps int }{
		{1, 1, 1}, {1, 7, 0}, {2, 8, 1}, {3, 9, 9}, {2, 16, 3}, {5, 17, 25}, {4, 31, 2}, {3, 33, 9}, {4, 48, 2}, {7, 59, 3}, {2, 65, 4}, {7, 96, 2}, {7, 40, 2}, {7, 27, 2}, {3, 110, 9},
	} {
		for _, atEnd := range []bool{false, true} {
			t.Run(fmt.Sprint(tc, atEnd), func(t *testing.T) { checkTaps(t, tc.rows, tc.cols, tc.taps, atEnd) })
		}
	}
}

func checkTaps(t *testing.T, rows, cols, taps int, atEnd bool) {
	f := newFence(t)
	ldx, ldy := cols+3, cols+2
	offsets, last := make([]int64, taps), 0
	for i := range offsets {
		last = i/3*ldx + i%3
		offsets[i] = int64(4 * last)
	}
	x := fencedCopy(f, randomF32(last+(rows-1)*ldx+(cols+7)&^7), atEnd)
	fromSums := x
	if hasAVX512 {
		fromSums = fencedCopy(f, x[:last+(rows-1)*ldx+cols], atEnd)
	}
	w, at := fencedCopy(f, randomF32(taps), atEnd), fencedCopy(f, offsets, atEnd)
	sums := fencedCopy(f, randomF32((rows-1)*ldy+cols), atEnd)
	tops, numbers := fencedCopy(f, sums, atEnd), fencedCopy(f, sums, atEnd)
	between := slices.Clone(sums)
	const bias = 0.5
	depthwiseTaps(sums, fromSums, w, at, rows, cols, ldx, ldy, bias)
	maxTapsAVX2(&tops[0], &x[0], first(at), rows, cols, taps, ldx, ldy)
	maxNumbersAVX2(&numbers[0], &x[0], first(at), rows, cols, taps, ldx, ldy)
	for i := range sums {
		sum, top := between[i], between[i]
		if r, c := i/ldy, i%ldy; c < cols {
			sum, top = bias, float32(math.Inf(-1))
			for tap, o := range offsets {
				v := x[int(o)/4+r*ldx+c]
				sum, top = float32(math.FMA(float64(w[tap]), float64(v), float64(sum))), max(top, v)
			}
		}
		if sums[i] != sum || tops[i] != top || numbers[i] != top {
			t.Fatalf("element %d: sum %v and tops %v and %v, want %v and %v", i, sums[i], tops[i], numbers[i], sum, top)
		}
	}
}

// first points at the first element, if there is one.
func first[T any](x []T) *T {
	if len(x) == 0 {
		return nil
	}
	return &x[0]
}

// TestGatherFences copies rows with margins between fences: of the source nothing else is read, and the target has
// strayLanes elements of room behind it.
func TestGatherFences(t *testing.T) {
	needAVX2(t)
	const rows = 3
	for _, stride := range []int{1, 2} {
		for count := 1; count < 40; count++ {
			for _, atEnd := range []bool{false, true} {
				f := newFence(t)
				before, after := count%5, count%11
				ldsrc, n := (count-1)*stride+1+count%4, before+count+after
				src := fencedCopy(f, randomF32((rows-1)*ldsrc+(count-1)*stride+1), atEnd)
				dst := fencedCopy(f, randomF32(rows*n+strayLanes), atEnd)
				gatherAVX2(&dst[0], &src[0], rows, before, count, after, n, ldsrc, stride, 7)
				for i, got := range dst[:rows*n] {
					want := float32(7)
					if r, c := i/n, i%n-before; c >= 0 && c < count {
						want = src[r*ldsrc+c*stride]
					}
					if got != want {
						t.Fatalf("%d elements, stride %d: [%d, %d] = %v, want %v", count, stride, i/n, i%n, got, want)
					}
				}
			}
		}
	}
}
