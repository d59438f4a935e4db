package tfjs

import "github.com/energeticc/energeticc/ir"

// A TensorArray is a resource: a handle that says which one is meant, and a flow that orders what is done with it. Here
// the flow is the list itself, and the handle says nothing.
var arrayRows = []row{
	{"TensorArrayV3", tensorArray}, {"TensorArrayWriteV3", arrayWrite}, {"TensorArrayReadV3", arrayRead},
	{"TensorArrayGatherV3", arrayGather}, {"TensorArrayScatterV3", arrayScatter}, {"TensorArrayConcatV3", arrayConcat},
	{"TensorArraySplitV3", arraySplit}, {"TensorArraySizeV3", arraySize}, {"TensorArrayCloseV3", arrayClose},
}

// array is what is known of a TensorArray beyond its tensors.
type array struct{ shape []int64 }

func tensorArray(n *node) []*ir.Value {
	d := n.elementType("dtype")
	return []*ir.Value{n.im.handle(n.def, &array{n.attr("element_shape").Shape.Dims()}), n.listValue(&list{dtype: d})}
}

// flow is the list that an input carries; the handle is input 0.
func (n *node) flow(i int) (*ir.Value, []int64) {
	a, ok := n.im.handles[n.arg(0)].(*array)
	if !ok {
		n.fail("input 0 is no TensorArray")
		return hole(), nil
	}
	return n.arg(i), a.shape
}

func arrayWrite(n *node) []*ir.Value {
	l, _ := n.flow(3)
	return one(n.set(l, n.arg(1), n.tensor(2, 0, anyRank)))
}

func arrayRead(n *node) []*ir.Value {
	l, shape := n.flow(2)
	return one(n.at(l, n.arg(1), n.shapeVector(shape)))
}

// shapeVector makes a shape an input as list operators have it, nil where it is not known.
func (n *node) shapeVector(shape []int64) *ir.Value {
	if shape == nil {
		return nil
	}
	return n.vector(shape...)
}

func arrayGather(n *node) []*ir.Value {
	l, _ := n.flow(2)
	return one(n.gathered(l, 1))
}

func arrayScatter(n *node) []*ir.Value {
	l, _ := n.flow(3)
	return one(n.scattered(l, n.tensor(2, 1, anyRank), 1))
}

func arrayConcat(n *node) []*ir.Value {
	l, _ := n.flow(1)
	return one(n.joinedList(l))
}

// arraySplit gives each part the shape that the array was made with.
func arraySplit(n *node) []*ir.Value {
	_, shape := n.flow(3)
	dims := make([]ir.Dim, len(shape))
	for i, size := range shape {
		dims[i] = ir.Const(size)
	}
	return one(n.splitRows(n.tensor(1, 1, anyRank), n.ints(2, "lengths"), dims))
}

func arraySize(n *node) []*ir.Value {
	l, _ := n.flow(1)
	return one(n.length(l))
}

func arrayClose(n *node) []*ir.Value { return one(n.arg(0)) }
