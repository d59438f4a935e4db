package index

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

const magic = "energeticc lift index 1"

// Sum identifies the contents of a source file.
func Sum(source []byte) string {
	sum := sha256.Sum256(source)
	return hex.EncodeToString(sum[:8])
}

// Format writes p in text form.
func Format(p *Package) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\npackage %s\n", magic, p.Name)
	for _, f := range p.Files {
		fmt.Fprintf(&b, "file %s %s", f.Name, f.Sum)
		for _, v := range f.Variants {
			fmt.Fprintf(&b, " %s", v)
		}
		b.WriteByte('\n')
		if f.Build != "" {
			fmt.Fprintf(&b, " build %s\n", f.Build)
		}
		end := 0
		for _, d := range f.Decls {
			fmt.Fprintf(&b, " %s %s %d %d\n", d.Kind, strings.Join(d.Names, ","), d.Start-end, d.Len)
			end = d.Start + d.Len
			formatDecl(&b, d)
		}
	}
	return b.Bytes()
}

func formatDecl(b *bytes.Buffer, d *Decl) {
	if d.Insert >= 0 {
		fmt.Fprintf(b, "  insert %d\n", d.Insert)
	}
	if len(d.Shape) > 0 {
		fmt.Fprintf(b, "  shape %s\n", strings.Join(d.Shape, " "))
	}
	if len(d.Std) > 0 {
		fmt.Fprintf(b, "  std %s\n", strings.Join(d.Std, " "))
	}
	for _, u := range d.Uses {
		fmt.Fprintf(b, "  use %s", u.Target)
		for _, at := range u.At {
			fmt.Fprintf(b, " %d", at)
		}
		b.WriteByte('\n')
	}
}

// Parse reads the text form of a package.
func Parse(text []byte) (*Package, error) {
	var r reader
	for i, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		var err error
		if i == 0 {
			if line != magic {
				err = fmt.Errorf("want %q, got %q", magic, line)
			}
		} else {
			err = r.line(line)
		}
		if err != nil {
			return nil, fmt.Errorf("index: line %d: %w", i+1, err)
		}
	}
	if r.pkg == nil {
		return nil, fmt.Errorf("index: no package line")
	}
	return r.pkg, nil
}

// reader is the state of Parse between two lines.
type reader struct {
	pkg  *Package
	file *File
	decl *Decl
	end  int // offset where the declaration read last ends
}

func (r *reader) line(line string) error {
	word, rest, _ := strings.Cut(strings.TrimLeft(line, " "), " ")
	fields := strings.Fields(rest)
	switch indent := len(line) - len(strings.TrimLeft(line, " ")); {
	case indent == 0 && word == "package" && len(fields) == 1 && r.pkg == nil:
		r.pkg = &Package{Name: fields[0]}
	case indent == 0 && word == "file" && len(fields) >= 2 && r.pkg != nil:
		r.file = &File{Name: fields[0], Sum: fields[1]}
		if len(fields) > 2 {
			r.file.Variants = fields[2:]
		}
		r.pkg.Files = append(r.pkg.Files, r.file)
		r.decl, r.end = nil, 0
	case indent == 1 && word == "build" && r.file != nil:
		r.file.Build = rest
	case indent == 1 && len(fields) == 3 && r.file != nil:
		return r.startDecl(Kind(word), fields)
	case indent == 2 && len(fields) > 0 && r.decl != nil:
		return r.property(word, fields)
	default:
		return fmt.Errorf("%q does not belong here", line)
	}
	return nil
}

func (r *reader) startDecl(kind Kind, fields []string) error {
	switch kind {
	case Func, Method, Type, Const, Var, Asm:
	default:
		return fmt.Errorf("unknown kind of declaration %q", kind)
	}
	at, err := numbers(fields[1:])
	if err != nil {
		return err
	}
	r.decl = &Decl{Kind: kind, Names: strings.Split(fields[0], ","), Start: r.end + at[0], Len: at[1], Insert: -1}
	r.end = r.decl.Start + r.decl.Len
	r.file.Decls = append(r.file.Decls, r.decl)
	return nil
}

func (r *reader) property(word string, fields []string) error {
	switch word {
	case "insert":
		at, err := numbers(fields[:1])
		if err != nil {
			return err
		}
		r.decl.Insert = at[0]
	case "shape":
		r.decl.Shape = fields
	case "std":
		r.decl.Std = fields
	case "use":
		at, err := numbers(fields[1:])
		if err != nil {
			return err
		}
		r.decl.Uses = append(r.decl.Uses, Use{Target: fields[0], At: at})
	default:
		return fmt.Errorf("unknown property %q", word)
	}
	return nil
}

// numbers reads offsets; there is no negative one.
func numbers(fields []string) ([]int, error) {
	var list []int
	for _, f := range fields {
		n, err := strconv.ParseUint(f, 10, 31)
		if err != nil {
			return nil, fmt.Errorf("%q is not an offset", f)
		}
		list = append(list, int(n))
	}
	return list, nil
}
