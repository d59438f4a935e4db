package file

import (
	"fmt"

	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
)

// typedField is the field of a TensorProto that holds an element type where raw_data
// does not.
type typedField uint8

const (
	floatData typedField = iota
	int32Data
	stringData
	int64Data
	doubleData
	uint64Data
)

// typedNames are the fields' names in a file.
var typedNames = [...]string{
	floatData:  "float_data",
	int32Data:  "int32_data",
	stringData: "string_data",
	int64Data:  "int64_data",
	doubleData: "double_data",
	uint64Data: "uint64_data",
}

// dtypes are the element types by their number in a file.
var dtypes = [...]struct {
	dtype ir.DType
	typed typedField
}{
	pb.TensorProto_FLOAT:          {ir.Float32, floatData},
	pb.TensorProto_UINT8:          {ir.Uint8, int32Data},
	pb.TensorProto_INT8:           {ir.Int8, int32Data},
	pb.TensorProto_UINT16:         {ir.Uint16, int32Data},
	pb.TensorProto_INT16:          {ir.Int16, int32Data},
	pb.TensorProto_INT32:          {ir.Int32, int32Data},
	pb.TensorProto_INT64:          {ir.Int64, int64Data},
	pb.TensorProto_STRING:         {ir.String, stringData},
	pb.TensorProto_BOOL:           {ir.Bool, int32Data},
	pb.TensorProto_FLOAT16:        {ir.Float16, int32Data},
	pb.TensorProto_DOUBLE:         {ir.Float64, doubleData},
	pb.TensorProto_UINT32:         {ir.Uint32, uint64Data},
	pb.TensorProto_UINT64:         {ir.Uint64, uint64Data},
	pb.TensorProto_COMPLEX64:      {ir.Complex64, floatData},
	pb.TensorProto_COMPLEX128:     {ir.Complex128, doubleData},
	pb.TensorProto_BFLOAT16:       {ir.BFloat16, int32Data},
	pb.TensorProto_FLOAT8E4M3FN:   {ir.Float8E4M3FN, int32Data},
	pb.TensorProto_FLOAT8E4M3FNUZ: {ir.Float8E4M3FNUZ, int32Data},
	pb.TensorProto_FLOAT8E5M2:     {ir.Float8E5M2, int32Data},
	pb.TensorProto_FLOAT8E5M2FNUZ: {ir.Float8E5M2FNUZ, int32Data},
	pb.TensorProto_UINT4:          {ir.Uint4, int32Data},
	pb.TensorProto_INT4:           {ir.Int4, int32Data},
	pb.TensorProto_FLOAT4E2M1:     {ir.Float4E2M1, int32Data},
	pb.TensorProto_FLOAT8E8M0:     {ir.Float8E8M0, int32Data},
	pb.TensorProto_UINT2:          {ir.Uint2, int32Data},
	pb.TensorProto_INT2:           {ir.Int2, int32Data},
	pb.TensorProto_FLOAT6E2M3:     {ir.Float6E2M3, int32Data},
	pb.TensorProto_FLOAT6E3M2:     {ir.Float6E3M2, int32Data},
}

// DType is the element type that a file writes as code (TensorProto.DataType): of
// tensors, of type declarations, of Cast's attribute to.
func DType(code int32) (ir.DType, error) {
	if code <= 0 || int(code) >= len(dtypes) {
		return ir.Invalid, fmt.Errorf("element type %s is unknown; want 1 to %d", pb.TensorProto_DataType(code), len(dtypes)-1)
	}
	return dtypes[code].dtype, nil
}
