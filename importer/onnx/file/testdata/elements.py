"""Writes elements.onnx: each element type twice, in raw_data and in its typed field.

Run with onnx 1.23.2: python elements.py
"""
import onnx
from onnx import TensorProto, helper

values = {"BOOL": [True, False, True, True, False], "STRING": ["a", "", "é", "d", "e"]}
inits = []
for name, code in TensorProto.DataType.items():
    if name == "UNDEFINED":
        continue
    if name in values:
        v = values[name]
    elif "UINT2" == name:
        v = [0, 1, 2, 3, 1]
    elif "INT2" == name:
        v = [0, 1, -2, -1, 1]
    elif name.startswith("UINT"):
        v = [0, 1, 2, 7, 5]
    elif name == "FLOAT8E8M0":
        v = [1.0, 2.0, 0.5, 4.0, 8.0]
    elif name.startswith("COMPLEX"):
        v = [1 + 2j, -1j, 0, 3, 4 - 0.5j]
    elif "FLOAT" in name or name == "DOUBLE":
        v = [0.5, -1.0, 2.0, -1.5, 1.0]
    else:
        v = [0, 1, -2, 7, -8]
    inits.append(helper.make_tensor("typed/" + name, code, [5], v))
    if name != "STRING":
        array = onnx.numpy_helper.to_array(inits[-1])
        raw = onnx.numpy_helper.from_array(array, "raw/" + name)
        assert raw.data_type == code and raw.HasField("raw_data"), name
        inits.append(raw)
graph = helper.make_graph([], "elements", [], [], inits)
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 26)]), "elements.onnx")
