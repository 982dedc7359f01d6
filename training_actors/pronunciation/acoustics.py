"""Training of the acoustic network: on synthetic speech whose phones are known, then on what learners said well.

A learner's phone that the experts rate (nearly) right is the phone of the text; where it lies, the network of the round
before tells. Only its frames count; those of doubtful phones are left out.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from msgspec import Struct
from numpy.typing import NDArray
from torch.nn import functional

from actors.hearing.whisper_model import FRAME_SAMPLES
from actors.pronunciation.features import Placed
from actors.pronunciation.phones import NUMBER, SILENCE
from training_actors.pronunciation.networks import FRAME_WIDTH, AcousticNetwork
from training_actors.pronunciation.synthesis import TimedPhone

IGNORED = -100
"""The label of a frame of which nothing is known."""
RIGHT_FROM = 1.8
"""Mean accuracy (0..2) of the experts from which a phone counts as the one that the text asks for."""
BATCH = 16
LEARNING_RATE, WEIGHT_DECAY, SMOOTHING, NOISE = 2e-3, 0.02, 0.05, 0.05

Said = Callable[[int, float], None]
"""Told of each epoch: its number and the mean loss."""


class LabelledFrames(Struct, frozen=True, kw_only=True):
    """Encoder frames (t, width) and the phone of each, `IGNORED` where nobody knows."""

    frames: NDArray[np.float16]
    labels: NDArray[np.int64]


def of_synthesis(frames: NDArray[np.float16], lead: int, phones: Sequence[TimedPhone]) -> LabelledFrames:
    """Labels by the middle of each frame; ``lead``: samples of the frames before the speech begins."""
    middles = np.arange(len(frames)) * FRAME_SAMPLES + FRAME_SAMPLES // 2 - lead
    labels = np.full(len(frames), NUMBER[SILENCE])
    for phone in phones:
        labels[(middles >= phone.start) & (middles < phone.end)] = NUMBER[phone.phone]
    return LabelledFrames(frames=frames, labels=labels)


def of_learner(
    frames: NDArray[np.float16], log_posteriors: NDArray[np.float32], placed: Placed, accuracies: Sequence[float | None]
) -> LabelledFrames:
    """Labels of well said phones, and of the silence between them where the network is sure of it."""
    labels = np.where(log_posteriors.argmax(axis=1) == NUMBER[SILENCE], NUMBER[SILENCE], IGNORED)
    for (start, end), phone, accuracy in zip(placed.spans, placed.phones, accuracies, strict=True):
        labels[start:end] = phone if accuracy is not None and accuracy >= RIGHT_FROM else IGNORED
    return LabelledFrames(frames=frames, labels=labels)


def trained(
    examples: Sequence[LabelledFrames],
    *,
    epochs: int,
    seed: int,
    start: AcousticNetwork | None = None,
    tell: Said | None = None,
) -> AcousticNetwork:
    """A network fitted to the examples, from ``start`` if there is one. The same seed gives the same network."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = AcousticNetwork()
    if start is not None:
        network.load_state_dict(start.state_dict())
    rate = LEARNING_RATE if start is None else LEARNING_RATE / 2
    optimiser = torch.optim.AdamW(network.parameters(), rate, weight_decay=WEIGHT_DECAY)
    steps = epochs * -(-len(examples) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps + 1)
    for epoch in range(epochs):
        network.train()
        losses = []
        for frames, labels in _batches(examples, rng):
            scores = network(frames + torch.randn_like(frames) * NOISE)
            loss = functional.nll_loss(scores.transpose(1, 2), labels, ignore_index=IGNORED)
            # Label smoothing (Szegedy et al. 2016), by hand: the network gives log probabilities.
            smooth = -scores.mean(-1)[labels != IGNORED].mean()
            total = (1 - SMOOTHING) * loss + SMOOTHING * smooth
            optimiser.zero_grad()
            total.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            losses.append(float(total.detach()))
        if tell is not None:
            tell(epoch, float(np.mean(losses)))
    return network.eval()


def frames_right(network: AcousticNetwork, examples: Sequence[LabelledFrames]) -> float:
    """The share of labelled frames whose likeliest phone is theirs."""
    right = known = 0
    for example in examples:
        best = log_posteriors(network, example.frames).argmax(axis=1)
        there = example.labels != IGNORED
        right += int((best == example.labels)[there].sum())
        known += int(there.sum())
    return right / max(1, known)


def log_posteriors(network: AcousticNetwork, frames: NDArray[np.float16]) -> NDArray[np.float32]:
    """(t, width) to (t, phones)."""
    with torch.no_grad():
        result: NDArray[np.float32] = network(torch.from_numpy(frames.astype(np.float32))[None])[0].numpy()
    return result


def _batches(
    examples: Sequence[LabelledFrames], rng: np.random.Generator
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Examples of about the same length together, in a random order."""
    order = np.argsort([len(one.frames) + rng.uniform(0, 30) for one in examples])
    groups = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
    for number in rng.permutation(len(groups)):
        group = [examples[index] for index in groups[number]]
        longest = max(len(one.frames) for one in group)
        frames = np.zeros((len(group), longest, FRAME_WIDTH), np.float32)
        labels = np.full((len(group), longest), IGNORED)
        for row, one in enumerate(group):
            frames[row, : len(one.frames)] = one.frames
            labels[row, : len(one.labels)] = one.labels
        yield torch.from_numpy(frames), torch.from_numpy(labels)
