"""Gradient descent as all our networks are fitted: AdamW, one cycle of the learning rate, short gradients."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import torch
from msgspec import Struct
from torch import Tensor, nn

LONGEST_GRADIENT = 1.0

Said = Callable[[int, float], None]
"""Told of each epoch: its number and the mean loss."""


class Descent(Struct, frozen=True, kw_only=True):
    """``rate`` is the highest of the cycle (Smith & Topin 2018), reached after ``warm_up`` of all steps."""

    epochs: int
    batch: int
    rate: float
    decay: float
    warm_up: float = 0.3

    def fit(
        self, network: nn.Module, examples: int, losses: Callable[[], Iterable[Tensor]], tell: Said | None = None
    ) -> None:
        """Fit ``network``; ``losses`` gives those of one epoch over all ``examples``, batch by batch."""
        optimiser = torch.optim.AdamW(network.parameters(), self.rate, weight_decay=self.decay)
        steps = self.epochs * -(-examples // self.batch)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, self.rate, total_steps=steps + 1, pct_start=self.warm_up
        )
        for epoch in range(self.epochs):
            network.train()
            seen = []
            for loss in losses():
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                nn.utils.clip_grad_norm_(network.parameters(), LONGEST_GRADIENT)
                optimiser.step()
                schedule.step()
                seen.append(float(loss.detach()))
            if tell is not None:
                tell(epoch, float(np.mean(seen)))
        network.eval()


def alike(lengths: Sequence[int], size: int, spread: float, rng: np.random.Generator) -> Iterator[list[int]]:
    """Numbers of examples of about the same length together, ``size`` at a time, in a random order.

    ``spread``: how far lengths are shuffled, so that other examples meet in every epoch.
    """
    order = np.argsort([length + rng.uniform(0, spread) for length in lengths])
    groups = [order[at : at + size] for at in range(0, len(order), size)]
    for number in rng.permutation(len(groups)):
        yield groups[number].tolist()
