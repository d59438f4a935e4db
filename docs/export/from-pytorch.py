# Writes classifier.onnx from a torch.nn.Module.
import torch


class Classifier(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.Sequential(
            torch.nn.Conv2d(3, 16, 3, padding=1),
            torch.nn.BatchNorm2d(16),
            torch.nn.ReLU(),
            torch.nn.AdaptiveAvgPool2d(1),
            torch.nn.Flatten(),
            torch.nn.Linear(16, 10),
        )

    def forward(self, image):
        return self.layers(image).softmax(-1)


torch.onnx.export(
    Classifier().eval(),  # eval: batch norm and dropout as they act after training
    (torch.zeros(2, 3, 32, 32),),  # two rows, so that the exporter does not take the batch for a constant 1
    "classifier.onnx",
    input_names=["image"],  # becomes Input.Image
    output_names=["probabilities"],  # becomes Output.Probabilities
    dynamic_shapes={"image": {0: "batch"}},  # becomes Input.Batch; all other dims are fixed
    opset_version=18,
    external_data=False,  # one file; with True the weights stand beside it, which compiles as well
)
