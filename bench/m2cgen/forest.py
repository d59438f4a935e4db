"""Writes the Go code that m2cgen makes of a random forest, whose tables stand in standard input as JSON.

m2cgen reads scikit-learn's own objects. From an ONNX model this puts together the expression that its assembler of
random forests does, tree by tree, and leaves the code to its interpreter.
"""

import json
import sys

from m2cgen import assemblers, ast, interpreters

sys.setrecursionlimit(100000)


def main():
    tables = json.load(sys.stdin)
    votes = {}
    for tree, node, label, weight in zip(tables["class_treeids"], tables["class_nodeids"], tables["class_ids"], tables["class_weights"]):
        votes.setdefault((tree, node), {})[label] = weight
    count = len(set(tables["nodes_treeids"]))
    classes = 1 + max(tables["class_ids"])
    nodes = {}
    roots = []
    for i, key in enumerate(zip(tables["nodes_treeids"], tables["nodes_nodeids"])):
        if not roots or roots[-1][0] != key[0]:
            roots.append(key)
        nodes[key] = i

    def expression(key):
        i = nodes[key]
        if tables["nodes_modes"][i] == "LEAF":
            leaf = votes.get(key, {})  # weights are shares of the whole forest: m2cgen scales the sum
            return ast.VectorVal([ast.NumVal(leaf.get(k, 0.0) * count) for k in range(classes)])
        below = assemblers.utils.lte(ast.FeatureRef(tables["nodes_featureids"][i]), ast.NumVal(tables["nodes_values"][i]))
        return ast.IfExpr(below, expression((key[0], tables["nodes_truenodeids"][i])), expression((key[0], tables["nodes_falsenodeids"][i])))

    trees = assemblers.utils.apply_op_to_expressions(ast.BinNumOpType.ADD, *[expression(r) for r in roots])
    scores = assemblers.utils.apply_bin_op(trees, ast.NumVal(1 / count), ast.BinNumOpType.MUL)
    sys.stdout.write("package generated\n\n" + interpreters.GoInterpreter(function_name="Score").interpret(scores))


main()
