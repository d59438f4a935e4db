package emit

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/energeticc/energeticc/ir"
)

// tests writes model_test.go and its golden data.
func (w *writer) tests() ([]File, error) {
	var files []File
	f := jen.NewFile(w.opt.Package)
	for i, c := range w.opt.Cases {
		for k, t := range c.In {
			data, err := Encode(t)
			if err != nil {
				return nil, err
			}
			files = append(files, File{goldenName(i, "in", k, w.inputs[k].value.Type), data})
		}
		for k, t := range c.Out {
			data, err := Encode(t)
			if err != nil {
				return nil, err
			}
			files = append(files, File{goldenName(i, "out", k, w.outputs[k].value.Type), data})
		}
	}
	if w.opt.WeightsFile {
		testLoad(f)
	}
	w.goldenFunc(f)
	w.testGolden(f)
	w.testAllocs(f)
	w.testConcurrent(f)
	w.testRow(f)
	w.testHelpers(f)
	src, err := w.render(f, goVersion)
	if err != nil {
		return nil, err
	}
	return append(files, File{"model_test.go", src}), nil
}

// testLoad writes what gives the package its weights before the tests, and checks that it asks for them.
func testLoad(f *jen.File) {
	f.Func().Id("TestMain").Params(jen.Id("m").Op("*").Qual("testing", "M")).Block(
		jen.If(jen.Id("err").Op(":=").New(jen.Id("Session")).Dot("Run").Call(jen.New(jen.Id("Input")), jen.New(jen.Id("Output"))), jen.Id("err").Op("!=").Id("ErrNoWeights")).Block(
			jen.Panic(jen.Lit("a run without weights did not say so")),
		),
		jen.If(jen.Id("err").Op(":=").Id("Load").Call(jen.Make(jen.Index().Byte(), jen.Lit(5000))), jen.Id("err").Op("==").Nil()).Block(
			jen.Panic(jen.Lit("other data was taken for the weights")),
		),
		jen.List(jen.Id("data"), jen.Id("err")).Op(":=").Qual("os", "ReadFile").Call(jen.Lit("weights.bin")),
		jen.If(jen.Id("err").Op("==").Nil()).Block(jen.Id("err").Op("=").Id("Load").Call(jen.Id("data"))),
		jen.If(jen.Id("err").Op("!=").Nil()).Block(jen.Panic(jen.Id("err"))),
		jen.Qual("os", "Exit").Call(jen.Id("m").Dot("Run").Call()),
	)
}

func goldenName(i int, side string, k int, t ir.Type) string {
	return fmt.Sprintf("testdata/golden_%d/%s_%d.%s", i, side, k, Extension(t))
}

// goldenFunc writes the function that reads a golden case.
func (w *writer) goldenFunc(f *jen.File) {
	f.Comment("goldenInput reads the input of a golden case, and says how its answers may differ.")
	f.Func().Id("goldenInput").Params(jen.Id("t").Op("*").Qual("testing", "T"), jen.Id("i").Int()).Params(jen.Id("Input"), jen.Id("tolerance")).BlockFunc(func(g *jen.Group) {
		g.Id("t").Dot("Helper").Call()
		g.Id("dir").Op(":=").Lit("testdata/golden_").Op("+").Qual("strconv", "Itoa").Call(jen.Id("i")).Op("+").Lit("/")
		g.Var().Id("in").Id("Input")
		for k, p := range w.inputs {
			g.Id("in").Dot(p.field).Op("=").Id("read"+w.reader(p)).Call(jen.Id("t"), jen.Id("dir").Op("+").Lit(fmt.Sprintf("in_%d.%s", k, Extension(p.value.Type))))
		}
		g.Switch(jen.Id("i")).BlockFunc(func(s *jen.Group) {
			for i, c := range w.opt.Cases {
				s.Case(jen.Lit(i)).BlockFunc(func(b *jen.Group) {
					for _, x := range w.free {
						if v, ok := freeValue(w, x, c); ok {
							b.Id("in").Dot(x.field).Op("=").Lit(v)
						}
					}
					b.Return(jen.Id("in"), jen.Id("tolerance").Values(jen.Lit(c.Abs), jen.Lit(c.Rel)))
				})
			}
		})
		g.Id("t").Dot("Fatalf").Call(jen.Lit("no golden case %d"), jen.Id("i"))
		g.Return(jen.Id("in"), jen.Id("tolerance").Values())
	})
}

func (w *writer) reader(p port) string {
	if Extension(p.value.Type) == "json" {
		return "JSON[" + p.typ + "]"
	}
	return "[" + p.elem + "]"
}

