"""Slips of language by Harper (in-process, about 1 ms a sentence) and our own rules for what learners say.

A transcript has the recogniser's spelling, commas and capitals, not the learner's, so only Harper's rules on grammar
and word choice are switched on: the tables below. What sounds the same as its correction ("their", "could of") is
never held against a speaker.
"""

import threading
from importlib.metadata import version

import harper

from actors.assessment import rules
from actors.assessment.slips.sentence import verb_forms
from events.values import Note
from policies.recast import without_overlaps

AGREEMENT = "PronounVerbAgreement PronounAre PronounInflectionBe IAmAgreement IDo HeDos ThereIsAgreement"
ARTICLE = "AnA AnAnother AnotherAn TheMy TheAnother InAHurry HaveAHardTime SuchShame ForALongTime SomeWithoutArticle"
TENSE = "RegularIrregulars DidPast SimplePastToPastParticiple HelpedPast WillNonLemma IsBeenAuxSequence"
PREPOSITION = (
    "InterestedIn ArriveTo ArriveOnWeekday GoodAt AspireTo AwaitFor AskNoPreposition Discuss DespiteOf ExceptOf "
    "JealousOf AccuseOf CraveFor ComfortableWith CuriousAbout FondOn ResponsibleFor FascinatedBy ObsessPreposition "
    "PassionateAbout SimilarLike SameAs ThriveOn CommitmentTo CureFor ImitateFrom InvestIn LaughOfAt MeansALotTo "
    "LookingForwardTo LookForwardTo SinceDuration OnFirstGlance TakeALookTo ResponsibilityFor ReasonForDoing"
)
PLURAL = (
    "OneOfTheSingular MostOfTheTimes CriteriaPhenomena FewUnitsOfTimeAgo AnotherThings AnotherOnes InDetail "
    "QuantifierNumeralConflict"
)
WORD_CHOICE = (
    "MoreBetter AdjectiveDoubleDegree DoMistake OpenTheLight TakeMedicine ConvenientStore LessWorse QuiteMany "
    "VeryKnown WorthToDo DoubleModal DontCan WillGonna HaveNegNoAny FriendOfMe WinPrize ThrowRubbish "
    "LongTimeAgo WrongNegative KnowNothingVerb LikeAsIf HowItLooksLike "
    "ModalSeem BeAllowed BeWorried BeConcerned WantBe "
    "ProgressiveNeedsBe RedundantProgressiveComparative SubjectPronoun SubjectAndObjectPronoun LetToDo"
)
KIND_OF_RULE = {
    rule: kind
    for kind, names in (
        ("agreement", AGREEMENT),
        ("article", ARTICLE),
        ("tense", TENSE),
        ("preposition", PREPOSITION),
        ("plural", PLURAL),
        ("word_choice", WORD_CHOICE),
    )
    for rule in names.split()
}

PAST_PARTICIPLE = frozenset({"have", "has", "had", "'ve", "haven't", "hasn't", "hadn't", "been", "be"})


class HarperLanguageChecker:
    """`actors.ports.LanguageChecker` by Harper and `actors.assessment.rules`. Takes about a second to load."""

    name = "harper"
    digest = ""

    def __init__(self) -> None:
        self.version = version("harper-py")
        self._linter = harper.Linter()
        default = self._linter.get_default_lint_config()
        self._linter.set_lint_config({rule: rule in KIND_OF_RULE for rule in default})
        self._lock = threading.Lock()  # a Linter refuses a second call while one is running

    def check(self, text: str) -> tuple[Note, ...]:
        """Slips in order of position; where Harper and our rules meet, ours wins, being made for speech."""
        own = rules.check(text)
        return without_overlaps((*own, *self._lints(text)))

    def _lints(self, text: str) -> tuple[Note, ...]:
        with self._lock:
            found = self._linter.organized_lints(text)
        return tuple(
            note for rule, lints in found.items() for lint in lints if (note := _note(text, rule, lint)) is not None
        )


def _note(text: str, rule: str, lint: "harper.Lint") -> Note | None:
    """The lint with its first suggestion carried out; None when it has none to give."""
    suggestions = lint.suggestions
    span = lint.span
    start, end = span.start, span.end
    said = text[start:end]
    if not suggestions or rule not in KIND_OF_RULE:
        return None
    if KIND_OF_RULE[rule] == "agreement" and text[:start].lower().split()[-2:-1] == ["and"]:
        return None  # "my brother and he go": our own rule tells the subject apart
    choice = suggestions[0]
    if rule == "RegularIrregulars":  # "goed": gone after a form of have, else went
        form = "participle" if _after_have(text[:start]) else "past"
        choice = next((one for one in suggestions if form in verb_forms(one.replacement_text)), choice)
    match choice.kind:
        case harper.SuggestionKind.REPLACE:
            better = choice.replacement_text
        case harper.SuggestionKind.REMOVE:
            better = ""
        case _:
            better = said + choice.replacement_text
    if better.lower() == said.lower():
        return None
    message = _message(said, better)
    return Note(kind=KIND_OF_RULE[rule], start=start, end=end, said=said, better=better, message=message, rule=rule)


def _after_have(before: str) -> bool:
    words = before.lower().replace("'ve", " 've").split()
    return any(word in PAST_PARTICIPLE for word in words[-2:])


def _message(said: str, better: str) -> str:
    if not better.strip():
        return f'Leave out "{said.strip()}" here.'
    return f'We say "{better.strip()}", not "{said.strip()}".'
