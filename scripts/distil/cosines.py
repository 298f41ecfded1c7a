"""Cosines of all-MiniLM-L6-v2 for a file of pairs, one number a line: `npm run eval:semantic -- --cosines FILE` takes them."""

import argparse
import json
from pathlib import Path

from teacher import Teacher


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    pairs = [json.loads(line) for line in args.pairs.read_text(encoding="utf-8").splitlines() if line.strip()]
    teacher = Teacher()
    a = teacher.encode([pair["a"] for pair in pairs])
    b = teacher.encode([pair["b"] for pair in pairs])
    args.out.write_text("\n".join(f"{c:.5f}" for c in (a * b).sum(1).tolist()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
