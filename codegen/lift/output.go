package lift

import (
	"cmp"
	"fmt"
	"go/build/constraint"
	"go/format"
	"maps"
	"slices"
	"strings"

	"github.com/energeticc/energeticc/codegen/lift/index"
	"github.com/energeticc/energeticc/codegen/lift/variant"
)

// output collects pieces of source by the build constraint they stand under.
type output struct {
	request  Request
	groups   map[group]*pieces
	asm      []File
	declared map[string]bool // local names, to find clashes
}

// A group is a build constraint: what the file name says and what its
// //go:build line says.
type group struct{ tag, build string }

// pieces is what goes into one Go file.
type pieces struct {
	text []string
	std  map[string]bool
}

func newOutput(r Request) *output {
	return &output{request: r, groups: map[group]*pieces{}, declared: map[string]bool{}}
}

// add copies a declaration with edits.
func (out *output) add(d *decl, edits []edit) error {
	text, err := apply(d.text, edits)
	if err != nil {
		return fmt.Errorf("lift: %s: BUG: %w", d, err)
	}
	g := group{fileTag(d.file), d.file.Build}
	p := out.groups[g]
	if p == nil {
		p = &pieces{std: map[string]bool{}}
		out.groups[g] = p
	}
	p.text = append(p.text, text)
	for _, path := range d.Std {
		p.std[path] = true
	}
	for _, n := range d.Names {
		if d.Kind != index.Method {
			out.declared[index.Local(n)] = true
		}
	}
	return nil
}

// addAsm copies an assembly file with edits, under a head of our own.
func (out *output) addAsm(d *decl, edits []edit) error {
	at := 0
	for line := range strings.Lines(d.text) {
		text := strings.TrimSpace(line)
		if text != "" && !strings.HasPrefix(text, "//") {
			break
		}
		if text == "" || constraint.IsGoBuild(text) || strings.HasPrefix(text, "// Code generated ") {
			edits = append(edits, edit{at, at + len(line), ""})
		}
		at += len(line)
	}
	text, err := apply(d.text, edits)
	if err != nil {
		return fmt.Errorf("lift: %s: BUG: %w", d, err)
	}
	head, err := out.head(d.file.Build)
	if err != nil {
		return err
	}
	out.asm = append(out.asm, File{"kernels_" + d.file.Name, []byte(head + text)})
	return nil
}

// head gives the header and the build constraint of a file.
func (out *output) head(build string) (string, error) {
	var expr constraint.Expr = &constraint.TagExpr{Tag: variant.GoVersion}
	if build != "" {
		own, err := constraint.Parse("//go:build " + build)
		if err != nil {
			return "", fmt.Errorf("lift: BUG: %w", err)
		}
		expr = &constraint.AndExpr{X: expr, Y: own}
	}
	head := strings.TrimRight(out.request.Header, "\n")
	if head != "" {
		head += "\n\n"
	}
	return head + "//go:build " + expr.String() + "\n\n", nil
}

// files writes everything, kernels.go first.
func (out *output) files() ([]File, error) {
	groups := slices.SortedFunc(maps.Keys(out.groups), func(a, b group) int {
		return cmp.Or(cmp.Compare(a.tag, b.tag), cmp.Compare(a.build, b.build))
	})
	var files []File
	count := map[string]int{}
	for _, g := range groups {
		name := "kernels"
		if count[g.tag]++; count[g.tag] > 1 {
			name += fmt.Sprint(count[g.tag]) // the tag stays last: its name may be a constraint
		}
		if g.tag != "" {
			name += "_" + g.tag
		}
		source, err := out.source(g)
		if err != nil {
			return nil, err
		}
		files = append(files, File{name + ".go", source})
	}
	return append(files, out.asm...), nil
}

// source writes one Go file.
func (out *output) source(g group) ([]byte, error) {
	head, err := out.head(g.build)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString(head)
	fmt.Fprintf(&b, "package %s\n", out.request.Package)
	p := out.groups[g]
	switch std := sortedKeys(p.std); len(std) {
	case 0:
	case 1:
		fmt.Fprintf(&b, "\nimport %q\n", std[0])
	default:
		b.WriteString("\nimport (\n")
		for _, path := range std {
			fmt.Fprintf(&b, "\t%q\n", path)
		}
		b.WriteString(")\n")
	}
	for _, text := range p.text {
		fmt.Fprintf(&b, "\n%s\n", text)
	}
	source, err := format.Source([]byte(b.String()))
	if err != nil {
		return nil, fmt.Errorf("lift: BUG: %w", err)
	}
	return source, nil
}

// platforms are the words that constrain a file by its name when they stand last.
const (
	systems       = " aix android darwin dragonfly freebsd illumos ios js linux netbsd openbsd plan9 solaris wasip1 windows "
	architectures = " 386 amd64 arm arm64 loong64 mips mips64 mips64le mipsle ppc64 ppc64le riscv64 s390x wasm "
)

// fileTag gives the end of a constrained file's name, which says what the file
// is for and may itself be the constraint: "amd64", "linux_arm64", "noasm".
func fileTag(f *index.File) string {
	if f.Variants == nil && f.Build == "" {
		return ""
	}
	words := strings.Split(strings.TrimSuffix(f.Name, ".go"), "_")
	n := len(words)
	if n > 2 && strings.Contains(architectures, " "+words[n-1]+" ") && strings.Contains(systems, " "+words[n-2]+" ") {
		return words[n-2] + "_" + words[n-1]
	}
	return words[n-1]
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
