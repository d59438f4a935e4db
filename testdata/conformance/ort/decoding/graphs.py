"""Small language models with random weights: graphs of the kind that ONNX Runtime's searches call."""

import numpy as np
from onnx import TensorProto as T
from onnx import helper, numpy_helper

HEADS, SIZE = 2, 4
HIDDEN = HEADS * SIZE


def info(name, kind, *shape):
    return helper.make_tensor_value_info(name, kind, list(shape))


class Graph:
    """Nodes and weights of a graph while it is written; every method gives the name of what it made."""

    def __init__(self, rng):
        self.rng, self.nodes, self.weights, self.made = rng, [], [], 0

    def op(self, kind, *inputs, outputs=1, domain="", **attributes):
        names = [f"v{self.made + i}" for i in range(outputs)]
        self.made += outputs
        self.nodes.append(helper.make_node(kind, list(inputs), names, domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, value, kind=np.float32):
        self.made += 1
        name = f"c{self.made}"
        self.weights.append(numpy_helper.from_array(np.array(value, dtype=kind), name))
        return name

    def ints(self, value):
        return self.constant(value, np.int64)

    def random(self, *shape, scale=1.0):
        return self.constant(self.rng.standard_normal(shape) * scale)

    def product(self, x, rows, columns, scale=1.0):
        return self.op("MatMul", x, self.random(rows, columns, scale=scale / np.sqrt(rows)))

    def normal(self, x):
        return self.op("LayerNormalization", x, self.constant(np.ones(HIDDEN)), self.constant(np.zeros(HIDDEN)), axis=-1)

    def heads(self, x):
        x = self.op("Reshape", x, self.ints([0, 0, HEADS, SIZE]))
        return self.op("Transpose", x, perm=[0, 2, 1, 3])

    def attend(self, q, k, v, bias=None):
        scores = self.op("MatMul", q, self.op("Transpose", k, perm=[0, 1, 3, 2]))
        scores = self.op("Mul", scores, self.constant(1 / np.sqrt(SIZE)))
        if bias is not None:
            scores = self.op("Add", scores, bias)
        y = self.op("MatMul", self.op("Softmax", scores, axis=-1), v)
        y = self.op("Transpose", y, perm=[0, 2, 1, 3])
        return self.product(self.op("Reshape", y, self.ints([0, 0, HIDDEN])), HIDDEN, HIDDEN)

    def network(self, x):
        y = self.op("Tanh", self.product(self.normal(x), HIDDEN, 2 * HIDDEN, 1.5))
        return self.op("Add", x, self.product(y, 2 * HIDDEN, HIDDEN))

    def hidden(self, mask):
        """A bias that hides where a mask, [batch, tokens], is 0."""
        seen = self.op("Cast", self.op("Unsqueeze", mask, self.ints([1, 2])), to=T.BOOL)
        return self.op("Where", seen, self.constant(0.0), self.constant(-10000.0))

    def length(self, x, axis):
        return self.op("Gather", self.op("Shape", x), self.ints(axis))

    def call(self, name, inputs, outputs):
        """The graph, whose outputs are pairs of the value and what is declared of it."""
        for value, declared in outputs:
            self.nodes.append(helper.make_node("Identity", [value], [declared.name]))
        return helper.make_graph(self.nodes, name, inputs, [declared for _, declared in outputs], self.weights)


def gpt(rng, vocab=13, layers=2, name="decoder", kind=T.FLOAT):
    """A decoder like GPT-2's: its past is [2, batch, heads, tokens, size] a layer."""
    g = Graph(rng)
    x = g.op("Add", g.op("Gather", g.random(vocab, HIDDEN, scale=1.5), "input_ids"), g.op("Gather", g.random(64, HIDDEN, scale=0.7), "position_ids"))
    past = g.length("past_0", 3)
    total = g.op("Add", past, g.length("input_ids", 1))
    own = g.op("Unsqueeze", g.op("Range", past, total, g.ints(1)), g.ints([1]))
    causal = g.op("LessOrEqual", g.op("Range", g.ints(0), total, g.ints(1)), own)
    bias = g.op("Add", g.op("Where", causal, g.constant(0.0), g.constant(-10000.0)), g.hidden("attention_mask"))
    presents = []
    for layer in range(layers):
        q, k, v = g.op("Split", g.product(g.normal(x), HIDDEN, 3 * HIDDEN, 1.5), outputs=3, axis=2, num_outputs=3)
        both = []
        for at, new in enumerate((k, v)):
            old = g.op("Gather", f"past_{layer}", g.ints(at), axis=0)
            if kind != T.FLOAT:
                old = g.op("Cast", old, to=T.FLOAT)
            both.append(g.op("Concat", old, g.heads(new), axis=2))
        present = g.op("Concat", *[g.op("Unsqueeze", b, g.ints([0])) for b in both], axis=0)
        presents.append(present if kind == T.FLOAT else g.op("Cast", present, to=kind))
        x = g.network(g.op("Add", x, g.attend(g.heads(q), *both, bias)))
    logits = g.product(g.normal(x), HIDDEN, vocab, 3)
    if kind != T.FLOAT:
        logits = g.op("Cast", logits, to=kind)
    inputs = [info("input_ids", T.INT32, "batch", "tokens"), info("position_ids", T.INT32, "batch", "tokens"), info("attention_mask", T.INT32, "batch", "total")]
    inputs += [info(f"past_{i}", kind, 2, "batch", HEADS, "past", SIZE) for i in range(layers)]
    outputs = [(logits, info("logits", kind, "batch", "tokens", vocab))]
    outputs += [(p, info(f"present_{i}", kind, 2, "batch", HEADS, "total", SIZE)) for i, p in enumerate(presents)]
    return g.call(name, inputs, outputs)


def decode(g, weights, tokens, mask, pasts, crosses):
    """The decoder of t5: logits and what its layers keep. weights is a seed: both graphs have the same."""
    g.rng = np.random.default_rng(weights["seed"])
    x = g.op("Gather", g.random(weights["vocab"], HIDDEN, scale=1.5), tokens)
    bias, kept = g.hidden(mask), []
    for layer in range(weights["layers"]):
        q, k, v = g.op("Split", g.product(g.normal(x), HIDDEN, 3 * HIDDEN, 1.5), outputs=3, axis=2, num_outputs=3)
        k, v = g.heads(k), g.heads(v)
        if pasts is not None:
            k, v = g.op("Concat", pasts[2 * layer], k, axis=2), g.op("Concat", pasts[2 * layer + 1], v, axis=2)
        kept += [k, v]
        x = g.op("Add", x, g.attend(g.heads(q), k, v))
        x = g.op("Add", x, g.attend(g.heads(g.product(g.normal(x), HIDDEN, HIDDEN)), *crosses[2 * layer : 2 * layer + 2], bias))
        x = g.network(x)
    return g.product(g.normal(x), HIDDEN, weights["vocab"], 3), kept


def names(kind, of, layers):
    return [f"{kind}_{part}_{of}_{i}" for i in range(layers) for part in ("key", "value")]


def t5(rng, vocab=13, layers=2, old=True, hidden=True):
    """An encoder and a decoder like T5's. An old encoder makes the decoder's first call."""
    weights = {"seed": int(rng.integers(1 << 30)), "vocab": vocab, "layers": layers}
    g = Graph(rng)
    x = g.op("Gather", g.random(vocab, HIDDEN, scale=1.5), "encoder_input_ids")
    q, k, v = g.op("Split", g.product(x, HIDDEN, 3 * HIDDEN), outputs=3, axis=2, num_outputs=3)
    x = g.normal(g.op("Add", x, g.attend(g.heads(q), g.heads(k), g.heads(v), g.hidden("encoder_attention_mask"))))
    crosses = [g.heads(g.product(x, HIDDEN, HIDDEN, 1.5)) for _ in range(2 * layers)]
    inputs = [info("encoder_input_ids", T.INT32, "batch", "source"), info("encoder_attention_mask", T.INT32, "batch", "source")]
    outputs = []
    if old:
        logits, kept = decode(g, weights, "decoder_input_ids", "encoder_attention_mask", None, crosses)
        inputs.append(info("decoder_input_ids", T.INT32, "batch", 1))
        outputs = [(logits, info("logits", T.FLOAT, "batch", 1, vocab)), (x, info("encoder_hidden_states", T.FLOAT, "batch", "source", HIDDEN))]
        outputs += [(v, info(n, T.FLOAT, "batch", HEADS, 1, SIZE)) for v, n in zip(kept, names("present", "self", layers))]
    outputs += [(v, info(n, T.FLOAT, "batch", HEADS, "source", SIZE)) for v, n in zip(crosses, names("present", "cross", layers))]
    encoder = g.call("encoder", inputs, outputs)

    g = Graph(rng)
    own, others = names("past", "self", layers), names("past", "cross", layers)
    logits, kept = decode(g, weights, "input_ids", "encoder_attention_mask", own, others)
    inputs = [info("input_ids", T.INT32, "batch", 1), info("encoder_attention_mask", T.INT32, "batch", "source")]
    if old and hidden:
        inputs.append(info("encoder_hidden_states", T.FLOAT, "batch", "source", HIDDEN))
    inputs += [info(n, T.FLOAT, "batch", HEADS, "past", SIZE) for n in own] + [info(n, T.FLOAT, "batch", HEADS, "source", SIZE) for n in others]
    outputs = [(logits, info("logits", T.FLOAT, "batch", 1, vocab))]
    outputs += [(v, info(n, T.FLOAT, "batch", HEADS, "total", SIZE)) for v, n in zip(kept, names("present", "self", layers))]
    return {"encoder": encoder, "decoder": g.call("decoder", inputs, outputs)}
