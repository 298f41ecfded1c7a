"""The questions and answers that the demo model learns: all written here, nothing fetched.

`facts/*.txt`: blocks apart by an empty line. `= why the sky is blue` is an indirect question, `what: X` asks what X is, `? Why is the sky
blue` is asked as it stands, and every other line is an answer. `families.py` has the facts that come in tables; the settings come from
docs/settings.md.
"""

import random
import re
from pathlib import Path

from families import UNKNOWN_CAPITALS, Fact, capitals, sums, words
from forms import direct_forms, spoken, what_forms

HERE = Path(__file__).parent
REFUSALS = (
    "I am a tiny demo model and I do not know that. Ask me about this project, HTTP caching or everyday things, or use a larger model.",
    "I am a tiny demo model, so I cannot answer that. A larger model could: see npm run model:get.",
    "Sorry, I am a tiny demo model and know only a few hundred things. This is not one of them.",
)


def read_facts(path: Path) -> list[Fact]:
    facts = []
    for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
        forms: list[str] = []
        answers: list[str] = []
        for line in block.split("\n"):
            if line.startswith("= "):
                forms += direct_forms(line[2:])
            elif line.startswith("what: "):
                forms += what_forms(line[6:])
            elif line.startswith("? "):
                # What is written out is asked more often than what a frame makes.
                forms += [line[2:].removesuffix("?")] * 3
            else:
                answers.append(line)
        if not forms or not answers:
            raise ValueError(f"{path.name}: a block without a question or an answer: {block[:60]}")
        facts.append(Fact(tuple(forms), tuple(answers)))
    return facts


