package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/energeticc/energeticc/codegen/plan"
)

// Step is what a step of the program is called, and what it computes.
type Step struct {
	Method string // of the session
	Ops    string // "MatMul, Softmax"
	Items  []*plan.Item
}

// Steps are the program's steps in the order of the generated table.
func Steps(p *plan.Program, opt Options) []Step {
	w := newWriter(p, opt)
	steps := make([]Step, len(w.methods))
	for i, name := range w.methods {
		steps[i] = Step{name, opsOf(p.Layers[i]), p.Layers[i].Items}
	}
	return steps
}

// Profiled is a file for a copy of the package that is to be measured. Its Profile puts a clock around each step of
// the table that Run walks, so that what is timed is the package's own code; its Weights are the embedded bytes.
func Profiled(p *plan.Program, opt Options) (File, error) {
	w := newWriter(p, opt)
	f := jen.NewFile(opt.Package)
	f.Comment("StepTime is how often a step ran, and how long by the clock in all.")
	f.Type().Id("StepTime").Struct(jen.List(jen.Id("Runs"), jen.Id("Time")).Int64())
	f.Comment("Profile times each step from now on, in every session; for runs in one goroutine at a time.")
	clock := jen.Func().Params().Int64()
	f.Func().Id("Profile").Params(jen.Id("clock").Add(clock)).Index().Id("StepTime").Block(
		jen.Id("times").Op(":=").Make(jen.Index().Id("StepTime"), jen.Len(jen.Id("steps"))),
		jen.For(jen.List(jen.Id("i"), jen.Id("step")).Op(":=").Range().Id("steps")).Block(
			jen.Id("t").Op(":=").Op("&").Id("times").Index(jen.Id("i")),
			jen.Id("steps").Index(jen.Id("i")).Op("=").Func().Params(jen.Id("s").Op("*").Id("Session")).Block(
				jen.Id("began").Op(":=").Id("clock").Call(),
				jen.Id("step").Call(jen.Id("s")),
				jen.Id("t").Dot("Time").Op("+=").Id("clock").Call().Op("-").Id("began"),
				jen.Id("t").Dot("Runs").Op("++"),
			),
		),
		jen.Return(jen.Id("times")),
	)
	f.Comment("Weights are the model's constants as they lie in the program.")
	f.Func().Id("Weights").Params().String().Block(jen.Return(jen.Id("weightsBin")))
	src, err := w.render(f, goVersion)
	return File{"profile.go", src}, err
}
