package lift

import (
	"embed"
	"fmt"
	"go/ast"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/energeticc/energeticc/codegen/lift/index"
	"github.com/energeticc/energeticc/codegen/lift/variant"
	"github.com/energeticc/energeticc/runtime"
)

//go:embed table
var table embed.FS

// embedded is the library of the packages below runtime/.
var embedded = sync.OnceValues(func() (*library, error) {
	names, err := fs.Glob(table, "table/*.index")
	if err != nil {
		return nil, err
	}
	var pkgs []*index.Package
	for _, name := range names {
		text, err := table.ReadFile(name)
		if err != nil {
			return nil, err
		}
		p, err := index.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("lift: %s: %w", path.Base(name), err)
		}
		pkgs = append(pkgs, p)
	}
	return newLibrary(runtime.Sources, pkgs), nil
})

// A library is the sources that can be lifted, with their index.
type library struct {
	decls map[string][]*decl // by name; several where platforms differ
	names []string           // those a request may hold, sorted
}

// A decl is an indexed declaration and its text.
type decl struct {
	*index.Decl
	pkg   string
	file  *index.File
	order int    // among all declarations
	text  string // with its doc comment
	stale string // why there is no text, if the file is not the one that was indexed
}

func (d *decl) String() string { return d.pkg + "." + d.Names[0] }

// newLibrary reads the sources that pkgs describes. One that has changed since
// then only spoils what is lifted from it.
func newLibrary(sources fs.FS, pkgs []*index.Package) *library {
	lib := &library{decls: map[string][]*decl{}}
	order := 0
	for _, p := range pkgs {
		for _, f := range p.Files {
			text, err := fs.ReadFile(sources, path.Join(p.Name, f.Name))
			stale := ""
			switch {
			case err != nil:
				stale = "is not embedded: see runtime/embed.go"
			case index.Sum(text) != f.Sum:
				stale = "changed since it was indexed: run go generate ./codegen/lift"
			}
			for _, d := range f.Decls {
				order++
				own := &decl{Decl: d, pkg: p.Name, file: f, order: order, stale: stale}
				if stale == "" && d.Start+d.Len <= len(text) {
					own.text = string(text[d.Start : d.Start+d.Len])
				}
				lib.add(own)
			}
		}
	}
	for name, list := range lib.decls {
		if _, err := lib.named(name); err == nil && ast.IsExported(strings.TrimPrefix(name, list[0].pkg+".")) {
			lib.names = append(lib.names, name)
		}
	}
	slices.Sort(lib.names)
	return lib
}

// current returns an error if the text of d is not at hand.
func (d *decl) current() error {
	if d.stale != "" {
		return fmt.Errorf("lift: %s: runtime/%s/%s %s", d, d.pkg, d.file.Name, d.stale)
	}
	return nil
}

func (lib *library) add(d *decl) {
	for _, n := range d.Names {
		full := d.pkg + "." + n
		lib.decls[full] = append(lib.decls[full], d)
	}
}

// find gives the declaration of a name in a build variant, or nil.
func (lib *library) find(name, variant string) *decl {
	for _, d := range lib.decls[name] {
		if d.file.In(variant) {
			return d
		}
	}
	return nil
}

// named gives the declaration of a name that a request may hold: one that
// every platform has.
func (lib *library) named(name string) (*decl, error) {
	var missing []string
	var found *decl
	for _, v := range variant.All {
		if d := lib.find(name, v.Name); d == nil || d.Kind == index.Method || d.Kind == index.Asm {
			missing = append(missing, v.Name)
		} else if found == nil {
			found = d
		}
	}
	switch {
	case found == nil:
		return nil, fmt.Errorf("lift: there is no %s below runtime/", name)
	case missing != nil:
		return nil, fmt.Errorf("lift: %s is missing on %s; name its portable front", name, strings.Join(missing, ", "))
	}
	return found, nil
}
