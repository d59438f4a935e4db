package onnx

import (
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/importer/onnx/file"
	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
	"google.golang.org/protobuf/proto"
)

// contribModel is a model of a single com.microsoft node: inputs are named by their place, "" is an absent one.
func contribModel(op string, inputs []ir.Type, outputs int, attrs ...*pb.AttributeProto) *file.Model {
	n := &pb.NodeProto{OpType: &op, Domain: proto.String("com.microsoft"), Attribute: attrs}
	g := &pb.GraphProto{Name: proto.String("g"), Node: []*pb.NodeProto{n}}
	for i, t := range inputs {
		name := ""
		if t.IsTensor() && t.DType != ir.Invalid {
			name = fmt.Sprintf("x%d", i)
			g.Input = append(g.Input, valueInfo(name, t))
		}
		n.Input = append(n.Input, name)
	}
	for i := range outputs {
		name := fmt.Sprintf("y%d", i)
		n.Output = append(n.Output, name)
		g.Output = append(g.Output, valueInfo(name, ir.TensorType(ir.Float32)))
	}
	return &file.Model{Name: "c.onnx", Proto: &pb.ModelProto{
		IrVersion: proto.Int64(9), Graph: g,
		OpsetImport: []*pb.OperatorSetIdProto{{Version: proto.Int64(17)}, {Domain: proto.String("com.microsoft"), Version: proto.Int64(1)}},
	}}
}

// onnxTypes are the codes of the element types that drawn inputs have.
var onnxTypes = map[ir.DType]int32{ir.Float32: 1, ir.Uint8: 2, ir.Int8: 3, ir.Int32: 6, ir.Int64: 7, ir.String: 8, ir.Bool: 9, ir.Float16: 10}

func valueInfo(name string, t ir.Type) *pb.ValueInfoProto {
	shape := &pb.TensorShapeProto{}
	for i, d := range t.Shape {
		dim := &pb.TensorShapeProto_Dimension{}
		if c, ok := d.IsConst(); ok {
			dim.Value = &pb.TensorShapeProto_Dimension_DimValue{DimValue: c}
		} else {
			dim.Value = &pb.TensorShapeProto_Dimension_DimParam{DimParam: fmt.Sprintf("%s_%d", name, i)}
		}
		shape.Dim = append(shape.Dim, dim)
	}
	return &pb.ValueInfoProto{Name: &name, Type: &pb.TypeProto{Value: &pb.TypeProto_TensorType{
		TensorType: &pb.TypeProto_Tensor{ElemType: proto.Int32(onnxTypes[t.DType]), Shape: shape},
	}}}
}

func contribInt(name string, v int64) *pb.AttributeProto {
	return &pb.AttributeProto{Name: &name, Type: pb.AttributeProto_INT.Enum(), I: &v}
}

// contribGraph is a graph attribute that takes and gives so many values of no declared type.
func contribGraph(name string, inputs, outputs int) *pb.AttributeProto {
	g := &pb.GraphProto{Name: proto.String("g")}
	for i := range inputs {
		g.Input = append(g.Input, &pb.ValueInfoProto{Name: proto.String(fmt.Sprintf("x%d", i))})
	}
	for i := range outputs {
		g.Output = append(g.Output, &pb.ValueInfoProto{Name: proto.String(fmt.Sprintf("x%d", i))})
	}
	return &pb.AttributeProto{Name: &name, Type: pb.AttributeProto_GRAPH.Enum(), G: g}
}

