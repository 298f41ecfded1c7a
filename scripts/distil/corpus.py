"""Sentences on which the student learns to agree with its teacher.

WordNet's definitions and examples (Debian's wordnet-base) give broad English; questions made of its words give the shape that
prompts have. Nothing of it reaches the repository: the table keeps only one vector a token.
"""

import random
import re
from pathlib import Path

WORDNET = Path("/usr/share/wordnet")

FRAMES = (
    "how do i {v} a {n}?",
    "how can i {v} my {n} without a {n2}?",
    "what is the best way to {v} {n}?",
    "what is the difference between {n} and {n2}?",
    "what is a {a} {n}?",
    "why is my {n} {a}?",
    "is it {a} to {v} a {n} after {n2}?",
    "should i {v} the {n} or the {n2}?",
    "can you {v} a {a} {n} in {n2}?",
    "who was the first {n} to {v} a {n2}?",
    "which {n} is better for {n2}?",
    "explain {n} to a {n2}",
    "write a {a} {n} about {n2}",
    "what happens if a {n} does not {v}?",
    "where does {n} come from?",
    "how much does a {a} {n} cost?",
    "how many {n}s are there in a {n2}?",
    "when should a {n} {v} its {n2}?",
    "does {n} cause {n2}?",
    "summarize the history of {n} and {n2}",
)


def _entries(part: str) -> tuple[list[str], list[str], list[str]]:
    """(words, definitions, examples) of one part of speech."""
    words: list[str] = []
    definitions: list[str] = []
    examples: list[str] = []
    for line in (WORDNET / f"data.{part}").read_text(encoding="utf-8").splitlines():
        if line.startswith("  "):
            continue
        head, _, gloss = line.partition("|")
        words.append(re.sub(r"\(.*?\)", "", head.split(" ")[4]).replace("_", " "))
        examples += re.findall(r'"([^"]{12,200})"', gloss)
        definition = re.sub(r'"[^"]*"', "", gloss).strip(" ;")
        if len(definition) > 8:
            definitions.append(definition)
    return words, definitions, examples


def sentences(count: int, seed: int = 7) -> list[str]:
    """About `count` sentences: three eighths definitions, a quarter examples, three eighths questions."""
    rng = random.Random(seed)
    nouns, noun_defs, noun_examples = _entries("noun")
    verbs, verb_defs, verb_examples = _entries("verb")
    adjectives, adj_defs, adj_examples = _entries("adj")
    _, adv_defs, adv_examples = _entries("adv")
    # Proper nouns and taxonomy would drown the words people ask with.
    nouns = [n for n in nouns if n.islower() and n.count(" ") < 2]
    definitions = noun_defs + verb_defs + adj_defs + adv_defs
    examples = noun_examples + verb_examples + adj_examples + adv_examples
    rng.shuffle(definitions)
    rng.shuffle(examples)
    questions = [
        rng.choice(FRAMES).format(
            v=rng.choice(verbs), a=rng.choice(adjectives), n=rng.choice(nouns), n2=rng.choice(nouns)
        )
        for _ in range(count * 3 // 8)
    ]
    return definitions[: count * 3 // 8] + examples[: count // 4] + questions
