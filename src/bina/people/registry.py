"""What other rooms keep as sums of units, so that a report reads a few rows however many people there are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bina.people.models import Agency


@dataclass(frozen=True, slots=True)
class Counting:
    """How the figures of units are counted from the people themselves.

    ``sql`` selects ``unit_id``, the keys and the figures, grouped, for the own people of the units that the table
    ``here`` (``id``) names; the table ``active`` (``id``, ``unit_id``, ``employment_type``) holds those of them who count as
    learners. It runs on both databases. ``basis`` names what the figures rest on beside the
    people (a year, a floor): figures kept on another basis are not read.
    """

    basis: str
    sql: str
    parameters: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class SumsTable:
    """A table of sums in the room that owns the facts: ``unit_id``, ``is_whole`` (false: the unit's own people; true: with
    everybody below it), the ``keys`` by which the figures are split, and the ``figures``, all of them sums."""

    table: str
    keys: tuple[str, ...]
    figures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitSums(SumsTable):
    """One kind of figures kept for every unit; ``counting`` is that of an agency today."""

    code: str
    counting: "Callable[[Agency], Counting]"


UNIT_SUMS: dict[str, UnitSums] = {}


def keep_sums(sums: UnitSums) -> UnitSums:
    """Announce figures that are kept; called once at import. Raises ValueError when the code is taken."""
    if sums.code in UNIT_SUMS:
        raise ValueError(f"sums of units named {sums.code} are announced twice")
    UNIT_SUMS[sums.code] = sums
    return sums