// freeValue is a free size in a case, by the input that has it as a dim.
func freeValue(w *writer, x freeSymbol, c Case) (int, bool) {
	for k, p := range w.inputs {
		for a, d := range p.value.Type.Shape {
			if s, ok := d.IsSym(); ok && s == x.sym.Name {
				return c.In[k].Shape[a], true
			}
		}
	}
	return 0, false
}

func (w *writer) testGolden(f *jen.File) {
	f.Comment("checkGolden compares an answer with the golden one.")
	f.Func().Id("checkGolden").Params(jen.Id("t").Op("*").Qual("testing", "T"), jen.Id("i").Int(), jen.Id("out").Op("*").Id("Output"), jen.Id("tol").Id("tolerance")).BlockFunc(func(g *jen.Group) {
		g.Id("t").Dot("Helper").Call()
		g.Id("dir").Op(":=").Lit("testdata/golden_").Op("+").Qual("strconv", "Itoa").Call(jen.Id("i")).Op("+").Lit("/")
		for k, p := range w.outputs {
			golden := jen.Id("read"+w.reader(p)).Call(jen.Id("t"), jen.Id("dir").Op("+").Lit(fmt.Sprintf("out_%d.%s", k, Extension(p.value.Type))))
			g.Id(w.comparer(p)).Call(jen.Id("t"), jen.Lit(p.field), listOf(p, jen.Id("out").Dot(p.field)), listOf(p, golden), jen.Id("tol"))
		}
	})
	f.Comment("TestGolden compares the package's answers with those of the model that it was compiled from.")
	f.Func().Id("TestGolden").Params(jen.Id("t").Op("*").Qual("testing", "T")).Block(
		jen.For(jen.Id("i").Op(":=").Range().Lit(len(w.opt.Cases))).Block(
			jen.List(jen.Id("in"), jen.Id("tol")).Op(":=").Id("goldenInput").Call(jen.Id("t"), jen.Id("i")),
			jen.List(jen.Id("out"), jen.Id("err")).Op(":=").Id("Predict").Call(jen.Id("in")),
			jen.If(jen.Id("err").Op("!=").Nil()).Block(jen.Id("t").Dot("Fatal").Call(jen.Id("err"))),
			jen.Id("checkGolden").Call(jen.Id("t"), jen.Id("i"), jen.Op("&").Id("out"), jen.Id("tol")),
		),
	)
}

// comparer names the helper that compares an output: by value, exactly, or a list of maps.
func (w *writer) comparer(p port) string {
	switch t := p.value.Type; {
	case isHeld(t) && (heldDType(t) == ir.Float32 || heldDType(t) == ir.Float64):
		return "nearTensors"
	case isHeld(t):
		return "sameTensors"
	case !t.IsTensor():
		return "sameJSON"
	case p.value.Type.DType == ir.Float32 || p.value.Type.DType == ir.Float64:
		return "near"
	}
	return "same"
}

func (w *writer) testAllocs(f *jen.File) {
	if w.maxAllocs() != 0 {
		return
	}
	f.Comment("TestAllocations counts what a run allocates at sizes already seen.")
	f.Func().Id("TestAllocations").Params(jen.Id("t").Op("*").Qual("testing", "T")).Block(
		jen.List(jen.Id("in"), jen.Id("_")).Op(":=").Id("goldenInput").Call(jen.Id("t"), jen.Lit(0)),
		jen.Var().Id("s").Id("Session"),
		jen.Var().Id("out").Id("Output"),
		jen.Id("n").Op(":=").Qual("testing", "AllocsPerRun").Call(jen.Lit(2), jen.Func().Params().Block(
			jen.If(jen.Id("err").Op(":=").Id("s").Dot("Run").Call(jen.Op("&").Id("in"), jen.Op("&").Id("out")), jen.Id("err").Op("!=").Nil()).Block(jen.Id("t").Dot("Fatal").Call(jen.Id("err"))),
		)),
		jen.If(jen.Id("int").Call(jen.Id("n")).Op(">").Id("Info").Dot("MaxAllocs")).Block(
			jen.Id("t").Dot("Errorf").Call(jen.Lit("Session.Run allocates %v times, want %d"), jen.Id("n"), jen.Id("Info").Dot("MaxAllocs"))),
	)
}

