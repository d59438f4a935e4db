package op

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"unsafe"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/runtime/kernel"
)

// kernelsByName are the kernels that runKernels can call.
var kernelsByName = map[string]any{
	"kernel.AffineAct":            kernel.AffineAct,
	"kernel.AffineF32":            kernel.AffineF32,
	"kernel.AffineF64":            kernel.AffineF64,
	"kernel.AttentionF32":         kernel.AttentionF32,
	"kernel.BatchMatMulF32":       kernel.BatchMatMulF32,
	"kernel.CopyRuns[f32]":        kernel.CopyRuns[float32],
	"kernel.Move[f32]":            kernel.Move[float32],
	"kernel.ConvDepthwiseF32":     kernel.ConvDepthwiseF32,
	"kernel.ConvF32":              kernel.ConvF32,
	"kernel.ConvFreeF32":          kernel.ConvFreeF32,
	"kernel.ConvI8[i8]":           kernel.ConvI8[int8],
	"kernel.ConvI8[u8]":           kernel.ConvI8[uint8],
	"kernel.ConvI8Codes[u8]":      kernel.ConvI8Codes[uint8, uint8],
	"kernel.ConvI8Codes[i8]":      kernel.ConvI8Codes[int8, int8],
	"kernel.ConvPointF32":         kernel.ConvPointF32,
	"kernel.ConvSmallF32":         kernel.ConvSmallF32,
	"kernel.ConvWinogradF32":      kernel.ConvWinogradF32,
	"kernel.Decode[u8]":           kernel.Decode[uint8],
	"kernel.Decode[u16]":          kernel.Decode[uint16],
	"kernel.DecodeFilterF32[i8]":  kernel.DecodeFilterF32[int8],
	"kernel.DecodeFilterF32[u8]":  kernel.DecodeFilterF32[uint8],
	"kernel.DecodeFilterF32[u16]": kernel.DecodeFilterF32[uint16],
	"kernel.Dequantize[i32]":      kernel.Dequantize[int32],
	"kernel.Dequantize[i8]":       kernel.Dequantize[int8],
	"kernel.DynamicQuantize":      kernel.DynamicQuantize,
	"kernel.EluAct":               kernel.EluAct,
	"kernel.Dequantize[u8]":       kernel.Dequantize[uint8],
	"kernel.FinishRowsF32":        kernel.FinishRowsF32,
	"kernel.GRUF32":               kernel.GRUF32,
	"kernel.GRULinearF32":         kernel.GRULinearF32,
	"kernel.GemmF16W":             kernel.GemmF16W,
	"kernel.GemmF32":              kernel.GemmF32,
	"kernel.GemmI8W":              kernel.GemmI8W,
	"kernel.GemmI8Sums[i8]":       kernel.GemmI8Sums[int8],
	"kernel.GemmI8Sums[u8]":       kernel.GemmI8Sums[uint8],
	"kernel.GemmI8[i8]":           kernel.GemmI8[int8],
	"kernel.GemmI8[u8]":           kernel.GemmI8[uint8],
	"kernel.GroupNormF32":         kernel.GroupNormF32,
	"kernel.GroupNormF64":         kernel.GroupNormF64,
	"kernel.HardSigmoidAct":       kernel.HardSigmoidAct,
	"kernel.L1NormF32":            kernel.L1NormF32,
	"kernel.L2NormF32":            kernel.L2NormF32,
	"kernel.L2NormF64":            kernel.L2NormF64,
	"kernel.LRNF32":               kernel.LRNF32,
	"kernel.LRNF64":               kernel.LRNF64,
	"kernel.LSTMF32":              kernel.LSTMF32,
	"kernel.LSTMI8":               kernel.LSTMI8,
	"kernel.LayerNormF32":         kernel.LayerNormF32,
	"kernel.LayerNormF64":         kernel.LayerNormF64,
	"kernel.LeakyReluAct":         kernel.LeakyReluAct,
	"kernel.LinearAttentionF32":   kernel.LinearAttentionF32,
	"kernel.LogSoftmaxF32":        kernel.LogSoftmaxF32,
	"kernel.LogSoftmaxF64":        kernel.LogSoftmaxF64,
	"kernel.MatMulGroupsF32":      kernel.MatMulGroupsF32,
	"kernel.MatMul[f64]":          kernel.MatMul[float64],
	"kernel.MatMul[i32]":          kernel.MatMul[int32],
	"kernel.MatMulInteger[i8]":    kernel.MatMulInteger[int8, uint8],
	"kernel.MatMulInteger[u8]":    kernel.MatMulInteger[uint8, int8],
	"kernel.Quantize[i8]":         kernel.Quantize[int8],
	"kernel.Quantize[u8]":         kernel.Quantize[uint8],
	"kernel.PackCodesI8[i8]":      kernel.PackCodesI8[int8],
	"kernel.PackCodesI8[u8]":      kernel.PackCodesI8[uint8],
	"kernel.PackConvF32":          kernel.PackConvF32,
	"kernel.PackF32":              kernel.PackF32,
	"kernel.ProjectI8":            kernel.ProjectI8,
	"kernel.RMSNormF32":           kernel.RMSNormF32,
	"kernel.RMSNormF64":           kernel.RMSNormF64,
	"kernel.RNNF32":               kernel.RNNF32,
	"kernel.RecurrentBias":        kernel.RecurrentBias,
	"kernel.ReluAct":              kernel.ReluAct,
	"kernel.Rotary[f32]":          kernel.Rotary[float32],
	"kernel.Rotary[f64]":          kernel.Rotary[float64],
	"kernel.RowMoments[f32]":      kernel.RowMoments[float32],
	"kernel.RowMoments[f64]":      kernel.RowMoments[float64],
	"kernel.ScaledTanhAct":        kernel.ScaledTanhAct,
	"kernel.ShiftCodesI8[i8]":     kernel.ShiftCodesI8[int8],
	"kernel.ShiftCodesI8[u8]":     kernel.ShiftCodesI8[uint8],
	"kernel.SigmoidAct":           kernel.SigmoidAct,
	"kernel.SoftmaxF32":           kernel.SoftmaxF32,
	"kernel.SoftmaxF64":           kernel.SoftmaxF64,
	"kernel.SoftplusAct":          kernel.SoftplusAct,
	"kernel.SoftsignAct":          kernel.SoftsignAct,
	"kernel.TanhAct":              kernel.TanhAct,
	"kernel.ThresholdedReluAct":   kernel.ThresholdedReluAct,
}

