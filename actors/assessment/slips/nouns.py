"""Articles that are missing, plurals that are missing or too many, things that cannot be counted."""

from collections.abc import Iterator

from actors.assessment.slips.sentence import (
    Sentence,
    Slip,
    category,
    is_adjective,
    is_count_singular,
    is_mass,
    is_plural,
    singular,
)
from policies.tutor import inflection, lexicon

TAKING = frozenset(
    "have has had see sees saw buy buys bought want wants wanted need needs needed got find found lost eat eats ate "
    "read reads bring brought draw drew write wrote watch watched".split()
)
TAKEN = frozenset("animal thing vehicle clothes family person job hobby school idea".split())
FRUIT = frozenset("apple banana orange pear peach lemon strawberry cherry egg sandwich hamburger burger carrot".split())
NEVER_TAKEN = frozenset(
    "class school television course place life care number mark colour color experience choice reason surprise work "
    "word love sport dance choice chance football time practice".split()
)
BEING = frozenset("am is was be become became i'm he's she's".split())
BECOMING = frozenset(("person", "job", "school"))
PEOPLE_BECOME = frozenset("student pupil boy girl man woman child kid friend classmate".split())
THE_PLACES = frozenset(
    "cinema beach park supermarket zoo airport library museum gym mall station theatre theater playground stadium "
    "office dentist doctor".split()
)
INSIDE_THE = frozenset("cinema beach park supermarket zoo library museum kitchen garden airport classroom".split())
GOING = frozenset("go goes went going gone walk walked drive drove run ran come came travel got".split())
NO_PLURAL = {
    "informations": "information", "advices": "advice", "homeworks": "homework", "furnitures": "furniture",
    "luggages": "luggage", "equipments": "equipment", "knowledges": "knowledge", "musics": "music",
    "traffics": "traffic", "weathers": "weather", "moneys": "money", "softwares": "software",
    "childrens": "children", "mens": "men", "womens": "women", "womans": "women", "mans": "men", "foots": "feet",
    "tooths": "teeth", "mouses": "mice", "sheeps": "sheep", "persons": "people", "peoples": "people",
}  # fmt: skip
MASS = frozenset("information advice homework furniture luggage equipment knowledge music traffic money".split())
MANY_EXEMPT = frozenset("time work sleep help home school exercise love hope light rice english".split())
DETERMINERS = lexicon.ARTICLES | lexicon.POSSESSIVES


def missing_article(sentence: Sentence) -> Iterator[Slip]:
    """ "see elephant", "I am student", "bought new car": one thing that can be counted needs a, an, the or my."""
    for index, word in enumerate(sentence.low):
        noun = index + 2 if is_adjective(sentence.at(index + 1)) else index + 1
        name = sentence.at(noun)
        if (
            not is_count_singular(name)
            or not sentence.closes_phrase(noun + 1)
            or sentence.at(noun + 1) in ("and", "or")
        ):
            continue
        verbal = sentence.at(index - 1) not in DETERMINERS  # "a lost cat"
        taken = word in TAKING and verbal and (category(name) in TAKEN or name in FRUIT) and name not in NEVER_TAKEN
        been = word in BEING and (category(name) == "job" or name in PEOPLE_BECOME) and not _asks(sentence)
        if taken or been:
            following = sentence.at(index + 1)
            phrase = f"{inflection.article(following)} {sentence.tokens[index + 1].text}"
            message = f'One {name}: "{inflection.article(following)} {" ".join(sentence.low[index + 1 : noun + 1])}".'
            yield Slip(first=index + 1, last=index + 1, better=phrase, message=message)


