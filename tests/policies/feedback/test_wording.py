"""The tables of the languages, and which one a learner gets."""

from string import Formatter

import pytest

from policies.feedback.wording import LANGUAGES, language_of, wording
from policies.phones import IPA


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_a_tip_for_every_phone_of_english(language: str) -> None:
    tips = wording(language).tips
    assert set(tips) == set(IPA)
    assert len(set(tips.values())) == len(IPA)
    assert all(8 <= len(tip) <= 110 for tip in tips.values())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("section", ["lines", "scores", "basis"])
def test_every_language_has_the_same_lines_with_the_same_places_to_fill(language: str, section: str) -> None:
    def places(lines: dict[str, str]) -> dict[str, set[str]]:
        return {key: {name for _, name, _, _ in Formatter().parse(line) if name} for key, line in lines.items()}

    assert places(getattr(wording(language), section)) == places(getattr(wording("en"), section))


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        (("es-MX",), "es"),
        (("zh-Hant-TW",), "zh"),
        (("yue-HK",), "zh"),
        (("pt-BR", "vi"), "vi"),
        (("", "", "fr-CH, fr;q=0.9, en;q=0.8"), "fr"),
        (("", "", "en;q=0.5, de;q=0.9, *;q=0.1"), "de"),
        (("ja", "", "ja-JP,ja"), "en"),
        (("", "", "de;q=0, fr;q=0.1"), "fr"),
        (("", "", "de;q=0.000"), "en"),
        ((";;q=x,,", ""), "en"),
        ((), "en"),
    ],
)
def test_the_first_language_that_we_have_is_taken_and_english_where_we_have_none(
    wanted: tuple[str, ...], language: str
) -> None:
    assert language_of(*wanted) == language


def test_figures_are_written_as_the_language_writes_them() -> None:
    assert wording("en").span(410, 520) == "0.41–0.52 s"
    assert wording("es").span(410, 520) == "0,41–0,52 s"
    assert wording("zh").span(410, 520) == "0.41–0.52 秒"
