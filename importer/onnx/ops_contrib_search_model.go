package onnx

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// decoderOnly is a model like GPT-2: of input_ids, position_ids, attention_mask and a past for each layer, [2, rows,
// heads, tokens, size], it gives logits and the present.
type decoderOnly struct {
	first, later *pb.GraphProto // the first is what runs on the prompt
	given        *ir.Value      // a mask for the prompt, nil for that of the tokens that are no padding
	mask         *ir.Value      // of the prompt, [rows, prompt]
	lengths      *ir.Value      // how many of a prompt's tokens are no padding, [rows]
	empty        []ir.Dim       // the past's heads and size
}

// decoderOnly reads the graphs of a model like GPT-2.
func (n *node) decoderOnly(mask *ir.Value) (*decoderOnly, error) {
	m := &decoderOnly{later: n.graph("decoder"), given: mask}
	m.first = m.later
	if n.has("init_decoder") {
		m.first = n.graph("init_decoder")
	}
	if n.err != nil {
		return nil, n.err
	}
	for _, g := range []*pb.GraphProto{m.first, m.later} {
		if in, out := len(g.GetInput()), len(g.GetOutput()); out < 2 || in != out+2 {
			return nil, fmt.Errorf("decoder %s takes %d values and gives %d, want input_ids, position_ids, attention_mask and a past for each layer; logits and the presents. Buffers that past and present share are not supported; convert the model without them", g.GetName(), in, out)
		}
	}
	if mask != nil && mask.Type.Rank() != 2 {
		return nil, fmt.Errorf("attention_mask is %s, want [batch, tokens]", mask.Type)
	}
	var err error
	m.empty, err = fixedDims(m.later.GetInput()[3], 5, 2, 4)
	return m, err
}

// fixedDims reads the lengths of axes that a graph's input or output declares.
func fixedDims(v *pb.ValueInfoProto, rank int, axes ...int) ([]ir.Dim, error) {
	shape := v.GetType().GetTensorType().GetShape().GetDim()
	if len(shape) != rank {
		return nil, fmt.Errorf("%s is declared with %d axes, want %d", v.GetName(), len(shape), rank)
	}
	var fixed []ir.Dim
	for _, a := range axes {
		size := shape[a].GetDimValue()
		if size < 1 {
			return nil, fmt.Errorf("axis %d of %s is declared without a length", a, v.GetName())
		}
		fixed = append(fixed, ir.Const(size))
	}
	return fixed, nil
}

func (m *decoderOnly) axis() int { return 1 }

func (m *decoderOnly) begin(s *search) (scores *ir.Value, state []*ir.Value, prompt *ir.Value) {
	ids := s.cast(s.n.in[0], ir.Int32)
	real := s.cast(s.unary("Not", s.binary("Equal", ids, s.token(s.pad))), ir.Int32)
	count := s.add(op.Cumulative{Fn: "CumSum", Axis: 1}, real)
	places := s.binary("Mul", s.binary("Sub", count, s.token(1)), real)
	lengths := s.add(op.Reduce{Fn: "ReduceSum", Axes: []int{1}}, real)
	mask := real
	if m.given != nil {
		mask = s.cast(m.given, ir.Int32)
	}
	m.lengths, m.mask = s.spread(lengths, 0), s.spread(mask, 0)
	in := []*ir.Value{ids, places, mask}
	for _, v := range m.first.GetInput()[3:] {
		d := elementOf(v, ir.Float32)
		in = append(in, s.filled(s.number(d, 0), ir.Const(2), s.batch, m.empty[0], ir.Const(0), m.empty[1]))
	}
	out := s.inner(m.first, in...)
	if s.err != nil {
		return nil, nil, nil
	}
	return out[0], out[1:], ids
}

func (m *decoderOnly) next(s *search, tokens, run *ir.Value, state []*ir.Value) (scores *ir.Value, after []*ir.Value) {
	one := ir.Const(1)
	if state[0].Type.Rank() != 5 {
		s.err = fmt.Errorf("a present of the decoder is %s, want [2, batch, heads, tokens, size]", state[0].Type)
		return nil, nil
	}
	place := s.shape(s.binary("Add", m.lengths, s.cast(run, ir.Int32)), s.rows, one)
	fresh := state[0].Type.Shape[3].Sub(m.mask.Type.Shape[1]).Add(one)
	mask := s.add(op.Concat{Axis: 1}, m.mask, s.filled(s.token(1), s.rows, fresh))
	out := s.inner(m.later, append([]*ir.Value{tokens, place, mask}, state...)...)
	if s.err != nil {
		return nil, nil
	}
	return out[0], out[1:]
}

// elementOf is the element type that a graph declares for a value.
func elementOf(v *pb.ValueInfoProto, otherwise ir.DType) ir.DType {
	switch v.GetType().GetTensorType().GetElemType() {
	case int32(pb.TensorProto_FLOAT16):
		return ir.Float16
	case int32(pb.TensorProto_BFLOAT16):
		return ir.BFloat16
	}
	return otherwise
}