// searchGraph is a decoder of a single node, a search with the given attributes.
func searchGraph(attrs ...*pb.AttributeProto) *pb.AttributeProto {
	a := contribGraph("decoder", 4, 2)
	dims := make([]*pb.TensorShapeProto_Dimension, 5)
	for i := range dims {
		dims[i] = &pb.TensorShapeProto_Dimension{Value: &pb.TensorShapeProto_Dimension_DimValue{DimValue: 2}}
	}
	a.G.Input[3].Type = &pb.TypeProto{Value: &pb.TypeProto_TensorType{TensorType: &pb.TypeProto_Tensor{Shape: &pb.TensorShapeProto{Dim: dims}}}}
	for i, in := range a.G.Input { // the node takes the values around the graph
		in.Name = proto.String(fmt.Sprintf("a%d", i))
	}
	a.G.Output[1].Name = proto.String("a3")
	a.G.Node = []*pb.NodeProto{{OpType: proto.String("GreedySearch"), Domain: proto.String("com.microsoft"), Input: []string{"x0", "x1"}, Output: []string{"y"}, Attribute: attrs}}
	a.G.Output[0].Name = proto.String("y")
	return a
}

// TestContribRefuses draws inputs of all numbers, ranks and types for each operator: what does not fit is an error,
// whatever it is.
func TestContribRefuses(t *testing.T) {
	dtypes := []ir.DType{ir.Float32, ir.Float32, ir.Uint8, ir.Int8, ir.Int32, ir.Int64, ir.String, ir.Bool, ir.Float16}
	for _, table := range domains["com.microsoft"] {
		for _, r := range table {
			t.Run(r.name, func(t *testing.T) {
				rng := rand.New(rand.NewPCG(7, uint64(len(r.name))))
				for range 40 {
					var in []ir.Type
					for range rng.IntN(13) {
						if rng.IntN(6) == 0 {
							in = append(in, ir.Type{DType: ir.Invalid})
							continue
						}
						var shape []ir.Dim
						for range rng.IntN(6) {
							d := ir.Const(int64(rng.IntN(4)))
							if rng.IntN(3) == 0 {
								d = ir.Sym("s")
							}
							shape = append(shape, d)
						}
						in = append(in, ir.TensorType(dtypes[rng.IntN(len(dtypes))], shape...))
					}
					var attrs []*pb.AttributeProto
					for _, name := range []string{"num_heads", "kv_num_heads", "N", "K", "k", "block_size", "bits", "size", "ngram_size", "max_ngram_size", "n_head_per_ngram", "opset", "num_branches", "axis", "do_rotary", "channels_last", "transA", "transBatchA", "unidirectional", "past_present_share_buffer"} {
						if rng.IntN(2) == 0 {
							attrs = append(attrs, contribInt(name, int64(rng.IntN(19))-1))
						}
					}
					importSafely(t, contribModel(r.name, in, 1+rng.IntN(4), attrs...))
				}
			})
		}
	}
}

// importSafely imports a model that may be wrong, and says which one it was where that panics.
func importSafely(t *testing.T, m *file.Model) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			t.Fatalf("%v\n%v\n%s", p, m.Proto.Graph, debug.Stack())
		}
	}()
	g, err := Import(m, Options{})
	if err == nil {
		err = ir.Verify(g)
		if err != nil {
			t.Fatalf("an imported graph is wrong: %v\n%v", err, m.Proto.Graph)
		}
	}
}

