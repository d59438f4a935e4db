package plan

import (
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// control lists a node with subgraphs; false for any other node.
func (f *flattener) control(n *ir.Node) (bool, error) {
	f.depth++
	defer func() { f.depth-- }()
	switch o := n.Op.(type) {
	case op.If:
		return true, f.branch(n, o)
	case op.Loop:
		return true, f.loop(n, o)
	case op.Scan:
		return true, f.scan(n, o)
	}
	return false, nil
}

// label is an entry that a jump lands on.
func (f *flattener) label() *entry {
	e := &entry{}
	e.target = true
	return e
}

// branch lists: jump to else unless the condition holds; then; jump to the end; else; end.
func (f *flattener) branch(n *ir.Node, o op.If) error {
	other, end := f.label(), f.label()
	e := &entry{in: n.In[:1], cond: n.In[0], after: other}
	e.Node, e.Control = n, &Control{}
	f.add(e)
	for i, g := range []*ir.Graph{o.Then, o.Else} {
		if i == 1 {
			f.add(other)
		}
		first := len(f.items)
		if err := f.graphItems(g); err != nil {
			return err
		}
		f.join(n.Out, g.Outputs, first)
		if i == 0 {
			j := &entry{after: end}
			j.Control = &Control{}
			f.add(j)
		}
	}
	f.add(end)
	return nil
}

// join hands a branch's results on: under the same data where the branch made it, by a copy elsewhere.
func (f *flattener) join(out, from []*ir.Value, first int) {
	taken := map[*ir.Value]bool{}
	for i, v := range from {
		f.bindShape(out[i].Type.Shape, v.Type.Shape)
		root := f.root(v)
		if f.madeSince(root, first) && !taken[root] && v.Type.IsTensor() {
			taken[root] = true
			f.setAlias(root, out[i])
			continue
		}
		f.move(out[i], v)
	}
}

// madeSince reports whether an entry from first on makes the value.
func (f *flattener) madeSince(v *ir.Value, first int) bool {
	for _, e := range f.items[first:] {
		for _, o := range e.out {
			if o == v {
				return true
			}
		}
	}
	return false
}

// counter makes a symbol for a loop's run.
func (f *flattener) counter(hint string) (string, ir.Dim) {
	for {
		name := fmt.Sprintf("%s_%d", hint, f.count)
		f.count++
		if f.graph.Symbols[name] == nil {
			f.graph.Symbols[name] = &ir.Symbol{Name: name, Range: ir.Range{Lo: 0, Hi: ir.Unbounded}, Data: true}
			return name, ir.Sym(name)
		}
	}
}

// carry makes the places of carried values and copies what they start with. A body's input, the loop's result and
// the value itself share a place; the body's output has another, copied over at a run's end.
func (f *flattener) carry(inputs, start, results []*ir.Value) {
	for i, v := range inputs {
		f.bindShape(v.Type.Shape, start[i].Type.Shape)
		f.move(v, start[i])
		if i < len(results) {
			f.setAlias(results[i], v)
		}
	}
}

// bindShape sets the data symbols of one shape to the dims of another.
func (f *flattener) bindShape(to, from []ir.Dim) {
	for _, b := range f.bindings(to, from) {
		f.assign(b.symbol, b.dim)
	}
}

// assignment is a data symbol and what it is to be.
type assignment struct {
	symbol string
	dim    ir.Dim
}

// bindings lists the data symbols of one shape that the dims of another set.
func (f *flattener) bindings(to, from []ir.Dim) []assignment {
	var all []assignment
	for k, d := range to {
		if s, ok := d.IsSym(); ok && f.isData(s) && !d.Equal(from[k]) {
			all = append(all, assignment{s, from[k]})
		}
	}
	return all
}

func (f *flattener) isData(symbol string) bool {
	s := f.graph.Symbols[symbol]
	return s != nil && s.Data
}

// advance hands a run's results to the next run: the dims at once, as a result's may be in terms of several of this
// run's, then the data, whose lengths are in terms of the next run's.
func (f *flattener) advance(inputs, outputs []*ir.Value) {
	from := f.apart(inputs, outputs)
	var bound []assignment
	for i, v := range inputs {
		bound = append(bound, f.bindings(v.Type.Shape, outputs[i].Type.Shape)...)
	}
	f.bindAtOnce(bound)
	for i, v := range inputs {
		if f.root(from[i]) != f.root(v) {
			next := &ir.Value{Name: from[i].Name, Type: v.Type}
			f.setAlias(next, from[i])
			f.move(v, next)
		}
	}
}

// bindAtOnce binds symbols to dims that may be in terms of symbols that are bound with them.
func (f *flattener) bindAtOnce(bound []assignment) {
	for i, b := range bound {
		if slices.ContainsFunc(bound[:i], func(earlier assignment) bool { return slices.Contains(b.dim.Symbols(), earlier.symbol) }) {
			name, kept := f.counter("next")
			f.assign(name, b.dim)
			bound[i].dim = kept
		}
	}
	for _, b := range bound {
		f.assign(b.symbol, b.dim)
	}
}

// apart copies results that are other carried values' data, which would be overwritten before they are read.
func (f *flattener) apart(inputs, outputs []*ir.Value) []*ir.Value {
	from := append([]*ir.Value{}, outputs...)
	for i, v := range outputs {
		for k, in := range inputs {
			if k != i && f.root(v) == f.root(in) {
				from[i] = &ir.Value{Name: v.Name, Type: v.Type}
				f.move(from[i], v)
				break
			}
		}
	}
	return from
}

// exit binds the dims of a loop's results.
func (f *flattener) exit(results, inputs []*ir.Value) {
	for i, v := range results {
		if i < len(inputs) {
			f.bindShape(v.Type.Shape, inputs[i].Type.Shape)
		}
	}
}

// wholeRows refuses stacks of packed elements, whose rows need not begin at a byte.
func wholeRows(stacks []*ir.Value) error {
	for _, v := range stacks {
		if d := v.Type.DType; v.Type.IsTensor() && d.Bits()%8 != 0 {
			return fmt.Errorf("%s is a stack of %s rows, which are packed; cast them to i8 or f16 around the loop", v.Name, d)
		}
	}
	return nil
}

func (f *flattener) loop(n *ir.Node, o op.Loop) error {
	carried := o.Carried()
	if err := wholeRows(n.Out[carried:]); err != nil {
		return err
	}
	body := o.Body
	in := make([]*ir.Value, carried+2)
	copy(in, n.In)
	counter, run := f.counter("run")
	limitName, limit := f.counter("limit")
	f.assign(counter, ir.Const(0))
	e := &entry{in: in[:1]}
	e.Calls = []ir.Call{{Kernel: "kernel.LoopLimit", Args: []ir.Arg{ir.Nil()}, Bind: []string{limitName}}}
	if in[0] != nil {
		e.Calls[0].Args[0] = ir.In(0)
	}
	f.add(e)
	cond := body.Inputs[1]
	if in[1] != nil {
		f.move(cond, in[1])
	} else {
		f.fill(cond, ir.Const(1))
	}
	f.carry(body.Inputs[2:], in[2:], n.Out[:carried])
	stacks := n.Out[carried:]
	f.noRows(stacks)
	head, end := f.label(), f.label()
	head.in, head.cond, head.after, head.Node = []*ir.Value{cond}, cond, end, n
	head.Control = &Control{Counted: true, Counter: run, Limit: limit}
	headAt := f.add(head).position
	f.fill(body.Inputs[0], run)
	if err := f.graphItems(body); err != nil {
		return err
	}
	f.stack(stacks, body.Outputs[carried+1:], run, nil, ir.Dim{})
	f.advance(body.Inputs[1:], body.Outputs[:carried+1])
	f.next(counter, run, head)
	f.loops = append(f.loops, span{headAt, len(f.items) - 1})
	f.add(end)
	if len(stacks) > 0 {
		if s, ok := stacks[0].Type.Shape[0].IsSym(); ok {
			f.assign(s, run)
		}
		for _, v := range stacks {
			f.keepStack(v, run)
		}
	}
	f.exit(n.Out[:carried], body.Inputs[2:])
	return nil
}

// fill writes a size into an integer scalar, or a truth value.
func (f *flattener) fill(v *ir.Value, d ir.Dim) {
	e := &entry{out: []*ir.Value{v}}
	kernel := "kernel.SetSizes"
	if v.Type.DType == ir.Bool {
		kernel = "kernel.SetTruths"
	}
	e.Calls = []ir.Call{{Kernel: kernel, Args: []ir.Arg{ir.Out(0), ir.Ints(d)}}}
	f.add(e)
}

// next counts a run and jumps back to the head.
func (f *flattener) next(counter string, run ir.Dim, head *entry) {
	e := &entry{after: head}
	e.Calls = []ir.Call{{Bind: []string{counter}, Args: []ir.Arg{ir.Int(run.Add(ir.Const(1)))}}}
	e.Control = &Control{}
	f.add(e)
}

// noRows binds the dims that a stack's rows get in the first run, for loops without one.
func (f *flattener) noRows(stacks []*ir.Value) {
	for _, v := range stacks {
		for _, d := range v.Type.Shape[1:] {
			if s, ok := d.IsSym(); ok && f.isData(s) {
				f.assign(s, ir.Const(0))
			}
		}
	}
}

// rowDims binds a stack's dims to a row's in the first run, and demands that those of later runs are the same.
func (f *flattener) rowDims(stack, row *ir.Value, run ir.Dim) {
	for _, b := range f.bindings(stack.Type.Shape[1:], row.Type.Shape) {
		e := &entry{}
		e.Note = "a row of " + stack.Name
		e.Calls = []ir.Call{{
			Kernel: "kernel.RowSize", Args: []ir.Arg{ir.Int(run), ir.Int(ir.Sym(b.symbol)), ir.Int(b.dim)}, Bind: []string{b.symbol},
			Fault: &ir.Fault{Text: "the loop's runs give results of different sizes, which no tensor can hold together", Arg: -1},
		}}
		f.add(e)
	}
}

// stack copies a run's results to their rows. With total runs known the place is fixed, else it grows.
func (f *flattener) stack(to, from []*ir.Value, run ir.Dim, reverse []bool, total ir.Dim) {
	for i, v := range to {
		f.rowDims(v, from[i], run)
		row := ir.Product(v.Type.Shape[1:]...)
		at := run
		if i < len(reverse) && reverse[i] {
			at = total.Sub(ir.Const(1)).Sub(run)
		}
		runs := run.Add(ir.Const(1))
		if !total.Is(0) {
			runs = total
		}
		keep := &Keep{Old: run.Mul(row), Len: runs.Mul(row)}
		rows := &ir.Value{Name: v.Name, Type: ir.TensorType(v.Type.DType, keep.Len)} // those so far
		f.setAlias(rows, v)
		e := &entry{in: []*ir.Value{from[i]}, out: []*ir.Value{rows}, keep: v}
		e.Note, e.Keep = "a row of "+v.Name, keep
		e.Calls = []ir.Call{{Kernel: "kernel.Move", Args: []ir.Arg{ir.Out(0).At(at.Mul(row), row), ir.In(0)}}}
		f.add(e)
	}
}

// keepStack makes the place of a stacked result that never had a row.
func (f *flattener) keepStack(v *ir.Value, run ir.Dim) {
	e := &entry{out: []*ir.Value{v}, keep: v}
	n := run.Mul(ir.Product(v.Type.Shape[1:]...))
	e.Note, e.Keep = v.Name, &Keep{Old: n, Len: n}
	f.add(e)
}

func (f *flattener) scan(n *ir.Node, o op.Scan) error {
	carried := o.Carried()
	if err := wholeRows(slices.Concat(n.In[carried:], n.Out[carried:])); err != nil {
		return err
	}
	body := o.Body
	counter, run := f.counter("run")
	total := n.In[carried].Type.Shape[0]
	f.assign(counter, ir.Const(0))
	f.carry(body.Inputs[:carried], n.In[:carried], n.Out[:carried])
	f.noRows(n.Out[carried:])
	for _, v := range n.Out[carried:] {
		e := &entry{out: []*ir.Value{v}, keep: v}
		e.Note, e.Keep = v.Name, &Keep{Old: ir.Const(0), Len: v.Type.Len()}
		f.add(e)
	}
	head, end := f.label(), f.label()
	head.after, head.Node = end, n
	head.Control = &Control{Counted: true, Counter: run, Limit: total}
	headAt := f.add(head).position
	for i, v := range body.Inputs[carried:] {
		row := v.Type.Len()
		at := run
		if i < len(o.InReverse) && o.InReverse[i] {
			at = total.Sub(ir.Const(1)).Sub(run)
		}
		e := &entry{in: []*ir.Value{n.In[carried+i]}, out: []*ir.Value{v}}
		e.Note = "a row of " + n.In[carried+i].Name
		e.Calls = []ir.Call{{Kernel: "kernel.Move", Args: []ir.Arg{ir.Out(0), ir.In(0).At(at.Mul(row), row)}}}
		f.add(e)
	}
	if err := f.graphItems(body); err != nil {
		return err
	}
	f.stack(n.Out[carried:], body.Outputs[carried:], run, o.OutReverse, total)
	f.advance(body.Inputs[:carried], body.Outputs[:carried])
	f.next(counter, run, head)
	f.loops = append(f.loops, span{headAt, len(f.items) - 1})
	f.add(end)
	f.exit(n.Out[:carried], body.Inputs[:carried])
	return nil
}
