"""One recording as a picture: wave, spectrogram, words and phones by score, pitch beside our voice. Judges nothing."""

import io
import warnings
from collections.abc import Sequence
from importlib.util import find_spec
from textwrap import wrap
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from actors.ports import SAMPLE_RATE_HZ, Audio
from actors.pronunciation.errors import PictureLibraryMissing
from actors.pronunciation.explanation import Explanation
from actors.pronunciation.judgement import JudgedPhone, JudgedWord
from actors.pronunciation.systems import Span, levels, systems
from events.values import PitchPoint
from policies.prosody.phrasing import MISSING

WIDTH_IN, HEAD_IN, SYSTEM_IN = 11.0, 1.1, 4.9
LEFT, ACROSS = 0.065, 0.915
"""Where axes begin, and how wide they are, as shares of the width."""
LETTERS = 120
"""In a line of the text."""
DPI = 110
HEIGHTS = (0.7, 1.3, 1.7, 1.4)
"""Of wave, spectrogram, words with phones, and pitch."""
SCALE = ("#a63603", "#e6853c", "#fdd0a2", "#f7f7f7", "#a6cee3", "#4292c6", "#08519c")
"""From worst to best: orange and blue, which differ in every kind of colour blindness, and in brightness."""
INK, MUTED, LEARNER, OURS = "#1c2024", "#5b636d", "#08519c", "#d95f02"
BEST_PHONE, BEST_WORD = 2.0, 10.0
HIGHEST_HZ, RANGE_DB = 6_000, 60
WINDOW, STEP, POINTS = 160, 32, 512
"""Of the spectrogram, in samples: 10 ms show single phones, as a phonetician's broad-band spectrogram does."""
BROKEN_MS = 90
"""A gap in a contour from which no line is drawn across."""
WORD_LEVELS, PHONE_LEVELS = 2, 4
SETTINGS: Any = {
    "font.family": "sans-serif",
    "font.size": 8,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": MUTED,
    "axes.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


class _Label(Struct, frozen=True, kw_only=True):
    """A text that is centred on a place (ms); ``colour`` is that of its letters."""

    text: str
    place: float
    colour: str = INK
    bold: bool = False


def check_library() -> None:
    """Raises `PictureLibraryMissing`."""
    if find_spec("matplotlib") is None:
        raise PictureLibraryMissing


def drawn(explanation: Explanation) -> bytes:
    """A PNG file. Raises `PictureLibraryMissing` without matplotlib."""
    check_library()
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    found = explanation.found
    spans = systems(found.judgement, len(found.audio) * 1000 // SAMPLE_RATE_HZ)
    height = HEAD_IN + SYSTEM_IN * len(spans)
    with matplotlib.rc_context(SETTINGS), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # an emoji in the text is drawn as an empty box
        figure = Figure(figsize=(WIDTH_IN, height), dpi=DPI)
        FigureCanvasAgg(figure)
        _head(figure, explanation, height)
        for number, span in enumerate(spans):
            top = 1 - (HEAD_IN + SYSTEM_IN * number) / height
            _System(figure, explanation, span, max(end - start for start, end in spans)).draw(top, SYSTEM_IN / height)
        file = io.BytesIO()
        figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()


def colours() -> Any:
    """The colours of scores from 0 (worst) to 1."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("scores", SCALE)


def _head(figure: Any, explanation: Explanation, height: float) -> None:
    """The text, the scores, and what the colours mean."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    judged = explanation.found.judgement
    named = ("total", "accuracy", "fluency", "prosodic", "completeness")
    told = "   ".join(f"{name} {getattr(judged, name):.1f}" for name in named)
    shown = "\n".join(wrap(explanation.text, LETTERS, max_lines=2, placeholder=" …"))
    figure.text(LEFT, 1 - 0.12 / height, shown, fontsize=10, va="top", parse_math=False)
    figure.text(LEFT, 1 - 0.68 / height, f"{told}   (of 10)", fontsize=9, va="center", color=MUTED)
    bar = figure.add_axes((0.68, 1 - 0.72 / height, 0.29, 0.11 / height))
    figure.colorbar(ScalarMappable(Normalize(0, 1), colours()), cax=bar, orientation="horizontal")
    poor = explanation.poor_below / BEST_PHONE
    bar.axvline(poor, color=INK, linewidth=1.2)
    limit = f"poor below {explanation.poor_below:.2g}"
    bar.set_xticks([0, poor, 1], ["phone 0\nword 0", f"{limit}\n{10 * poor:.1f}", "2\n10"])
    bar.tick_params(length=0, labelsize=7)


class _System:
    """One line of the picture, from ``start`` to ``end`` ms on axes that have room for ``room`` ms."""

    def __init__(self, figure: Any, explanation: Explanation, span: Span, room: int) -> None:
        self._figure, self._explanation = figure, explanation
        self._start, self._end = span
        self._limits = (self._start / 1000, (self._start + room) / 1000)
        self._colours = colours()

    def draw(self, top: float, height: float) -> None:
        """Four axes from ``top`` downward, of the figure's height."""
        gap, foot = 0.12, 0.42
        unit = height / SYSTEM_IN * (SYSTEM_IN - foot - gap * len(HEIGHTS)) / sum(HEIGHTS)
        drawers = (self._wave, self._spectrogram, self._strip, self._pitch)
        for share, drawer in zip(HEIGHTS, drawers, strict=True):
            top -= share * unit
            axes = self._figure.add_axes((LEFT, top, ACROSS, share * unit))
            axes.set_xlim(self._limits)
            drawer(axes)
            top -= gap * height / SYSTEM_IN

    def _wave(self, axes: Any) -> None:
        samples = self._samples()
        peak = float(np.abs(self._explanation.found.audio).max(initial=0.0)) or 1.0
        axes.plot(self._start / 1000 + np.arange(len(samples)) / SAMPLE_RATE_HZ, samples, color=MUTED, linewidth=0.5)
        axes.set_ylim(-1.05 * peak, 1.05 * peak)
        self._breaks(axes)
        axes.set_ylabel("amplitude\n(of 1)")
        axes.locator_params(axis="y", nbins=3)
        _without_times(axes)

    def _breaks(self, axes: Any) -> None:
        """Pauses that nobody expects are shaded, with their length; a pause that is missing is a broken line."""
        heights = axes.get_xaxis_transform()
        for one in self._explanation.intonation.breaks:
            if not self._inside(one.start_ms, one.end_ms):
                continue
            middle = (one.start_ms + one.end_ms) / 2000
            if one.kind == MISSING:
                axes.axvline(middle, color=SCALE[0], linewidth=1.2, linestyle="--")
            else:
                axes.axvspan(one.start_ms / 1000, one.end_ms / 1000, color=SCALE[2], alpha=0.7, linewidth=0)
            told = "no pause" if one.kind == MISSING else f"pause {one.silence_ms} ms"
            axes.text(middle, 1.0, told, transform=heights, ha="center", va="bottom", fontsize=7, color=SCALE[0])

    def _spectrogram(self, axes: Any) -> None:
        levels_db = spectrogram(self._samples())
        axes.imshow(
            levels_db,
            origin="lower",
            aspect="auto",
            extent=(self._start / 1000, self._end / 1000, 0, HIGHEST_HZ / 1000),
            cmap="Greys",
            vmin=levels_db.max() - RANGE_DB,
            vmax=levels_db.max(),
        )
        axes.set_xlim(self._limits)
        axes.set_ylabel("frequency\n(kHz)")
        _without_times(axes)

    def _strip(self, axes: Any) -> None:
        """Words above, phones beneath, each in the colour of its score."""
        words = self._explanation.found.judgement.words
        axes.set_ylim(-1, 7)
        here = [word for word in words if word.said and self._inside(word.start_ms, word.end_ms)]
        phones = [phone for word in here for phone in word.phones]
        for word in here:
            self._box(axes, word.start_ms, word.end_ms, 4.0, word.total / BEST_WORD)
        for phone in phones:
            self._box(axes, phone.start_ms, phone.end_ms, 3.0, phone.score / BEST_PHONE)
        self._label(axes, self._word_labels(words), WORD_LEVELS, 5.15, 0.95)
        self._label(
            axes,
            [_phone_label(phone, self._explanation.poor_below) for phone in phones],
            PHONE_LEVELS,
            2.85,
            -1.0,
        )
        axes.set_yticks([4.5, 3.5], ["words", "phones"])
        axes.tick_params(axis="y", length=0)
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        _without_times(axes)

    def _pitch(self, axes: Any) -> None:
        """F0 of the learner in dots, of our voice as a line, on a scale of semitones told in Hz."""
        found, reference = self._explanation.found, self._explanation.reference
        own, ours = found.prosody.contour, reference.contour
        axes.plot(
            [p.time_ms / 1000 for p in own],
            [p.f0_hz for p in own],
            ".",
            color=LEARNER,
            markersize=3.5,
            label="the recording",
        )
        if ours:
            times, pitches = _broken(ours)
            moved = f", moved by {reference.moved:+.1f} semitones" if abs(reference.moved) >= 0.05 else ""
            axes.plot(
                times,
                pitches,
                color=OURS,
                linewidth=1.6,
                alpha=0.85,
                label=f"our voice ({reference.voice}), in the recording's times{moved}",
            )
        self._ending(axes)
        axes.set_yscale("log")
        _pitch_ticks(axes, [point.f0_hz for point in (*own, *ours)])
        axes.set_ylabel("pitch F0\n(Hz)")
        axes.set_xlabel("time (s)", labelpad=1)
        axes.grid(axis="y", color="#d8dce1", linewidth=0.5)
        if own or ours:
            axes.legend(loc="lower right", bbox_to_anchor=(1.0, 0.98), ncols=2, frameon=False, fontsize=7, borderpad=0)
        elif not own:
            axes.text(0.5, 0.5, "no voiced sound was found", transform=axes.transAxes, ha="center", color=MUTED)
        axes.set_xlim(self._limits)

    def _ending(self, axes: Any) -> None:
        """The last movement, as a bar under the pitch with its semitones."""
        one = self._explanation.intonation.ending
        if one is None or not self._inside(one.start_ms, one.end_ms):
            return
        heights = axes.get_xaxis_transform()
        axes.plot([one.start_ms / 1000, one.end_ms / 1000], [0.04] * 2, color=INK, linewidth=2.5, transform=heights)
        told = f"{one.movement}, {one.semitones:+.1f} semitones"
        axes.text(one.end_ms / 1000, 0.08, told, transform=heights, ha="right", va="bottom", fontsize=7)

    def _word_labels(self, words: Sequence[JudgedWord]) -> list[_Label]:
        """Said words at their places; others between those that were, in brackets."""
        labels, before = [], 0
        for index, word in enumerate(words):
            if word.said:
                before = word.end_ms
                place, label = (word.start_ms + word.end_ms) / 2, word.text
            else:
                after = next((other.start_ms for other in words[index:] if other.said), None)
                place = before if after is None else (before + after) / 2
                label = f"({word.text})"
            if self._start <= place < self._end or (not before and not word.said and self._start <= place):
                labels.append(_Label(text=label, place=place, colour=INK if word.said else SCALE[0]))
        return labels

    def _label(self, axes: Any, labels: Sequence[_Label], lines: int, first: float, step: float) -> None:
        """Write each in the nearest of some lines where it has room, with a stroke to what it belongs to."""
        texts = [
            axes.text(
                label.place / 1000,
                first,
                label.text,
                ha="center",
                va="bottom" if step > 0 else "top",
                fontsize=8 if step > 0 else 7,
                color=label.colour,
                fontweight="bold" if label.bold else "normal",
                parse_math=False,
            )
            for label in labels
        ]
        renderer = self._figure.canvas.get_renderer()
        boxes = [text.get_window_extent(renderer) for text in texts]
        spans = [(round(box.x0) - 2, round(box.x1) + 2) for box in boxes]
        for text, label, level in zip(texts, labels, levels(spans, lines), strict=True):
            if level is None:
                text.set_visible(False)  # in the report's table it is told
                continue
            text.set_y(first + step * level)
            if level:
                axes.plot([label.place / 1000] * 2, [first, first + step * level], color=MUTED, linewidth=0.4, zorder=0)

    def _box(self, axes: Any, start_ms: int, end_ms: int, bottom: float, goodness: float) -> None:
        from matplotlib.patches import Rectangle

        shape = (start_ms / 1000, bottom), (end_ms - start_ms) / 1000, 1.0
        axes.add_patch(Rectangle(*shape, facecolor=self._colours(goodness), edgecolor=INK, linewidth=0.4))

    def _samples(self) -> Audio:
        rate = SAMPLE_RATE_HZ // 1000
        return self._explanation.found.audio[self._start * rate : self._end * rate]

    def _inside(self, start_ms: int, end_ms: int) -> bool:
        return self._start <= (start_ms + end_ms) / 2 < self._end


def spectrogram(samples: Audio) -> NDArray[np.float64]:
    """Levels in dB, (frequencies up to `HIGHEST_HZ`, times), with Hann windows."""
    padded = np.pad(samples.astype(np.float64), (WINDOW // 2, WINDOW))
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[: max(1, len(samples)) : STEP]
    power = np.abs(np.fft.rfft(windows * np.hanning(WINDOW), POINTS)) ** 2
    frequencies = np.fft.rfftfreq(POINTS, 1 / SAMPLE_RATE_HZ)
    levels_db: NDArray[np.float64] = 10 * np.log10(power[:, frequencies <= HIGHEST_HZ].T + 1e-10)
    return levels_db


def _phone_label(phone: JudgedPhone, poor_below: float) -> _Label:
    poor = phone.score < poor_below
    text = f"{phone.phone}→{phone.heard}" if phone.heard and poor else phone.phone
    return _Label(text=text, place=(phone.start_ms + phone.end_ms) / 2, colour=SCALE[0] if poor else INK, bold=poor)


def _broken(contour: Sequence[PitchPoint]) -> tuple[list[float], list[float]]:
    """Times (s) and F0 with a NaN wherever the voice pauses, so that no line goes across."""
    times: list[float] = []
    pitches: list[float] = []
    for index, point in enumerate(contour):
        if index and point.time_ms - contour[index - 1].time_ms > BROKEN_MS:
            times.append(point.time_ms / 1000)
            pitches.append(float("nan"))
        times.append(point.time_ms / 1000)
        pitches.append(point.f0_hz)
    return times, pitches


def _pitch_ticks(axes: Any, pitches: Sequence[float]) -> None:
    """Limits that hold all, and round figures in them."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    low, high = (min(pitches) / 1.08, max(pitches) * 1.08) if pitches else (75.0, 400.0)
    steps = [tick for tick in (50, 75, 100, 150, 200, 300, 400, 600, 800) if low <= tick <= high]
    axes.set_ylim(low, high)
    axes.yaxis.set_major_locator(FixedLocator(steps))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _without_times(axes: Any) -> None:
    axes.tick_params(axis="x", labelbottom=False, length=0)
