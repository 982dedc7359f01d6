"""Our own rules for what learners say, beside Harper's: which there are, and how a slip becomes a note."""

from collections.abc import Callable, Iterator

from actors.assessment.slips import agreement, nouns, past, phrases, verbs
from actors.assessment.slips.sentence import Sentence, Slip, sentences
from events.values import Note
from policies.recast import without_overlaps

Rule = Callable[[Sentence], Iterator[Slip]]

RULES: tuple[tuple[str, Rule], ...] = (
    ("tense", past.past_time),
    ("tense", verbs.after_modal),
    ("tense", verbs.be_with_verb),
    ("tense", verbs.since),
    ("tense", verbs.infinitives),
    ("word_order", verbs.questions),
    ("tense", verbs.negation),
    ("tense", verbs.missing_be),
    ("plural", nouns.too_many),
    ("agreement", agreement.there_is),
    ("agreement", agreement.be_forms),
    ("agreement", agreement.plural_subject),
    ("agreement", agreement.plural_pronoun),
    ("agreement", agreement.third_person),
    ("plural", agreement.this_and_these),
    ("plural", nouns.plural_after_number),
    ("article", nouns.missing_the),
    ("article", nouns.missing_article),
)
"""Kind of note and rule; where two rules meet, the earlier one's note is kept."""


def check(text: str) -> tuple[Note, ...]:
    """Slips in order of position, without overlaps."""
    found = list(phrases.notes(text))
    for sentence in sentences(text):
        for kind, rule in RULES:
            found += [_note(text, sentence, kind, rule.__name__, slip) for slip in rule(sentence)]
    return without_overlaps(found)


def _note(text: str, sentence: Sentence, kind: str, rule: str, slip: Slip) -> Note:
    start, end = sentence.tokens[slip.first].start, sentence.tokens[slip.last].end
    said = text[start:end]
    better = slip.better[:1].upper() + slip.better[1:] if said[:1].isupper() and said != "I" else slip.better
    return Note(kind=kind, start=start, end=end, said=said, better=better, message=slip.message, rule=rule)
