"""What the model is measured on: forms of known questions that it never saw, questions that it saw, and questions that it cannot know."""

import random
from collections import Counter
from collections.abc import Sequence

import torch
from tokenizers import Tokenizer

from corpus import REFUSALS, Corpus
from forms import spoken
from model import Llama
from tokens import END, prompt_of

# None of them is in the corpus, nor made of its frames and words.
FOREIGN = (
    "Who is the president of the United States?", "What is the best programming language?", "How do I fix a flat tyre?",
    "Write a regular expression for an email address.", "What is the plot of Star Wars?", "How do I invest my savings?",
    "What is quantum entanglement?", "Who won the World Cup in 2018?", "How do I write a CV?", "What is the population of Tokyo?",
    "Explain the French Revolution.", "What causes a headache?", "How do I learn to play the piano?", "What is blockchain?",
    "Give me a recipe for lasagne.", "Who is the CEO of Apple?", "What is the meaning of life?", "How do I tie a tie?",
    "Is coffee bad for you?", "What is the derivative of x squared?", "Reverse a linked list in C.", "Tell me about World of Warcraft.",
    "What should I name my dog?", "How far is London from Paris?", "What is the tallest building?", "Where can I buy cheap flights?",
    "What is a good gift for my mother?", "How do I remove a red wine stain?", "Who discovered America?", "What is the GDP of Germany?",
)  # fmt: skip


@torch.inference_mode()
def answers(model: Llama, tokenizer: Tokenizer, questions: Sequence[str], most: int = 90) -> list[str]:
    """Greedy answers; questions of like length are computed together."""
    end = tokenizer.token_to_id(END)
    prompts = [tokenizer.encode(prompt_of((), question)).ids for question in questions]
    told: dict[int, str] = {}
    for length in sorted({len(prompt) for prompt in prompts}):
        places = [at for at, prompt in enumerate(prompts) if len(prompt) == length]
        rows = torch.tensor([prompts[at] for at in places])
        ended = torch.zeros(len(places), dtype=torch.bool)
        for _ in range(most):
            following = model.logits(model.states(rows)[:, -1]).argmax(-1)
            rows = torch.cat((rows, following[:, None]), dim=1)
            ended |= following == end
            if bool(ended.all()):
                break
        for at, row in zip(places, rows[:, length:].tolist(), strict=True):
            told[at] = tokenizer.decode(row[: row.index(end)] if end in row else row, skip_special_tokens=False)
    return [told[at] for at in range(len(prompts))]


def evaluate(model: Llama, tokenizer: Tokenizer, corpus: Corpus, seed: int = 99) -> dict[str, object]:
    rng = random.Random(seed)
    report: dict[str, object] = {}

    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    wrong = []
    held = [(group, f"{form}?", fact) for group, form, fact in corpus.held]
    for (group, form, fact), answer in zip(held, answers(model, tokenizer, [form for _, form, _ in held]), strict=True):
        asked[group] += 1
        if answer in fact.answers:
            right[group] += 1
        elif len(wrong) < 12:
            wrong.append({"asked": form, "answered": answer})
    report["held-out forms answered word for word"] = f"{sum(right.values())} of {sum(asked.values())}"
    report["by group"] = {group: f"{right[group]} of {asked[group]}" for group in asked}
    report["some of the wrong ones"] = wrong

    plain = [(fact.forms[-1], fact) for rows in corpus.groups.values() for fact in rows]
    plain = rng.sample(plain, 200)
    typed = [spoken(form, rng) for form, _ in plain]
    found = answers(model, tokenizer, typed)
    report["seen forms, typed anew, word for word"] = f"{sum(a in fact.answers for a, (_, fact) in zip(found, plain, strict=True))} of 200"

    held_out = [f"{corpus.unknown(rng, held=True)}?" for _ in range(150)]
    refused = sum(answer in REFUSALS for answer in answers(model, tokenizer, held_out))
    report["unknown questions with unseen words refused"] = f"{refused} of 150"
    foreign = answers(model, tokenizer, FOREIGN)
    report["foreign questions refused"] = f"{sum(answer in REFUSALS for answer in foreign)} of {len(FOREIGN)}"
    report["foreign questions answered all the same"] = {q: a for q, a in zip(FOREIGN, foreign, strict=True) if a not in REFUSALS}
    shown = ("Why is the sky blue?", "why is the sky blue", "What makes the sky look blue?", "What is an ETag?", "Tell me a joke.")
    report["shown"] = dict(zip(shown, answers(model, tokenizer, shown), strict=True))
    return report
