"""When an adaptive test ends, and what everybody agrees on beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

# A question known to more than a quarter of those who sit the test is no longer a secret; chance swings a little above
# the rate that is aimed at.
AIMED_EXPOSURE = 0.22
# The next question is drawn from so many of the best, so that neighbours do not get the same.
SHORTLIST = 5
# The places at which an item that is only tried may be asked; early enough to be taken seriously.
PILOT_PLACES = (4, 11)
# How far related competencies go together, in the shape usual for competence tests; calibration may replace it.
GENERAL, WITHIN_AREA = 0.55, 0.2


@dataclass(frozen=True, slots=True)
class Length:
    """A test asks at least ``least`` and at most ``most`` questions, and ends between them as soon as the average level is
    known to within ``precision`` (standard error, levels)."""

    least: int
    most: int
    precision: float

    @classmethod
    def of(cls, rule: Mapping[str, Any]) -> Self:
        """The length that a test's rule states."""
        return cls(int(rule["least"]), int(rule["most"]), float(rule["precision"]))

    def is_over(self, counted: int, asked: int, error: float) -> bool:
        """Whether enough is known after so many answers that count, of all that were asked."""
        return asked >= self.most or (counted >= self.least and error <= self.precision)