func TestContribErrors(t *testing.T) {
	f := func(shape ...int) ir.Type { return ir.TensorType(ir.Float32, ir.ConstDims(shape)...) }
	b := func(shape ...int) ir.Type { return ir.TensorType(ir.Uint8, ir.ConstDims(shape)...) }
	n := func(shape ...int) ir.Type { return ir.TensorType(ir.Int32, ir.ConstDims(shape)...) }
	tests := []struct {
		name, op string
		in       []ir.Type
		attrs    []*pb.AttributeProto
		want     string
	}{
		{"no heads", "Attention", []ir.Type{f(2, 3, 4), f(4, 12)}, nil, "attribute num_heads is 0, want at least 1"},
		{"heads that do not divide", "MultiHeadAttention", []ir.Type{f(2, 3, 4), f(2, 3, 4), f(2, 3, 4)}, []*pb.AttributeProto{contribInt("num_heads", 3)}, "does not divide into 3 heads"},
		{"rotary attention", "Attention", []ir.Type{f(2, 3, 4), f(4, 12)}, []*pb.AttributeProto{contribInt("num_heads", 2), contribInt("do_rotary", 1)}, "do_rotary is not supported; apply"},
		{"block of 24", "MatMulNBits", []ir.Type{f(2, 48), b(4, 2, 12), f(4, 2)}, []*pb.AttributeProto{contribInt("N", 4), contribInt("K", 48), contribInt("block_size", 24)}, "block_size is 24, want a power of two from 16"},
		{"another k", "MatMulNBits", []ir.Type{f(2, 48), b(4, 2, 16), f(4, 2)}, []*pb.AttributeProto{contribInt("N", 4), contribInt("K", 64), contribInt("block_size", 32)}, "want 64 columns"},
		{"too few codes", "MatMulNBits", []ir.Type{f(2, 64), b(4, 2, 15), f(4, 2)}, []*pb.AttributeProto{contribInt("N", 4), contribInt("K", 64), contribInt("block_size", 32)}, "120"},
		{"a part without a scale", "QLinearConcat", []ir.Type{f(), b(), b(2), f()}, []*pb.AttributeProto{contribInt("axis", 0)}, "4 inputs, want 2 and 3 for each part"},
		{"a search of a third kind", "GreedySearch", []ir.Type{n(2, 3), n(1)}, []*pb.AttributeProto{contribInt("model_type", 2)}, "model_type is 2, want 0 for a decoder like GPT-2's or 1"},
		{"a search without a decoder", "GreedySearch", []ir.Type{n(2, 3), n(1)}, nil, "attribute decoder is missing"},
		{"a decoder without a past", "GreedySearch", []ir.Type{n(2, 3), n(1)}, []*pb.AttributeProto{contribGraph("decoder", 3, 1)}, "decoder g takes 3 values and gives 1, want input_ids"},
		{"an undeclared past", "Sampling", []ir.Type{n(2, 3), n(1)}, []*pb.AttributeProto{contribGraph("decoder", 4, 2)}, "x3 is declared with 0 axes, want 5"},
		{"an encoder without a decoder's token", "BeamSearch", []ir.Type{n(2, 3), n(1), n(1), n(1), n(1)}, []*pb.AttributeProto{contribInt("model_type", 1), contribGraph("encoder", 2, 2), contribGraph("decoder", 6, 3)}, "decoder_start_token_id is missing"},
		{"a search in a search", "GreedySearch", []ir.Type{n(2, 3), n(1)}, []*pb.AttributeProto{searchGraph(searchGraph())}, "a search stands in the graph of another"},
		{"timestamps", "BeamSearch", []ir.Type{n(2, 3), n(1), n(1), n(1), n(1), {}, {}, {}, {}, {}, {}, n(1)}, nil, "input logits_processor is not supported"},
		{"long runs of tokens", "GreedySearch", []ir.Type{n(2, 3), n(1)}, []*pb.AttributeProto{contribInt("no_repeat_ngram_size", 65)}, "no_repeat_ngram_size is 65, want 0 to 64"},
		{"other beams' tokens without a buffer", "MultiHeadAttention", []ir.Type{f(2, 1, 4), f(2, 1, 4), f(2, 1, 4), {}, {}, {}, {}, {}, {}, n(1, 2, 3)}, []*pb.AttributeProto{contribInt("num_heads", 2)}, "cache_indirection wants past_key"},
		{"unknown activation", "FusedGemm", []ir.Type{f(2, 3), f(3, 4)}, []*pb.AttributeProto{{Name: proto.String("activation"), Type: pb.AttributeProto_STRING.Enum(), S: []byte("Foo")}}, `activation "Foo" is unknown`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Import(contribModel(tt.op, tt.in, 1, tt.attrs...), Options{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
}
