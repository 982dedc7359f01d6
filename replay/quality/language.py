"""Which language a text is in, by py3langid (BSD-3-Clause, 4.6 MB with its model). Judges no spelling."""

from collections.abc import Sequence

from replay.errors import LibraryMissing

CANDIDATES = ("ar", "de", "en", "es", "fr", "hi", "it", "ja", "ko", "pt", "ru", "tr", "vi", "zh")
"""The languages of the voices, and the commonest first languages of learners: the fewer, the surer of short texts."""


class LanguageIdentifier:
    """A naive Bayes classifier of byte n-grams (Lui & Baldwin 2012); loading it takes 0.3 s.

    Raises `LibraryMissing` without py3langid, ValueError when a candidate is a language that it does not know.
    """

    def __init__(self, candidates: Sequence[str] = CANDIDATES) -> None:
        try:
            from py3langid.langid import MODEL_FILE
            from py3langid.langid import LanguageIdentifier as Classifier
        except ImportError as error:
            raise LibraryMissing("py3langid", "Telling a text's language") from error
        self._classifier = Classifier.from_model_file(MODEL_FILE, norm_probs=True)
        self._classifier.set_languages(candidates)

    def probability(self, text: str, language: str) -> float | None:
        """How probably a text is in that language (ISO 639-1, or BCP 47 as "en-GB"), 0..1; None of no letter.

        0 for a language that is no candidate. In lower case, as names and capitals lead astray.
        """
        if not any(character.isalpha() for character in text):
            return None
        ranked = dict(self._classifier.rank(text.lower()))
        return float(ranked.get(language.partition("-")[0].lower(), 0.0))
