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

# None of them is in the corpus, and few of their subjects are.
FOREIGN = (
    "Who is the president of the United States?", "How do I fix a flat tyre?", "Write a regular expression for an email address.",
    "What is the plot of Star Wars?", "What is quantum entanglement?", "What is blockchain?", "How do I tie a tie?",
    "How do I become a pilot?", "What is the national anthem of Spain?", "How does insulin work?", "Who was Socrates' teacher?",
    "What do vegans eat?", "How much should I tip a waiter?", "What is the rule of thirds in photography?", "Draw me a horse.",
    "Which wine goes with fish?", "How do I grow tomatoes on a balcony?", "What is the best way to pack a suitcase?",
    "When does the train to Vienna leave?", "Who is your favourite singer?", "Is it legal to park here?", "How do I knit a scarf?",
    "What is the exchange rate of the dollar?", "Compare Hegel and Kant.", "Why did the dinosaurs die out?", "What is a good password?",
    "How do I reset my router?", "Which vaccine do I need for Kenya?", "What is the plural of octopus?", "Refactor this class for me.",
)  # fmt: skip


@torch.inference_mode()
def answers(model: Llama, tokenizer: Tokenizer, questions: Sequence[str], most: int = 150) -> list[str]:
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

    plain = [(forms[-1], fact) for rows in corpus.trained.values() for forms, fact in rows]
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
