"""English spelling rules and irregular forms, against a grammar book."""

import pytest

from policies.tutor import inflection, lexicon


@pytest.mark.parametrize(
    ("noun", "many"),
    [("box", "boxes"), ("city", "cities"),
     ("boy", "boys"), ("child", "children"), ("mouse", "mice"), ("potato", "potatoes"),
     ("photo", "photos"), ("wife", "wives"), ("fish", "fish"), ("watch", "watches")],
)  # fmt: skip
def test_plurals(noun: str, many: str) -> None:
    assert lexicon.plural_of(noun) == many


@pytest.mark.parametrize(
    ("verb", "third", "past", "ing"),
    [("stop", "stops", "stopped", "stopping"), ("try", "tries", "tried", "trying"), ("make", "makes", "made", "making"),
     ("go", "goes", "went", "going"), ("lie", "lies", "lay", "lying"), ("see", "sees", "saw", "seeing"),
     ("watch", "watches", "watched", "watching"), ("play", "plays", "played", "playing"), 
     ("have", "has", "had", "having")],
)  # fmt: skip
def test_verb_forms(verb: str, third: str, past: str, ing: str) -> None:
    assert (lexicon.third(verb), lexicon.past(verb), inflection.ing(verb)) == (third, past, ing)


@pytest.mark.parametrize(
    ("word", "article"),
    [("apple", "an"), ("hour", "an"), ("university", "a"), ("uncle", "an"), ("one", "a"), ("European", "a"),
     ("dog", "a"),
     ("umbrella", "an"), ("uniform", "a"), ("honest man", "an"), ("onion", "an")],
)  # fmt: skip
def test_the_article_goes_by_the_sound(word: str, article: str) -> None:
    assert inflection.article(word) == article