def missing_the(sentence: Sentence) -> Iterator[Slip]:
    """ "go to cinema", "in park", "in morning", "on internet", "in same school"."""
    for index, word in enumerate(sentence.low):
        noun = sentence.at(index + 1)
        done = sentence.closes_phrase(index + 2)
        place = word == "to" and sentence.at(index - 1) in GOING and noun in THE_PLACES and done
        inside = word in ("in", "at") and noun in INSIDE_THE and done
        part_of_day = word == "in" and noun in ("morning", "afternoon", "evening") and done
        if place or inside or part_of_day:
            better = f"the {sentence.tokens[index + 1].text}"
            yield Slip(first=index + 1, last=index + 1, better=better, message=f'We say "{word} the {noun}".')
        if noun == "internet" and word in ("on", "in"):
            yield Slip(first=index, last=index + 1, better="on the internet", message='We say "on the internet".')
        if noun == "same" and word in ("in", "at", "have", "has", "with") and lexicon.nouns(sentence.at(index + 2)):
            yield Slip(first=index + 1, last=index + 1, better="the same", message='We say "the same".')


def plural_after_number(sentence: Sentence) -> Iterator[Slip]:
    """ "two brother", "many friend", "one of my friend"."""
    for index, word in enumerate(sentence.low):
        counted = word in ("many", "several") or word in lexicon.NUMBERS[2:]
        counted = counted or (word.isdecimal() and 1 < int(word) < 1000)
        one_of = sentence.low[index : index + 2] == ["one", "of"] and sentence.at(index + 2) in DETERMINERS
        if not counted and not one_of:
            continue
        noun = index + 3 if one_of else index + 1
        while is_adjective(sentence.at(noun)) or sentence.at(noun) in ("most", "best"):
            noun += 1
        name = sentence.at(noun)
        if (name == "year" and sentence.at(noun + 1) == "old") or (one_of and category(name) == "time"):
            continue
        if is_count_singular(name) and sentence.closes_phrase(noun + 1) and lexicon.plural_of(name) != name:
            plural = lexicon.plural_of(name)
            yield Slip(first=noun, last=noun, better=plural, message=f'More than one: "{plural}".')


def too_many(sentence: Sentence) -> Iterator[Slip]:
    """ "a friends", "every days", "an information", "many homework", "much friends", "informations"."""
    for index, word in enumerate(sentence.low):
        noun = sentence.at(index + 1)
        done = sentence.closes_phrase(index + 2)
        counting = {"many"} if is_mass(noun) or noun in MASS else set()
        if NO_PLURAL.get(noun, "") in MASS and word in ("many", "a", "an", "some", "much"):
            yield _uncounted(sentence, index, NO_PLURAL[noun])
        elif word in NO_PLURAL and sentence.at(index - 1) not in ("many", "a", "an", "some", "much"):
            better = NO_PLURAL[word]
            yield Slip(first=index, last=index, better=better, message=f'We say "{better}".')
        elif (word in ("a", "an") and noun in MASS and done) or (word in counting and noun not in MANY_EXEMPT and done):
            yield _uncounted(sentence, index, noun)
        elif word in ("a", "an", "every", "each") and is_plural(noun) and done and noun != "people":
            one = singular(noun)
            yield Slip(first=index + 1, last=index + 1, better=one, message=f'Only one: "{word} {one}".')
        elif word == "much" and is_plural(noun) and done:
            yield Slip(first=index, last=index, better="many", message=f'We can count them: "many {noun}".')


def _uncounted(sentence: Sentence, index: int, noun: str) -> Slip:
    """ "many homework" -> "a lot of homework", "how many money" -> "how much money", "an advice" -> "some advice"."""
    word, before = sentence.at(index), sentence.at(index - 1)
    if (word == "many" and before in ("how", "so", "too", "very", "as", "not")) or word == "much":
        better = f"much {noun}"
    else:
        better = f"a lot of {noun}" if word == "many" else f"some {noun}"
    return Slip(first=index, last=index + 1, better=better, message=f'We cannot count "{noun}": "{better}".')


def _asks(sentence: Sentence) -> bool:
    return sentence.at(0) in lexicon.WH_WORDS
