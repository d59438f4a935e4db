"""Cases of BeamSearch, GreedySearch and Sampling."""

import numpy as np
from onnx import TensorProto as T
from onnx import helper

from graphs import gpt, info, t5
from runtime import answers, build

PAD, END, VOCAB = 0, 1, 13
INPUTS = {
    "BeamSearch": "input_ids max_length min_length num_beams num_return_sequences length_penalty repetition_penalty vocab_mask prefix_vocab_mask attention_mask".split(),
    "GreedySearch": "input_ids max_length min_length repetition_penalty vocab_mask prefix_vocab_mask attention_mask".split(),
    "Sampling": "input_ids max_length min_length repetition_penalty vocab_mask prefix_vocab_mask attention_mask presence_mask seed".split(),
}
OUTPUTS = {
    "BeamSearch": [("sequences", T.INT32, 3), ("sequences_scores", T.FLOAT, 2), ("scores", T.FLOAT, 4)],
    "GreedySearch": [("sequences", T.INT32, 2)],
    "Sampling": [("sequences", T.INT32, 2)],
}
FREE = {"input_ids": ["batch", "tokens"], "attention_mask": ["batch", "tokens"], "prefix_vocab_mask": ["batch", VOCAB], "presence_mask": ["batch", VOCAB]}


def search(op, graphs, given, attributes, outputs=1, fixed=()):
    """A model of one node, and its inputs; inputs named in fixed are constants of the model."""
    given = {"max_length": 12, "min_length": 0, "repetition_penalty": 1.0} | given
    if op == "BeamSearch":
        given = {"num_beams": 3, "num_return_sequences": 1, "length_penalty": 1.0} | given
    arrays, used = {}, []
    for name in INPUTS[op]:
        value = given.get(name)
        used.append("" if value is None else name)
        if value is None:
            continue
        kind = np.float32 if name.endswith("penalty") else np.int32
        arrays[name] = np.atleast_1d(np.array(value, dtype=kind))
    while used[-1] == "":
        used.pop()
    kind = 1 if "encoder" in graphs else 0
    attributes = {"eos_token_id": END, "pad_token_id": PAD, "model_type": kind} | attributes
    declared = OUTPUTS[op][:outputs]
    node = helper.make_node(op, used, [o[0] for o in declared], name="search", domain="com.microsoft", **graphs, **attributes)
    inputs = [info(n, helper.np_dtype_to_tensor_dtype(a.dtype), *FREE.get(n, a.shape)) for n, a in arrays.items() if n not in fixed]
    constants = [helper.make_tensor(n, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape, a) for n, a in arrays.items() if n in fixed]
    outs = [info(n, t, *[f"{n}_{i}" for i in range(rank)]) for n, t, rank in declared]
    return helper.make_graph([node], "search", inputs, outs, constants), [a for n, a in arrays.items() if n not in fixed]


def prompts(rng, batch, tokens, padding=0):
    ids = rng.integers(2, VOCAB, (batch, tokens))
    for i in range(min(batch, padding)):
        ids[i, : i + 1] = PAD
    return ids