// testInput is an input of a checked op: a constant, or a tensor whose axes the op sees as symbols.
type testInput struct {
	tensor   *ir.Tensor
	constant bool
	last     bool // the op sees the last axis as a number
}

// checkKernels compares what an op's kernels compute with what Eval does. Sizes of inputs that are no constants are
// symbols while the op is lowered, and numbers only when its kernels run.
func checkKernels(t *testing.T, o ir.Op, tolerance float64, in ...*testInput) {
	t.Helper()
	b := ir.NewBuilder("test")
	values, tensors := make([]*ir.Value, len(in)), make([]*ir.Tensor, len(in))
	for i, a := range in {
		if a == nil {
			continue
		}
		name := fmt.Sprintf("in%d", i)
		tensors[i] = a.tensor
		if a.constant {
			values[i] = b.Const(name, a.tensor)
			continue
		}
		shape := make([]ir.Dim, len(a.tensor.Shape))
		for k := range shape {
			shape[k] = ir.Sym(fmt.Sprintf("%s_%d", name, k))
			if a.last && k == len(shape)-1 {
				shape[k] = ir.Const(int64(a.tensor.Shape[k]))
			}
		}
		values[i] = b.Input(name, ir.TensorType(a.tensor.DType, shape...))
	}
	if _, err := b.Add("y", o, values...); err != nil {
		t.Fatalf("Infer: %v", err)
	}
	n := b.Graph.Nodes[0]
	want, err := o.(ir.Evaluator).Eval(tensors)
	if err != nil {
		t.Fatalf("Eval: %v", err)
	}
	got, err := runKernels(n, tensors)
	if err != nil {
		t.Fatalf("Lower: %v", err)
	}
	for i := range want {
		sameOutput(t, i, got[i], want[i], tolerance)
	}
}

func sameOutput(t *testing.T, output int, got, want *ir.Tensor, tolerance float64) {
	t.Helper()
	if fmt.Sprint(got.Shape) != fmt.Sprint(want.Shape) {
		t.Fatalf("output %d: inferred shape %v, want %v", output, got.Shape, want.Shape)
	}
	for i := range want.Len() {
		g, w := got.Float(i), want.Float(i)
		if math.Abs(g-w) > tolerance*(1+math.Abs(w)) || (g != g) != (w != w) {
			t.Fatalf("output %d, element %d: kernels give %v, Eval %v", output, i, g, w)
		}
	}
}

// kernelRun calls a node's kernels.
type kernelRun struct {
	in, out []*ir.Tensor
	scratch map[int]*ir.Tensor
	sizes   map[string]int64
}

