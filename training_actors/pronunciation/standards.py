"""What is done to figures before a network or a regression sees them, in PyTorch."""

import torch
from torch import Tensor, nn

FIGURE_NOISE, SOUND_NOISE = 0.1, 0.15
"""Deviations of what training adds to standardised inputs."""


class Standard(nn.Module):
    """Figures with mean 0 and deviation 1, as `fit` saw them, within five deviations."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("deviation", torch.ones(width))

    def fit(self, figures: Tensor) -> None:
        """(count, width)"""
        self.mean.copy_(figures.mean(0))
        self.deviation.copy_(figures.std(0) + 1e-6)

    def forward(self, figures: Tensor) -> Tensor:
        return _noisy(((figures - self.mean) / self.deviation).clamp(-5, 5), FIGURE_NOISE, self.training)


class Principal(nn.Module):
    """The strongest principal components of figures, whitened, as `fit` found them."""

    mean: Tensor
    components: Tensor

    def __init__(self, width: int, kept: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("components", torch.zeros(width, kept))

    def fit(self, figures: Tensor) -> None:
        """(count, width), more than are kept."""
        self.mean.copy_(figures.mean(0))
        values, vectors = torch.linalg.eigh(torch.cov(figures.T).double())
        kept = self.components.shape[1]
        self.components.copy_((vectors[:, -kept:] / values[-kept:].clamp(min=1e-9).sqrt()).flip(1).float())

    def forward(self, figures: Tensor) -> Tensor:
        return _noisy((figures - self.mean) @ self.components, SOUND_NOISE, self.training)


def _noisy(values: Tensor, deviation: float, training: bool) -> Tensor:
    """Only while training: so no speaker is learnt by heart."""
    return values + torch.randn_like(values) * deviation if training else values