def cases():
    """Names with an operator, a graph and inputs each."""
    every = ("max_length", "min_length", "num_beams", "num_return_sequences", "length_penalty", "repetition_penalty", "seed")
    forms = {
        "plain": ({}, {}),
        "padded": ({"padding": 2}, {}),
        "min_length": ({"min_length": 9}, {}),
        "repetition": ({"repetition_penalty": 1.7}, {}),
        "repetition_below_one": ({"repetition_penalty": 0.6}, {}),
        "ngram1": ({}, {"no_repeat_ngram_size": 1}),
        "ngram2": ({"max_length": 20}, {"no_repeat_ngram_size": 2}),
        "ngram3": ({"max_length": 20}, {"no_repeat_ngram_size": 3}),
        "ngram_longer_than_text": ({"max_length": 6}, {"no_repeat_ngram_size": 9}),
        "vocab_mask": ({"vocab_mask": [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1]}, {}),
        "prefix_mask": ({"prefix": True, "padding": 1}, {}),
        "attention_mask": ({"mask": True}, {}),
        "all": ({"padding": 1, "min_length": 6, "repetition_penalty": 1.2, "vocab_mask": [1] * 9 + [0] * 4, "prefix": True, "mask": True}, {"no_repeat_ngram_size": 2}),
        "constants": ({"fixed": every}, {}),
        "one_more": ({"max_length": 5}, {}),
        "one_text": ({"batch": 1}, {}),
    }
    beams = {
        "beams1": ({"num_beams": 1}, {}),
        "beams5": ({"num_beams": 5, "num_return_sequences": 5}, {}),
        "early": ({"num_return_sequences": 3}, {"early_stopping": 1}),
        "length_penalty": ({"length_penalty": 2.5, "num_return_sequences": 2}, {}),
        "length_penalty_below_zero": ({"length_penalty": -1.5, "num_return_sequences": 2}, {}),
        "long": ({"max_length": 30, "num_beams": 4, "num_return_sequences": 4}, {}),
        "long_early": ({"max_length": 30, "num_beams": 4, "num_return_sequences": 4}, {"early_stopping": 1}),
    }
    sampled = {
        "top_p": ({}, {"top_p": 0.7}),
        "top_p_small": ({}, {"top_p": 0.05}),
        "top_p1": ({}, {"top_p": 1.0}),
        "keep": ({}, {"top_p": 0.2, "min_tokens_to_keep": 3}),
        "custom": ({}, {"top_p": 0.6, "custom": 1}),
        "temperature": ({}, {"top_p": 0.9, "temperature": 0.6}),
        "hot": ({}, {"top_p": 0.9, "temperature": 3.0}),
        "filter_value": ({}, {"top_p": 0.8, "filter_value": -3.0}),
        "seed0": ({"seed": 0}, {"top_p": 0.9}),
    }
    seed = 0
    for op, own in (("BeamSearch", beams), ("GreedySearch", {}), ("Sampling", sampled)):
        for form, (given, attributes) in (forms | own).items():
            for model in ("gpt", "t5", "t5_new", "gpt_init") if op == "BeamSearch" else ("gpt", "gpt_init"):
                if form in FORMS.get(model, (form,)):
                    seed += 1
                    yield clean(seed, op, form, model, given, attributes)


# Which forms the models other than gpt are held to.
FORMS = {
    "t5": "plain padded min_length ngram2 attention_mask all one_more beams1 length_penalty long long_early".split(),
    "t5_new": ("plain", "all", "long"),
    "gpt_init": ("plain", "all", "top_p"),
}


def clean(seed, op, form, model, given, attributes):
    """A case in which not all texts end before there is no more room: ONNX Runtime leaves what is behind as it was."""
    while True:
        name, op, graph, arrays = case(seed, op, form, model, dict(given), dict(attributes))
        if op == "BeamSearch":
            return name, op, graph, arrays
        texts = answers(build(graph), arrays)[0][:, arrays[0].shape[1] :]
        if (texts != PAD).all(axis=1).any():
            return name, op, graph, arrays
        seed += 1000


def case(seed, op, form, model, given, attributes):
    rng = np.random.default_rng(seed)
    graphs = {
        "gpt": lambda: {"decoder": gpt(rng)},
        "gpt_init": lambda: {"decoder": gpt(np.random.default_rng(seed), 13), "init_decoder": gpt(np.random.default_rng(seed), 13, name="init_decoder")},
        "t5": lambda: t5(rng, hidden=seed % 2 == 0),
        "t5_new": lambda: t5(rng, old=False),
    }[model]()
    if "encoder" in graphs:
        attributes["decoder_start_token_id"] = 2
    fixed, batch = given.pop("fixed", ()), given.pop("batch", 3)
    ids = prompts(rng, batch, 4, given.pop("padding", 0))
    given["input_ids"] = ids
    if given.pop("mask", False):
        given["attention_mask"] = (rng.random(ids.shape) < 0.7) | (np.arange(4) == 3)
    if given.pop("prefix", False):
        given["prefix_vocab_mask"] = rng.random((batch, VOCAB)) < 0.6
    if op == "Sampling":
        given.setdefault("seed", seed)
        attributes.setdefault("top_p", 0.9)
    outputs = {0: 1, 1: 2, 2: 3}[seed % 3] if op == "BeamSearch" else 1
    if outputs == 3:  # with scores no text ends, or those behind the last step would be what ONNX Runtime left there
        attributes["eos_token_id"] = VOCAB + 1
    graph, arrays = search(op, graphs, given, attributes, outputs, fixed)
    return f"{op.lower()}_{model}_{form}", op, graph, arrays
