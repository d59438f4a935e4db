package tfjs

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var indexRows = []row{
	{"Gather", gather}, {"GatherV2", gatherV2}, {"GatherNd", gatherND},
	{"ScatterNd", scatterND}, {"TensorScatterUpdate", scatterUpdate}, {"SparseToDense", sparseToDense},
	{"SparseReshape", sparseReshape}, {"SparseFillEmptyRows", fillEmptyRows}, {"SparseSegmentSum", segments(false)}, {"SparseSegmentMean", segments(true)},
}

func gather(n *node) []*ir.Value {
	return one(n.gather(n.tensor(0, 1, anyRank), n.cast(n.tensor(1, 0, anyRank), ir.Int32), 0))
}

func (n *node) gather(x, at *ir.Value, axis int) *ir.Value { return n.do(op.Gather{Axis: axis}, x, at) }

// gatherV2 picks entries along an axis. With batch_dims the first axes are common to data and indices: what is after the
// axis moves aside, and vectors of one index pick along what is then the first axis that is not common.
func gatherV2(n *node) []*ir.Value {
	x, at := n.tensor(0, 1, anyRank), n.cast(n.tensor(1, 0, anyRank), ir.Int32)
	axis := n.axis(2, x.Type.Rank())
	batch := int(n.value("batch_dims", 0))
	if n.err != nil {
		return nil
	}
	if batch < 0 {
		batch += at.Type.Rank()
	}
	if batch == 0 {
		return one(n.gather(x, at, axis))
	}
	if batch < 0 || batch > at.Type.Rank() || batch > axis {
		n.fail("batch_dims is %d for indices %s and axis %d", batch, at.Type, axis)
		return nil
	}
	rank := x.Type.Rank()
	perm := identityPerm(rank) // [batch, axis, between, after]
	for i := axis; i > batch; i-- {
		perm[i] = perm[i-1]
	}
	perm[batch] = axis
	index := n.reshape(at, append(append([]ir.Dim{}, at.Type.Shape...), ir.Const(1))...)
	y := n.do(op.GatherND{Batch: batch}, n.transpose(x, perm...), index)
	if n.err != nil {
		return nil
	}
	picked := at.Type.Rank() - batch // axes that the indices put in
	between := axis - batch
	back := identityPerm(y.Type.Rank()) // [batch, picked, between, after] to [batch, between, picked, after]
	for i := range between {
		back[batch+i] = batch + picked + i
	}
	for i := range picked {
		back[batch+between+i] = batch + i
	}
	return one(n.transpose(y, back...))
}

func gatherND(n *node) []*ir.Value {
	return one(n.do(op.GatherND{}, n.tensor(0, 0, anyRank), n.cast(n.tensor(1, 1, anyRank), ir.Int32)))
}

// scatterND adds values up in a tensor of zeros.
func scatterND(n *node) []*ir.Value {
	at, v, shape := n.tensor(0, 1, anyRank), n.tensor(1, 0, anyRank), n.sizes(2)
	zeros := n.zeros(v.Type.DType, shape)
	return one(n.do(op.ScatterND{Reduction: "Add"}, zeros, at, v))
}

// zeros is a tensor of zeros, or of empty strings.
func (n *node) zeros(d ir.DType, shape []ir.Dim) *ir.Value {
	return n.do(op.Expand{Shape: append([]ir.Dim{}, shape...)}, n.Const(n.def.Name, ir.NewTensor(d)))
}

func scatterUpdate(n *node) []*ir.Value {
	return one(n.do(op.ScatterND{}, n.tensor(0, 0, anyRank), n.tensor(1, 1, anyRank), n.tensor(2, 0, anyRank)))
}

// sparseToDense writes values at places of a tensor that is else the default. The places of a vector may be a vector or
// a scalar, and one value may serve all places.
func sparseToDense(n *node) []*ir.Value {
	at, shape, v := n.tensor(0, 0, 2), n.sizes(1), n.tensor(2, 0, 1)
	d := v.Type.DType
	base := n.arg(3)
	if d != ir.String {
		base = n.cast(base, d)
	}
	base = n.do(op.Expand{Shape: append([]ir.Dim{}, shape...)}, n.reshape(base))
	switch {
	case n.err != nil:
		return nil
	case at.Type.Rank() == 0:
		at = n.reshape(at, ir.Const(1), ir.Const(1))
	case at.Type.Rank() == 1 && len(shape) == 1:
		at = n.reshape(at, at.Type.Shape[0], ir.Const(1))
	case at.Type.Rank() == 1:
		at = n.reshape(at, ir.Const(1), at.Type.Shape[0])
	}
	if n.err != nil {
		return nil
	}
	if v.Type.Rank() == 0 {
		v = n.do(op.Expand{Shape: []ir.Dim{at.Type.Shape[0]}}, v)
	}
	return one(n.do(op.ScatterND{}, base, at, v))
}

// sparseReshape gives the places of numbers, [k, rank], in a tensor of another shape, of which a size may be -1.
func sparseReshape(n *node) []*ir.Value {
	at, from, to := n.tensor(0, 2, 2), n.tensor(1, 1, 1), n.tensor(2, 1, 1)
	product := func(v *ir.Value) *ir.Value {
		return n.do(op.Reduce{Fn: "ReduceProd", Axes: []int{0}, KeepDims: true}, v)
	}
	strides := func(v *ir.Value) *ir.Value {
		return n.do(op.Cumulative{Fn: "CumProd", Exclusive: true, Reverse: true}, v)
	}
	unit := n.constant(ir.Int32, 1)
	open := n.binary("Equal", to, n.constant(ir.Int32, -1))
	known := product(n.do(op.Where{}, open, unit, to))
	to = n.do(op.Where{}, open, n.binary("Div", product(from), n.binary("Max", known, unit)), to)
	place := n.do(op.Reduce{Fn: "ReduceSum", Axes: []int{1}, KeepDims: true}, n.binary("Mul", at, strides(from)))
	out := n.binary("Div", place, n.binary("Max", strides(to), unit))
	return []*ir.Value{n.binary("Rem", out, n.binary("Max", to, unit)), to}
}

