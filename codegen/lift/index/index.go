// Package index is the table of contents of the liftable packages: which file
// declares what, in which bytes, and which names each declaration mentions
// where. It is made by package indexer, committed, and read by package lift,
// which therefore needs neither a type checker nor a Go toolchain.
//
// The text form has a line per fact, and every position is relative, so that
// an edit of a kernel changes the lines of that kernel alone:
//
//	energeticc lift index 1
//	package kernel
//	file dot_amd64.go 5ffe02c1d0a8b7e3 amd64
//	 build gc && !purego
//	 func DotF32 213 188
//	  shape n
//	  std math/bits
//	  use kernel.DotF32 3 171
//	  use par.For 140
//
// The two numbers of a declaration are the bytes between it and the one before
// it, and its length; those of a use are offsets in the declaration.
package index

// A Package is one liftable package.
type Package struct {
	Name  string
	Files []*File
}

// A File is a Go or assembly source of a package.
type File struct {
	Name     string   // base name
	Sum      string   // of its bytes, see [Sum]
	Variants []string // the build variants that contain it; nil means all
	Build    string   // its //go:build expression, or ""
	Decls    []*Decl  // in source order
}

// A Decl is the smallest piece that is lifted: a function, a method, one type,
// variable or constant specification, a whole constant group where iota ties
// its members together, or an assembly file.
type Decl struct {
	Kind   Kind
	Names  []string // "GemmF32", "Tree.Walk"; an assembly file's is its base name
	Start  int      // offset of its doc comment in the file
	Len    int
	Insert int      // where the keyword of a specification from a group goes; -1 if it is there
	Shape  []string // parameters that may become constants
	Std    []string // standard library packages mentioned
	Uses   []Use    // sorted by target
}

// A Use says that a declaration needs Target ("kernel.Tree.Walk").
type Use struct {
	Target string
	At     []int // where the name stands and is rewritten; methods keep their name and have none
}

// Kind is what a declaration declares.
type Kind string

// The kinds of declarations. Method differs from Func in that its name has two parts.
const (
	Func   Kind = "func"
	Method Kind = "method"
	Type   Kind = "type"
	Const  Kind = "const"
	Var    Kind = "var"
	Asm    Kind = "asm"
)

// In reports whether the file belongs to the build variant.
func (f *File) In(variant string) bool {
	if f.Variants == nil {
		return true
	}
	for _, v := range f.Variants {
		if v == variant {
			return true
		}
	}
	return false
}
