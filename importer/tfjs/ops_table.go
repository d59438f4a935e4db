package tfjs

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/importer/tfjs/file"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var tableRows = []row{
	{"HashTable", hashTable}, {"HashTableV2", hashTable},
	{"LookupTableFind", tableFind}, {"LookupTableFindV2", tableFind}, {"LookupTableSize", tableSize}, {"LookupTableSizeV2", tableSize},
	{"InitializeTable", tableImport}, {"InitializeTableV2", tableImport}, {"LookupTableImport", tableImport}, {"LookupTableImportV2", tableImport},
}

// table is a hash table: its keys in ascending order, each once, and their values. The initialiser fills it when the
// model is read, so that it is as constant as weights are.
type table struct{ keys, values *ir.Tensor }

// initialise reads the initialiser, and gives resources among the model's inputs what it makes.
func (im *importer) initialise() error {
	if im.file.Initializer == nil {
		return nil
	}
	n, err := newNet(im.file.Initializer.Node)
	if err != nil {
		return fmt.Errorf("modelInitializer: %w", err)
	}
	s := newScope(nil, n, ir.NewBuilder("initializer"))
	for _, def := range n.order {
		if !tableImports[def.Op] {
			continue
		}
		if _, err := im.outputs(s, def, 0); err != nil {
			return err
		}
	}
	return nil
}

// tableImports are the operators that fill tables.
var tableImports = map[string]bool{"InitializeTable": true, "InitializeTableV2": true, "LookupTableImport": true, "LookupTableImportV2": true}

// resource finds the table behind an input of the model that is a resource.
func (im *importer) resource(name string) *table {
	if im.file.Signature == nil || im.file.InitializerSignature == nil {
		return nil
	}
	for _, in := range im.file.Signature.Inputs {
		if nodeOf(in.Name) != name {
			continue
		}
		for _, out := range im.file.InitializerSignature.Outputs {
			if out.ResourceID == in.ResourceID {
				return im.tables[nodeOf(out.Name)]
			}
		}
	}
	return nil
}

// handle makes a value that stands for a resource, of a type that no operator of tensors takes.
func (im *importer) handle(def *file.NodeDef, of any) *ir.Value {
	v := &ir.Value{Name: def.Name, Type: ir.MapType(ir.String, ir.TensorType(ir.String))}
	im.handles[v] = of
	return v
}

// hashTable reads a table by its name, which the initialiser has in common with the graph.
func hashTable(n *node) []*ir.Value {
	if n.im.tables[n.def.Name] == nil {
		n.im.tables[n.def.Name] = &table{}
	}
	return one(n.im.handle(n.def, n.im.tables[n.def.Name]))
}

// table gives the table that an input stands for.
func (n *node) table(i int) *table {
	t, ok := n.im.handles[n.arg(i)].(*table)
	if !ok {
		n.fail("input %d is no hash table", i)
		return &table{}
	}
	return t
}

// tableImport fills a table with keys and values that are constant; of a key that stands twice the last value counts.
func tableImport(n *node) []*ir.Value {
	t := n.table(0)
	keys, values := n.arg(1).Const, n.arg(2).Const
	if n.err != nil {
		return nil
	}
	if keys == nil || values == nil || keys.Len() != values.Len() {
		n.fail("keys and values are %s and %s, want as many constants of each", n.in[1].Type, n.in[2].Type)
		return nil
	}
	order := make([]int, keys.Len())
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		switch {
		case op.LabelLess(keys, i, j):
			return -1
		case op.LabelLess(keys, j, i):
			return 1
		}
		return cmp.Compare(i, j)
	})
	var last []int
	for k, i := range order {
		if k+1 < len(order) && !op.LabelLess(keys, i, order[k+1]) {
			continue
		}
		last = append(last, i)
	}
	t.keys, t.values = elements(keys, last), elements(values, last)
	n.im.tables[n.def.Name] = t
	return one(n.in[0])
}

// elements is a vector of some of a tensor's elements.
func elements(t *ir.Tensor, places []int) *ir.Tensor {
	v := ir.NewTensor(t.DType, len(places))
	for i, p := range places {
		switch {
		case t.DType == ir.String:
			v.Strings[i] = t.Strings[p]
		case t.DType.IsFloat():
			v.SetFloat(i, t.Float(p))
		default:
			v.SetInt(i, t.Int(p))
		}
	}
	return v
}

// tableFind looks keys up; the result is flat.
func tableFind(n *node) []*ir.Value {
	t, keys, otherwise := n.table(0), n.tensor(1, 0, anyRank), n.tensor(2, 0, anyRank)
	if n.err != nil {
		return nil
	}
	flat := n.reshape(n.decodedText(keys), keys.Type.Len())
	if t.keys == nil || t.keys.Len() == 0 {
		return one(n.do(op.Expand{Shape: flat.Type.Shape}, n.reshape(otherwise)))
	}
	if t.values.DType == ir.Bool {
		found := n.do(op.Relabel{}, flat, n.Const("keys", t.keys), n.cast(n.Const("values", t.values), ir.Int32), n.cast(otherwise, ir.Int32))
		return one(n.cast(found, ir.Bool))
	}
	return one(n.do(op.Relabel{}, flat, n.Const("keys", t.keys), n.Const("values", t.values), otherwise))
}

func tableSize(n *node) []*ir.Value {
	size := 0
	if t := n.table(0); t.keys != nil {
		size = t.keys.Len()
	}
	return one(n.constant(ir.Int32, float64(size)))
}
