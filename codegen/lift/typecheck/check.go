// Package typecheck compiles sources for any build variant without a build: the
// indexer checks kernels with it, and tests check lifted code.
package typecheck

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/packages"

	"github.com/energeticc/energeticc/codegen/lift/variant"
)

// Check compiles the files of one package for v, in the language of lifted
// code. Other packages come from imp. It reports at most ten errors.
func Check(v variant.Variant, path string, fset *token.FileSet, files []*ast.File, imp types.Importer, info *types.Info) (*types.Package, error) {
	var errs []error
	conf := types.Config{
		GoVersion: variant.GoVersion,
		Importer:  imp,
		Sizes:     types.SizesFor("gc", v.GOARCH),
		Error: func(err error) {
			if len(errs) < 10 {
				errs = append(errs, fmt.Errorf("%w (%s)", err, v.Name))
			}
		},
	}
	pkg, err := conf.Check(path, fset, files, info)
	if len(errs) > 0 {
		err = errors.Join(errs...)
	}
	return pkg, err
}

// An Importer finds packages by path.
type Importer map[string]*types.Package

// Import implements [types.Importer].
func (i Importer) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if p := i[path]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("package %s is not at hand", path)
}

// Std loads packages of the standard library. Those of the host serve every
// variant, as kernels use none whose interface depends on the platform; the
// build cache has them, which makes this quick. What does not load is left out,
// to be missed by those who import it.
func Std(paths []string) (Importer, error) {
	imp := Importer{}
	if len(paths) == 0 {
		return imp, nil
	}
	cfg := &packages.Config{Mode: packages.NeedName | packages.NeedTypes | packages.NeedExportFile | packages.NeedImports | packages.NeedDeps}
	list, err := packages.Load(cfg, paths...)
	if err != nil {
		return nil, fmt.Errorf("load the standard library: %w", err)
	}
	for _, p := range list {
		if len(p.Errors) == 0 {
			imp[p.PkgPath] = p.Types
		}
	}
	return imp, nil
}
