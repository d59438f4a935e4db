# Trains gradient-boosted trees twice and writes diabetes-lightgbm.onnx and cancer-xgboost.onnx.
from lightgbm import LGBMRegressor
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType
from sklearn.datasets import load_breast_cancer, load_diabetes
from xgboost import XGBClassifier


def save(model, path):
    with open(path, "wb") as f:
        f.write(model.SerializeToString())


def features(x):  # None stands for the batch, which stays free
    return [("features", FloatTensorType([None, x.shape[1]]))]


# Trees compare inputs with thresholds: train on float32, as the compiled model computes.
x, y = load_diabetes(return_X_y=True)
x = x.astype("float32")
regressor = LGBMRegressor(n_estimators=50, verbose=-1).fit(x, y)
save(convert_lightgbm(regressor, initial_types=features(x)), "diabetes-lightgbm.onnx")

x, y = load_breast_cancer(return_X_y=True)
x = x.astype("float32")
classifier = XGBClassifier(n_estimators=50).fit(x, y)
save(convert_xgboost(classifier, initial_types=features(x)), "cancer-xgboost.onnx")
