package file

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// maxDepth bounds how deep messages may lie in each other. A subgraph adds three
// (graph, node, attribute), so If and Loop may nest some 330 deep.
const maxDepth = 1000

// messageCost is what one decoded message takes beside its contents, in bytes: at most
// 329 (TensorProto, AttributeProto), rounded up. Two bytes of a file make an empty
// message: without a budget, a small file could ask for a hundred times its size.
const messageCost = 352

// Decode fills into, one of the messages of package pb, from a serialised message. It
// first walks the bytes without allocating: so faults carry a position and the name of
// the field, and neither depth nor memory depends on what the file claims.
func Decode(data []byte, into proto.Message, limits Limits) error {
	s := scanner{data: data, budget: limits.Max(), limit: limits.Max()}
	if err := s.message(0, len(data), layoutOf(into.ProtoReflect().Descriptor()), 1); err != nil {
		return err
	}
	// Unknown fields are those of a later ONNX; the IR version says whether they matter.
	opts := proto.UnmarshalOptions{DiscardUnknown: true, RecursionLimit: maxDepth + 1}
	if err := opts.Unmarshal(data, into); err != nil {
		return fmt.Errorf("decoding: %w", err)
	}
	return nil
}

// layout is what the scanner needs to know of a message type.
type layout struct{ fields []*field } // by their numbers, which are small

// field is the field of a number, nil where there is none.
func (l *layout) field(num protowire.Number) *field {
	if int(num) >= len(l.fields) {
		return nil
	}
	return l.fields[num]
}

// field is one field of a message type.
type field struct {
	name   string
	wire   protowire.Type
	packed bool    // a repeated number: may also come as one run of bytes
	width  int64   // bytes a number takes once decoded
	inner  *layout // of a message
}

var (
	layoutsMu sync.Mutex
	layouts   = map[protoreflect.FullName]*layout{}
)

// layoutOf is the layout of a message type, made on first use.
func layoutOf(md protoreflect.MessageDescriptor) *layout {
	layoutsMu.Lock()
	defer layoutsMu.Unlock()
	return makeLayout(md)
}

// makeLayout follows a type and all below it; types may contain themselves.
func makeLayout(md protoreflect.MessageDescriptor) *layout {
	if l := layouts[md.FullName()]; l != nil {
		return l
	}
	l := &layout{}
	layouts[md.FullName()] = l
	for i := range md.Fields().Len() {
		fd := md.Fields().Get(i)
		f := &field{name: string(fd.Name()), packed: fd.IsList()}
		switch fd.Kind() {
		case protoreflect.MessageKind:
			f.wire, f.packed, f.inner = protowire.BytesType, false, makeLayout(fd.Message())
		case protoreflect.StringKind, protoreflect.BytesKind:
			f.wire, f.packed = protowire.BytesType, false
		case protoreflect.FloatKind, protoreflect.Fixed32Kind, protoreflect.Sfixed32Kind:
			f.wire, f.width = protowire.Fixed32Type, 4
		case protoreflect.DoubleKind, protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind:
			f.wire, f.width = protowire.Fixed64Type, 8
		case protoreflect.Int32Kind, protoreflect.EnumKind, protoreflect.BoolKind, protoreflect.Uint32Kind, protoreflect.Sint32Kind:
			f.wire, f.width = protowire.VarintType, 4
		default:
			f.wire, f.width = protowire.VarintType, 8
		}
		for int(fd.Number()) >= len(l.fields) {
			l.fields = append(l.fields, nil)
		}
		l.fields[fd.Number()] = f
	}
	return l
}

// scanner walks a serialised message.
type scanner struct {
	data   []byte
	budget int64 // bytes that the decoded form may still take
	limit  int64 // what the budget was
}

// message checks data[at:end], a message of the given layout.
func (s *scanner) message(at, end int, l *layout, depth int) *wireError {
	if depth > maxDepth {
		return &wireError{at: at, err: fmt.Errorf("messages lie in each other more than %d deep; flatten the model's subgraphs", maxDepth)}
	}
	if err := s.charge(at, messageCost); err != nil {
		return err
	}
	for at < end {
		start := at
		num, wire, n := protowire.ConsumeTag(s.data[at:end])
		if n < 0 {
			return &wireError{at: start, err: protowire.ParseError(n)}
		}
		at += n
		f := l.field(num)
		size := protowire.ConsumeFieldValue(num, wire, s.data[at:end])
		if size < 0 {
			return (&wireError{at: start, err: protowire.ParseError(size)}).under(f, depth)
		}
		if f != nil {
			if err := s.value(f, wire, at, at+size, depth); err != nil {
				return err.under(f, depth)
			}
		}
		at += size
	}
	return nil
}

// value checks the value data[at:end] of a known field.
func (s *scanner) value(f *field, wire protowire.Type, at, end, depth int) *wireError {
	if wire != f.wire && !(f.packed && wire == protowire.BytesType) {
		return &wireError{at: at, err: fmt.Errorf("is stored as a %s; want a %s", wireNames[wire], wireNames[f.wire])}
	}
	if wire != protowire.BytesType {
		return s.charge(at, f.width)
	}
	length, n := protowire.ConsumeVarint(s.data[at:end])
	switch {
	case f.inner != nil:
		return s.message(at+n, end, f.inner, depth+1)
	case !f.packed: // text or bytes: a header and the contents
		return s.charge(at, 24+int64(length))
	case f.wire == protowire.VarintType: // at least a byte each
		return s.charge(at, int64(length)*f.width)
	default:
		return s.charge(at, int64(length))
	}
}

// wireNames tell the ways a value can be stored.
var wireNames = [8]string{
	protowire.VarintType:     "varint",
	protowire.Fixed64Type:    "64-bit word",
	protowire.BytesType:      "run of bytes",
	protowire.StartGroupType: "group",
	protowire.EndGroupType:   "group's end",
	protowire.Fixed32Type:    "32-bit word",
}

// charge takes n bytes from the budget.
func (s *scanner) charge(at int, n int64) *wireError {
	if s.budget -= n; s.budget < 0 {
		return &wireError{at: at, err: fmt.Errorf("the decoded model would take more than the limit of %d bytes", s.limit)}
	}
	return nil
}

// wireError is a fault at a byte of the file.
type wireError struct {
	at   int
	path string // the fields it lies in
	err  error
}

// pathDepth bounds how many fields an error names; the rest is told by the byte.
const pathDepth = 8

// under says that the error lies in f, a field at the given depth.
func (e *wireError) under(f *field, depth int) *wireError {
	switch {
	case f == nil || depth > pathDepth:
	case depth == pathDepth:
		e.path = f.name + "…"
	case e.path == "":
		e.path = f.name
	default:
		e.path = f.name + "." + e.path
	}
	return e
}

func (e *wireError) Error() string {
	what := strings.TrimSpace(strings.TrimPrefix(e.err.Error(), "proto:"))
	if errors.Is(e.err, io.ErrUnexpectedEOF) {
		what = "the value runs past the end of its message; is the file complete?"
	}
	if e.path != "" {
		what = e.path + ": " + what
	}
	return fmt.Sprintf("byte %d: %s", e.at, what)
}

func (e *wireError) Unwrap() error { return e.err }
