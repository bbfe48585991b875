"""Seeded chance: the same seed gives the same people, the same days and the same identities."""

import datetime as dt
import random
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

UTC = dt.UTC
HISTORY_DAYS = 183


class Chance:
    """Everything random in one demo: named streams that do not disturb each other, and the day on which history ends."""

    def __init__(self, seed: int, on: dt.date) -> None:
        self.seed = seed
        self.on = on

    def stream(self, name: str) -> random.Random:
        """A generator for single draws; one name is one sequence, whatever the other streams draw."""
        return random.Random(f"{self.seed}/{name}")

    def numbers(self, name: str) -> np.random.Generator:
        """A generator for whole arrays."""
        return np.random.default_rng([self.seed, *name.encode()])

    def days_ago(self, days: int) -> dt.date:
        """The date so many days before the end of history."""
        return self.on - dt.timedelta(days=days)

    @property
    def started(self) -> dt.date:
        """The first day of the history."""
        return self.days_ago(HISTORY_DAYS)

    @property
    def ended(self) -> dt.datetime:
        """The last moment of the history: the evening before ``on``, which lies in the past wherever the clock stands."""
        return at(self.days_ago(1), 900)

    def until_now(self, moment: dt.datetime) -> dt.datetime:
        """The moment itself, or the end of the history where it would lie in the future."""
        return min(moment, self.ended)

    def identities(self, name: str, count: int, moment: dt.datetime | None = None, skip: int = 0) -> list[str]:
        """``count`` UUIDs of version 7 as 32 hexadecimal digits, which both databases accept.

        They ascend from ``moment`` (plus ``skip`` rows written before), so that indexes grow at their end.
        """
        start = int((moment or self.ended).timestamp() * 1000)
        return version7(self.numbers(f"identity/{name}"), start + (skip + np.arange(count, dtype=np.int64)) // 20)


def version7(numbers: np.random.Generator, milliseconds: NDArray[np.int64]) -> list[str]:
    """UUIDv7 identities (RFC 9562) as hexadecimal digits: 48 bits of time, the rest from ``numbers``."""
    count = len(milliseconds)
    table = np.empty((count, 16), dtype=np.uint8)
    table[:, :6] = milliseconds.astype(">u8").view(np.uint8).reshape(count, 8)[:, 2:]
    table[:, 6:] = numbers.integers(0, 256, size=(count, 10), dtype=np.uint8)
    table[:, 6] = (table[:, 6] & 0x0F) | 0x70
    table[:, 8] = (table[:, 8] & 0x3F) | 0x80
    digits = table.tobytes().hex()
    return [digits[start : start + 32] for start in range(0, 32 * count, 32)]


def at(day: dt.date, minutes: float) -> dt.datetime:
    """A moment of a day, so many minutes after midnight in UTC."""
    return dt.datetime(day.year, day.month, day.day, tzinfo=UTC) + dt.timedelta(minutes=minutes)


def office_hour(day: dt.date, rng: random.Random) -> dt.datetime:
    """A moment in the office hours of western Indonesia (08.00 to 16.00 WIB), as UTC."""
    return at(day, rng.uniform(60, 540)).replace(microsecond=0)


def workday(day: dt.date) -> dt.date:
    """The day itself, or the Friday before when it falls on a weekend."""
    return day - dt.timedelta(days=max(0, day.weekday() - 4))


def pick(rng: random.Random, weights: dict[str, float]) -> str:
    """One key, by weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


def shares(total: int, weights: Sequence[float]) -> list[int]:
    """``total`` divided by weight into whole numbers that sum to it (largest remainders)."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [int(value) for value in exact]
    order = sorted(range(len(weights)), key=lambda index: (parts[index] - exact[index], index))
    for index in order[: total - sum(parts)]:
        parts[index] += 1
    return parts


def clipped(values: Iterable[float], low: float, high: float) -> list[float]:
    """The values, kept within bounds."""
    return [min(high, max(low, value)) for value in values]
