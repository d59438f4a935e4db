"""Forms of attention, mixtures of experts and products of packed integers that exporters of language models write."""

import numpy as np
from onnx import TensorProto as T
from onnx import helper

from graphs import info

HEADS, GROUPS, SIZE, ROOM = 4, 2, 16, 12


def node(op, inputs, outputs, constants=(), **attributes):
    """A model of one node: inputs are pairs of a name and an array or None; those named in constants are the model's."""
    given = {n: a for n, a in inputs if a is not None}
    names = [n if a is not None else "" for n, a in inputs]
    while names[-1] == "":
        names.pop()
    kind = {n: helper.np_dtype_to_tensor_dtype(a.dtype) for n, a in given.items()}
    fixed = [helper.make_tensor(n, kind[n], a.shape, a) for n, a in given.items() if n in constants]
    free = [info(n, kind[n], *a.shape) for n, a in given.items() if n not in constants]
    made = helper.make_node(op, names, outputs, name="op", domain="com.microsoft", **attributes)
    outs = [helper.make_tensor_value_info(o, T.FLOAT, None) for o in outputs if o]
    return op, helper.make_graph([made], op, free, outs, fixed), [a for n, a in given.items() if n not in constants]


def attention(rng, batch=1, tokens=1, past=0, room=ROOM, packed=False, rotary=True, sink=False, bias=False, ragged=False, outputs=("y", "key", "value"), **attributes):
    f = lambda *shape: rng.standard_normal(shape).astype(np.float32)
    total = past + tokens
    lengths = np.full(batch, total - 1, np.int32)
    if ragged:
        lengths -= np.arange(batch, dtype=np.int32)
    q, k, v = f(batch, tokens, HEADS * SIZE), f(batch, tokens, GROUPS * SIZE), f(batch, tokens, GROUPS * SIZE)
    if packed:
        q, k, v = np.concatenate([q, k, v], axis=2), None, None
    angles = np.arange(32)[:, None] * 0.7 ** np.arange(SIZE // 2)
    inputs = [("q", q), ("k", k), ("v", v), ("past_key", f(batch, GROUPS, room, SIZE)), ("past_value", f(batch, GROUPS, room, SIZE)), ("seqlens_k", lengths), ("total", np.array(total, np.int32))]
    inputs += [("cos", np.cos(angles).astype(np.float32) if rotary else None), ("sin", np.sin(angles).astype(np.float32) if rotary else None), ("places", None)]
    inputs += [("bias", f(1, HEADS, tokens, total) if bias else None), ("sink", f(HEADS) if sink else None)]
    return node("GroupQueryAttention", inputs, list(outputs), num_heads=HEADS, kv_num_heads=GROUPS, do_rotary=int(rotary), **attributes)


def experts(rng, op="QMoE", bits=4, block=0, zero=False, gated=False, fused=0, bias=True, tokens=5, weights=False, constants=True, **attributes):
    e, hidden, inner = 6, 32, 32
    f = lambda *shape: rng.standard_normal(shape).astype(np.float32)
    rows = {"fc1": (2 * inner if fused else inner, hidden), "fc2": (hidden, inner), "fc3": (inner, hidden)}
    inputs, zeros = [("x", f(tokens, hidden)), ("router", f(tokens, e))], []
    for name, (out, width) in rows.items():
        used = name != "fc3" or gated
        if op == "MoE":
            inputs += [(name, f(e, out, width) * 0.3 if used else None), (name + "_bias", f(e, out) if used and bias else None)]
            continue
        codes = rng.integers(0, 256, (e, out, width * bits // 8)).astype(np.uint8)
        scale = (rng.random((e, out, width // block) if block else (e, out)) / 2**bits).astype(np.float32)
        points = (e, out, -(-(width // block) * bits // 8)) if block else (e, out * bits // 8)
        inputs += [(name, codes if used else None), (name + "_scale", scale if used else None), (name + "_bias", f(e, out) if used and bias else None)]
        zeros.append((name + "_zero", rng.integers(0, 256, points).astype(np.uint8) if used and zero else None))
    inputs += zeros
    if weights:
        inputs.append(("weights", rng.random((tokens, e)).astype(np.float32)))
    if op == "QMoE":
        attributes |= {"expert_weight_bits": bits} | ({"block_size": block} if block else {})
    if fused:
        attributes |= {"swiglu_fusion": fused, "activation_type": "swiglu"}
    held = [n for n, _ in inputs[2:] if n != "weights"] if constants else []
    return node(op, inputs, ["y"], held, k=attributes.pop("k", 2), **attributes)


def product(rng, bits=4, block=32, zero=None, group=False, bias=False, rows=3, k=80, constants=True, **attributes):
    n, blocks = 24, -(-k // block)
    f = lambda *shape: rng.standard_normal(shape).astype(np.float32)
    points = {None: None, "packed": rng.integers(0, 256, (n, -(-blocks * bits // 8))).astype(np.uint8), "float": f(n, blocks) * 3 + 2 ** (bits - 1)}[zero]
    order = np.sort(np.arange(k) // block)[rng.permutation(k)].astype(np.int32) if group else None
    inputs = [("a", f(rows, k)), ("b", rng.integers(0, 256, (n, blocks, block * bits // 8)).astype(np.uint8)), ("scales", f(n, blocks) / 2**bits), ("zero", points), ("group", order), ("bias", f(n) if bias else None)]
    return node("MatMulNBits", inputs, ["y"], ["b", "scales", "zero", "group", "bias"] if constants else [], K=k, N=n, bits=bits, block_size=block, **attributes)


def shared(rng, op, beams=0, mask=False, bias=False):
    """One token more, whose key and value go into a buffer; the beams' tokens may be of other beams."""
    batch, heads, size, past = max(4, beams), 2, 8, 5
    f = lambda *shape: rng.standard_normal(shape).astype(np.float32)
    inputs = [(n, f(batch, 1, heads * size)) for n in "qkv"]
    masks = [("mask", np.ones((batch, past + 1), np.int32) * (np.arange(past + 1) != 1) if mask else None), ("bias", f(1, heads, 1, past + 1) if bias else None)]
    inputs += masks if op != "MultiHeadAttention" else [("added", None)] + masks
    inputs += [("past_key", f(batch, heads, ROOM, size)), ("past_value", f(batch, heads, ROOM, size)), ("past", np.array([past], np.int32))]
    if beams:
        if op != "MultiHeadAttention":
            inputs.append(("beams", np.array([beams], np.int32)))
        inputs.append(("indirection", rng.integers(0, beams, (batch // beams, beams, ROOM)).astype(np.int32)))
    attributes = {"past_present_share_buffer": 1} if op != "MultiHeadAttention" else {}
    return node(op, inputs, ["y", "key", "value"], num_heads=heads, **attributes)


def turned(rng, tokens=5, width=4 * SIZE, **attributes):
    f = lambda *shape: rng.standard_normal(shape).astype(np.float32)
    return node("RotaryEmbedding", [("x", f(2, tokens, width)), ("places", rng.integers(0, 20, (2, tokens))), ("cos", f(20, SIZE // 2)), ("sin", f(20, SIZE // 2))], ["y"], **attributes)


# Not among them, since ONNX Runtime's answers are others than the operators' descriptions make: MatMulNBits with both
# groups and zero points, which it leaves out, and QMoE with blocks of 8 bits, whose activations it rounds to 8 bits.
FORMS = {
    "gqa_prompt_window": (attention, dict(batch=2, tokens=7, local_window_size=3)),
    "gqa_token_window": (attention, dict(batch=2, past=8, local_window_size=4)),
    "gqa_token_window_ragged": (attention, dict(batch=3, past=8, local_window_size=4, ragged=True, packed=True)),
    "gqa_chunk": (attention, dict(tokens=4, past=5)),
    "gqa_chunk_window": (attention, dict(tokens=4, past=5, local_window_size=3, packed=True)),
    "gqa_chunk_window_sink": (attention, dict(tokens=4, past=5, local_window_size=3, sink=True)),
    "gqa_packed_rotary": (attention, dict(batch=2, past=6, packed=True)),
    "gqa_packed_interleaved_softcap": (attention, dict(batch=2, tokens=6, packed=True, rotary_interleaved=1, softcap=5.0)),
    "gqa_smooth_window": (attention, dict(batch=2, tokens=6, local_window_size=2, smooth_softmax=1)),
    "gqa_sink_softcap_scale": (attention, dict(past=7, sink=True, softcap=4.0, scale=0.4)),
    "gqa_bias_window": (attention, dict(tokens=5, bias=True, local_window_size=3)),
    "gqa_exact_past": (attention, dict(past=6, room=6)),
    "gqa_scores_before": (attention, dict(tokens=4, past=3, outputs=("y", "key", "value", "qk"), qk_output=1)),
    "gqa_scores_after": (attention, dict(past=5, outputs=("y", "key", "value", "qk"), qk_output=2)),
    "gqa_scores_after_window": (attention, dict(batch=2, past=5, local_window_size=3, outputs=("y", "key", "value", "qk"), qk_output=2)),
    "gqa_scores_prompt": (attention, dict(batch=2, tokens=5, softcap=3.0, outputs=("y", "key", "value", "qk"), qk_output=1)),
    "gqa_scores_smooth": (attention, dict(tokens=5, smooth_softmax=1, outputs=("y", "key", "value", "qk"), qk_output=2)),
    "gqa_scores_bias": (attention, dict(tokens=5, bias=True, softcap=2.0, outputs=("y", "key", "value", "qk"), qk_output=1)),
    "qmoe4_swiglu": (experts, dict(fused=1, normalize_routing_weights=1, k=4)),
    "qmoe4_swiglu_limit": (experts, dict(fused=1, swiglu_limit=2.0, activation_alpha=1.702, activation_beta=1.0, k=3)),
    "qmoe4_block": (experts, dict(block=32, activation_type="silu")),
    "qmoe4_block_zero": (experts, dict(block=16, zero=True, activation_type="silu")),
    "qmoe4_zero": (experts, dict(zero=True)),
    "qmoe8": (experts, dict(bits=8, activation_type="gelu")),
    "qmoe8_zero": (experts, dict(bits=8, zero=True)),
    "qmoe2": (experts, dict(bits=2)),
    "qmoe_one_token": (experts, dict(tokens=1, fused=1)),
    "qmoe_weights": (experts, dict(weights=True, normalize_routing_weights=0)),
    "qmoe_weights_normalised": (experts, dict(weights=True, normalize_routing_weights=1)),
    "qmoe_inputs": (experts, dict(constants=False, bias=False)),
    "moe_swiglu": (experts, dict(op="MoE", fused=1, k=3)),
    "moe_gated_one_token": (experts, dict(op="MoE", tokens=1, bias=False, activation_type="silu")),
    "moe_normalised": (experts, dict(op="MoE", tokens=40, k=6, normalize_routing_weights=1)),
    "moe_inputs": (experts, dict(op="MoE", constants=False)),
    "nbits4_packed_zero": (product, dict(zero="packed")),
    "nbits4_float_zero": (product, dict(zero="float", bias=True)),
    "nbits4_group": (product, dict(group=True)),
    "nbits4_group_bias": (product, dict(group=True, bias=True)),
    "nbits8": (product, dict(bits=8, bias=True)),
    "nbits8_zero": (product, dict(bits=8, zero="packed", block=16)),
    "nbits2": (product, dict(bits=2, zero="packed")),
    "nbits4_block128": (product, dict(block=128, k=300, zero="packed")),
    "nbits4_inputs": (product, dict(constants=False, zero="packed")),
    "mha_shared": (shared, dict(op="MultiHeadAttention")),
    "mha_indirection": (shared, dict(op="MultiHeadAttention", beams=2)),
    "dmmha_shared": (shared, dict(op="DecoderMaskedMultiHeadAttention", bias=True)),
    "dmmha_indirection": (shared, dict(op="DecoderMaskedMultiHeadAttention", beams=2)),
    "dmmha_indirection_mask": (shared, dict(op="DecoderMaskedMultiHeadAttention", beams=4, mask=True)),
    "rotary_scale": (turned, dict(scale=2.0)),
    "rotary_packed_batching": (turned, dict(is_packed_batching=1)),
    "rotary_partial_3d": (turned, dict(num_heads=2, rotary_embedding_dim=SIZE)),
}


def cases():
    for seed, (name, (make, given)) in enumerate(FORMS.items()):
        yield name, *make(np.random.default_rng(seed), **given)
