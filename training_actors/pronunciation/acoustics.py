"""Training of the acoustic network on synthetic speech whose phones are known."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from msgspec import Struct
from numpy.typing import NDArray
from torch.nn import functional

from actors.hearing.whisper_model import FRAME_SAMPLES
from actors.pronunciation.phones import NUMBER, SILENCE
from training_actors.pronunciation.descent import Descent, Said, alike
from training_actors.pronunciation.networks import FRAME_WIDTH, AcousticNetwork
from training_actors.pronunciation.synthesis import TimedPhone

IGNORED = -100
"""The label of a frame that is there only to fill a batch up."""
BATCH = 16
LEARNING_RATE, WEIGHT_DECAY, SMOOTHING, NOISE = 2e-3, 0.02, 0.05, 0.05
SPREAD_FRAMES = 30


class LabelledFrames(Struct, frozen=True, kw_only=True):
    """Encoder frames (t, width) and the number of each one's phone, (t,)."""

    frames: NDArray[np.float16]
    labels: NDArray[np.int64]


def of_synthesis(frames: NDArray[np.float16], lead: int, phones: Sequence[TimedPhone]) -> LabelledFrames:
    """Labels by the middle of each frame; ``lead``: samples of the frames before the speech begins."""
    middles = np.arange(len(frames)) * FRAME_SAMPLES + FRAME_SAMPLES // 2 - lead
    labels = np.full(len(frames), NUMBER[SILENCE])
    for phone in phones:
        labels[(middles >= phone.start) & (middles < phone.end)] = NUMBER[phone.phone]
    return LabelledFrames(frames=frames, labels=labels)


def trained(examples: Sequence[LabelledFrames], *, epochs: int, seed: int, tell: Said | None = None) -> AcousticNetwork:
    """A network fitted to the examples. The same seed gives the same network."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = AcousticNetwork()
    descent = Descent(epochs=epochs, batch=BATCH, rate=LEARNING_RATE, decay=WEIGHT_DECAY)
    descent.fit(network, len(examples), lambda: _losses(network, examples, rng), tell)
    return network


def frames_right(network: AcousticNetwork, examples: Sequence[LabelledFrames]) -> float:
    """The share of frames whose likeliest phone is theirs."""
    right = [log_posteriors(network, one.frames).argmax(axis=1) == one.labels for one in examples]
    return float(np.concatenate(right).mean())


def log_posteriors(network: AcousticNetwork, frames: NDArray[np.float16]) -> NDArray[np.float32]:
    """(t, width) to (t, phones)."""
    with torch.no_grad():
        result: NDArray[np.float32] = network(torch.from_numpy(frames.astype(np.float32))[None])[0].numpy()
    return result


def _losses(
    network: AcousticNetwork, examples: Sequence[LabelledFrames], rng: np.random.Generator
) -> Iterator[torch.Tensor]:
    """Cross-entropy with label smoothing (Szegedy et al. 2016), by hand: the network gives log probabilities."""
    for numbers in alike([len(one.frames) for one in examples], BATCH, SPREAD_FRAMES, rng):
        frames, labels = _padded([examples[number] for number in numbers])
        scores = network(frames + torch.randn_like(frames) * NOISE)
        loss = functional.nll_loss(scores.transpose(1, 2), labels, ignore_index=IGNORED)
        yield (1 - SMOOTHING) * loss - SMOOTHING * scores.mean(-1)[labels != IGNORED].mean()


def _padded(group: Sequence[LabelledFrames]) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(len(one.frames) for one in group)
    frames = np.zeros((len(group), longest, FRAME_WIDTH), np.float32)
    labels = np.full((len(group), longest), IGNORED)
    for row, one in enumerate(group):
        frames[row, : len(one.frames)] = one.frames
        labels[row, : len(one.labels)] = one.labels
    return torch.from_numpy(frames), torch.from_numpy(labels)
