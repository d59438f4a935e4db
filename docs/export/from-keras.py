# Writes digits-keras.onnx from a Keras model.
import keras

model = keras.Sequential(
    [
        keras.Input((8, 8, 1), name="image"),
        keras.layers.Conv2D(16, 3, activation="relu"),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(10, activation="softmax", name="probabilities"),
    ]
)
model(keras.ops.zeros((1, 8, 8, 1)))  # the exporter wants a model that was called; training does that too
model.export("digits-keras.onnx", format="onnx", opset_version=17)
