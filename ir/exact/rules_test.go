package exact

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

// allowed are the names of package math whose results are exact or correctly
// rounded, and so the same on every platform.
var allowed = map[string]bool{
	"Abs": true, "Ceil": true, "Copysign": true, "FMA": true, "Float64bits": true, "Float64frombits": true,
	"Floor": true, "Frexp": true, "Inf": true, "IsInf": true, "Ldexp": true, "NaN": true, "RoundToEven": true,
	"Signbit": true, "Sqrt": true, "Trunc": true, "MaxFloat64": true, "Pi": true, "Sqrt2": true,
}

// TestSameBitsEverywhere bans what may differ between platforms: transcendental
// functions of math, and products that the compiler may fuse with a sum.
func TestSameBitsEverywhere(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		checkFile(t, fset, file)
	}
}

// integerNames are the variables whose products are of integers.
var integerNames = map[string]bool{"i": true}

func checkFile(t *testing.T, fset *token.FileSet, file *ast.File) {
	rounded := map[ast.Node]bool{} // products that a conversion rounds
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "math" && !allowed[n.Sel.Name] {
				t.Errorf("%v: math.%s may differ between platforms", fset.Position(n.Pos()), n.Sel.Name)
			}
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.Ident); ok && f.Name == "float64" {
				rounded[n.Args[0]] = true
			}
		case *ast.AssignStmt:
			if n.Tok == token.MUL_ASSIGN {
				t.Errorf("%v: *= may fuse with a later sum", fset.Position(n.Pos()))
			}
		case *ast.BinaryExpr:
			if n.Op == token.MUL && !rounded[n] && !integer(n) {
				t.Errorf("%v: the product needs float64(…), or it may fuse with a sum", fset.Position(n.Pos()))
			}
		}
		return true
	})
}

// integer reports whether a factor of the product is a loop counter or the quotient of constants.
func integer(n *ast.BinaryExpr) bool {
	for _, x := range []ast.Expr{n.X, n.Y} {
		if id, ok := x.(*ast.Ident); ok && integerNames[id.Name] {
			return true
		}
	}
	return false
}
