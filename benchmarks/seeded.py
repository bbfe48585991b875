"""Items, people and answers drawn from fixed seeds, the same in every process that asks for them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SHIPPED = Path(__file__).resolve().parent.parent / "src" / "bina" / "assessment" / "data" / "bank"
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


def seeds_of(sets: int) -> list[int]:
    """The seeds of so many sets of answers; the first is that of a single set."""
    return list(range(3, 3 + sets))


def shipped_bank() -> Bank:
    """The items that ship with the program, with the parameters of their authors."""
    rows = [row for path in sorted(SHIPPED.glob("*.yaml")) for row in yaml.safe_load(path.read_text(encoding="utf-8"))]
    return Bank(np.array([float(row["a"]) for row in rows]), np.array([float(row["b"]) for row in rows]))


def rmse(found: Floats, truth: Floats) -> float:
    """Root mean squared error."""
    return float(np.sqrt(((found - truth) ** 2).mean()))
