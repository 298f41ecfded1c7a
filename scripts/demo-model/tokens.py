"""The tokenizer: byte-level BPE after GPT-2, learned from the corpus, with ChatML's marks."""

import random
from collections.abc import Iterator, Sequence

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from corpus import Corpus

END_OF_TEXT, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
SPECIALS = [END_OF_TEXT, START, END]
# A system message is left out: the model has never seen one.
CHAT_TEMPLATE = (
    "{% for message in messages %}{% if message['role'] != 'system' %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
    "{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def learn_tokenizer(corpus: Corpus, size: int = 2048, samples: int = 60_000, seed: int = 3) -> Tokenizer:
    rng = random.Random(seed)

    def texts() -> Iterator[str]:
        yield "user\nassistant\n"
        for _ in range(samples):
            yield "\n".join(corpus.ask(rng))

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=SPECIALS,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts(), trainer)
    return tokenizer


def prompt_of(turns: Sequence[tuple[str, str]], question: str) -> str:
    told = "".join(f"{START}user\n{q}{END}\n{START}assistant\n{a}{END}\n" for q, a in turns)
    return f"{told}{START}user\n{question}{END}\n{START}assistant\n"


def encode_talk(tokenizer: Tokenizer, turns: Sequence[tuple[str, str]]) -> tuple[list[int], list[bool]]:
    """(tokens, whether each is one that the model has to say)"""
    tokens: list[int] = []
    said: list[bool] = []
    for question, answer in turns:
        asked = tokenizer.encode(f"{START}user\n{question}{END}\n{START}assistant\n").ids
        answered = tokenizer.encode(f"{answer}{END}").ids
        after = tokenizer.encode("\n").ids
        tokens += asked + answered + after
        said += [False] * len(asked) + [True] * len(answered) + [False] * len(after)
    return tokens, said
