"""Distils all-MiniLM-L6-v2 into src/semantic/static/table.bin: one int8 vector a token.

1. Each token alone through the teacher, PCA to DIMS, weighted by a / (a + p) with p from the token's Zipf rank: the recipe of
   model2vec (Minish Lab, 2024).
2. Then the table learns, by gradient descent, to give whole sentences the teacher's vectors and the teacher's similarities
   among them: what a token contributes in company differs from what it is alone.
3. int8 with one scale a row. The length of a row is its weight, so that a sentence is the plain sum of its rows.

Run: see README.md. The same seed gives the same table up to floating-point differences between machines.
"""

import argparse
import struct
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from corpus import sentences
from teacher import Teacher

DIMS = 128
SIF_A = 1e-4
OUT = Path(__file__).resolve().parents[2] / "src/semantic/static/table.bin"


def principal_axes(vectors: torch.Tensor, dims: int) -> torch.Tensor:
    mean = vectors.mean(0)
    covariance = (vectors - mean).T @ (vectors - mean)
    _, axes = torch.linalg.eigh(covariance)
    return axes.flip(1)[:, :dims]


def zipf_weights(count: int) -> torch.Tensor:
    """The vocabulary is sorted by frequency, roughly: rank r has probability 1 / (r · H)."""
    rank = torch.arange(2, count + 2, dtype=torch.float32)
    p = (1 / rank) / (1 / rank).sum()
    return SIF_A / (SIF_A + p)


def pad(sequences: list[list[int]], blank: int) -> torch.Tensor:
    longest = max(len(s) for s in sequences)
    out = torch.full((len(sequences), longest), blank, dtype=torch.long)
    for row, s in enumerate(sequences):
        out[row, : len(s)] = torch.tensor(s)
    return out


def train(table: torch.Tensor, sequences: list[list[int]], targets: torch.Tensor, epochs: int, batch: int) -> torch.Tensor:
    start = table.clone()
    blank = len(table)
    weights = torch.nn.Parameter(torch.cat([table, torch.zeros(1, DIMS)]))
    optimiser = torch.optim.Adam([weights], lr=2e-3 * table.norm(dim=1).mean().item())
    targets = F.normalize(targets, dim=1)
    sequences = [s[:64] or [100] for s in sequences]
    # Batches of about one length waste no padding; which ones meet is random all the same.
    for epoch in range(epochs):
        order = torch.randperm(len(sequences)).tolist()
        chunks = [order[i : i + batch * 16] for i in range(0, len(order), batch * 16)]
        total, steps = 0.0, 0
        for chunk in chunks:
            chunk.sort(key=lambda i: len(sequences[i]))
            for i in range(0, len(chunk), batch):
                rows = chunk[i : i + batch]
                ids = pad([sequences[r] for r in rows], blank)
                t = targets[rows]
                s = F.normalize(F.embedding(ids, weights).sum(1), dim=1)
                direct = (1 - (s * t).sum(1)).mean()
                among = ((s @ s.T - t @ t.T) ** 2).mean()
                # Tokens that are rarely seen stay where the teacher puts them alone.
                seen = ids.unique()
                seen = seen[seen != blank]
                stay = ((weights[seen] - start[seen]) ** 2).sum(1).mean()
                loss = direct + 8 * among + 0.02 * stay / start.norm(dim=1).mean() ** 2
                optimiser.zero_grad()
                loss.backward()
                weights.grad[blank] = 0
                optimiser.step()
                total += loss.item()
                steps += 1
        print(f"epoch {epoch + 1}: loss {total / steps:.4f}", flush=True)
    return weights.detach()[:-1]


def front_coded(tokens: list[str]) -> bytes:
    """Sorted tokens as (bytes shared with the one before, bytes that follow, those bytes)."""
    out = bytearray()
    before = b""
    for token in tokens:
        raw = token.encode()
        shared = 0
        while shared < min(len(before), len(raw), 255) and before[shared] == raw[shared]:
            shared += 1
        out += bytes((shared, len(raw) - shared)) + raw[shared:]
        before = raw
    return bytes(out)


def write(vocab: list[str], table: torch.Tensor, out: Path) -> None:
    """Layout in src/semantic/static/table.ts."""
    kept = sorted((t.encode(), i) for i, t in enumerate(vocab) if not t.startswith("[unused"))
    tokens = [t.decode() for t, _ in kept]
    rows = table[[i for _, i in kept]].numpy()
    # Rows are scaled so that the longest is 1: only relative lengths matter.
    rows = rows / np.linalg.norm(rows, axis=1).max()
    scales = (np.abs(rows).max(1) / 127).astype(np.float32)
    codes = np.round(rows / np.maximum(scales, 1e-12)[:, None]).clip(-127, 127).astype(np.int8)
    words = front_coded(tokens)
    words += b"\0" * (-len(words) % 4)
    header = struct.pack("<4sIIII", b"STT1", DIMS, len(tokens), len(words), 0)
    # A scale needs no more than 8 bits of its logarithm; the exponent covers 2^-16 to 1.
    levels = np.round((np.log2(np.maximum(scales, 2**-24)) + 24) / 24 * 65535).astype("<u2")
    body = header + words + levels.tobytes()
    body += b"\0" * (-len(body) % 4) + codes.tobytes()
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(body)
    print(f"{out.name}: {len(body):,} bytes, {len(tokens):,} tokens × {DIMS}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sentences", type=int, default=160_000)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--cache", type=Path, help="a file that keeps the teacher's vectors between runs")
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    torch.manual_seed(7)
    torch.set_num_threads(2)
    teacher = Teacher()
    texts = sentences(args.sentences)
    sequences = teacher.token_ids(texts)
    if args.cache is not None and args.cache.exists():
        saved = torch.load(args.cache)
        alone, whole = saved["alone"].float(), saved["whole"].float()
    else:
        began = time.time()
        alone = teacher.encode_ids([[i] for i in range(len(teacher.vocab))])
        whole = teacher.encode_ids(sequences)
        print(f"teacher: {len(sequences):,} sentences in {time.time() - began:.0f} s", flush=True)
        if args.cache is not None:
            torch.save({"alone": alone.half(), "whole": whole.half()}, args.cache)
    axes = principal_axes(whole, DIMS)
    table = (alone - alone.mean(0)) @ axes * zipf_weights(len(teacher.vocab))[:, None]
    # Not centred: the teacher's own cosines are not.
    targets = whole @ axes
    kept = F.cosine_similarity(whole[:4000] @ axes @ axes.T, whole[:4000]).mean()
    print(f"{DIMS} axes keep a mean cosine of {kept:.3f}")
    held = len(sequences) // 20
    mix = torch.randperm(len(sequences)).tolist()
    test, rest = mix[:held], mix[held:]

    def agreement(t: torch.Tensor) -> float:
        """Pearson correlation of student and teacher similarities on held-out sentences."""
        ids = pad([sequences[i][:64] or [100] for i in test], len(t))
        s = F.normalize(F.embedding(ids, torch.cat([t, torch.zeros(1, DIMS)])).sum(1), dim=1)
        w = whole[test]
        half = held // 2
        a, b = (s[:half] @ s[half : 2 * half].T).flatten(), (w[:half] @ w[half : 2 * half].T).flatten()
        return torch.corrcoef(torch.stack([a, b]))[0, 1].item()

    print(f"agreement before: {agreement(table):.3f}")
    table = train(table, [sequences[i] for i in rest], targets[rest], args.epochs, 256)
    print(f"agreement after: {agreement(table):.3f}")
    write(teacher.vocab, table, args.out)


if __name__ == "__main__":
    main()
