"""Items that are tried unseen in fixed tests: how many, and where they stand among those that count."""

import random
from collections.abc import Sequence

# One tried item among so many that count, and never more than two: nobody's test becomes noticeably longer.
COUNTED_FOR_EACH = 3
MOST_TRIED = 2


def tried_count(counted: int) -> int:
    """How many items may be tried in a test of so many that count."""
    return min(MOST_TRIED, counted // COUNTED_FOR_EACH)


def with_pilots(form: Sequence[int], tried: Sequence[int], seed: int) -> list[int]:
    """A form with the tried items among the others, never the first or the last; the seed alone decides where."""
    found, draw = list(form), random.Random(f"{seed}:tried")  # noqa: S311  variety, not secrecy
    for version in tried:
        found.insert(draw.randint(1, max(1, len(found) - 1)), version)
    return found
