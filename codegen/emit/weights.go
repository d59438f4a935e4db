package emit

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"
)

// bigEndian are Go's big-endian architectures.
var bigEndian = []string{"armbe", "arm64be", "m68k", "mips", "mips64", "mips64p32", "ppc", "ppc64", "s390", "s390x", "shbe", "sparc", "sparc64"}

// weightFiles writes weights.bin and how it comes into the program: on little-endian machines as it is, on others
// swapped once.
func (w *writer) weightFiles() ([]File, error) {
	write := w.embedFile
	if w.opt.WeightsFile {
		write = w.loadFile
	}
	files := []File{{"weights.bin", w.p.Weights.Bytes()}}
	if !w.uses["weights"] { // no constants but text, which is read as it is
		plain, err := w.render(write("", nil), goVersion)
		return append(files, File{"weights.go", plain}), err
	}
	little := jen.Id(w.helper("Aligned")).Call(jen.Id("weightsBin"))
	src, err := w.render(write("weights is where the data begins.", little), goVersion+" && !("+strings.Join(bigEndian, " || ")+")")
	if err != nil {
		return nil, err
	}
	files = append(files, File{"weights.go", src})
	regions := jen.Index().Int().ValuesFunc(func(g *jen.Group) {
		for _, r := range w.p.Weights.Regions {
			if r.Width > 1 {
				g.Line().Id(strconv.Itoa(r.Offset) + ", " + strconv.Itoa(r.Bytes) + ", " + strconv.Itoa(r.Width))
			}
		}
		g.Line()
	})
	big := jen.Id(w.helper("Swapped")).Call(jen.Id("weightsBin"), regions)
	src, err = w.render(write("weights is a copy in this machine's byte order: offset, bytes and element width of each tensor follow.", big), goVersion+" && ("+strings.Join(bigEndian, " || ")+")")
	return append(files, File{"weights_bigendian.go", src}), err
}

// embedFile writes the file that embeds the weights, and where they are, if anything asks for that.
func (w *writer) embedFile(comment string, place jen.Code) *jen.File {
	f := jen.NewFile(w.opt.Package)
	f.Anon("embed")
	f.Comment("weightsBin is the model's constants, little-endian, each tensor at a multiple of 64 bytes.")
	f.Comment("//")
	f.Comment("//go:embed weights.bin")
	f.Var().Id("weightsBin").String()
	if place != nil {
		f.Comment(comment)
		f.Var().Id("weights").Op("=").Add(place)
	}
	return f
}

// loadFile writes the file in which the program gets the weights from its caller.
func (w *writer) loadFile(what string, place jen.Code) *jen.File {
	f := jen.NewFile(w.opt.Package)
	f.Comment("weightsBin is the model's constants, little-endian, each tensor at a multiple of 64 bytes, once they are loaded.")
	f.Var().Id("weightsBin").String()
	if place != nil {
		f.Comment(what)
		f.Var().Id("weights").Qual("unsafe", "Pointer")
	}
	f.Comment("ErrNoWeights is what a run without weights ends in.")
	f.Var().Id("ErrNoWeights").Op("=").Qual("errors", "New").Call(jen.Lit(w.opt.Package + ": no weights; give Load the bytes of weights.bin first"))
	data := w.p.Weights.Bytes()
	f.Add(comment(fmt.Sprintf("Load takes the model's constants: the %d bytes of weights.bin, which are read where they are and must not change.\nIt refuses other data, as far as length, beginning and end tell. It is called once, before anything else.", len(data))))
	f.Func().Id("Load").Params(jen.Id("data").Index().Byte()).Error().BlockFunc(func(g *jen.Group) {
		text := jen.Qual("unsafe", "String").Call(jen.Qual("unsafe", "SliceData").Call(jen.Id("data")), jen.Len(jen.Id("data")))
		g.Id("text").Op(":=").Add(text)
		g.If(jen.Len(jen.Id("text")).Op("!=").Lit(len(data)).Op("||").Id(w.helper("Fingerprint")).Call(jen.Id("text")).Op("!=").Lit(fingerprint(data))).Block(
			jen.Return(jen.Qual("errors", "New").Call(jen.Lit(w.opt.Package+": these are not the bytes of its weights.bin: got ").
				Op("+").Qual("strconv", "Itoa").Call(jen.Len(jen.Id("data"))).Op("+").Lit(fmt.Sprintf(" bytes, want %d of the same model", len(data))))))
		g.Id("weightsBin").Op("=").Id("text")
		if place != nil {
			g.Id("weights").Op("=").Add(place)
		}
		g.Return(jen.Nil())
	})
	return f
}

// fingerprint is arena.Fingerprint: FNV-1a of a file's first and last page.
func fingerprint(data []byte) uint64 {
	const page = 4096
	h := fnv.New64a()
	h.Write(data[:min(page, len(data))])
	h.Write(data[max(len(data)-page, 0):])
	return h.Sum64()
}