func (w *writer) testConcurrent(f *jen.File) {
	f.Comment("TestConcurrent runs the model from several goroutines at once.")
	f.Func().Id("TestConcurrent").Params(jen.Id("t").Op("*").Qual("testing", "T")).Block(
		jen.List(jen.Id("in"), jen.Id("tol")).Op(":=").Id("goldenInput").Call(jen.Id("t"), jen.Lit(0)),
		jen.Var().Id("wg").Qual("sync", "WaitGroup"),
		jen.Var().Id("outs").Index(jen.Lit(4)).Id("Output"),
		jen.Var().Id("errs").Index(jen.Lit(4)).Error(),
		jen.For(jen.Id("i").Op(":=").Range().Id("outs")).Block(
			jen.Id("wg").Dot("Add").Call(jen.Lit(1)),
			jen.Go().Func().Params().Block(
				jen.Defer().Id("wg").Dot("Done").Call(),
				jen.List(jen.Id("outs").Index(jen.Id("i")), jen.Id("errs").Index(jen.Id("i"))).Op("=").Id("Predict").Call(jen.Id("in")),
			).Call(),
		),
		jen.Id("wg").Dot("Wait").Call(),
		jen.For(jen.Id("i").Op(":=").Range().Id("outs")).Block(
			jen.If(jen.Id("errs").Index(jen.Id("i")).Op("!=").Nil()).Block(jen.Id("t").Dot("Fatal").Call(jen.Id("errs").Index(jen.Id("i")))),
			jen.Id("checkGolden").Call(jen.Id("t"), jen.Lit(0), jen.Op("&").Id("outs").Index(jen.Id("i")), jen.Id("tol")),
		),
	)
}

// testHelpers writes the readers and comparers that the ports need.
func (w *writer) testHelpers(f *jen.File) {
	f.Comment("tolerance is how far a value may be from the golden one: abs + rel·|golden|.")
	f.Type().Id("tolerance").Struct(jen.List(jen.Id("abs"), jen.Id("rel")).Float64())
	need := map[string]bool{}
	for _, p := range w.inputs {
		need[Extension(p.value.Type)] = true
	}
	for _, p := range w.outputs {
		need[Extension(p.value.Type)] = true
		need[w.comparer(p)] = true
	}
	t := jen.Id("t").Op("*").Qual("testing", "T")
	open := []jen.Code{
		jen.Id("t").Dot("Helper").Call(),
		jen.List(jen.Id("data"), jen.Id("err")).Op(":=").Qual("os", "ReadFile").Call(jen.Id("name")),
		jen.If(jen.Id("err").Op("!=").Nil()).Block(jen.Id("t").Dot("Fatal").Call(jen.Id("err"))),
	}
	if need["bin"] {
		f.Comment("read reads little-endian numbers.")
		f.Func().Id("read").Types(jen.Id("T").Any()).Params(t, jen.Id("name").String()).Index().Id("T").Block(append(open,
			jen.Var().Id("zero").Id("T"),
			jen.Id("v").Op(":=").Make(jen.Index().Id("T"), jen.Len(jen.Id("data")).Op("/").Qual("encoding/binary", "Size").Call(jen.Id("zero"))),
			jen.If(jen.Id("err").Op(":=").Qual("encoding/binary", "Read").Call(jen.Qual("bytes", "NewReader").Call(jen.Id("data")), jen.Qual("encoding/binary", "LittleEndian"), jen.Id("v")), jen.Id("err").Op("!=").Nil()).Block(jen.Id("t").Dot("Fatal").Call(jen.Id("err"))),
			jen.Return(jen.Id("v")),
		)...)
	}
	if need["json"] {
		f.Comment("readJSON reads strings, lists and maps.")
		f.Func().Id("readJSON").Types(jen.Id("T").Any()).Params(t, jen.Id("name").String()).Id("T").Block(append(open,
			jen.Var().Id("v").Id("T"),
			jen.If(jen.Id("err").Op(":=").Qual("encoding/json", "Unmarshal").Call(jen.Id("data"), jen.Op("&").Id("v")), jen.Id("err").Op("!=").Nil()).Block(jen.Id("t").Dot("Fatal").Call(jen.Id("err"))),
			jen.Return(jen.Id("v")),
		)...)
	}
	params := func(typ *jen.Statement) []jen.Code {
		return []jen.Code{jen.Id("t").Op("*").Qual("testing", "T"), jen.Id("name").String(), jen.List(jen.Id("got"), jen.Id("want")).Add(typ)}
	}
	if need["nearTensors"] || need["sameTensors"] {
		w.testHeld(f, need)
	}
	if need["near"] || need["nearTensors"] {
		f.Comment("near compares floating-point numbers; NaN equals NaN.")
		f.Func().Id("near").Types(jen.Id("T").Float32().Op("|").Float64()).Params(append(params(jen.Index().Id("T")), jen.Id("tol").Id("tolerance"))...).Block(
			jen.Id("t").Dot("Helper").Call(),
			jen.If(jen.Len(jen.Id("got")).Op("!=").Len(jen.Id("want"))).Block(jen.Id("t").Dot("Fatalf").Call(jen.Lit("%s has %d values, want %d"), jen.Id("name"), jen.Len(jen.Id("got")), jen.Len(jen.Id("want")))),
			jen.For(jen.List(jen.Id("i"), jen.Id("w")).Op(":=").Range().Id("want")).Block(
				jen.List(jen.Id("x"), jen.Id("y")).Op(":=").List(jen.Float64().Call(jen.Id("got").Index(jen.Id("i"))), jen.Float64().Call(jen.Id("w"))),
				jen.If(jen.Id("x").Op("==").Id("y").Op("||").Id("x").Op("!=").Id("x").Op("&&").Id("y").Op("!=").Id("y").Op("||").Qual("math", "Abs").Call(jen.Id("x").Op("-").Id("y")).Op("<=").Id("tol").Dot("abs").Op("+").Id("tol").Dot("rel").Op("*").Qual("math", "Abs").Call(jen.Id("y"))).Block(jen.Continue()),
				jen.Id("t").Dot("Fatalf").Call(jen.Lit("%s[%d] = %v, want %v"), jen.Id("name"), jen.Id("i"), jen.Id("x"), jen.Id("y")),
			),
		)
	}
	if need["same"] || need["sameTensors"] {
		f.Comment("same compares values that must be equal.")
		f.Func().Id("same").Types(jen.Id("T").Comparable()).Params(append(params(jen.Index().Id("T")), jen.Id("_").Id("tolerance"))...).Block(
			jen.Id("t").Dot("Helper").Call(),
			jen.If(jen.Op("!").Qual("slices", "Equal").Call(jen.Id("got"), jen.Id("want"))).Block(jen.Id("t").Dot("Fatalf").Call(jen.Lit("%s = %v, want %v"), jen.Id("name"), jen.Id("got"), jen.Id("want"))),
		)
	}
	if need["sameJSON"] {
		w.testMaps(f, params)
	}
}

