package ir

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// constant writes a value without its type: a scalar bare, a tensor's elements in brackets, a sequence's or
// optional's elements in parentheses, each with its type, and a map's after its keys.
func (p *printer) constant(t *Tensor) {
	if t.Type != nil {
		p.WriteByte('(')
		sep := ""
		if t.Type.Kind == KindMap {
			p.tensor(t.Keys)
			sep = ", "
		}
		for _, e := range t.Elems {
			p.WriteString(sep)
			p.tensor(e)
			sep = ", "
		}
		p.WriteByte(')')
		return
	}
	n := t.Len()
	if p.elide && n > elideAbove {
		p.WriteString("… " + digest(t))
		return
	}
	if len(t.Shape) == 0 {
		p.WriteString(element(t, 0))
		return
	}
	p.WriteByte('[')
	for i := range n {
		if i > 0 {
			p.WriteByte(' ')
		}
		p.WriteString(element(t, i))
	}
	p.WriteByte(']')
}

// element writes element i such that setElement gives the same bits: a number, or a pattern in hexadecimal where
// no number stands for it alone (NaNs with a payload).
func element(t *Tensor, i int) string {
	switch t.DType.Kind() {
	case KindString:
		return strconv.Quote(t.Strings[i])
	case KindComplex:
		re, im := complexParts(t, i)
		return "(" + element(re, 0) + " " + element(im, 0) + ")"
	case KindBool:
		if v := t.raw(i); v > 1 {
			return "0x" + strconv.FormatUint(v, 16)
		}
		return strconv.FormatBool(t.raw(i) != 0)
	case KindInt:
		return strconv.FormatInt(t.Int(i), 10)
	case KindUint:
		return strconv.FormatUint(t.raw(i), 10)
	}
	bits := 32
	if t.DType == Float64 {
		bits = 64
	}
	s := strconv.FormatFloat(t.Float(i), 'g', -1, bits)
	back := NewTensor(t.DType)
	if err := setElement(back, 0, s); err != nil || back.raw(0) != t.raw(i) {
		return "0x" + strconv.FormatUint(t.raw(i), 16)
	}
	return s
}

// setElement reads what element wrote, but for strings and complex numbers.
func setElement(t *Tensor, i int, s string) error {
	if hex, ok := strings.CutPrefix(s, "0x"); ok {
		v, err := strconv.ParseUint(hex, 16, min(t.DType.Bits(), 64))
		if err != nil {
			return fmt.Errorf("%s is no pattern of %d bits", s, t.DType.Bits())
		}
		t.setRaw(i, v)
		return nil
	}
	bad := fmt.Errorf("%s is no %s", s, t.DType)
	switch t.DType.Kind() {
	case KindBool:
		v, err := strconv.ParseBool(s)
		if err != nil {
			return bad
		}
		t.setRaw(i, b2u(v))
	case KindInt:
		v, err := strconv.ParseInt(s, 10, t.DType.Bits())
		if err != nil {
			return bad
		}
		t.SetInt(i, v)
	case KindUint:
		v, err := strconv.ParseUint(s, 10, t.DType.Bits())
		if err != nil {
			return bad
		}
		t.setRaw(i, v)
	case KindFloat:
		v, err := strconv.ParseFloat(s, 64)
		if err != nil && !math.IsInf(v, 0) {
			return bad
		}
		t.SetFloat(i, v)
	default:
		return bad
	}
	return nil
}

// complexParts gives both parts of element i as tensors of their own.
func complexParts(t *Tensor, i int) (re, im *Tensor) {
	half, part := t.DType.Size()/2, Float32
	if t.DType == Complex128 {
		part = Float64
	}
	at := t.Data[2*half*i:]
	return &Tensor{DType: part, Data: at[:half]}, &Tensor{DType: part, Data: at[half : 2*half]}
}
