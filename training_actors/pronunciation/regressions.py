"""Regressions of utterances' ratings on their sound and figures, in PyTorch. They know nothing of the text.

They hear more of the voice than the few components that the scoring network is shown, and err elsewhere than it: the
mean of all agrees better with people than each. The sound of an utterance is the mean and deviation of its frames, and
the mean of the frames around it: nobody speaks there, but the encoder attends to the whole recording from everywhere.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from training_actors.pronunciation.standards import Standard

RIDGE_PENALTY, FIGURE_WEIGHT = 3000.0, 2.0
"""Chosen on the folds: from 2,000 to 4,500 and from 1.5 to 2 hardly anything changes."""
COMPONENTS, WAVES = 64, 2048
KERNEL_PENALTY, KERNEL_WIDTH = 0.05, 2.0
"""Likewise from .05 to .2, and from 1.5 to 2; the width counts in root mean square distances of two utterances."""
FIGURES_SHARE = 2.0
"""Variance of the figures in the kernel, where that of the sound is 1."""
WHITENING = 0.25
"""Components are divided by their variance to this power: 0 leaves them as they are, .5 makes all alike."""


FEWEST, LEAST_SHARE = 20, 0.5
"""Utterances of which every rating is known, and their share of all."""


class LinearRegression(nn.Module):
    """Ridge regression (Hoerl & Kennard 1970); a figure is worth `FIGURE_WEIGHT` times a dimension of the sound."""

    weights: Tensor
    bias: Tensor

    def __init__(self, sound: int, figures: int, ratings: int = 4) -> None:
        super().__init__()
        self.sound, self.figures = Standard(sound), Standard(figures)
        self.register_buffer("weights", torch.zeros(sound + figures, ratings))
        self.register_buffer("bias", torch.zeros(ratings))

    def fit(self, sound: Tensor, figures: Tensor, ratings: Tensor) -> None:
        """(count, sound), (count, figures) and (count, ratings), all ratings known."""
        self.eval()
        self.sound.fit(sound)
        self.figures.fit(figures)
        self.bias.copy_(ratings.mean(0))
        self.weights.copy_(_ridge(self._seen(sound, figures), ratings, RIDGE_PENALTY))

    def forward(self, sound: Tensor, figures: Tensor) -> Tensor:
        """(b, sound) and (b, figures) to (b, ratings)."""
        return self._seen(sound, figures) @ self.weights + self.bias

    def _seen(self, sound: Tensor, figures: Tensor) -> Tensor:
        return torch.cat([self.sound(sound), self.figures(figures) * FIGURE_WEIGHT], -1)


class KernelRegression(nn.Module):
    """Kernel ridge regression with a Gaussian kernel on the strongest components of the sound, and the figures.

    By random Fourier features (Rahimi & Recht 2007): it keeps waves, and none of the utterances that it learnt from.
    """

    components: Tensor
    frequencies: Tensor
    phases: Tensor
    centre: Tensor
    weights: Tensor
    bias: Tensor

    def __init__(self, sound: int, figures: int, ratings: int = 4) -> None:
        super().__init__()
        self.sound, self.figures = Standard(sound), Standard(figures)
        self.register_buffer("components", torch.zeros(sound, COMPONENTS))
        self.register_buffer("frequencies", torch.zeros(COMPONENTS + figures, WAVES))
        self.register_buffer("phases", torch.zeros(WAVES))
        self.register_buffer("centre", torch.zeros(WAVES))
        self.register_buffer("weights", torch.zeros(WAVES, ratings))
        self.register_buffer("bias", torch.zeros(ratings))

    def fit(self, sound: Tensor, figures: Tensor, ratings: Tensor) -> None:
        """As `LinearRegression.fit`. The same figures give the same waves."""
        self.eval()
        self.sound.fit(sound)
        self.figures.fit(figures)
        values, vectors = torch.linalg.eigh(torch.cov(self.sound(sound).T).double())
        values, vectors = values[-COMPONENTS:].clamp(min=1e-9), vectors[:, -COMPONENTS:]
        whitened = values ** (1 - 2 * WHITENING)
        self.components[:, : len(values)] = (vectors / values**WHITENING / whitened.sum().sqrt()).float()
        seen = self._seen(sound, figures)
        distance = (2 * seen.var(0).sum()).sqrt()  # root mean square of that between two
        draw = torch.Generator().manual_seed(0)
        self.frequencies.copy_(torch.randn(self.frequencies.shape, generator=draw) / (KERNEL_WIDTH * distance))
        self.phases.copy_(torch.rand(WAVES, generator=draw) * 2 * torch.pi)
        waves = self._waves(seen)
        self.centre.copy_(waves.mean(0))
        self.bias.copy_(ratings.mean(0))
        self.weights.copy_(_ridge(waves - self.centre, ratings, KERNEL_PENALTY))

    def forward(self, sound: Tensor, figures: Tensor) -> Tensor:
        """(b, sound) and (b, figures) to (b, ratings)."""
        rated: Tensor = (self._waves(self._seen(sound, figures)) - self.centre) @ self.weights + self.bias
        return rated

    def _seen(self, sound: Tensor, figures: Tensor) -> Tensor:
        scale = (FIGURES_SHARE / figures.shape[-1]) ** 0.5
        return torch.cat([self.sound(sound) @ self.components, self.figures(figures) * scale], -1)

    def _waves(self, seen: Tensor) -> Tensor:
        waves: Tensor = torch.cos(seen @ self.frequencies + self.phases) * (2 / WAVES) ** 0.5
        return waves


def fitted(sound: Tensor, figures: Tensor, ratings: Tensor) -> Sequence[nn.Module]:
    """Both regressions; utterances (rows) with an unknown rating (NaN) are left out.

    None where that leaves too few: they would drag all scores towards their mean.
    """
    known = ~ratings.isnan().any(1)
    if known.sum() < max(FEWEST, LEAST_SHARE * len(known)):
        return ()
    found = (
        LinearRegression(sound.shape[1], figures.shape[1], ratings.shape[1]),
        KernelRegression(sound.shape[1], figures.shape[1], ratings.shape[1]),
    )
    for regression in found:
        regression.fit(sound[known], figures[known], ratings[known])
    return found


def _ridge(seen: Tensor, ratings: Tensor, penalty: float) -> Tensor:
    """Weights (width, ratings) of what is seen (count, width), whose mean is 0."""
    seen, wanted = seen.double(), (ratings - ratings.mean(0)).double()
    penalties = penalty * torch.eye(seen.shape[1], dtype=torch.float64)
    weights: Tensor = torch.linalg.solve(seen.T @ seen + penalties, seen.T @ wanted).float()
    return weights
