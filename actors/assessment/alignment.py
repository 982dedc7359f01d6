"""Forced alignment: where each phone of a text lies in the frames. Viterbi over a left-to-right graph; scores nothing.

A word is a choice between its pronunciations and a garbage path, which takes whatever was said instead at a price a
frame; so a text that was not said, or a word left out, aligns too and is told apart. Between words silence and
noises are free to come and go.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Pronunciations = tuple[tuple[int, ...], ...]
"""The ways to say a word, each as indices of the model's phones."""

FILLER = -1
"""The word of a node that belongs to none."""

GARBAGE = -1
"""The phone of a node that takes anything."""

START = -1
"""Stands for the time before the first frame among a node's predecessors."""

NEVER = np.float32(-1e30)


class Segment(Struct, frozen=True, kw_only=True):
    """Frames ``start``..``end`` (end excluded) of a word's phone, `GARBAGE` where something else was said."""

    word: int
    phone: int
    start: int
    end: int


class _Graph:
    """Nodes of one or more states each: phones, fillers and garbage, with the nodes that may come before each."""

    def __init__(self) -> None:
        self.phone: list[int] = []
        self.word: list[int] = []
        self.entry_cost: list[float] = []
        self.before: list[list[int]] = []

    def add(self, phone: int, word: int, before: Sequence[int], cost: float = 0.0) -> int:
        self.phone.append(phone)
        self.word.append(word)
        self.entry_cost.append(cost)
        self.before.append(list(before))
        return len(self.phone) - 1


def align(
    likelihoods: NDArray[np.float32],
    words: Sequence[Pronunciations],
    fillers: Sequence[int],
    *,
    garbage: NDArray[np.float32],
    garbage_cost: Sequence[float],
    filler_cost: float = 5.0,
) -> tuple[Segment, ...] | None:
    """The best path through ``words``, without its fillers; None when there are too few frames for it.

    ``likelihoods``: (frames, phones, states) in nats; a phone goes through its states in order. ``garbage``: the
    frames' log-likelihood on the garbage path; ``garbage_cost``: for each word what it costs (in nats) to take it.
    """
    graph = _Graph()
    ends: list[int] = [START]
    for index, pronunciations in enumerate(words):
        ends = ends + [graph.add(phone, FILLER, ends, filler_cost) for phone in fillers]
        ends = _add_word(graph, index, pronunciations, ends, garbage_cost[index])
    ends = ends + [graph.add(phone, FILLER, ends, filler_cost) for phone in fillers]
    emissions = np.concatenate([likelihoods, np.repeat(garbage[:, None, None], likelihoods.shape[2], axis=2)], axis=1)
    path = _viterbi(emissions, graph, ends)
    return None if path is None else _segments(graph, path)


def best_single_phone(likelihoods: NDArray[np.float32], spans: Sequence[tuple[int, int]]) -> NDArray[np.float32]:
    """For each span the log-likelihood of its frames under each phone's states in order, (spans, phones)."""
    _, phones, states = likelihoods.shape
    longest = max((end - start for start, end in spans), default=0)
    lengths = np.array([end - start for start, end in spans])
    starts = np.array([start for start, _ in spans])
    score = np.full((len(spans), phones, states), NEVER, np.float32)
    result = np.full((len(spans), phones), NEVER, np.float32)
    for step in range(longest):
        active = np.flatnonzero(lengths > step)
        emitted = likelihoods[starts[active] + step]
        previous = score[active]
        if step == 0:
            current = np.full_like(previous, NEVER)
            current[:, :, 0] = emitted[:, :, 0]
        else:
            current = previous.copy()
            np.maximum(current[:, :, 1:], previous[:, :, :-1], out=current[:, :, 1:])
            current += emitted
        score[active] = current
        done = lengths[active] == step + 1
        result[active[done]] = current[done].max(axis=2) if step < states - 1 else current[done][:, :, -1]
    return result


def _add_word(graph: _Graph, index: int, pronunciations: Pronunciations, before: list[int], cost: float) -> list[int]:
    ends = [graph.add(GARBAGE, index, before, cost)]
    for phones in pronunciations:
        last = before
        for phone in phones:
            last = [graph.add(phone, index, last)]
        ends += last
    return ends


def _viterbi(emissions: NDArray[np.float32], graph: _Graph, ends: list[int]) -> NDArray[np.int32] | None:
    """The node of each frame on the best path that begins at START and stops in the last state of one of ``ends``."""
    frames, nodes, states = len(emissions), len(graph.phone), emissions.shape[2]
    phones = np.array(graph.phone)
    cost = np.array(graph.entry_cost, np.float32)
    width = max(len(before) for before in graph.before)
    before = np.full((nodes, width), nodes, np.int32)  # index `nodes` is a node that is never reached
    first = np.full(nodes, NEVER, np.float32)
    for node, preceding in enumerate(graph.before):
        inside = [other for other in preceding if other != START]
        before[node, : len(inside)] = inside
        if START in preceding:
            first[node] = -cost[node]
    score = np.full((nodes + 1, states), NEVER, np.float32)
    moved = np.zeros((frames, nodes, states), np.bool_)
    came_from = np.zeros((frames, nodes), np.int32)
    rows = np.arange(nodes)
    for frame in range(frames):
        finished = score[:, -1][before]
        choice = finished.argmax(axis=1)
        came_from[frame] = before[rows, choice]
        entering = first if frame == 0 else finished[rows, choice] - cost
        advance = np.concatenate([entering[:, None], score[:nodes, :-1]], axis=1)
        np.greater(advance, score[:nodes], out=moved[frame])
        np.maximum(advance, score[:nodes], out=advance)
        score[:nodes] = advance + emissions[frame, phones]
    last = max((end for end in ends if end != START), key=lambda end: score[end, -1])
    if score[last, -1] < NEVER / 2:
        return None
    return _trace(last, moved, came_from)


def _trace(node: int, moved: NDArray[np.bool_], came_from: NDArray[np.int32]) -> NDArray[np.int32]:
    frames, _, states = moved.shape
    path = np.empty(frames, np.int32)
    state = states - 1
    for frame in range(frames - 1, -1, -1):
        path[frame] = node
        if not moved[frame, node, state]:
            continue
        if state > 0:
            state -= 1
        else:
            node = int(came_from[frame, node])
            state = states - 1
    return path


def _segments(graph: _Graph, path: NDArray[np.int32]) -> tuple[Segment, ...]:
    changes = np.flatnonzero(np.diff(path)) + 1
    bounds = [0, *changes.tolist(), len(path)]
    segments = []
    for start, end in pairwise(bounds):
        node = path[start]
        if graph.word[node] != FILLER:
            segments.append(Segment(word=graph.word[node], phone=graph.phone[node], start=start, end=end))
    return tuple(segments)
