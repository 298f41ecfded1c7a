"""Facts that come in tables: each row is a question of its own."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """What is asked, in several direct forms, and what may be answered."""

    forms: tuple[str, ...]
    answers: tuple[str, ...]


CAPITALS = """France Paris|Germany Berlin|Italy Rome|Spain Madrid|Portugal Lisbon|Austria Vienna|Switzerland Bern|Belgium Brussels|
the_Netherlands Amsterdam|Poland Warsaw|Sweden Stockholm|Norway Oslo|Denmark Copenhagen|Finland Helsinki|Iceland Reykjavik|
Ireland Dublin|Greece Athens|Turkey Ankara|Hungary Budapest|Russia Moscow|Ukraine Kyiv|Romania Bucharest|Bulgaria Sofia|
Croatia Zagreb|Serbia Belgrade|Egypt Cairo|Kenya Nairobi|Nigeria Abuja|Ethiopia Addis_Ababa|Ghana Accra|Morocco Rabat|
China Beijing|Japan Tokyo|South_Korea Seoul|India New_Delhi|Pakistan Islamabad|Thailand Bangkok|Vietnam Hanoi|Indonesia Jakarta|
Australia Canberra|New_Zealand Wellington|Canada Ottawa|Mexico Mexico_City|Brazil Brasilia|Argentina Buenos_Aires|Chile Santiago|
Peru Lima|Colombia Bogota|Cuba Havana|Iran Tehran|Iraq Baghdad|Israel Jerusalem"""
UNKNOWN_CAPITALS = ("Mongolia", "Nepal", "Estonia", "Latvia", "Lithuania", "Slovenia", "Malta", "Cyprus", "Albania", "Moldova", "Georgia", "Armenia", "Laos", "Cambodia", "Bolivia", "Paraguay", "Uruguay", "Ecuador", "Panama", "Jamaica", "Haiti", "Senegal", "Mali", "Chad", "Angola", "Zambia", "Namibia", "Botswana", "Somalia", "Yemen", "Oman", "Qatar", "Jordan", "Lebanon", "Syria", "Fiji", "Samoa", "Atlantis", "Narnia", "the Moon", "Mordor", "Texas", "California", "Bavaria", "Scotland", "Kazakhstan", "Sri Lanka")  # fmt: skip
ELEMENTS = "gold Au|silver Ag|iron Fe|oxygen O|hydrogen H|carbon C|helium He|nitrogen N|sodium Na|potassium K|calcium Ca|copper Cu|lead Pb|tin Sn|mercury Hg|zinc Zn|chlorine Cl|aluminium Al|silicon Si|uranium U"
AUTHORS = "Hamlet=William Shakespeare|Romeo and Juliet=William Shakespeare|Faust=Johann Wolfgang von Goethe|Don Quixote=Miguel de Cervantes|War and Peace=Leo Tolstoy|Pride and Prejudice=Jane Austen|Frankenstein=Mary Shelley|Moby Dick=Herman Melville|Alice in Wonderland=Lewis Carroll|the Odyssey=Homer|Oliver Twist=Charles Dickens|The Hobbit=J. R. R. Tolkien|Harry Potter=J. K. Rowling|1984=George Orwell|Dracula=Bram Stoker|The Little Prince=Antoine de Saint-Exupéry"
COMPOSERS = "the Ninth Symphony=Ludwig van Beethoven|The Magic Flute=Wolfgang Amadeus Mozart|The Four Seasons=Antonio Vivaldi|Swan Lake=Pyotr Tchaikovsky|the Messiah=George Frideric Handel"
OPPOSITES = "hot cold|big small|fast slow|light dark|up down|old young|happy sad|hard soft|rich poor|wet dry|open closed|early late|loud quiet|full empty|strong weak|high low|long short|near far|good bad|left right"
YOUNG = "cat kitten|dog puppy|cow calf|sheep lamb|horse foal|goose gosling|duck duckling|lion cub|frog tadpole|hen chick|goat kid|deer fawn"
SOUNDS = "cow moo|sheep baa|cat meow|dog woof|duck quack|horse neigh|pig oink|lion roar|bee buzz|owl hoot"
COLOURS = "a banana yellow|snow white|coal black|a lemon yellow|blood red|the sun yellow|an orange orange|a ruby red|an emerald green|a sapphire blue"
LANGUAGES = "Brazil Portuguese|Austria German|Mexico Spanish|Egypt Arabic|Argentina Spanish|Japan Japanese|Australia English|Iran Persian"
CURRENCIES = "Japan|yen|the United States|US dollar|Germany|euro|the United Kingdom|pound sterling|Switzerland|Swiss franc|India|rupee|China|yuan|Russia|rouble|Mexico|peso|Sweden|krona|Poland|zloty|Brazil|real"
HELLOS = "French Bonjour|German Guten Tag|Spanish Hola|Italian Ciao|Portuguese Olá|Dutch Hallo|Swedish Hej"
NUMBERS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split()


def _pairs(table: str) -> list[tuple[str, str]]:
    rows = [row.strip().split(" ", 1) if "=" not in row else row.split("=") for row in table.replace("\n", "").split("|")]
    return [(left.replace("_", " "), right.replace("_", " ")) for left, right in (tuple(row) for row in rows)]


def _in_turn(table: str) -> list[tuple[str, str]]:
    cells = table.split("|")
    return list(zip(cells[::2], cells[1::2], strict=True))


def _fact(answer: str, *forms: str) -> Fact:
    return Fact(forms, (answer,))


def capitals() -> list[Fact]:
    pairs = [*_pairs(CAPITALS), ("the United States", "Washington, D.C."), ("the United Kingdom", "London")]
    of = [
        _fact(
            f"The capital of {land} is {city}{'' if city.endswith('.') else '.'}",
            f"What is the capital of {land}", f"What's the capital of {land}", f"Which city is the capital of {land}",
            f"Tell me the capital of {land}", f"Name the capital of {land}", f"Capital of {land}", f"What is {land}'s capital",
            f"Do you know the capital of {land}", f"What is the capital city of {land}", f"Can you tell me the capital of {land}",
        )
        for land, city in pairs
    ]  # fmt: skip
    inverse = [
        _fact(
            f"{city.removesuffix(', D.C.')} is the capital of {land}.",
            f"Where is {city}", f"In which country is {city}", f"What country is {city} in", f"Which country has {city} as its capital",
            f"{city} is the capital of which country", f"What is {city}",
        )
        for land, city in pairs
    ]  # fmt: skip
    return of + inverse


def words() -> list[Fact]:
    facts = [
        _fact(f"The chemical symbol of {name} is {symbol}.", f"What is the chemical symbol of {name}", f"What is the symbol for {name}", f"Which symbol does {name} have", f"What's the chemical symbol for {name}", f"Tell me the symbol of {name}")
        for name, symbol in _pairs(ELEMENTS)
    ]
    facts += [
        _fact(f"{who} wrote {work[0].upper() + work[1:]}.", f"Who wrote {work}", f"Who is the author of {work}", f"Which author wrote {work}", f"Tell me who wrote {work}", f"Do you know who wrote {work}", f"Who was the writer of {work}")
        for work, who in _pairs(AUTHORS)
    ]
    facts += [
        _fact(f"{who} composed {work}.", f"Who composed {work}", f"Who wrote {work}", f"Which composer wrote {work}", f"Tell me who composed {work}")
        for work, who in _pairs(COMPOSERS)
    ]
    for left, right in _pairs(OPPOSITES):
        for one, other in ((left, right), (right, left)):
            facts.append(_fact(f"The opposite of {one} is {other}.", f"What is the opposite of {one}", f"What's the opposite of {one}", f"Tell me the opposite of {one}", f"Which word is the opposite of {one}", f"Opposite of {one}"))
    facts += [
        _fact(f"A young {parent} is called a {child}.", f"What is a young {parent} called", f"What is a baby {parent} called", f"What do you call a young {parent}", f"How is a baby {parent} called", f"What is the name for a baby {parent}")
        for parent, child in _pairs(YOUNG)
    ]
    facts += [
        _fact(f"A {animal} says {sound}.", f"What sound does a {animal} make", f"What does a {animal} say", f"What noise does a {animal} make", f"How does a {animal} sound", f"Which sound does a {animal} make")
        for animal, sound in _pairs(SOUNDS)
    ]
    facts += [
        _fact(f"{thing[0].upper() + thing[1:]} is {colour}.", f"What colour is {thing}", f"Which colour does {thing} have", f"Tell me the colour of {thing}", f"What is the colour of {thing}")
        for thing, colour in ((row.rsplit(" ", 1)[0], row.rsplit(" ", 1)[1]) for row in COLOURS.split("|"))
    ]
    facts += [
        _fact(f"People in {land} speak {tongue}.", f"Which language is spoken in {land}", f"What language do people speak in {land}", f"What do they speak in {land}", f"What is the language of {land}", f"Which language do they speak in {land}")
        for land, tongue in _pairs(LANGUAGES)
    ]
    facts += [
        _fact(f"The currency of {land} is the {coin}.", f"What is the currency of {land}", f"Which currency does {land} use", f"What money do they use in {land}", f"Which currency is used in {land}", f"How do people pay in {land}")
        for land, coin in _in_turn(CURRENCIES)
    ]
    facts += [
        _fact(f"Hello in {tongue} is: {word}.", f"How do you say hello in {tongue}", f"What is hello in {tongue}", f"Say hello in {tongue}", f"What does hello mean in {tongue}", f"Translate hello into {tongue}")
        for tongue, word in _pairs(HELLOS)
    ]
    return facts


def sums() -> list[Fact]:
    """Sums and products up to ten and ten, learned by heart: each result is one answer."""
    facts = []
    for a in range(11):
        for b in range(11):
            for sign, spoken, value in (("+", "plus", a + b), ("*", "times", a * b)):
                forms = [f"What is {a} {spoken} {b}", f"What's {a} {spoken} {b}", f"How much is {a} {spoken} {b}", f"{a} {sign} {b}", f"What is {a} {sign} {b}", f"Calculate {a} {spoken} {b}"]
                if 0 < a <= 10 and 0 < b <= 10:
                    forms += [f"What is {NUMBERS[a - 1]} {spoken} {NUMBERS[b - 1]}", f"How much is {NUMBERS[a - 1]} {spoken} {NUMBERS[b - 1]}"]
                facts.append(_fact(f"{a} {spoken} {b} is {value}.", *forms))
    return facts
