"""The ways in which a person may ask one question."""

import random

WHAT = (
    "What is {x}", "What's {x}", "What does {x} mean", "Explain {x}", "Define {x}", "Tell me about {x}",
    "Describe {x}", "Can you explain {x}", "Give me a short explanation of {x}", "Could you tell me what {x} is",
    "What do you know about {x}", "I want to know what {x} is", "Please explain {x}", "What exactly is {x}",
    "Do you know what {x} is", "Explain what {x} is", "What is meant by {x}", "How would you explain {x}",
)  # fmt: skip
INDIRECT = (
    "Can you explain {i}", "Explain {i}", "Tell me {i}", "Could you tell me {i}", "Do you know {i}", "Please explain {i}",
    "I'd like to know {i}", "I want to know {i}", "Can you tell me {i}", "Please tell me {i}", "I wonder {i}",
    "Would you explain {i}", "Let me know {i}", "Help me understand {i}", "I am curious {i}", "Any idea {i}",
)  # fmt: skip
WHY = ("What is the reason {w}", "How come {c}", "What's the reason {w}", "Why is it that {c}", "For what reason {c}")
LEADS = (
    "Hi! ", "Hello, ", "Hey, ", "Quick question: ", "Question: ", "Please tell me: ", "I was wondering, ", "So ", "OK, ",
    "My child asks: ", "One more question: ", "Please answer: ", "Sorry, but ", "Just curious: ",
)  # fmt: skip
TAILS = (" Keep it short.", " Please explain.", " Explain it simply.", " Thanks!", " In one sentence, please.", " Please.", " Briefly.")
CONTRACTIONS = (("What is ", "What's "), ("Who is ", "Who's "), ("I would ", "I'd "), ("do not", "don't"))
SPELLINGS = (("colour", "color"), ("aeroplane", "airplane"), ("metre", "meter"), ("autumn", "fall"), ("What is", "what is"))


def direct_forms(indirect: str) -> list[str]:
    """Sentences around an indirect question such as "why the sky is blue"."""
    forms = [frame.format(i=indirect) for frame in INDIRECT]
    if indirect.startswith("why "):
        forms += [frame.format(w=indirect, c=indirect[4:]) for frame in WHY]
    return forms


def what_forms(subject: str) -> list[str]:
    plural = subject.endswith("s") and not subject.startswith(("a ", "an ", "the ")) and subject[0].isupper() and " " in subject
    forms = [frame.format(x=subject) for frame in WHAT]
    if plural:
        forms = [form.replace("What is ", "What are ").replace(" is", " are") for form in forms if "does" not in form]
    bare = subject.removeprefix("a ").removeprefix("an ").removeprefix("the ")
    return [*forms, f"{bare[0].upper()}{bare[1:]}", f"What does {bare} mean", f"Define {bare}"]


def lower_first(text: str) -> str:
    """Names and acronyms keep their capital."""
    word = text.split(" ", 1)[0]
    return text if word != word.capitalize() or word == "I" else text[0].lower() + text[1:]


def spoken(form: str, rng: random.Random) -> str:
    """One way to type the question: with or without a mark, a greeting, capitals; now and then with a slip."""
    text = form
    for full, short in (*CONTRACTIONS, *SPELLINGS):
        if full in text and rng.random() < 0.15:
            text = text.replace(full, short)
    mark = "?" if text.split(" ", 1)[0] not in {"Explain", "Define", "Describe", "Tell", "Please", "Give", "Write", "Let", "Help", "Count"} else "."
    chance = rng.random()
    if chance < 0.55:
        text += mark if rng.random() < 0.8 else ""
    elif chance < 0.72:
        text = rng.choice(LEADS) + lower_first(text) + mark
    elif chance < 0.84:
        text = text + mark + rng.choice(TAILS)
    elif chance < 0.92:
        text = text.lower() + (mark if rng.random() < 0.5 else "")
    else:
        text = slip(text, rng) + mark
    return text


def slip(text: str, rng: random.Random) -> str:
    """Two neighbouring letters of a word swapped, or one left out."""
    places = [i for i in range(1, len(text) - 2) if text[i].isalpha() and text[i + 1].isalpha() and text[i - 1].isalpha()]
    if not places:
        return text
    at = rng.choice(places)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :] if rng.random() < 0.6 else text[:at] + text[at + 1 :]
