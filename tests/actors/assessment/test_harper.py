"""Slips are found and mended; sound sentences are left alone. The mended sentences are a teacher's, not the code's."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from actors.assessment.harper import HarperLanguageChecker
from policies.recast import corrected

SLIPS = [
    ("agreement", "He go to school every day.", "He goes to school every day."),
    ("agreement", "She don't like coffee.", "She doesn't like coffee."),
    ("agreement", "My brother play football in the park.", "My brother plays football in the park."),
    ("agreement", "My mother always cook for us.", "My mother always cooks for us."),
    ("agreement", "Everybody know this song.", "Everybody knows this song."),
    ("agreement", "People is very nice here.", "People are very nice here."),
    ("agreement", "My parents lives in Italy.", "My parents live in Italy."),
    ("agreement", "They is my friends.", "They are my friends."),
    ("agreement", "There is many people in my city.", "There are many people in my city."),
    ("agreement", "There is two dogs in the garden.", "There are two dogs in the garden."),
    ("agreement", "I likes it.", "I like it."),
    ("agreement", "My mother works and she like her job.", "My mother works and she likes her job."),
    ("agreement", "He have a sister.", "He has a sister."),
    ("article", "She is going to see elephant.", "She is going to see an elephant."),
    ("article", "I am student.", "I am a student."),
    ("article", "My father is good cook, and I have dog.", "My father is a good cook, and I have a dog."),
    ("article", "I want to be doctor.", "I want to be a doctor."),
    ("article", "I bought new car.", "I bought a new car."),
    ("article", "We go to cinema every week.", "We go to the cinema every week."),
    ("article", "I drink tea in morning.", "I drink tea in the morning."),
    ("article", "I eat a apple.", "I eat an apple."),
    ("tense", "Yesterday I go to the beach.", "Yesterday I went to the beach."),
    ("tense", "Last summer we visit my aunt.", "Last summer we visited my aunt."),
    ("tense", "I go to the park with my sister yesterday.", "I went to the park with my sister yesterday."),
    ("tense", "Two days ago I see a film.", "Two days ago I saw a film."),
    (
        "tense",
        "Yesterday I go to the doctor and he tell me to sleep more.",
        "Yesterday I went to the doctor and he told me to sleep more.",
    ),
    (
        "tense",
        "Yesterday my friend come to my house and we eat pizza.",
        "Yesterday my friend came to my house and we ate pizza.",
    ),
    ("tense", "My friend come here yesterday and we play chess.", "My friend came here yesterday and we played chess."),
    ("tense", "Yesterday I go to the park and eat ice cream.", "Yesterday I went to the park and ate ice cream."),
    ("tense", "Yesterday I went home and then we eat pizza.", "Yesterday I went home and then we ate pizza."),
    ("tense", "Yesterday in the morning I go to work.", "Yesterday in the morning I went to work."),
    ("tense", "Last year I travel to Italy and visit Rome.", "Last year I travelled to Italy and visited Rome."),
    ("tense", "Yesterday my husband cook dinner.", "Yesterday my husband cooked dinner."),
    ("tense", "She is cook dinner.", "She cooks dinner."),
    ("tense", "Where are you work?", "Where do you work?"),
    ("tense", "I didn't went there.", "I didn't go there."),
    ("tense", "He can sings very well.", "He can sing very well."),
    ("tense", "I must to go now.", "I must go now."),
    ("tense", "I am agree with you.", "I agree with you."),
    ("tense", "I am work in a hospital.", "I work in a hospital."),
    ("tense", "I am work in a factory since five years.", "I have worked in a factory for five years."),
    ("tense", "He is work very hard every day.", "He works very hard every day."),
    ("tense", "My brother is work in a bank.", "My brother works in a bank."),
    ("tense", "I'm learn English at school.", "I learn English at school."),
    ("tense", "I am not work today.", "I don't work today."),
    ("tense", "I am look for a job.", "I am looking for a job."),
    ("tense", "I was go to the park.", "I went to the park."),
    ("tense", "Are you work in a hospital?", "Do you work in a hospital?"),
    ("tense", "Are you agree with me?", "Do you agree with me?"),
    ("tense", "I live here since 2015.", "I have lived here since 2015."),
    ("tense", "I want go home.", "I want to go home."),
    ("tense", "I enjoy to swim in the sea.", "I enjoy swimming in the sea."),
    ("tense", "My father let me to drive the car.", "My father let me drive the car."),
    ("tense", "I no like fish.", "I don't like fish."),
    ("tense", "She very happy today.", "She is very happy today."),
    ("tense", "I goed to the shop.", "I went to the shop."),
    ("tense", "I am born in China.", "I was born in China."),
    ("tense", "I am interested in learn English.", "I am interested in learning English."),
    ("preposition", "It depends of the weather.", "It depends on the weather."),
    ("preposition", "I am interested on music.", "I am interested in music."),
    ("preposition", "I listen music every day.", "I listen to music every day."),
    ("preposition", "I go to home at six.", "I go home at six."),
    ("preposition", "We meet in Monday.", "We meet on Monday."),
    ("preposition", "She is married with a doctor.", "She is married to a doctor."),
    ("preposition", "I am afraid from dogs.", "I am afraid of dogs."),
    ("preposition", "We discussed about the problem.", "We discussed the problem."),
    ("plural", "I have two brother.", "I have two brothers."),
    ("plural", "I have many friend here.", "I have many friends here."),
    ("plural", "She is one of my best friend.", "She is one of my best friends."),
    ("plural", "I need many informations.", "I need a lot of information."),
    ("plural", "I have many homework today.", "I have a lot of homework today."),
    ("plural", "The childrens are in the park.", "The children are in the park."),
    ("plural", "I run every days.", "I run every day."),
    ("word_choice", "This is more better.", "This is better."),
    ("word_choice", "I have 20 years.", "I am 20 years old."),
    ("word_choice", "I very like pizza.", "I really like pizza."),
    ("word_choice", "I make my homework in the evening.", "I do my homework in the evening."),
    ("word_choice", "There have many cars in my city.", "There are many cars in my city."),
    ("word_choice", "My house is more big than your house.", "My house is bigger than your house."),
    ("word_order", "I like very much music.", "I like music very much."),
    ("word_order", "Where you live?", "Where do you live?"),
    ("word_order", "My brother he is tall.", "My brother is tall."),
]

SOUND = Path(__file__).with_name("sound_sentences.txt").read_text("utf-8").splitlines()
"""Sentences of levels A1 to B2 without a slip, many of them close to one."""


@pytest.fixture(scope="module")
def checker() -> HarperLanguageChecker:
    return HarperLanguageChecker()


@pytest.mark.parametrize(("kind", "said", "better"), SLIPS, ids=[said for _, said, _ in SLIPS])
def test_a_typical_slip_of_a_learner_is_named_and_mended(
    checker: HarperLanguageChecker, kind: str, said: str, better: str
) -> None:
    notes = checker.check(said)
    assert corrected(said, notes) == better
    assert kind in {note.kind for note in notes}


@pytest.mark.parametrize("sentence", SOUND)
def test_a_sound_sentence_gets_no_note(checker: HarperLanguageChecker, sentence: str) -> None:
    assert checker.check(sentence) == ()


@pytest.mark.parametrize(
    ("said", "better"),
    [
        ("I has two brother and they lives", "I have two brothers and they live"),
        ("I like tea and we often goes out", "I like tea and we often go out"),
        ("He is old and you has a dog", "He is old and you have a dog"),
        ("We sports fans like it", "We sports fans like it"),
    ],
)
def test_a_verb_agrees_with_its_pronoun_after_and_too(checker: HarperLanguageChecker, said: str, better: str) -> None:
    own = [note for note in checker.check(said) if note.rule != "PronounVerbAgreement"]
    assert corrected(said, own) == better


def test_many_slips_in_one_breath_are_all_mended(checker: HarperLanguageChecker) -> None:
    said = "Yesterday I go to cinema with my two friend and we see a film about a dog, it was more better than book."
    mended = corrected(said, checker.check(said))
    assert mended.startswith("Yesterday I went to the cinema with my two friends and we ")
    assert "was better than" in mended


@pytest.mark.parametrize("text", ["", " ", "?!", "😀", "你好，世界", "a" * 500, "the the the the"])
def test_what_is_hardly_a_sentence_gets_no_note(checker: HarperLanguageChecker, text: str) -> None:
    assert checker.check(text) == ()


def test_positions_are_those_of_the_text_even_after_an_emoji(checker: HarperLanguageChecker) -> None:
    text = "😀 Well, he go to school."
    (note,) = checker.check(text)
    assert text[note.start : note.end] == note.said == "go"


def test_several_threads_may_ask_at_once(checker: HarperLanguageChecker) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(checker.check, ["She don't like coffee and informations."] * 40))
    assert all(answer == answers[0] for answer in answers)
    assert len(answers[0]) == 2
