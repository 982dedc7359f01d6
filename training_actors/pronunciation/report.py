"""The report of a training run as one HTML file: agreement with people by age group, scatter plots, curves."""

import html
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from actors.page import BETTER, FIRST, GRID, SECOND, WIDTH_IN, page, picture
from actors.pronunciation.model import ModelFacts
from replay.drawing import drawing
from training_actors.pronunciation.figures import AGREEMENT
from training_actors.pronunciation.judging import Folds
from training_actors.pronunciation.outcome import Group, Outcome

Curves = Mapping[str, Sequence[float]]
"""The mean loss of each epoch, by the network's name."""

WHOLE = ("accuracy", "fluency", "prosodic", "total")
HEADLINES = ("utterance total", "word total", "phones", "phones < 1, AUC")
STEP = 0.25
"""Recordings whose scores lie as near as this are one spot; the more, the larger."""
PHONE_STEP = 0.2
COLOURS = (SECOND, FIRST, BETTER)


def report(facts: ModelFacts, outcome: Outcome, folds: Folds, curves: Curves) -> bytes:
    """The file. Raises `LibraryMissing` without matplotlib."""
    title = f"Pronunciation model {facts.version}"
    with drawing() as pyplot:
        scattered = [_scatter(pyplot, name, folds) for name in WHOLE]
        phones = _phones(pyplot, folds)
        learning = _curves(pyplot, curves) if curves else ""
    body = [
        f"<h1>{html.escape(title)}</h1>",
        "<p>Judged by networks that have not heard the speaker, beside experts' ratings of 0 to 10.</p>",
        _cards(outcome.groups[0]),
        _table(outcome.groups),
        f'<h2>Utterances</h2><div class="pictures">{"".join(scattered)}</div>',
        f"<h2>Phones</h2>{phones}",
    ]
    if learning:
        body.append(f"<h2>Learning</h2>{learning}")
    return page(title, "\n".join(body))


def _cards(everyone: Group) -> str:
    names = dict(AGREEMENT)
    cards = [
        f'<div class="card"><small>{html.escape(name)}</small><b>{getattr(everyone.pooled, names[name]):.3f}</b>'
        f"<small>± {getattr(everyone.spread, names[name]):.3f} from fold to fold</small></div>"
        for name in HEADLINES
    ]
    return f'<div class="cards">{"".join(cards)}</div>'


def _table(groups: Sequence[Group]) -> str:
    head = "".join(f'<th class="n">{html.escape(one.name)} ({one.pooled.utterances:,})</th>' for one in groups)
    rows = [
        f"<tr><td>{html.escape(name)}</td>"
        + "".join(
            f'<td class="n">{getattr(one.pooled, field):.3f} ± {getattr(one.spread, field):.3f}</td>' for one in groups
        )
        + "</tr>"
        for name, field in AGREEMENT
    ]
    return f'<div class="scroll"><table><tr><th></th>{head}</tr>{"".join(rows)}</table></div>'


def _scatter(pyplot: Any, name: str, folds: Folds) -> str:
    """Rating against score, age groups in colours."""
    place = WHOLE.index(name)
    figure, axes = pyplot.subplots(figsize=(WIDTH_IN, WIDTH_IN * 0.8))
    axes.plot([0, 10], [0, 10], color=GRID, linewidth=1, zorder=0)
    groups = sorted({one.age_group for one in folds.utterances})
    for group, colour in zip(groups, COLOURS, strict=False):
        spots = Counter(
            (_near(rating), _near(float(said.utterance[place])))
            for one, said in zip(folds.utterances, folds.own, strict=True)
            if one.age_group == group and (rating := getattr(one, name)) is not None
        )
        if spots:
            ratings, scores = zip(*spots, strict=True)
            sizes = 4 * np.sqrt(list(spots.values()))
            axes.scatter(ratings, scores, s=sizes, color=colour, alpha=0.6, linewidths=0, label=group)
    axes.set(title=name, xlabel="experts", ylabel="score", xlim=(0, 10.3), ylim=(0, 10.3))
    axes.legend(loc="upper left")
    return f"<figure>{picture(figure, f's-{name}', f'{name}: scores against the ratings of experts')}</figure>"


def _near(value: float) -> float:
    return round(value / STEP) * STEP


def _phones(pyplot: Any, folds: Folds) -> str:
    """The scores of phones, by what experts gave."""
    ratings = [phone.accuracy for one in folds.utterances for word in one.words for phone in word.phones]
    rated = np.array([np.nan if rating is None else rating for rating in ratings], np.float64)
    scores = np.concatenate([one.phones for one in folds.own])
    figure, axes = pyplot.subplots(figsize=(WIDTH_IN, WIDTH_IN * 0.7))
    axes.plot([0, 2], [0, 2], color=GRID, linewidth=1, zorder=0)
    for low in np.arange(0, 2.01, PHONE_STEP):
        of = scores[np.abs(rated - low) < PHONE_STEP / 2]
        if len(of):
            tenth, quarter, median, three_quarters, nine_tenths = np.quantile(of, (0.1, 0.25, 0.5, 0.75, 0.9))
            axes.plot([low, low], [tenth, nine_tenths], color=FIRST, linewidth=1.5)
            axes.plot([low, low], [quarter, three_quarters], color=SECOND, linewidth=6, solid_capstyle="butt")
            axes.plot([low], [median], "o", color=BETTER, markersize=5)
    axes.set(title="phones: median, half and four fifths of the scores", xlabel="experts", ylabel="score")
    return f"<figure class='wide'>{picture(figure, 'phones', 'Scores of phones by the ratings of experts')}</figure>"


def _curves(pyplot: Any, curves: Curves) -> str:
    figure, axes = pyplot.subplots(figsize=(WIDTH_IN, WIDTH_IN * 0.6))
    for losses in curves.values():
        axes.plot(range(1, len(losses) + 1), losses, color=SECOND, alpha=0.5, linewidth=1)
    axes.grid(axis="y")
    axes.set(title=f"loss while learning, {len(curves)} networks", xlabel="epoch", yscale="log")
    return f"<figure class='wide'>{picture(figure, 'curves', 'Loss by epoch')}</figure>"