// encoderDecoder is a model like T5. The encoder gives of encoder_input_ids and encoder_attention_mask the keys and
// values that each of the decoder's layers looks at, [rows, heads, tokens, size]. Older ones also take the decoder's
// first token, and give its logits and the encoder's last hidden states, and what the decoder's layers keep of it, before
// them. The decoder takes input_ids, encoder_attention_mask, maybe the hidden states, what its layers keep of the tokens,
// and what the encoder gave; it gives logits and what its layers keep.
type encoderDecoder struct {
	encoder, decoder *pb.GraphProto
	given            *ir.Value
	start            int64
	layers           int
	hidden           bool // the decoder takes the encoder's hidden states
	mask             *ir.Value
	seen             []*ir.Value // what each call of the decoder takes of the encoder, rows first
	states           *ir.Value
}

// encoderDecoder reads the graphs of a model like T5.
func (n *node) encoderDecoder(mask *ir.Value) (*encoderDecoder, error) {
	m := &encoderDecoder{encoder: n.graph("encoder"), decoder: n.graph("decoder"), given: mask}
	m.start = n.integer("decoder_start_token_id", -1)
	if n.err != nil {
		return nil, n.err
	}
	if m.start < 0 {
		return nil, errors.New("attribute decoder_start_token_id is missing: the decoder needs a first token")
	}
	in, out := m.decoder.GetInput(), m.decoder.GetOutput()
	m.layers = (len(out) - 1) / 2
	m.hidden = len(in) > 2 && in[2].GetName() == "encoder_hidden_states"
	want := 2 + 4*m.layers
	if m.hidden {
		want++
	}
	if m.layers < 1 || len(in) != want {
		return nil, fmt.Errorf("decoder %s takes %d values and gives %d, want input_ids, encoder_attention_mask and for each layer two pasts of its own and two of the encoder; logits and two presents a layer. Buffers that past and present share are not supported; convert the model without them", m.decoder.GetName(), len(in), len(out))
	}
	whole := 2 * m.layers
	if m.old() {
		whole = 2 + 4*m.layers
	}
	if got := len(m.encoder.GetInput()); got != 2 && got != 3 || len(m.encoder.GetOutput()) != whole {
		return nil, fmt.Errorf("encoder %s takes %d values and gives %d, want 2 and %d, or 3 and %d, for %d layers", m.encoder.GetName(), got, len(m.encoder.GetOutput()), 2*m.layers, 2+4*m.layers, m.layers)
	}
	if m.hidden && !m.old() {
		return nil, errors.New("the decoder takes encoder_hidden_states, which the encoder does not give")
	}
	if mask != nil && mask.Type.Rank() != 2 {
		return nil, fmt.Errorf("attention_mask is %s, want [batch, tokens]", mask.Type)
	}
	return m, nil
}

// old reports whether the encoder makes the decoder's first call.
func (m *encoderDecoder) old() bool { return len(m.encoder.GetInput()) == 3 }

func (m *encoderDecoder) axis() int { return 0 }

func (m *encoderDecoder) begin(s *search) (scores *ir.Value, state []*ir.Value, prompt *ir.Value) {
	ids := s.cast(s.n.in[0], ir.Int32)
	mask := m.given
	if mask == nil { // padding counts before a text only: the token that ends one may be the same
		real := s.cast(s.unary("Not", s.binary("Equal", ids, s.token(s.pad))), ir.Int32)
		mask = s.binary("Greater", s.add(op.Cumulative{Fn: "CumSum", Axis: 1}, real), s.token(0))
	}
	mask = s.cast(mask, ir.Int32)
	prompt = s.filled(s.token(m.start), s.batch, ir.Const(1))
	in := []*ir.Value{ids, mask}
	if m.old() {
		in = append(in, prompt)
	}
	out := s.inner(m.encoder, in...)
	if s.err != nil {
		return nil, nil, nil
	}
	if m.old() {
		scores, state = out[0], out[2:][:2*m.layers]
	} else {
		if state = m.nothing(s); s.err != nil {
			return nil, nil, nil
		}
		first := append([]*ir.Value{prompt, mask}, state...)
		made := s.inner(m.decoder, append(first, out...)...)
		if s.err != nil {
			return nil, nil, nil
		}
		scores, state = made[0], made[1:]
	}
	for _, v := range out[len(out)-2*m.layers:] {
		m.seen = append(m.seen, s.spread(v, 0))
	}
	m.mask = s.spread(mask, 0)
	if m.hidden {
		m.states = s.spread(out[1], 0)
	}
	return scores, state, prompt
}

// nothing is what the decoder's layers have kept before its first call.
func (m *encoderDecoder) nothing(s *search) []*ir.Value {
	var state []*ir.Value
	for _, v := range m.decoder.GetInput()[2:][:2*m.layers] {
		d, err := fixedDims(v, 4, 1, 3)
		if err != nil {
			s.err = err
			return nil
		}
		state = append(state, s.filled(s.number(elementOf(v, ir.Float32), 0), s.batch, d[0], ir.Const(0), d[1]))
	}
	return state
}

func (m *encoderDecoder) next(s *search, tokens, run *ir.Value, state []*ir.Value) (scores *ir.Value, after []*ir.Value) {
	in := []*ir.Value{tokens, m.mask}
	if m.hidden {
		in = append(in, m.states)
	}
	out := s.inner(m.decoder, append(append(in, state...), m.seen...)...)
	if s.err != nil {
		return nil, nil
	}
	return out[0], out[1:]
}
