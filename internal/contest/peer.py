"""Runs a model by a runtime for Python as standard input says: the arguments are the runtime and a job, a JSON file.

Requests are "time SIDE N", "cold SIDE N" and "answer SIDE DIR", a line each; so are the replies, in JSON. All that a
runtime does before its first answer comes before the first reply.
"""
import json
import os
import sys
import time

import numpy


def tensors(job):
    for value in job["Inputs"]:
        if value["DType"] == "string":
            array = numpy.array(json.load(open(value["File"])), dtype=object)
        else:
            array = numpy.fromfile(value["File"], dtype=value["DType"])
        yield value["Name"], array.reshape(value["Shape"])


def onnxruntime(job, feeds):
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.intra_op_num_threads = job["Threads"]
    options.inter_op_num_threads = 1
    session = ort.InferenceSession(job["Model"], options, providers=["CPUExecutionProvider"])
    return ort.__version__, lambda: session.run(None, feeds)


def openvino(job, feeds):
    import openvino as ov

    core = ov.Core()
    model = core.read_model(job["Model"])
    model.reshape({name: list(array.shape) for name, array in feeds.items()})
    compiled = core.compile_model(model, "CPU", {
        "INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": job["Threads"], "NUM_STREAMS": 1,
    })
    request = compiled.create_infer_request()
    for name, array in feeds.items():
        request.set_tensor(name, ov.Tensor(array, shared_memory=True))

    def run():
        request.infer()
        return request.output_tensors

    return ov.__version__.split("-")[0], run


def tract(job, feeds):
    import tract

    if job["Threads"] > 1:
        raise ValueError("it has one thread")
    if any(array.dtype.kind == "O" for array in feeds.values()):
        raise ValueError("it takes no strings here")
    model = tract.onnx().load(job["Model"])
    inputs = []
    for i in range(model.input_count()):
        array = feeds[model.input_name(i)]
        element = {"f": "f", "i": "i", "u": "u", "b": "bool"}[array.dtype.kind]
        if element != "bool":
            element += str(8 * array.dtype.itemsize)
        model.set_input_fact(i, ",".join([str(n) for n in array.shape] + [element]))
        inputs.append(tract.Tensor.from_numpy(array))
    runnable = model.into_model().into_runnable()
    return tract.version(), lambda: runnable.run(inputs)


def plain(answer):
    """An answer's numbers, whatever holds them."""
    for attribute in ("to_numpy", "data"):
        if not isinstance(answer, numpy.ndarray) and hasattr(answer, attribute):
            answer = getattr(answer, attribute)
            answer = answer() if callable(answer) else answer
    return numpy.asarray(answer)


def write(answers, folder):
    os.makedirs(folder, exist_ok=True)
    outputs = []
    for i, answer in enumerate(answers):
        entry = {"Shape": [], "File": ""}
        try:
            array = plain(answer)
        except Exception:  # an element type that the runtime keeps to itself
            array = numpy.array(None)
        if array.dtype.kind not in "OU":
            entry = {"DType": str(array.dtype), "Shape": list(array.shape), "File": os.path.join(folder, "out_%d" % i)}
            numpy.ascontiguousarray(array).tofile(entry["File"])
        outputs.append(entry)
    return outputs


def timed(run, n, flushed):
    wall = cpu = 0
    for count in [n] if flushed is None else [1] * n:
        if flushed is not None:
            flushed[::64] += 1  # a cache line
        w, c = time.perf_counter_ns(), time.process_time_ns()
        for _ in range(count):
            run()
        cpu += time.process_time_ns() - c
        wall += time.perf_counter_ns() - w
    return {"CPU": cpu / n, "Wall": wall / n}


def main():
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # runtimes that print do not answer

    def reply(r):
        out.write(json.dumps(r) + "\n")
        out.flush()

    with open(sys.argv[2]) as f:
        job = json.load(f)
    def failed(e):
        lines = str(e).split("\n\nStack")[0].split("\n")
        telling = [line[3:] for line in lines if line.startswith("-- ")] or lines  # OpenVINO's reasons
        reply({"Error": " ".join(" ".join(telling).split())[:300] or type(e).__name__})

    try:
        version, run = {"onnxruntime": onnxruntime, "openvino": openvino, "tract": tract}[sys.argv[1]](job, dict(tensors(job)))
        answers = run()
        reply({"Version": sys.argv[1] + " " + version})
    except Exception as e:
        failed(e)
        return
    flushed = None
    for line in sys.stdin:
        verb, _, arg = line.strip().split(" ", 2)
        if verb == "cold" and flushed is None:
            flushed = numpy.zeros(job["Flush"], dtype=numpy.uint8)
        try:
            if verb == "answer":
                reply({"Outputs": write(answers, arg)})
            else:
                reply(timed(run, int(arg), flushed if verb == "cold" else None))
        except Exception as e:
            failed(e)


main()