func runKernels(n *ir.Node, in []*ir.Tensor) ([]*ir.Tensor, error) {
	r := &kernelRun{in: in, scratch: map[int]*ir.Tensor{}, sizes: map[string]int64{}}
	for i, v := range n.In {
		for k := 0; v != nil && v.Const == nil && k < len(v.Type.Shape); k++ {
			if s, ok := v.Type.Shape[k].IsSym(); ok {
				r.sizes[s] = int64(in[i].Shape[k])
			}
		}
	}
	for _, v := range n.Out {
		shape := make([]int, len(v.Type.Shape))
		for k, d := range v.Type.Shape {
			shape[k] = r.size(d)
		}
		r.out = append(r.out, ir.NewTensor(v.Type.DType, shape...))
	}
	calls, err := n.Op.(ir.Lowerer).Lower(n.In, n.Out)
	if err != nil {
		return nil, err
	}
	for _, c := range calls {
		f, ok := kernelsByName[c.Kernel]
		for _, data := range append(r.out[:1:1], in...) { // an instance by the type of the data
			if !ok && data != nil {
				f, ok = kernelsByName[fmt.Sprintf("%s[%s]", c.Kernel, data.DType)]
			}
		}
		if !ok {
			return nil, fmt.Errorf("kernel %s is not in the test's list", c.Kernel)
		}
		v := reflect.ValueOf(f)
		args := make([]reflect.Value, len(c.Args))
		if v.Type().NumIn() != len(args) {
			return nil, fmt.Errorf("%s takes %d arguments, got %d", c.Kernel, v.Type().NumIn(), len(args))
		}
		for i, a := range c.Args {
			args[i] = r.arg(a, v.Type().In(i))
		}
		v.Call(args)
	}
	return r.out, nil
}

func (r *kernelRun) size(d ir.Dim) int {
	v, err := d.Eval(r.sizes)
	if err != nil {
		panic(err)
	}
	return int(v)
}

// arg makes the value that a kernel takes.
func (r *kernelRun) arg(a ir.Arg, want reflect.Type) reflect.Value {
	var data *ir.Tensor
	switch a.Kind {
	case ir.ArgIn:
		data = r.in[a.Index]
	case ir.ArgOut:
		data = r.out[a.Index]
	case ir.ArgWeights:
		data = a.Tensor
	case ir.ArgScratch:
		if r.scratch[a.Index] == nil {
			s := ir.NewTensor(a.DType, r.size(a.Dim))
			for i := range s.Len() {
				s.SetFloat(i, math.NaN()) // what scratch memory holds is arbitrary
			}
			r.scratch[a.Index] = s
		}
		data = r.scratch[a.Index]
	case ir.ArgInt:
		return reflect.ValueOf(r.size(a.Dim))
	case ir.ArgInts:
		v := make([]int, len(a.Dims))
		for i, d := range a.Dims {
			v[i] = r.size(d)
		}
		return reflect.ValueOf(v)
	case ir.ArgNum:
		return reflect.ValueOf(a.Num).Convert(want)
	case ir.ArgBool:
		return reflect.ValueOf(a.Num != 0)
	case ir.ArgFunc:
		return reflect.ValueOf(kernelsByName[a.Name])
	case ir.ArgStruct:
		v := reflect.New(want).Elem()
		for i, f := range a.Args {
			v.Field(i).Set(r.arg(f, v.Field(i).Type()))
		}
		return v
	default:
		return reflect.Zero(want)
	}
	s := view(data, want)
	if a.Sub {
		off := r.size(a.Off)
		return s.Slice(off, off+r.size(a.Len))
	}
	return s
}

// view is a tensor's data as a slice.
func view(t *ir.Tensor, want reflect.Type) reflect.Value {
	n := t.Len()
	if n == 0 {
		return reflect.MakeSlice(want, 0, 0)
	}
	p := unsafe.Pointer(&t.Data[0])
	switch t.DType {
	case ir.Float64:
		return reflect.ValueOf(unsafe.Slice((*float64)(p), n))
	case ir.Int64:
		return reflect.ValueOf(unsafe.Slice((*int64)(p), n))
	case ir.Bool:
		return reflect.ValueOf(unsafe.Slice((*bool)(p), n))
	case ir.Int32:
		return reflect.ValueOf(unsafe.Slice((*int32)(p), n))
	case ir.Int8:
		return reflect.ValueOf(unsafe.Slice((*int8)(p), n))
	case ir.Int16:
		return reflect.ValueOf(unsafe.Slice((*int16)(p), n))
	case ir.Uint8:
		return reflect.ValueOf(unsafe.Slice((*uint8)(p), n))
	case ir.Uint16:
		return reflect.ValueOf(unsafe.Slice((*uint16)(p), n))
	}
	return reflect.ValueOf(unsafe.Slice((*float32)(p), n))
}

// random makes a tensor of numbers around 0.
func random(r *rand.Rand, d ir.DType, shape ...int) *ir.Tensor {
	t := ir.NewTensor(d, shape...)
	for i := range t.Len() {
		if d.IsFloat() {
			t.SetFloat(i, r.NormFloat64())
		} else {
			t.SetInt(i, int64(r.IntN(200)-100))
		}
	}
	return t
}

func constant(t *ir.Tensor) *testInput { return &testInput{tensor: t, constant: true} }

func input(t *ir.Tensor) *testInput { return &testInput{tensor: t} }
