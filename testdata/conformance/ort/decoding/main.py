"""Writes decoding.zip: what language models are exported with, and what ONNX Runtime answers.

    python main.py ../decoding.zip

The zip's layout is that of the other suites; the same versions of onnx, numpy and ONNX Runtime write the same bytes.
"""

import json
import sys
import zipfile

from onnx import numpy_helper

import forms
import searches
from runtime import answers, build

SUITES = (searches, forms)


def main(path):
    groups, core, tolerances = {}, {}, {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:

        def put(name, data):
            z.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)

        for suite in SUITES:
            for name, op, graph, arrays in suite.cases():
                model = build(graph)
                put(f"{name}/model.onnx", model)
                for kind, values in (("input", arrays), ("output", answers(model, arrays))):
                    for i, a in enumerate(values):
                        put(f"{name}/test_data_set_0/{kind}_{i}.pb", numpy_helper.from_array(a).SerializeToString(deterministic=True))
                groups[name] = op
                core.setdefault(op, name)
                tolerances[name] = {"rtol": 1e-3, "atol": 1e-5}
        put("groups.json", json.dumps(groups, indent=0, sort_keys=True))
        put("core.txt", "".join(name + "\n" for name in core.values()))
        put("tolerances.json", json.dumps(tolerances, indent=0, sort_keys=True))
    print(len(groups), "cases")


if __name__ == "__main__":
    main(sys.argv[1])
