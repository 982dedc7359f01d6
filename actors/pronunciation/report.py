"""The report of one recording in an HTML file of its own: picture, scores, miscues, words, phones, prosody."""

import base64
import html
from collections.abc import Iterable, Sequence

from actors.page import page
from actors.pronunciation.assessor import MARGINS, error_of
from actors.pronunciation.explanation import Explanation
from actors.pronunciation.judgement import JudgedPhone, JudgedWord, Judgement
from actors.pronunciation.wording import sentences
from events.values import Miscue, Prosody

SCORES = ("total", "accuracy", "fluency", "prosodic", "completeness")


def report(explanation: Explanation, png: bytes) -> bytes:
    """The file, with the picture inside."""
    found, judged = explanation.found, explanation.found.judgement
    title = f"Pronunciation of {explanation.name}"
    body = [
        f"<h1>{html.escape(title)}</h1>",
        f"<p>To be said: <q>{html.escape(explanation.text)}</q><br>"
        f"Understood: <q>{html.escape(found.transcript.text)}</q><br>"
        f"How sure it is that this text was read: {found.confidence:.0%}</p>",
        *(f"<p><b>Warning ({one.kind}):</b> {html.escape(one.told)}.</p>" for one in found.warnings),
        _cards(judged),
        _picture(png, explanation.text),
        _remark(explanation),
        "<h2>Where the text was left</h2>",
        _miscues(judged.miscues, judged.words),
        "<h2>Words</h2>",
        _words(explanation),
        "<h2>Phones</h2>",
        f"<p>Scores of 0 to 2; below {explanation.poor_below:.2f} experts mostly call a phone mispronounced.</p>",
        _phones(explanation),
        "<h2>Prosody</h2>",
        _sentences(sentences(explanation.intonation, found.prosody, judged.words)),
        _prosody(found.prosody),
    ]
    return page(title, "\n".join(body))


def _cards(judged: Judgement) -> str:
    margins = dict(zip(MARGINS, judged.margins, strict=False))
    cards = "".join(
        f'<div class="card"><small>{name}</small><b>{getattr(judged, name):.1f}</b>'
        f"<small>of 10{f', ± {margins[name]:.1f}' if name in margins else ''}</small></div>"
        for name in SCORES
    )
    told = "±: experts’ ratings lie so far from the score, at most, in four of five recordings."
    return f'<div class="cards">{cards}</div>' + (f"<p><small>{told}</small></p>" if margins else "")


def _picture(png: bytes, text: str) -> str:
    told = f"Waveform, spectrogram, words and phones in the colours of their scores, and pitch of: {text}"
    data = base64.b64encode(png).decode("ascii")
    return (
        f'<figure><img src="data:image/png;base64,{data}" alt="{html.escape(told)}" style="width:100%;height:auto">'
        "</figure>"
    )


def _remark(explanation: Explanation) -> str:
    """Where the line of our voice comes from, or why there is none."""
    reference = explanation.reference
    if not reference.contour:
        return f"<p>Our voice is not in the picture: {html.escape(reference.missing)}</p>"
    return (
        f"<p><small>Our voice is {html.escape(reference.voice)}, laid into the recording's times phone by phone and"
        f" moved by {reference.moved:+.1f} semitones into its register.</small></p>"
    )


def _miscues(miscues: Sequence[Miscue], words: Sequence[JudgedWord]) -> str:
    if not miscues:
        return "<p>Nowhere.</p>"
    rows = [
        (
            miscue.kind,
            words[miscue.word].text if miscue.word >= 0 else "(before the first word)",
            miscue.heard,
            _times(miscue.start_ms, miscue.end_ms) if miscue.end_ms else "",
        )
        for miscue in miscues
    ]
    return _table(("what", "word of the text", "heard", "when (s)"), rows)


def _words(explanation: Explanation) -> str:
    judged = explanation.found.judgement
    replaced = {miscue.word for miscue in judged.miscues if miscue.kind == "substitution"}
    rows = [
        (
            word.text,
            _times(word.start_ms, word.end_ms) if word.said else "",
            f"{word.accuracy:.1f}",
            f"{word.stress:.1f}",
            f"{word.total:.1f}",
            error_of(word, explanation.poor_below, replaced=index in replaced),
        )
        for index, word in enumerate(judged.words)
    ]
    return _table(("word", "when (s)", "accuracy", "stress", "total", "error"), rows)


def _phones(explanation: Explanation) -> str:
    rows = [
        (
            word.text,
            phone.phone,
            _times(phone.start_ms, phone.end_ms),
            f"{phone.score:.2f}",
            _heard(phone, explanation),
        )
        for word in explanation.found.judgement.words
        if word.said
        for phone in word.phones
    ]
    return _table(("word", "phone", "when (s)", "score", "heard instead"), rows)


def _heard(phone: JudgedPhone, explanation: Explanation) -> str:
    poor = " (poor)" if phone.score < explanation.poor_below else ""
    return f"{phone.heard}{poor}".strip()


def _sentences(told: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{html.escape(one)}</li>' for one in told)}</ul>"


def _prosody(prosody: Prosody) -> str:
    figures = (
        ("speaking time", _told(prosody.speaking_ms / 1000, "s", 2)),
        ("speech rate", _told(prosody.words_per_minute, "words a minute", 0)),
        ("articulation rate", _told(prosody.syllable_rate_hz, "syllables a second", 1)),
        ("pitch, mean", _told(prosody.f0_mean_hz, "Hz", 0)),
        ("pitch, deviation", _told(prosody.f0_std_hz, "Hz", 0)),
        ("loudness, mean", _told(prosody.intensity_mean_db, "dB", 1)),
        ("pauses", ", ".join(f"{_times(pause.start_ms, pause.end_ms)} s" for pause in prosody.pauses) or "none"),
        ("hesitations", str(prosody.hesitations)),
    )
    return _table(("", ""), figures)


def _told(value: float | None, unit: str, digits: int) -> str:
    return "not measurable" if value is None else f"{value:.{digits}f} {unit}"


def _times(start_ms: int, end_ms: int) -> str:
    return f"{start_ms / 1000:.2f}–{end_ms / 1000:.2f}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{name}</th>" for name in heads)
    lines = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>'
