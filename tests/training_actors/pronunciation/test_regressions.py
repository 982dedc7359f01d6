"""Regressions on made-up sounds and figures, of which ratings are known functions."""

import numpy as np
import pytest
import torch
from torch import Tensor

from training_actors.pronunciation.regressions import WAVES, KernelRegression, LinearRegression, fitted

COUNT = 800


@pytest.fixture
def sound() -> Tensor:
    return torch.from_numpy(np.random.default_rng(1).normal(size=(COUNT, 3)).astype(np.float32))


@pytest.fixture
def figures() -> Tensor:
    return torch.from_numpy(np.random.default_rng(2).normal(size=(COUNT, 2)).astype(np.float32))


def test_a_linear_regression_shrinks_the_sound_more_than_the_figures() -> None:
    """Of n utterances with either of two values: by n / (n + 3000), and 4 n / (4 n + 3000)."""
    sound, figures = torch.tensor([[1.0], [1.0], [-1.0], [-1.0]] * 750), torch.tensor([[1.0], [-1.0]] * 1500)
    found = LinearRegression(1, 1, 1)
    found.fit(sound, figures, 7 + sound + figures)
    assert found(sound[:3], figures[:3])[:, 0].tolist() == pytest.approx([8.3, 6.7, 7.3], abs=0.001)


def test_a_kernel_regression_finds_what_no_line_can(sound: Tensor, figures: Tensor) -> None:
    ratings = (sound[:, :1] * figures[:, :1]) + 5
    half = COUNT // 2
    line, kernel = fitted(sound[:half], figures[:half], ratings[:half])
    assert _correlation(line(sound[half:], figures[half:]), ratings[half:]) < 0.3
    assert _correlation(kernel(sound[half:], figures[half:]), ratings[half:]) > 0.8


def test_its_waves_make_the_gaussian_kernel(sound: Tensor, figures: Tensor) -> None:
    """Two utterances' waves multiply to exp(-|a - b|² / 2), by distances in widths of the kernel."""
    found = KernelRegression(3, 2, 1)
    found.fit(sound, figures, sound[:, :1])
    seen = found._seen(sound[:20], figures[:20])
    waves = found._waves(seen)
    width = 2.0 * (2 * found._seen(sound, figures).var(0).sum()).sqrt()
    kernel = torch.exp(-torch.cdist(seen / width, seen / width).square() / 2)
    assert (waves @ waves.T - kernel).abs().max() < 4 / WAVES**0.5


def test_the_same_utterances_give_the_same_weights(sound: Tensor, figures: Tensor) -> None:
    ratings = sound[:, :1]
    once, again = fitted(sound, figures, ratings), fitted(sound, figures, ratings)
    for one, other in zip(once, again, strict=True):
        assert all(torch.equal(other.state_dict()[name], values) for name, values in one.state_dict().items())


def test_an_utterance_with_an_unknown_rating_teaches_nothing(sound: Tensor, figures: Tensor) -> None:
    ratings = sound[:, :1].clone()
    ratings[-100:] = torch.nan
    for one, other in zip(
        fitted(sound, figures, ratings), fitted(sound[:-100], figures[:-100], ratings[:-100]), strict=True
    ):
        assert torch.equal(one(sound, figures), other(sound, figures))


def _correlation(scores: Tensor, ratings: Tensor) -> float:
    return min(float(np.corrcoef(scores[:, at], ratings[:, at])[0, 1]) for at in range(ratings.shape[1]))


def test_with_few_whole_ratings_there_is_no_regression(sound: Tensor, figures: Tensor) -> None:
    ratings = torch.full((COUNT, 2), torch.nan)
    ratings[:, 0] = sound[:, 0]
    ratings[: COUNT // 3, 1] = sound[: COUNT // 3, 0]
    assert len(fitted(sound, figures, ratings)) == 0
