"""Runs a model by ONNX Runtime on the inputs that standard input lists as JSON, and lists the answers likewise."""
import json
import os
import sys

import numpy
import onnxruntime

job = json.load(sys.stdin)
options = onnxruntime.SessionOptions()
options.log_severity_level = 4
session = onnxruntime.InferenceSession(job["model"], options, providers=["CPUExecutionProvider"])
feeds = {}
for value in job["inputs"]:
    if value["dtype"] == "string":
        array = numpy.array(json.load(open(value["file"])), dtype=object)
    else:
        array = numpy.fromfile(value["file"], dtype=value["dtype"])
    feeds[value["name"]] = array.reshape(value["shape"])
outputs = []
for i, (node, answer) in enumerate(zip(session.get_outputs(), session.run(None, feeds))):
    entry = {"name": node.name, "file": "out_%d" % i, "dtype": "json", "shape": None}
    if isinstance(answer, numpy.ndarray) and answer.dtype.kind not in "OU":
        entry["dtype"], entry["shape"] = str(answer.dtype), list(answer.shape)
        numpy.ascontiguousarray(answer).tofile(os.path.join(job["folder"], entry["file"]))
    else:
        plain = answer.tolist() if isinstance(answer, numpy.ndarray) else answer
        with open(os.path.join(job["folder"], entry["file"]), "w") as f:
            json.dump(plain, f, default=float)
    outputs.append(entry)
with open(os.path.join(job["folder"], "cases.json"), "w") as f:
    json.dump({"tolerance": job["tolerance"], "cases": [{"name": "onnxruntime " + onnxruntime.__version__, "inputs": [], "outputs": outputs}]}, f)
