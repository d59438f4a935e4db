package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"unsafe"
)

// WriteOverlay writes into a folder what `go test -overlay` takes for the package in dir to run the assembly of files in
// simulation: NAME.s, whose declarations stand in NAME.go. more are further files of the package, by name. It returns the
// overlay's own file.
func WriteOverlay(folder, dir string, files []string, more map[string]string) (string, error) {
	replace := map[string]string{}
	write := func(name string, text []byte) error {
		to := filepath.Join(folder, name)
		replace[filepath.Join(dir, name)] = to
		return os.WriteFile(to, text, 0o644)
	}
	for _, s := range files {
		replace[filepath.Join(dir, s)] = "" // is not there
		name := strings.TrimSuffix(s, ".s") + ".go"
		text, err := stubs(filepath.Join(dir, name), filepath.Join(dir, s))
		if err != nil {
			return "", err
		}
		if err := write(name, text); err != nil {
			return "", err
		}
	}
	for name, text := range more {
		if err := write(name, []byte(text)); err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(folder, "overlay.json")
	return overlay, os.WriteFile(overlay, text, 0o644)
}

// stubs gives the declarations of a file bodies that call Run.
func stubs(name, assembly string) ([]byte, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, nil, 0)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "package %s\n\nimport (\n\t\"unsafe\"\n\n\t\"github.com/energeticc/energeticc/internal/simulator\"\n)\n", file.Name.Name)
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body != nil {
			return nil, fmt.Errorf("%s: more than declarations of assembly", name)
		}
		if err := stub(&b, set, f, assembly); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// stub writes a function that lays its arguments out as assembly finds them: as the fields of a structure are, results
// from a multiple of eight bytes on.
func stub(b *bytes.Buffer, set *token.FileSet, f *ast.FuncDecl, assembly string) error {
	var fields, values, results, back []string
	text := func(e ast.Expr) string {
		var t bytes.Buffer
		if err := printer.Fprint(&t, set, e); err != nil {
			panic(err) // writing to memory
		}
		return t.String()
	}
	for _, p := range f.Type.Params.List {
		for _, n := range p.Names {
			fields = append(fields, n.Name+" "+text(p.Type))
			values = append(values, n.Name+": "+n.Name)
		}
	}
	if f.Type.Results != nil {
		fields = append(fields, "_ [0]uint64")
		for i, r := range f.Type.Results.List {
			if len(r.Names) > 0 {
				return fmt.Errorf("%s: named results", f.Name.Name)
			}
			name := fmt.Sprint("result", i)
			fields = append(fields, name+" "+text(r.Type))
			results = append(results, text(r.Type))
			back = append(back, "args."+name)
		}
	}
	fmt.Fprintf(b, "\nfunc %s(%s) (%s) {\n", f.Name.Name, parameters(f, text), strings.Join(results, ", "))
	fmt.Fprintf(b, "\targs := struct{ %s }{%s}\n", strings.Join(fields, "; "), strings.Join(values, ", "))
	fmt.Fprintf(b, "\tsimulator.Run(%q, %q, unsafe.Pointer(&args))\n\treturn %s\n}\n", assembly, f.Name.Name, strings.Join(back, ", "))
	return nil
}

// parameters gives a function's parameters as they stand.
func parameters(f *ast.FuncDecl, text func(ast.Expr) string) string {
	var all []string
	for _, p := range f.Type.Params.List {
		for _, n := range p.Names {
			all = append(all, n.Name+" "+text(p.Type))
		}
	}
	return strings.Join(all, ", ")
}

// programs are those that Run has loaded.
var programs struct {
	sync.Mutex
	by map[string]*Program
}

// Run is Call of a file's function, which it loads once. It panics where it can't.
func Run(file, name string, args unsafe.Pointer) {
	programs.Lock()
	p := programs.by[file]
	if p == nil {
		var err error
		if p, err = Load(file); err != nil {
			programs.Unlock()
			panic(err)
		}
		if programs.by == nil {
			programs.by = map[string]*Program{}
		}
		programs.by[file] = p
	}
	programs.Unlock()
	p.Call(name, args)
}

// Loaded gives the programs that Run has loaded, by file.
func Loaded() map[string]*Program {
	programs.Lock()
	defer programs.Unlock()
	all := map[string]*Program{}
	for name, p := range programs.by {
		all[name] = p
	}
	return all
}
