# Trains a small pipeline and writes iris.onnx.
from skl2onnx import to_onnx
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

x, y = load_iris(return_X_y=True)
x = x.astype("float32")  # the type of the example becomes the type of the input
pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y)

# zipmap=False gives the probabilities as one tensor [batch, 3] instead of a list of maps.
model = to_onnx(pipeline, x[:1], options={"zipmap": False}, target_opset=17)
with open("iris.onnx", "wb") as f:
    f.write(model.SerializeToString())
