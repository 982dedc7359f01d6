"""Training of the scoring network on rated utterances, and of the same utterances with texts that nobody read."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from actors.pronunciation.inputs import ScoringInputs
from training_actors.pronunciation.descent import Descent, Said, alike
from training_actors.pronunciation.evaluation import Judged
from training_actors.pronunciation.examples import Example, batch, wanted
from training_actors.pronunciation.networks import Committee, Scored, ScoringNetwork, Widths
from training_actors.pronunciation.regressions import fitted

BATCH = 24
EPOCHS = 16
LEARNING_RATE, WEIGHT_DECAY = 1.2e-3, 0.05
WARM_UP = 0.15
SPREAD_FRAMES = 120
PHONES, WORDS, UTTERANCE, SAID = 2.0, 0.15, 0.25, 0.2
"""Weights of the squared errors, and of the cross-entropy of what was said."""
FIGURES_STEP = 3
"""Every third phone is enough to standardise by."""


def trained(
    examples: Sequence[Example], *, seed: int, epochs: int = EPOCHS, tell: Said | None = None
) -> ScoringNetwork:
    """A network fitted to the examples. The same seed gives the same network."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = standardised(examples)
    descent = Descent(epochs=epochs, batch=BATCH, rate=LEARNING_RATE, decay=WEIGHT_DECAY, warm_up=WARM_UP)
    descent.fit(network, len(examples), lambda: _losses(network, examples, rng), tell)
    return network


def standardised(examples: Sequence[Example]) -> ScoringNetwork:
    """A new network that knows the mean and spread of these examples' inputs, of those with their own text."""
    inputs = [one.inputs for one in examples if one.targets.matches]
    first = inputs[0]
    widths = Widths(
        phone=first.phone_figures.shape[1],
        word=first.word_figures.shape[1],
        utterance=len(first.utterance_figures),
        sound=min(64, len(inputs) // 2),
        whole_sound=min(48, len(inputs) // 2),
    )
    network = ScoringNetwork(widths)
    network.phone_figures.fit(torch.from_numpy(np.concatenate([one.phone_figures for one in inputs])))
    network.word_figures.fit(torch.from_numpy(np.concatenate([one.word_figures for one in inputs])))
    network.utterance_figures.fit(torch.from_numpy(np.stack([one.utterance_figures for one in inputs])))
    network.sound.fit(torch.from_numpy(np.concatenate([one.sound for one in inputs])[::FIGURES_STEP]))
    network.whole_sound.fit(torch.from_numpy(np.stack([one.whole_sound for one in inputs])))
    return network


def restored(state: Mapping[str, Tensor]) -> ScoringNetwork:
    """A fitted network out of its ``state_dict``."""
    widths = Widths(
        phone=len(state["phone_figures.mean"]),
        word=len(state["word_figures.mean"]),
        utterance=len(state["utterance_figures.mean"]),
        sound=state["sound.components"].shape[1],
        whole_sound=state["whole_sound.components"].shape[1],
    )
    network = ScoringNetwork(widths)
    network.load_state_dict(state)
    return network.eval()


def loss(scored: Scored, targets: Scored) -> Tensor:
    """Squared errors of the ratings that there are, and cross-entropy of what was said."""
    return (
        PHONES * _squared(scored.phones, targets.phones)
        + WORDS * _squared(scored.words, targets.words)
        + UTTERANCE * _squared(scored.utterance, targets.utterance)
        + SAID * _entropy(scored.said, targets.said)
        + SAID * _entropy(scored.matches, targets.matches)
    )


def regressions(examples: Sequence[Example]) -> Sequence[nn.Module]:
    """Fitted to the ratings of utterances."""
    inputs = [one.inputs for one in examples]
    sound = np.stack([np.concatenate([one.whole_sound, one.around_sound]) for one in inputs])
    figures = np.stack([one.utterance_figures for one in inputs])
    ratings = np.stack([one.targets.utterance for one in examples])
    return fitted(torch.from_numpy(sound), torch.from_numpy(figures), torch.from_numpy(ratings))


def judged(committee: Committee, inputs: Sequence[ScoringInputs]) -> list[Judged]:
    """What a committee says of each utterance."""
    found: list[Judged] = []
    with torch.no_grad():
        for at in range(0, len(inputs), BATCH):
            group = inputs[at : at + BATCH]
            told = committee(batch(group))
            for row, one in enumerate(group):
                found.append(
                    Judged(
                        phones=told.phones[row, : len(one.phones)].double().numpy(),
                        words=told.words[row, : len(one.word_figures)].double().numpy(),
                        utterance=told.utterance[row].double().numpy(),
                        said=told.said[row, : len(one.word_figures)].double().numpy(),
                        matches=float(told.matches[row]),
                    )
                )
    return found


def _squared(scores: Tensor, ratings: Tensor) -> Tensor:
    known = ~torch.isnan(ratings)
    return functional.mse_loss(scores[known], ratings[known]) if known.any() else scores.sum() * 0


def _entropy(odds: Tensor, said: Tensor) -> Tensor:
    known = ~torch.isnan(said)
    return functional.binary_cross_entropy_with_logits(odds[known], said[known]) if known.any() else odds.sum() * 0


def _losses(network: ScoringNetwork, examples: Sequence[Example], rng: np.random.Generator) -> Iterator[Tensor]:
    for numbers in alike([len(one.inputs.frames) for one in examples], BATCH, SPREAD_FRAMES, rng):
        group = [examples[number] for number in numbers]
        scored = network(batch([one.inputs for one in group]))
        yield loss(scored, wanted([one.targets for one in group], scored))
