package op

import (
	"fmt"
	"math"
	"strconv"

	"github.com/energeticc/energeticc/ir"
)

// parseElem reads a number in decimal notation.
func parseElem(out *ir.Tensor, i int, s string) error {
	d := out.DType
	switch {
	case d == ir.String:
		out.Strings[i] = s
		return nil
	case d.IsFloat():
		bits := 64
		if d == ir.Float32 {
			bits = 32
		}
		v, err := strconv.ParseFloat(s, bits)
		if err != nil && !math.IsInf(v, 0) {
			return fmt.Errorf("%q is no number", s)
		}
		out.SetFloat(i, v)
		return nil
	case d.Kind() == ir.KindUint:
		v, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			return fmt.Errorf("%q is no integer from 0", s)
		}
		out.SetInt(i, int64(v))
		return nil
	}
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return fmt.Errorf("%q is no integer", s)
	}
	out.SetInt(i, v)
	return nil
}

// formatElem writes a number in decimal notation, a truth value as 1 or 0.
func formatElem(t *ir.Tensor, i int) string {
	switch {
	case t.DType.IsFloat():
		return formatFloat(t.Float(i))
	case t.DType == ir.Uint64:
		return strconv.FormatUint(uint64(t.Int(i)), 10)
	}
	return strconv.FormatInt(t.Int(i), 10)
}

// formatFloat writes eight significant digits at most, as ONNX's example 314.15926 has, and an exponent below 10^-4
// and from 10^8 on, as C's %.8g does. The special numbers have the names by which ONNX reads them.
func formatFloat(v float64) string {
	switch {
	case v != v:
		return "NaN"
	case math.IsInf(v, 1):
		return "INF"
	case math.IsInf(v, -1):
		return "-INF"
	}
	return fmt.Sprintf("%.8g", v)
}

// parseCalls reads strings as numbers; the first that is none is at fault.
func parseCalls(to ir.DType, out ir.Arg) ([]ir.Call, error) {
	kernel := "kernel.ParseInts"
	switch {
	case to == ir.Bool:
		kernel = "kernel.ParseBools"
	case to.IsFloat():
		kernel = "kernel.ParseFloats"
	case to.Kind() == ir.KindUint:
		kernel = "kernel.ParseUints"
	}
	return []ir.Call{{Kernel: kernel, Args: []ir.Arg{out, ir.In(0)}, Fault: &ir.Fault{Text: "the string is no number", Arg: 1}}}, nil
}

// formatCalls writes numbers as strings.
func formatCalls(from ir.DType, in ir.Arg) ([]ir.Call, error) {
	kernel := "kernel.FormatInts"
	switch {
	case from == ir.Bool:
		kernel = "kernel.FormatBools"
	case from.IsFloat():
		kernel = "kernel.FormatFloats"
	case from.Kind() == ir.KindUint:
		kernel = "kernel.FormatUints"
	}
	return call(kernel, ir.Out(0), in)
}
