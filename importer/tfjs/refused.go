package tfjs

import (
	"errors"
	"maps"
)

// refused are the operators and classes of layers that TensorFlow.js has a name for and that are not compiled, with what
// is to be said of it. None of them runs in TensorFlow.js 4.22 either, but for those of decision forests.
var refused = map[string]string{
	"BitwiseAnd":           "TensorFlow.js fails at it whatever it is given; convert the model without it",
	"RaggedGather":         "TensorFlow.js does not load it; convert the model without ragged tensors",
	"RaggedRange":          "TensorFlow.js does not load it; convert the model without ragged tensors",
	"RaggedTensorToTensor": "TensorFlow.js does not load it; convert the model without ragged tensors",

	"SimpleMLCreateModelResource":         decisionForest,
	"SimpleMLInferenceOpWithHandle":       decisionForest,
	"SimpleMLLoadModelFromPathWithHandle": decisionForest,

	"ConvLSTM2DCell": "TensorFlow.js takes it within a ConvLSTM2D only, which is compiled; use that layer",
	"RandomWidth":    "TensorFlow.js fails at it in every model; it matters in training only: save the model without it",
	"Resizing":       "TensorFlow.js fails at it in every model; resize pictures before the model",
}

const decisionForest = "decision forests are in files of their own, which a converted model only names; export the forest to ONNX"

// Refused are the operators and the classes of layers that TensorFlow.js has a name for and that are not compiled, and
// why each is not.
func Refused() (operators, layers map[string]string) {
	operators, layers = maps.Clone(refused), map[string]string{}
	for _, class := range []string{"ConvLSTM2DCell", "RandomWidth", "Resizing"} {
		layers[class] = operators[class]
		delete(operators, class)
	}
	return operators, layers
}

// unknown says that there is no row for an operator or a class of layers.
func unknown(what, name string) error {
	if why := refused[name]; why != "" {
		return errors.New(why)
	}
	return errors.New("unknown " + what + "; convert the model without it")
}