// segments is the row function of SparseSegmentSum and -Mean: rows that indices pick are added up by their segments'
// numbers, which grow; there are as many segments as the last number says.
func segments(mean bool) func(*node) []*ir.Value {
	return func(n *node) []*ir.Value {
		x, at, ids := n.tensor(0, 1, anyRank), n.tensor(1, 1, 1), n.tensor(2, 1, 1)
		if n.err != nil {
			return nil
		}
		padded := n.do(op.Concat{Axis: 0}, n.cast(n.vector(-1), ir.Int32), ids)
		last := n.do(op.Reduce{Fn: "ReduceMax", Axes: []int{0}}, padded)
		rows := n.sizesOf(n.reshape(n.binary("Add", last, n.constant(ir.Int32, 1)), ir.Const(1)))
		if n.err != nil {
			return nil
		}
		shape := append([]ir.Dim{rows[0]}, x.Type.Shape[1:]...)
		index := n.reshape(ids, ids.Type.Shape[0], ir.Const(1))
		sum := n.do(op.ScatterND{Reduction: "Add"}, n.zeros(x.Type.DType, shape), index, n.gather(x, at, 0))
		if !mean || n.err != nil {
			return one(sum)
		}
		ones := n.do(op.Expand{Shape: ids.Type.Shape}, n.constant(x.Type.DType, 1))
		count := n.do(op.ScatterND{Reduction: "Add"}, n.zeros(x.Type.DType, rows), index, ones)
		count = n.binary("Max", count, n.constant(x.Type.DType, 1))
		column := append([]ir.Dim{rows[0]}, make([]ir.Dim, x.Type.Rank()-1)...)
		for i := range column[1:] {
			column[1+i] = ir.Const(1)
		}
		return one(n.quotient(sum, n.reshape(count, column...)))
	}
}

// fillEmptyRows gives each row of a sparse matrix that has nothing the default in its first column. It gives the places
// and values row by row, which rows were empty, and where each value went.
func fillEmptyRows(n *node) []*ir.Value {
	at, v, shape := n.tensor(0, 2, 2), n.tensor(1, 1, 1), n.sizes(2)
	if n.err != nil || len(shape) == 0 {
		n.fail("the dense shape (input 2) is empty")
		return nil
	}
	count, rank, rows := at.Type.Shape[0], at.Type.Shape[1], shape[0]
	row := n.reshape(n.part(at, 1, ir.Const(0), ir.Const(1)), count)
	column := func(x *ir.Value, size ir.Dim) *ir.Value { return n.reshape(x, size, ir.Const(1)) }
	ones := n.do(op.Expand{Shape: []ir.Dim{count}}, n.constant(ir.Int32, 1))
	held := n.do(op.ScatterND{Reduction: "Add"}, n.zeros(ir.Int32, []ir.Dim{rows}), column(row, count), ones)
	empty := n.binary("Equal", held, n.constant(ir.Int32, 0))
	full := n.binary("Max", held, n.constant(ir.Int32, 1))
	before := op.Cumulative{Fn: "CumSum", Exclusive: true}
	begin := n.do(before, full) // of each row in the result
	// Values keep their order within a row: sorted by row, then by where they stand.
	key := n.binary("Add", n.binary("Mul", n.cast(row, ir.Int64), n.size64(count)), n.countTo(count))
	sorted := n.all(op.TopK{}, key, n.do(op.Sizes{Values: []ir.Dim{count}, DType: ir.Int64, Shape: []int{1}}))
	if n.err != nil {
		return nil
	}
	rowOf := n.gather(row, sorted[1], 0)
	within := n.binary("Sub", n.cast(n.countTo(count), ir.Int32), n.gather(n.do(before, held), rowOf, 0))
	to := n.binary("Add", n.gather(begin, rowOf, 0), within)
	reverse := n.do(op.ScatterND{}, n.zeros(ir.Int32, []ir.Dim{count}), column(sorted[1], count), to)
	lack := n.do(op.NonZero{}, empty)
	if n.err != nil {
		return nil
	}
	lacking := lack.Type.Shape[1]
	which := n.reshape(n.cast(lack, ir.Int32), lacking)
	total := count.Add(lacking)
	spots := n.gather(begin, which, 0)
	fill := n.do(op.Concat{Axis: 1}, column(which, lacking), n.zeros(ir.Int32, []ir.Dim{lacking, rank.Sub(ir.Const(1))}))
	places := n.do(op.ScatterND{}, n.zeros(ir.Int32, []ir.Dim{total, rank}), column(spots, lacking), fill)
	places = n.do(op.ScatterND{}, places, column(reverse, count), at)
	values := n.do(op.Expand{Shape: []ir.Dim{total}}, n.reshape(n.arg(3)))
	return []*ir.Value{places, n.do(op.ScatterND{}, values, column(reverse, count), v), empty, reverse}
}

// countTo counts from 0 up to a size.
func (n *node) countTo(d ir.Dim) *ir.Value {
	return n.do(op.Range{}, n.constant(ir.Int64, 0), n.size64(d), n.constant(ir.Int64, 1))
}

// size64 is a size as a scalar.
func (n *node) size64(d ir.Dim) *ir.Value {
	return n.do(op.Sizes{Values: []ir.Dim{d}, DType: ir.Int64})
}
