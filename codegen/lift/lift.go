package lift

import (
	"errors"
	"fmt"
	"go/token"
	"slices"

	"github.com/energeticc/energeticc/codegen/lift/index"
)

// Request says what to lift.
type Request struct {
	Package    string   // name of the user's package
	Names      []string // declarations below runtime/, "kernel.GemmF32"
	Specialise []Specialisation
	Header     string // comment at the top of every file
}

// Specialisation asks for a copy of a kernel in which some of the parameters
// that its //energeticc:shape directive lists are constants.
type Specialisation struct {
	Kernel  string           // "kernel.GemmF32"
	NewName string           // of the copy, "gemmF32_n16_k384"
	Consts  map[string]int64 // by parameter
}

// File is a source file for the user's package.
type File struct {
	Name   string // kernels.go, kernels_amd64.go, kernels_gemm_amd64.s
	Source []byte
}

// Files gives the sources of what r names and of all it needs, the same bytes
// for the same request.
func Files(r Request) ([]File, error) {
	lib, err := embedded()
	if err != nil {
		return nil, err
	}
	return lib.files(r)
}

// Local gives the name of a declaration in the user's package:
// "kernel.GemmF32" is gemmF32 there.
func Local(name string) string { return index.Local(name) }

// Exists reports whether name is one of Names.
func Exists(name string) bool {
	lib, err := embedded()
	if err != nil {
		return false
	}
	_, found := slices.BinarySearch(lib.names, name)
	return found
}

// Names lists the exported declarations that every platform has, sorted. It is
// empty if the index cannot be read, in which case Files says so.
func Names() []string {
	lib, err := embedded()
	if err != nil {
		return nil
	}
	return slices.Clone(lib.names)
}

// files answers a request from lib.
func (lib *library) files(r Request) ([]File, error) {
	if !token.IsIdentifier(r.Package) {
		return nil, fmt.Errorf("lift: %q is no package name", r.Package)
	}
	set, err := lib.reach(r)
	if err != nil {
		return nil, err
	}
	out := newOutput(r)
	for _, d := range set {
		edits, err := lib.rename(d)
		if err != nil {
			return nil, err
		}
		if d.Kind == index.Asm {
			err = out.addAsm(d, edits)
		} else {
			err = out.add(d, edits)
		}
		if err != nil {
			return nil, err
		}
	}
	var errs []error
	for _, s := range r.Specialise {
		errs = append(errs, out.addSpecial(lib, s))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return out.files()
}
