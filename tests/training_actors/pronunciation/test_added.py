import random

from training_actors.pronunciation.added import with_added
from training_actors.pronunciation.rated import RatedPhone, RatedUtterance, RatedWord


def word(text: str) -> RatedWord:
    return RatedWord(text=text, phones=(RatedPhone(phone="AA", accuracy=2.0),), total=10.0)


def utterance(*texts: str) -> RatedUtterance:
    return RatedUtterance(
        id="u",
        learner="l",
        age_group="adult",
        text=" ".join(texts),
        words=tuple(map(word, texts)),
        recording=b"",
        accuracy=8.0,
        fluency=8.0,
        prosodic=8.0,
        completeness=1.0,
        total=8.0,
    )


def test_one_word_is_put_in_or_in_anothers_place_and_only_it_was_not_said() -> None:
    own = utterance("I", "see", "a", "dog")
    for seed in range(20):
        changed, said = with_added(own, [word("see"), word("green"), word("dog")], random.Random(seed))
        assert said.count(False) == 1
        place = said.index(False)
        assert changed.words[place].text == "green"
        assert (changed.words[place].total, changed.words[place].phones[0].accuracy) == (None, None)
        assert changed.total is None
        assert all(one.total == 10.0 for one in changed.words if one.text != "green")
        rest = [one.text for one in changed.words if one.text != "green"]
        assert rest in (
            ["I", "see", "a", "dog"],
            [one for index, one in enumerate("I see a dog".split()) if index != place],
        )


def test_a_text_that_holds_all_the_words_there_are_stays_as_it_is() -> None:
    own = utterance("dog")
    assert with_added(own, [word("Dog")], random.Random(0)) == (own, (True,))