// testMaps writes the comparison of lists of maps.
func (w *writer) testMaps(f *jen.File, params func(*jen.Statement) []jen.Code) {
	f.Comment("sameJSON compares lists of maps, number by number.")
	f.Func().Id("sameJSON").Types(jen.Id("K").Comparable(), jen.Id("V").Float32().Op("|").Float64().Op("|").Int64()).Params(append(params(jen.Index().Map(jen.Id("K")).Id("V")), jen.Id("tol").Id("tolerance"))...).Block(
		jen.Id("t").Dot("Helper").Call(),
		jen.If(jen.Len(jen.Id("got")).Op("!=").Len(jen.Id("want"))).Block(jen.Id("t").Dot("Fatalf").Call(jen.Lit("%s has %d maps, want %d"), jen.Id("name"), jen.Len(jen.Id("got")), jen.Len(jen.Id("want")))),
		jen.For(jen.List(jen.Id("i"), jen.Id("m")).Op(":=").Range().Id("want")).Block(
			jen.If(jen.Len(jen.Id("got").Index(jen.Id("i"))).Op("!=").Len(jen.Id("m"))).Block(jen.Id("t").Dot("Fatalf").Call(jen.Lit("%s[%d] = %v, want %v"), jen.Id("name"), jen.Id("i"), jen.Id("got").Index(jen.Id("i")), jen.Id("m"))),
			jen.For(jen.List(jen.Id("k"), jen.Id("y")).Op(":=").Range().Id("m")).Block(
				jen.Id("x").Op(":=").Id("got").Index(jen.Id("i")).Index(jen.Id("k")),
				jen.If(jen.Qual("math", "Abs").Call(jen.Float64().Call(jen.Id("x").Op("-").Id("y"))).Op(">").Id("tol").Dot("abs").Op("+").Id("tol").Dot("rel").Op("*").Qual("math", "Abs").Call(jen.Float64().Call(jen.Id("y")))).Block(jen.Id("t").Dot("Fatalf").Call(jen.Lit("%s[%d][%v] = %v, want %v"), jen.Id("name"), jen.Id("i"), jen.Id("k"), jen.Id("x"), jen.Id("y"))),
			),
		),
	)
}
