package onnx

import (
	"strings"
	"testing"

	"github.com/energeticc/energeticc/importer/onnx/file"
	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
	"google.golang.org/protobuf/proto"
)

// scalarNode is a node of the model that TestGradient reads.
func scalarNode(op, inputs, output string) *pb.NodeProto {
	return &pb.NodeProto{OpType: &op, Input: strings.Fields(inputs), Output: strings.Fields(output)}
}

func gradientNode(inputs, y, xs, zs, outputs string) *pb.NodeProto {
	n := scalarNode("Gradient", inputs, outputs)
	n.Domain = proto.String("ai.onnx.preview.training")
	list := func(name, words string) *pb.AttributeProto {
		a := &pb.AttributeProto{Name: &name, Type: pb.AttributeProto_STRINGS.Enum()}
		for _, w := range strings.Fields(words) {
			a.Strings = append(a.Strings, []byte(w))
		}
		return a
	}
	n.Attribute = []*pb.AttributeProto{list("xs", xs), {Name: proto.String("y"), Type: pb.AttributeProto_STRING.Enum(), S: []byte(y)}}
	if zs != "" {
		n.Attribute = append(n.Attribute, list("zs", zs))
	}
	return n
}

// readScalars imports a model with the inputs a and b, the constant w = 3 and all else scalars.
func readScalars(nodes []*pb.NodeProto, outputs string) (*ir.Graph, error) {
	scalar := func(name string) *pb.ValueInfoProto {
		return &pb.ValueInfoProto{Name: &name, Type: &pb.TypeProto{Value: &pb.TypeProto_TensorType{
			TensorType: &pb.TypeProto_Tensor{ElemType: proto.Int32(1), Shape: &pb.TensorShapeProto{}},
		}}}
	}
	g := &pb.GraphProto{
		Name: proto.String("f"), Node: nodes, Input: []*pb.ValueInfoProto{scalar("a"), scalar("b")},
		Initializer: []*pb.TensorProto{{Name: proto.String("w"), DataType: proto.Int32(1), FloatData: []float32{3}}},
	}
	for _, name := range strings.Fields(outputs) {
		g.Output = append(g.Output, scalar(name))
	}
	return Import(&file.Model{Name: "f.onnx", Proto: &pb.ModelProto{
		IrVersion: proto.Int64(9), Graph: g,
		OpsetImport: []*pb.OperatorSetIdProto{{Version: proto.Int64(17)}, {Domain: proto.String("ai.onnx.preview.training"), Version: proto.Int64(1)}},
	}}, Options{})
}

// TestGradient evaluates gradients at a = 2, b = 5.
func TestGradient(t *testing.T) {
	tests := []struct {
		name    string
		nodes   []*pb.NodeProto
		outputs string
		want    []float64
	}{
		{"by inputs", []*pb.NodeProto{
			scalarNode("Mul", "a a", "c"), scalarNode("Mul", "c b", "y"), gradientNode("a b", "y", "a b", "", "da db"),
		}, "da db", []float64{20, 4}},
		{"by a constant, behind steps that fold", []*pb.NodeProto{
			scalarNode("Mul", "w w", "c"), scalarNode("Mul", "c a", "y"), gradientNode("w a", "y", "w", "a", "dw"),
		}, "dw", []float64{12}},
		{"elsewhere", []*pb.NodeProto{
			scalarNode("Mul", "a a", "y"), gradientNode("b", "y", "a", "", "da"),
		}, "da", []float64{10}},
		{"by what is between", []*pb.NodeProto{
			scalarNode("Mul", "a b", "c"), scalarNode("Mul", "c c", "y"), gradientNode("c", "y", "c", "", "dc"),
		}, "dc", []float64{20}},
		{"of a gradient", []*pb.NodeProto{
			scalarNode("Mul", "a a", "c"), scalarNode("Mul", "c a", "y"), gradientNode("a", "y", "a", "", "da"), gradientNode("a", "da", "a", "", "dda"),
		}, "da dda", []float64{12, 12}},
		{"of nothing", []*pb.NodeProto{
			scalarNode("Mul", "a a", "y"), gradientNode("b a", "y", "b a", "", "db"),
		}, "db", []float64{0}},
		{"without one of two", []*pb.NodeProto{
			scalarNode("Sub", "a b", "y"), gradientNode("b", "y", "b", "", "db"),
		}, "db", []float64{-1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g, err := readScalars(tt.nodes, tt.outputs)
			if err != nil {
				t.Fatal(err)
			}
			if err := ir.Verify(g); err != nil {
				t.Fatal(err)
			}
			got, err := g.Eval([]*ir.Tensor{ir.Scalar(ir.Float32, 2), ir.Scalar(ir.Float32, 5)})
			if err != nil {
				t.Fatal(err)
			}
			for i, w := range tt.want {
				if got[i].Float(0) != w {
					t.Errorf("output %d is %v, want %v", i, got[i].Float(0), w)
				}
			}
		})
	}
}

func TestGradientErrors(t *testing.T) {
	remainder := scalarNode("Mod", "a b", "c")
	remainder.Attribute = []*pb.AttributeProto{{Name: proto.String("fmod"), Type: pb.AttributeProto_INT.Enum(), I: proto.Int64(1)}}
	tests := []struct {
		name  string
		nodes []*pb.NodeProto
		want  string
	}{
		{"of itself", []*pb.NodeProto{gradientNode("a", "y", "b", "", "y")}, "more than 64 deep"},
		{"of what is not there", []*pb.NodeProto{gradientNode("a", "z", "a", "", "y")}, `"z" is made by no node`},
		{"too few inputs", []*pb.NodeProto{scalarNode("Mul", "a b", "c"), gradientNode("a", "c", "a", "b", "y")}, "1 inputs, want 2"},
		{"unknown", []*pb.NodeProto{remainder, gradientNode("a", "c", "a", "", "y")}, "the gradient of Rem is not known"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := readScalars(tt.nodes, "y"); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