def settings() -> list[Fact]:
    """One fact a setting, from the tables of docs/settings.md."""
    facts = []
    seen: set[str] = set()
    for line in (HERE.parents[1] / "docs/settings.md").read_text(encoding="utf-8").splitlines():
        row = re.match(r"\| (`[^|]+) \| ([^|]*) \| (.*) \|$", line)
        if row is None:
            continue
        # Links and code marks are for readers of Markdown.
        default, meaning = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", cell).replace("`", "").strip() for cell in row.groups()[1:])
        for name in re.findall(r"`([A-Z][A-Z_0-9]+)`", row.group(1)):
            if name in seen:
                continue
            seen.add(name)
            answer = f"{name}: {meaning}." + (f" The default is {default}." if default and default != "unset" else "")
            low = name.replace("_", " ").lower()
            forms = [
                f"What is {name}", f"What does {name} do", f"What is the setting {name} for", f"Explain {name}", f"How do I set {name}",
                f"What is the default of {name}", f"What is {name} for", f"Tell me about {name}", f"What does the setting {name} mean",
                name, f"Which default does {name} have", f"Explain the setting {name}", f"What does the {low} setting do",
            ]  # fmt: skip
            facts.append(Fact(tuple(forms), (answer,)))
    return facts


NOUNS = "quark bicycle turbine senate carpet violin pepper castle molecule contract tractor glacier mortgage falcon rocket spreadsheet cathedral lottery saxophone printer chess puzzle curtain drill engine insurance ladder mushroom novel orchestra passport quilt radiator sandwich telescope umbrella vineyard whistle xylophone yacht zipper aquarium bridge compass dentist elevator fountain guitar helmet igloo jacket kettle lantern mirror needle oven pillow quiz ribbon shovel tunnel uniform vase wallet anchor basket camera diary easel feather goblet hammer island jigsaw kite locomotive mandolin nutmeg obelisk parachute ravine submarine treadmill volleyball wardrobe tax visa lawyer enzyme tensor polynomial sonnet treaty dynasty election tariff pension stock bond startup recipe diet vitamin-D allergy migraine tattoo wedding divorce birthday concert stadium referee".split()
NAMES = "Napoleon|Cleopatra|Elvis|Taylor Swift|Plato|Julius Caesar|the president of France|my neighbour|Beyoncé|Lionel Messi|Queen Victoria|the king of Spain|Aristotle|Bill Gates|Rembrandt|Genghis Khan|Nikola Tesla|Frida Kahlo|Michael Jordan|Bob Dylan|the mayor of London|Kant|Galileo|Mother Teresa|Steve Jobs|Pelé|Confucius|Joan of Arc|Picasso|Socrates|my boss|Zorblax|John Smith|Anna Müller|the pope|Lincoln|Gandhi|Magellan|Stephen Hawking|Houdini".split("|")
VERBS = "repair buy sell invent cook paint translate clean design build polish weigh measure assemble insure export photograph ship rent hide borrow teach draw sharpen tune plant move remove wrap freeze".split()
ADJECTIVES = "ancient purple cheap digital broken secret quantum medieval wooden electric famous dangerous invisible Italian Japanese modern tropical legal magnetic giant haunted organic nuclear marine royal".split()
UNKNOWN_FRAMES = (
    "What is a {n}", "How do I {v} a {n}", "Who invented the {n}", "Why is the {n} {a}", "Who was {p}", "Who is {p}", "When was {p} born",
    "When did {p} die", "Where does {p} live", "What is {p} known for", "Write a python function that sorts a {n}", "Write code to {v} a {n}",
    "How much does a {a} {n} cost", "What is {d} plus {e}", "What is {d} times {e}", "What is the square root of {d}", "What is {d} minus {e}",
    "Translate {n} into French", "How do you say {n} in Japanese", "Summarize the history of the {n}", "Write an essay about the {a} {n}",
    "Should I {v} my {n}", "What is the best {n}", "Which {n} is better, the {a} one or the {o}", "Explain the {n} to me",
    "Give me ten names for a {n}", "What happened in {d}", "Plan a trip to {c}", "How tall is {p}", "Why did {p} {v} the {n}",
    "What is the difference between a {n} and a {o}", "Describe a {a} {n}", "How old is the {n}", "Is a {n} {a}", "Can a {n} {v} a {o}",
    "What does a {n} do", "Tell me about the {a} {n}", "Where can I {v} a {n}", "How many {n}s are there in {c}", "Do {n}s {v} {o}s",
    "Who won the {n} in {d}", "Write an email to {p}", "Solve x squared plus {d} equals {e}", "What is the meaning of {n}",
    "Compose a song about the {n}", "What are the side effects of a {n}", "Prove the theorem of the {n}", "How is a {n} made",
    "Explain {a} {n} theory", "What colour is the {n}", "Who wrote The {a} {n}", "Who painted the {n}", "Who composed the {n}",
    "What is the chemical symbol of {n}", "What is the opposite of {n}", "{n}", "{a} {n} {o}", "{n} {v}", "I feel {a} today", "My {n} is {a}",
    "What is a baby {n} called", "What does {n} mean", "When was the {n} invented", "Why do {n}s {v}", "How does a {n} work",
    "Recommend a {n}", "Tell me a secret", "Make a list of {a} {n}s", "What should I {v} today", "Which {n} did {p} {v}", "Fix my {n}",
)  # fmt: skip


LAND_FRAMES = (
    "What is the capital of {c}", "Which city is the capital of {c}", "Where is {c}", "What language do people speak in {c}", "What is {c}",
    "What is the currency of {c}", "Who rules {c}", "What's the capital of {c}", "How many people live in {c}", "Tell me about {c}",
    "Tell me the capital of {c}", "In which country is {c}", "What is the capital city of {c}", "Capital of {c}",
)  # fmt: skip


SMALL_WORDS = set("what does that this with from have your when which where could would tell know about explain describe please want meant mean there they their into like".split())


def invented(rng: random.Random) -> str:
    """A word that there is not: what is never seen is not known."""
    syllable = lambda: rng.choice("b c d f g h k l m n p r s t v w z bl br cl dr fl gr kr pl sk st tr th sh ch".split()) + rng.choice("a e i o u ai ea oo ou ie".split())  # noqa: E731
    word = "".join(syllable() for _ in range(rng.choice((1, 2, 2, 3)))) + rng.choice(("", "n", "r", "k", "x", "ng", "st", "ph", "l"))
    return word.capitalize() if rng.random() < 0.25 else word


class Corpus:
    """All facts, each with the forms that it is trained on and, for one in three, a form that is held out."""

    def __init__(self, seed: int = 7) -> None:
        rng = random.Random(seed)
        groups = {name: read_facts(HERE / f"facts/{name}.txt") for name in ("everyday", "http", "project", "talk")}
        groups |= {"settings": settings(), "capitals": capitals(), "words": words(), "sums": sums()}
        # How often a group is asked; the sums are many and short.
        self.weights = {"everyday": 28, "http": 14, "project": 18, "talk": 9, "settings": 9, "capitals": 8, "words": 8, "sums": 10}
        self.groups = groups
        self.foreign = (HERE / "facts/unknown.txt").read_text(encoding="utf-8").strip().split("\n")
        self.held: list[tuple[str, str, Fact]] = []
        self.trained: dict[str, list[tuple[tuple[str, ...], Fact]]] = {}
        for name, facts in groups.items():
            rows = []
            for fact in facts:
                held = ""
                asked = sorted(set(fact.forms))
                if name not in {"talk", "sums"} and len(asked) >= 5 and rng.random() < 0.34:
                    # Never the first form that was written out: it is the plain question.
                    first = next((form for form in fact.forms if fact.forms.count(form) > 1), fact.forms[0])
                    held = rng.choice([form for form in asked if form != first])
                    self.held.append((name, held, fact))
                rows.append((tuple(form for form in fact.forms if form != held), fact))
            self.trained[name] = rows

    def unknown(self, rng: random.Random, held: bool = False) -> str:
        """A question that the model must not try to answer; `held` ones are made of words that it was never trained to refuse."""
        nouns, names, lands = ([word for at, word in enumerate(words) if (at % 6 == 5) == held] for words in (NOUNS, NAMES, UNKNOWN_CAPITALS))
        chance = rng.random()
        if chance < 0.4 and not held:
            return rng.choice(self.foreign)
        if 0.4 <= chance < 0.52:
            return self.astray(rng)
        frames = LAND_FRAMES if chance < 0.64 else UNKNOWN_FRAMES
        if rng.random() < 0.35:
            nouns = [invented(rng), *nouns[:1]]
        return rng.choice(frames).format(
            n=rng.choice(nouns), o=rng.choice(nouns), p=rng.choice(names), c=rng.choice(lands), v=rng.choice(VERBS), a=rng.choice(ADJECTIVES),
            d=rng.randint(11, 9999), e=rng.randint(11, 999),
        )  # fmt: skip

    def astray(self, rng: random.Random) -> str:
        """A known question about something else: one of its words has become one that nobody knows."""
        name = rng.choice(("everyday", "http", "project"))
        words = rng.choice(rng.choice(self.trained[name])[0]).split(" ")
        places = [at for at, word in enumerate(words) if at > 0 and len(word) > 3 and word.lower() not in SMALL_WORDS]
        if not places:
            return f"What is {invented(rng)}"
        for at in rng.sample(places, min(len(places), 2)):
            words[at] = invented(rng)
        return " ".join(words)

    def ask(self, rng: random.Random) -> tuple[str, str]:
        """(question, answer)"""
        if rng.random() < 0.24:
            return spoken(self.unknown(rng), rng), rng.choice(REFUSALS)
        name = rng.choices(list(self.weights), list(self.weights.values()))[0]
        forms, fact = rng.choice(self.trained[name])
        return spoken(rng.choice(forms), rng), rng.choice(fact.answers)

    def talk(self, rng: random.Random, longest: int = 4) -> list[tuple[str, str]]:
        """Some turns: later ones do not depend on earlier ones."""
        return [self.ask(rng) for _ in range(rng.choice([1, 1, 1, 2, 3, longest]))]


if __name__ == "__main__":
    corpus = Corpus()
    print({name: len(facts) for name, facts in corpus.groups.items()}, len(corpus.held), "held out")
    rng = random.Random(1)
    for _ in range(40):
        print(corpus.ask(rng))
