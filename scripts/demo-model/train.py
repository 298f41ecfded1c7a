"""Trains the demo model from nothing on a processor, measures it on held-out questions, and writes origin/demo-model/demo.gguf.

    python -m venv .venv && .venv/bin/pip install -r scripts/demo-model/requirements.txt
    .venv/bin/python scripts/demo-model/train.py

Every random choice has a seed; the weights still differ in their last digits between processors.
"""

import argparse
import json
import math
import random
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from corpus import HERE, Corpus
from evaluate import evaluate
from export import write_gguf
from model import Llama, Shape
from tokens import encode_talk, learn_tokenizer

ROOT = HERE.parents[1]


def batch_of(corpus: Corpus, tokenizer: Tokenizer, rng: random.Random, talks: int) -> tuple[torch.Tensor, torch.Tensor]:
    """(tokens, targets): talks packed one after the other to rows of about equal length; a target of -100 is not learned."""
    rows = [encode_talk(tokenizer, corpus.talk(rng)) for _ in range(talks)]
    rows.sort(key=lambda row: len(row[0]))
    longest = min(384, len(rows[-1][0]))
    tokens = torch.zeros(talks, longest, dtype=torch.long)
    targets = torch.full((talks, longest), -100)
    for at, (row, said) in enumerate(rows):
        row, said = row[:longest], said[:longest]
        tokens[at, : len(row)] = torch.tensor(row)
        mask = torch.tensor(said[1:])
        targets[at, : len(row) - 1] = torch.where(mask, torch.tensor(row[1:]), -100)
    return tokens, targets


def loss_of(model: Llama, tokens: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    states = model.states(tokens)
    learned = targets >= 0
    return F.cross_entropy(model.logits(states[learned]).float(), targets[learned])


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--steps", type=int, default=1100)
    options.add_argument("--talks", type=int, default=24, help="talks of a step, in four rows of like length")
    options.add_argument("--rate", type=float, default=4e-3)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--out", type=Path, default=ROOT / "origin/demo-model")
    options.add_argument("--checkpoint", type=Path, help="written every 200 steps, and begun from where it exists")
    chosen = options.parse_args()
    torch.set_num_threads(chosen.threads)
    torch.manual_seed(chosen.seed)

    corpus = Corpus(chosen.seed)
    kept = torch.load(chosen.checkpoint) if chosen.checkpoint is not None and chosen.checkpoint.exists() else None
    tokenizer = learn_tokenizer(corpus) if kept is None else Tokenizer.from_str(kept["tokenizer"])
    model = Llama(Shape(vocab=tokenizer.get_vocab_size()))
    print(f"{sum(weight.numel() for weight in model.parameters()):,} parameters, {tokenizer.get_vocab_size()} tokens", flush=True)

    # Muon for the matrices within the layers, AdamW for the rest.
    matrices = [weight for name, weight in model.named_parameters() if weight.dim() == 2 and "embd" not in name]
    others = [weight for name, weight in model.named_parameters() if weight.dim() != 2 or "embd" in name]
    optimizers = [
        torch.optim.Muon(matrices, lr=chosen.rate, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, lr=chosen.rate, betas=(0.9, 0.98), weight_decay=0.01),
    ]
    begun, first, losses = time.time(), 0, []
    if kept is not None:
        model.load_state_dict(kept["model"])
        for optimizer, state in zip(optimizers, kept["optimizers"], strict=True):
            optimizer.load_state_dict(state)
        first = kept["step"]

    for step in range(first, chosen.steps):
        rng = random.Random(f"{chosen.seed} {step}")
        warm = min(1.0, (step + 1) / 100)
        rate = chosen.rate * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / chosen.steps)))
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.zero_grad(set_to_none=True)
        tokens, targets = batch_of(corpus, tokenizer, rng, chosen.talks)
        total = int((targets >= 0).sum())
        # Rows of like length together: little is spent on padding.
        for rows in torch.arange(chosen.talks).chunk(4):
            part = targets[rows]
            width = int((tokens[rows] > 0).any(0).nonzero().max()) + 1
            with torch.autocast("cpu", torch.bfloat16):
                loss = loss_of(model, tokens[rows, :width], part[:, :width])
            (loss * int((part >= 0).sum()) / total).backward()
            losses.append(loss.item())
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
        if (step + 1) % 50 == 0:
            print(f"step {step + 1} loss {sum(losses[-200:]) / len(losses[-200:]):.4f} {time.time() - begun:.0f} s", flush=True)
        if chosen.checkpoint is not None and (step + 1) % 200 == 0:
            state = {"model": model.state_dict(), "optimizers": [o.state_dict() for o in optimizers]}
            torch.save(state | {"tokenizer": tokenizer.to_str(), "step": step + 1}, chosen.checkpoint)

    model.eval()
    chosen.out.mkdir(parents=True, exist_ok=True)
    write_gguf(model, tokenizer, chosen.out / "demo.gguf")
    print(json.dumps(evaluate(model, tokenizer, corpus), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
