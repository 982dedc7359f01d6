"""Slips of language by a LanguageTool server (HTTP API v2, https://languagetool.org/http-api/).

Used instead of Harper where its URL is given. Its checks of spelling, capitals, punctuation and style are left out: a
transcript's are the recogniser's.
"""

import json
from collections.abc import Mapping
from typing import Any

import httpx

from actors.assessment import rules
from actors.ports import EngineError
from events.values import Note
from policies.recast import without_overlaps

TIMEOUT_S = 1.0
UNHEARD = frozenset(
    "TYPOS CASING PUNCTUATION TYPOGRAPHY STYLE REDUNDANCY COMPOUNDING PLAIN_ENGLISH WIKIPEDIA REPETITIONS_STYLE "
    "REGIONALISMS GENDER_NEUTRALITY FALSE_FRIENDS CONFUSED_WORDS NONSTANDARD_PHRASES SEMANTICS".split()
)
"""Categories that are about writing, or about words that sound the same."""

UNHEARD_RULES = frozenset(("ENGLISH_WORD_REPEAT_RULE", "ENGLISH_WORD_REPEAT_BEGINNING_RULE", "I_LOWERCASE"))

KINDS = (
    ("agreement", ("AGREEMENT", "HE_VERB", "PERS_PRONOUN", "BASE_FORM", "THERE_S_MANY", "NON3PRS", "IT_VBZ")),
    ("article", ("EN_A_VS_AN", "DETERMINER", "_DT", "DT_", "ARTICLE", "MISSING_ARTICLE")),
    ("plural", ("MASS_AGREEMENT", "MUCH_COUNTABLE", "MANY_NN", "PLURAL", "CD_NN", "UNCOUNTABLE", "SOME_NN")),
    ("tense", ("TENSE", "PAST", "PARTICIPLE", "DID_", "MD_", "TO_NON_BASE", "HAVE_PART", "INFINITIVE", "GERUND")),
    ("preposition", ("PREP", "DEPEND_ON", "INTERESTED_IN", "ARRIVE", "_IN_", "_ON_", "_AT_", "_TO_", "_OF_")),
    ("word_order", ("ORDER",)),
)  # fmt: skip
"""Parts of LanguageTool's rule names that tell the kind of slip, looked for in this order."""


class LanguageToolChecker:
    """`actors.ports.LanguageChecker` over HTTP, with our own rules for speech beside the server's."""

    name = "languagetool"
    digest = ""

    def __init__(self, url: str, *, timeout_s: float = TIMEOUT_S, client: httpx.Client | None = None) -> None:
        """``url``: the server's root, such as http://127.0.0.1:8081. Its version is known after the first call."""
        self.version = ""
        self._url = f"{url.rstrip('/')}/v2/check"
        self._client = client or httpx.Client(timeout=timeout_s)

    def check(self, text: str) -> tuple[Note, ...]:
        """Slips in order of position. Raises `EngineError` when the server gives no sound answer in time."""
        if not text.strip():
            return ()
        answer = self._ask(text)
        software = answer.get("software")
        if isinstance(software, Mapping):
            self.version = str(software.get("version", ""))
        try:
            found = [note for match in answer["matches"] if (note := _note(text, match)) is not None]
        except (KeyError, TypeError, IndexError, AttributeError) as error:
            raise EngineError(f"LanguageTool's answer at {self._url} lacks what API v2 promises: {error}") from error
        return without_overlaps((*rules.check(text), *found))

    def _ask(self, text: str) -> Mapping[str, Any]:
        try:
            response = self._client.post(self._url, data={"text": text, "language": "en-US"})
            response.raise_for_status()
            answer = response.json()
        except (httpx.HTTPError, json.JSONDecodeError, UnicodeDecodeError) as error:
            raise EngineError(f"LanguageTool at {self._url} did not answer: {error}") from error
        if not isinstance(answer, Mapping):
            raise EngineError(f"LanguageTool at {self._url} answered with something that is no object")
        return answer


def _note(text: str, match: Mapping[str, Any]) -> Note | None:
    """A match with its first replacement; None for what cannot be heard or has no mending."""
    rule = match["rule"]
    name, category = str(rule["id"]), str(rule["category"]["id"])
    if category in UNHEARD or name in UNHEARD_RULES or not match["replacements"]:
        return None
    # LanguageTool counts UTF-16 units, as Java does
    units = text.encode("utf-16-le")
    start = len(units[: 2 * match["offset"]].decode("utf-16-le", "ignore"))
    said = units[2 * match["offset"] : 2 * (match["offset"] + match["length"])].decode("utf-16-le", "ignore")
    better = str(match["replacements"][0]["value"])
    if better.lower() == said.lower():
        return None
    message = f'We say "{better}", not "{said}".' if better else f'Leave out "{said}" here.'
    end = start + len(said)
    return Note(kind=_kind(name), start=start, end=end, said=said, better=better, message=message, rule=name)


def _kind(rule: str) -> str:
    return next((kind for kind, parts in KINDS if any(part in rule for part in parts)), "other")
