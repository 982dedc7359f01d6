"""What the tutor would say back for a learner's clause, by hand: person flipped, slips put right."""

import pytest

from policies.tutor.clause import sentence_of
from policies.tutor.parser import parse
from policies.tutor.tokens import words_of, written


def said_back(text: str) -> str:
    clause = parse(words_of(text))
    return written(sentence_of(clause)) if clause is not None else ""


@pytest.mark.parametrize(
    ("said", "back"),
    [
        ("I want to go to the park with my mother", "you want to go to the park with your mother"),
        ("MARK IS GOING TO SEE ELEPHANT", "Mark is going to see an elephant"),
        ("WE CALL IT BEAR", "you call it a bear"),
        ("i like my dog", "you like your dog"),
        ("My father is a doctor.", "your father is a doctor"),
        ("I'm ten years old", "you are ten years old"),
        ("we were happy", "you were happy"),
        ("he doesn't like me", "he doesn't like you"),
        ("She gave me her book", "she gave you her book"),
        ("they make me so happy", "they make you so happy"),
        ("I always get up at seven", "you always get up at seven"),
        ("PETER LIKES FRENCH FRIES", "Peter likes French fries"),
        ("MANDY LIVES IN LAOS", "Mandy lives in Laos"),
        ("I think that learning English is important because I need it", "learning English is important"),
        ("at night I dream", "you dream at night"),
        ("There is a park near my house", "there is a park near your house"),
        ("JIM CAN SEE THE T V ROOM", "Jim can see the TV room"),
        ("I can't swim", "you can't swim"),
        ("I would have liked it", "you would have liked it"),
        ("my mother and father work", "your mother and father work"),
    ],
)
def test_a_clause_is_turned_to_the_listener(said: str, back: str) -> None:
    assert said_back(said) == back


@pytest.mark.parametrize(
    ("said", "back", "kind"),
    [
        ("he go to school", "he goes to school", "agreement"),
        ("MIKE LOVE GARDEN", "Mike loves gardens", "agreement"),
        ("my sister have a cat", "your sister has a cat", "agreement"),
        ("yesterday I go to the beach", "you went to the beach yesterday", "tense"),
        ("I go to the zoo last week", "you went to the zoo last week", "tense"),
        ("SO BETTY WENT TO PARK", "Betty went to the park", "article"),
        ("It is very big city", "it is a very big city", "article"),
        ("I eat a apple", "you eat an apple", "article"),
        ("I have two cat", "you have two cats", "plural"),
        ("I have many friend", "you have many friends", "plural"),
        ("I like play football", "you like to play football", "other"),
        ("my mother cook very good", "your mother cooks very well", "word_choice"),
        ("JAYME LOVES POTATO", "Jayme loves potatoes", "plural"),
        ("it was a great fun", "it was great fun", "article"),
    ],
)
def test_a_slip_is_put_right_and_named(said: str, back: str, kind: str) -> None:
    clause = parse(words_of(said))
    assert clause is not None
    assert written(sentence_of(clause)) == back
    assert kind in {slip.kind for slip in clause.slips}


@pytest.mark.parametrize(
    "garbled",
    [
        "BE TO BUG TO BACK",
        "AND HERE AM I WAIT TO FOR",
        "WHAT WAS SHE HAS ABOUT",
        "ANY OF IT ON HIM",
        "LUCY HOCK SONG MUTTON",
        "I SHAME TO BE THE ONLY ONE",
        "like",
        "the the the",
        "to",
        "ANN ATE A LITTLE DOG",
        "it was an affair that but of a moment",
        "asdf qwer zxcv",
    ],
)
def test_what_is_no_sure_clause_is_not_parsed(garbled: str) -> None:
    assert parse(words_of(garbled)) is None


def test_idioms_without_an_article_stay_as_they_are() -> None:
    for said in ("I go to school by bus", "I am at home", "we have lunch at work", "I go to bed at ten"):
        clause = parse(words_of(said))
        assert clause is not None
        assert not clause.slips


def test_questions_and_commands_are_known_as_such() -> None:
    moods = {
        "do you like noodles": "yesno",
        "where does he live": "wh",
        "look at the old house": "command",
        "let's draw jim's eye": "suggestion",
    }
    for said, mood in moods.items():
        clause = parse(words_of(said))
        assert clause is not None
        assert clause.mood == mood
