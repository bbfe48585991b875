"""Items, people and answers drawn from fixed seeds, the same in every process that asks for them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MEAN, SD = 2.0, 1.0  # of the people, in levels


@dataclass(frozen=True)
class Bank:
    """Items of the two-parameter model: slopes per level, difficulties in levels."""

    slope: Floats
    place: Floats

    def __len__(self) -> int:
        return len(self.slope)

    def chance(self, ability: Floats) -> Floats:
        """The probability of a right answer, people × items."""
        chance: Floats = 1 / (1 + np.exp(-self.slope * (ability[:, None] - self.place)))
        return chance


def bank_of(count: int, seed: int = 1) -> Bank:
    """Items spread over the whole level scale."""
    rng = np.random.default_rng(seed)
    return Bank(rng.lognormal(0.3, 0.25, count), rng.uniform(0.2, 4.6, count))


def people_of(count: int, seed: int = 2) -> Floats:
    """Levels of people."""
    return np.random.default_rng(seed).normal(MEAN, SD, count)


def answers_of(people: int, items: int, seed: int = 3) -> tuple[Bank, Floats]:
    """The items and what people of N(0, 1), the scale of every calibration program, answered: people × items, 0 or 1."""
    rng = np.random.default_rng(seed)
    bank = Bank(rng.lognormal(0.2, 0.3, items), rng.normal(0.0, 1.0, items))
    return bank, (rng.random((people, items)) < bank.chance(rng.normal(0.0, 1.0, people))).astype(np.float64)


def rmse(found: Floats, truth: Floats) -> float:
    """Root mean squared error."""
    return float(np.sqrt(((found - truth) ** 2).mean()))
