# Writes encoder.onnx from a BERT-like encoder: python from-huggingface.py sentence-transformers/all-MiniLM-L6-v2
import sys

import torch
from transformers import AutoModel

model = AutoModel.from_pretrained(sys.argv[1], attn_implementation="eager").eval()


class Encoder(torch.nn.Module):
    """Gives the exporter plain tensors in and out, by the names that the Go package shall have."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask):
        return self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state


tokens = {0: "batch", 1: "seq"}
torch.onnx.export(
    Encoder(model),
    (torch.ones(2, 7, dtype=torch.int64), torch.ones(2, 7, dtype=torch.int64)),
    "encoder.onnx",
    input_names=["input_ids", "attention_mask"],
    output_names=["last_hidden_state"],
    dynamic_shapes={"input_ids": tokens, "attention_mask": tokens},
    opset_version=18,
    external_data=False,
)
