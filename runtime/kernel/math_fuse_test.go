package kernel

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"slices"
	"strings"
	"testing"
)

// fuseFree are the families whose products must never fuse, by the start of the file's name.
var fuseFree = []string{"act", "gemm", "layernorm", "math", "matmul", "softmax"}

// TestNoFusedProducts demands of them that every product of floats is converted
// explicitly, or part of a longer product: Go may otherwise fuse it with a later sum, across
// statements too, and does so on arm64, ppc64, riscv64 and s390x.
func TestNoFusedProducts(t *testing.T) {
	fset := token.NewFileSet()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, e := range entries {
		name := e.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || hasArch(name) {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	conf := types.Config{Importer: importer.ForCompiler(fset, "source", nil)}
	if _, err := conf.Check("kernel", fset, files, info); err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := fset.Position(file.Pos()).Filename
		if !slices.ContainsFunc(fuseFree, func(prefix string) bool { return strings.HasPrefix(name, prefix) }) {
			continue
		}
		for _, at := range loneProducts(file, info) {
			t.Errorf("%v: convert the product, as in float32(a*b): it may fuse with a sum", fset.Position(at))
		}
	}
}

// hasArch reports whether the file is for one architecture.
func hasArch(name string) bool {
	return strings.HasSuffix(name, "_amd64.go") || strings.HasSuffix(name, "_arm64.go")
}

// loneProducts returns where float products stand that nothing rounds.
func loneProducts(file *ast.File, info *types.Info) []token.Pos {
	rounded := map[ast.Expr]bool{}
	var lone []token.Pos
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if info.Types[n.Fun].IsType() && len(n.Args) == 1 {
				rounded[ast.Unparen(n.Args[0])] = true
			}
		case *ast.AssignStmt:
			if n.Tok == token.MUL_ASSIGN && isFloat(info.Types[n.Lhs[0]]) {
				lone = append(lone, n.Pos())
			}
		case *ast.BinaryExpr:
			if n.Op == token.MUL || n.Op == token.QUO {
				rounded[ast.Unparen(n.X)], rounded[ast.Unparen(n.Y)] = true, true
			}
			if n.Op == token.MUL && !rounded[n] && isFloat(info.Types[n]) {
				lone = append(lone, n.Pos())
			}
		}
		return true
	})
	return lone
}

// isFloat reports whether the value is one that the program computes as a float,
// or as a type parameter that may be one.
func isFloat(v types.TypeAndValue) bool {
	if v.Value != nil || v.Type == nil {
		return false
	}
	if p, ok := v.Type.(*types.TypeParam); ok {
		return mayBeFloat(p.Constraint().Underlying())
	}
	b, ok := v.Type.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsFloat != 0
}

// mayBeFloat reports whether a float is among the constraint's types.
func mayBeFloat(t types.Type) bool {
	switch t := t.(type) {
	case *types.Basic:
		return t.Info()&types.IsFloat != 0
	case *types.Interface:
		for e := range t.EmbeddedTypes() {
			if mayBeFloat(e.Underlying()) {
				return true
			}
		}
	case *types.Union:
		for e := range t.Terms() {
			if mayBeFloat(e.Type().Underlying()) {
				return true
			}
		}
	}
	return false
}
